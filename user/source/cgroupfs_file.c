/* SPDX-License-Identifier: GPL-2.0-only */
/* Open, read until the end or write, close: see cgroupfs_file.h. */
#include "source/cgroupfs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
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

int cgroupfs_file_write(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	int err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int cgroupfs_folder_open(const char *folder, uint64_t cgroup_id, int *ret_fd)
{
	struct stat st;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : 0;
	if (!err && st.st_ino != cgroup_id)
		err = -ESTALE;
	if (err) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}
