/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk: each component is opened without being used (O_PATH), so that neither a device nor a
 * FIFO does anything, and looked at before the next one is. The file is then opened for reading
 * through its own descriptor: nobody can put another one in its place in between.
 */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define FD_PATH_BYTES 32

static int refuse(struct trust_failure *failure, int err, const char *why)
{
	failure->why = why;
	return err;
}

static int refuse_errno(struct trust_failure *failure)
{
	return refuse(failure, -errno, strerror(errno));
}

/* An access ACL may let others write whatever the mode says, so that none is allowed at all. */
static bool has_acl(const char *fd_path)
{
	if (getxattr(fd_path, "system.posix_acl_access", NULL, 0) >= 0)
		return true;
	return errno != ENODATA && errno != EOPNOTSUPP;
}

static const char *why_not(int fd, mode_t type)
{
	char fd_path[FD_PATH_BYTES];
	struct stat st;

	if (fstat(fd, &st))
		return "cannot be looked at";
	if (S_ISLNK(st.st_mode))
		return "is a symbolic link";
	if ((st.st_mode & S_IFMT) != type)
		return type == S_IFDIR ? "is no directory" : "is no regular file";
	if (st.st_uid != 0)
		return "does not belong to root";
	if (st.st_mode & S_IWOTH)
		return "can be written by everybody";
	if ((st.st_mode & S_IWGRP) && st.st_gid != 0)
		return "can be written by its group";
	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", fd);
	return has_acl(fd_path) ? "has an ACL" : NULL;
}

/* Takes over fd, and gives it back when what it is open on may be trusted. */
static int check(int fd, mode_t type, struct trust_failure *failure)
{
	const char *why = why_not(fd, type);

	if (!why)
		return fd;
	close(fd);
	return refuse(failure, -EPERM, why);
}

/* Takes over fd: one step down. failure->path has the whole path down to here. */
static int step(int fd, const char *name, mode_t type, struct trust_failure *failure)
{
	int next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int err = next < 0 ? refuse_errno(failure) : 0;

	close(fd);
	return err ? err : check(next, type, failure);
}

static int open_for_reading(int fd, struct trust_failure *failure)
{
	char fd_path[FD_PATH_BYTES];
	int readable;

	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", fd);
	readable = open(fd_path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (readable < 0)
		readable = refuse_errno(failure);
	close(fd);
	return readable;
}

static int make_absolute(const char *path, char absolute[PATH_MAX])
{
	char cwd[PATH_MAX] = "";
	int length;

	if (path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
		return -errno;
	length = snprintf(absolute, PATH_MAX, "%s/%s", cwd, path);
	return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int trust_open(const char *path, mode_t type, struct trust_failure *ret_failure)
{
	char absolute[PATH_MAX], *name, *more = NULL;
	int err, fd;

	snprintf(ret_failure->path, sizeof(ret_failure->path), "%s", path);
	err = make_absolute(path, absolute);
	if (err)
		return refuse(ret_failure, err, strerror(-err));
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse_errno(ret_failure);
	strcpy(ret_failure->path, "/");
	name = strtok_r(absolute, "/", &more);
	fd = check(fd, name ? S_IFDIR : type, ret_failure);
	while (fd >= 0 && name) {
		char *next = strtok_r(NULL, "/", &more);

		if (ret_failure->path[1])
			strcat(ret_failure->path, "/");
		strcat(ret_failure->path, name);
		fd = step(fd, name, next ? S_IFDIR : type, ret_failure);
		name = next;
	}
	return fd < 0 ? fd : open_for_reading(fd, ret_failure);
}
