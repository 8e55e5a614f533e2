/* SPDX-License-Identifier: GPL-2.0-only */
/* Open, read until the end, close: see cgroupfs_file.h. */
#include "source/cgroupfs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Returns the length, size when there is more. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			break;
		if (n > 0)
			used += (size_t)n;
	}
	return (ssize_t)used;
}

ssize_t cgroupfs_file_read(int dirfd, const char *name, char *buf, size_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t len;
	char *newline;

	if (fd < 0)
		return -errno;
	len = read_all(fd, buf, size);
	close(fd);
	if (len < 0 || (size_t)len < size)
		return len;
	newline = memrchr(buf, '\n', size);
	return newline ? newline + 1 - buf : -E2BIG;
}
