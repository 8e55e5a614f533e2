/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a file that somebody else put there: see read.h. */
#include "dropin/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

static const struct where nowhere;

/* Looked at before it is opened, and again after, since it may be another one by then. */
static int open_regular(const char *path, int *ret_fd)
{
	struct stat stat_;
	int fd, err;

	if (stat(path, &stat_))
		return -errno;
	if (!S_ISREG(stat_.st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &stat_) ? -errno : S_ISREG(stat_.st_mode) ? 0 : -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int drop_in_read(const char *path, struct diagnostics *diagnostics, char **ret_text,
		 size_t *ret_length)
{
	char *text = NULL;
	int fd = -1;
	int err = open_regular(path, &fd);

	if (!err) {
		err = config_read(fd, &text, ret_length);
		close(fd);
	}
	if (!err) {
		char *fitting = realloc(text, *ret_length + 1); /* it will be kept */

		*ret_text = fitting ? fitting : text;
	}
	if (err == -EINVAL)
		diagnostics_add(diagnostics, SEVERITY_ERROR, nowhere, "expected a regular file");
	else if (err)
		diagnostics_add(diagnostics, SEVERITY_ERROR, nowhere,
				"expected a file to read: %s", strerror(-err));
	return err;
}
