/* SPDX-License-Identifier: GPL-2.0-only */
/* Own survival: see protection.h. */
#include "protection.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define STACK_BYTES (128 * 1024)

int protection_lock_instance(const char *runtime_dir)
{
	char path[PATH_MAX];
	int fd, err;

	if (mkdir(runtime_dir, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s/boomd.lock", runtime_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void protection_against_kernel_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		log_warn("cannot set oom_score_adj to -1000 (%s): the kernel may kill boomd itself",
			 strerror(errno));
	if (fd >= 0)
		close(fd);
}

void protection_lock_memory(void)
{
	volatile char stack[STACK_BYTES];

	for (size_t i = 0; i < sizeof(stack); i += 4096)
		stack[i] = 0;
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		log_warn("cannot lock memory (%s): under pressure boomd itself may have to wait for "
			 "its pages", strerror(errno));
}
