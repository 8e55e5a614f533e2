/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kill xattrs. user.* can be written by the owner of a delegated cgroup, so an old value is
 * hostile text: anything that is no plain decimal number counts as 0, and sums stop at the top.
 */
#include "kill/mark.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define COUNT_BYTES 24 /* 20 digits of a 64-bit number and a NUL */

int mark_parse_count(const char *text, size_t length, uint64_t *ret_count)
{
	uint64_t count = 0;

	if (!length)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(count, 10, &count) ||
		    __builtin_add_overflow(count, (uint64_t)(text[i] - '0'), &count))
			return -EINVAL;
	}
	*ret_count = count;
	return 0;
}

static bool tolerated(int error)
{
	return error == EPERM || error == EACCES || error == EROFS || error == ENOTSUP ||
	       error == ENOSYS;
}

static void set(int fd, const char *name, const char *value, struct mark_result *result)
{
	if (!fsetxattr(fd, name, value, strlen(value), 0)) {
		result->set[result->nr_set].name = name;
		(void)snprintf(result->set[result->nr_set++].value, KILL_UUID_SIZE, "%s", value);
	} else if (!tolerated(errno) && !result->error)
		result->error = -errno;
}

static uint64_t old_count(int fd, const char *name, struct mark_result *result)
{
	char text[COUNT_BYTES];
	ssize_t length = fgetxattr(fd, name, text, sizeof(text));
	uint64_t count;

	if (length < 0 && errno != ERANGE)
		return 0; /* not there, or not to be read: the first kill */
	if (length < 0 || mark_parse_count(text, (size_t)length, &count)) {
		result->nr_garbage++;
		return 0;
	}
	return count;
}

static void add(int fd, const char *name, uint64_t more, struct mark_result *result)
{
	uint64_t count = old_count(fd, name, result);
	char text[COUNT_BYTES];

	if (__builtin_add_overflow(count, more, &count))
		count = UINT64_MAX;
	(void)snprintf(text, sizeof(text), "%" PRIu64, count);
	set(fd, name, text, result);
}

void mark_kill(int fd, const char *uuid, uint64_t nr_killed, struct mark_result *ret_result)
{
	memset(ret_result, 0, sizeof(*ret_result));
	if (*uuid) {
		set(fd, "trusted.oomd_kill_uuid", uuid, ret_result);
		set(fd, "user.oomd_kill_uuid", uuid, ret_result);
	}
	add(fd, "trusted.oomd_ooms", 1, ret_result);
	add(fd, "user.oomd_ooms", 1, ret_result);
	add(fd, "trusted.oomd_kill", nr_killed, ret_result);
	add(fd, "user.oomd_kill", nr_killed, ret_result);
}
