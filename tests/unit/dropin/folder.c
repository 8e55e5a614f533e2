/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/dropin/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "unit/fixture.h"

static struct fixture *fixture;

void folder_enter(void)
{
	fixture = fixture_new();
	cr_assert(!chdir(fixture_cgroup_fs(fixture)), "%s", strerror(errno));
}

void folder_leave(void)
{
	if (!chdir("/"))
		fixture_free(fixture);
}

int folder_begin(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path,
		  strerror(errno));
	return fd;
}

void folder_write(const char *path, const char *text)
{
	close(folder_begin(path, text));
}

void folder_make(const char *path)
{
	cr_assert(!mkdir(path, 0755), "%s: %s", path, strerror(errno));
}

void folder_move(const char *from, const char *to)
{
	cr_assert(!rename(from, to), "%s -> %s: %s", from, to, strerror(errno));
}

void folder_delete(const char *path)
{
	cr_assert(!remove(path), "%s: %s", path, strerror(errno));
}
