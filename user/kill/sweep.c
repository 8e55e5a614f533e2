/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cgroup.kill and cgroup.freeze, on a folder whose identity was proven when it was opened: from
 * then on the descriptor, not the name, says which cgroup it is.
 */
#include "kill/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/cgroupfs_file.h"

int sweep_kill(int cgroup_fd)
{
	return cgroupfs_file_write(cgroup_fd, "cgroup.kill", "1");
}

static bool is_frozen(int cgroup_fd)
{
	int fd = openat(cgroup_fd, "cgroup.freeze", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char state = '0';

	if (fd < 0)
		return false;
	if (read(fd, &state, 1) != 1)
		state = '0';
	close(fd);
	return state == '1';
}

int sweep_kill_frozen(int cgroup_fd)
{
	bool was_frozen = is_frozen(cgroup_fd);
	int err;

	if (!was_frozen)
		(void)cgroupfs_file_write(cgroup_fd, "cgroup.freeze", "1"); /* it dies without, too */
	err = sweep_kill(cgroup_fd);
	if (!was_frozen)
		(void)cgroupfs_file_write(cgroup_fd, "cgroup.freeze", "0");
	return err;
}

/* The line "0::/path" of /proc/PID/cgroup; cgroup names cannot hold a newline. */
static int parse_unified(char *text, char *ret_path, size_t size)
{
	char *line = strncmp(text, "0::/", 4) ? strstr(text, "\n0::/") : text;
	char *end;

	if (!line)
		return -ENODATA;
	line += *line == '\n' ? 5 : 4;
	end = strchr(line, '\n');
	if (!end || (size_t)(end - line) >= size)
		return -ENAMETOOLONG;
	*end = '\0';
	memcpy(ret_path, line, (size_t)(end - line) + 1);
	return 0;
}

int sweep_cgroup_of(const char *pid, char *ret_path, size_t size)
{
	char text[8192]; /* a dozen lines of cgroup v1 come before ours */
	size_t used = 0;
	ssize_t n;
	int fd;

	(void)snprintf(text, sizeof(text), "/proc/%s/cgroup", pid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	text[used] = '\0';
	return parse_unified(text, ret_path, size);
}

bool sweep_path_is_below(const char *inner, const char *outer)
{
	size_t length = strlen(outer);

	return !length ||
	       (!strncmp(inner, outer, length) && (inner[length] == '\0' || inner[length] == '/'));
}
