/* SPDX-License-Identifier: GPL-2.0-only */
#include "said.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int before = -1, memory = -1;

void said_begin(void)
{
	before = dup(STDERR_FILENO);
	memory = memfd_create("said", MFD_CLOEXEC);
	if (before < 0 || memory < 0 || dup2(memory, STDERR_FILENO) < 0)
		abort();
}

char *said_end(void)
{
	static char text[64 * 1024];
	ssize_t n;

	dup2(before, STDERR_FILENO);
	n = pread(memory, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	close(before);
	close(memory);
	return text;
}
