/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that nobody but root can have written: what a root daemon may run or obey.
 */
#ifndef USER_TRUST_H
#define USER_TRUST_H

#include <limits.h>
#include <sys/stat.h>

struct trust_failure {
	char path[PATH_MAX]; /* the part of the path that is at fault */
	const char *why;     /* static text: "is a symbolic link" and the like */
};

/*
 * Opens a regular file (S_IFREG) or a directory (S_IFDIR) for reading. Every directory on the
 * way and the file itself must belong to root, be writable by nobody else (root's group apart),
 * have no ACL, and be no symbolic link; what was checked is what is opened. A relative path begins
 * at the working directory, whose path is checked alike. Returns a descriptor (close-on-exec), or
 * -EPERM when it is not to be trusted, or another -errno; ret_failure then says what and why.
 */
int trust_open(const char *path, mode_t type, struct trust_failure *ret_failure);

#endif
