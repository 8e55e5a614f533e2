/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File descriptors. Without enough of them a kill still works, a few processes at a time; it only
 * takes more walks, and exits are looked up by pid.
 */
#include "kill/descriptors.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bpf/events.h"

/* a pidfd and its duplicate for each victim of two kills, and what else the daemon has open */
#define WANTED_FILES (4 * BOOMD_TASKS_MAX + 2048)

void descriptors_raise_limit(void)
{
	struct rlimit wanted = {WANTED_FILES, WANTED_FILES};
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= WANTED_FILES)
		return;
	if (limit.rlim_max >= WANTED_FILES)
		wanted.rlim_max = limit.rlim_max;
	if (!setrlimit(RLIMIT_NOFILE, &wanted))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void spare_init(struct spare *spare)
{
	memset(spare->fds, 0xff, sizeof(spare->fds));
}

void spare_fill(struct spare *spare, int fd)
{
	for (size_t i = 0; i < SPARE_DESCRIPTORS; i++) {
		if (spare->fds[i] < 0)
			spare->fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
}

void spare_release(struct spare *spare)
{
	for (size_t i = 0; i < SPARE_DESCRIPTORS; i++) {
		if (spare->fds[i] >= 0)
			close(spare->fds[i]);
		spare->fds[i] = -1;
	}
}
