/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading what senpai has to know of a cgroup: see senpai_facts.h. */
#include "plugins/act/senpai_facts.h"

#include <errno.h>

#include "source/cgroupfs_file.h"
#include "source/parse.h"

#define NUMBER_BYTES 32

int senpai_read_limit(int fd, const char *name, uint64_t *ret_bytes)
{
	char text[NUMBER_BYTES];
	ssize_t len = cgroupfs_file_read(fd, name, text, sizeof(text));
	__u64 bytes;
	int err = len < 0 ? (int)len : parse_limit(text, (size_t)len, &bytes);

	if (!err)
		*ret_bytes = bytes;
	return err;
}

static int read_stat(int fd, struct senpai_facts *facts)
{
	__u64 active_file = 0, inactive_file = 0, active_anon = 0, inactive_anon = 0;
	const struct parse_key keys[] = {
		{ "active_file", &active_file },
		{ "inactive_file", &inactive_file },
		{ "active_anon", &active_anon },
		{ "inactive_anon", &inactive_anon },
	};
	char text[CGROUPFS_FILE_BYTES];
	ssize_t len = cgroupfs_file_read(fd, "memory.stat", text, sizeof(text));

	if (len < 0)
		return (int)len;
	if (parse_keyed(text, (size_t)len, keys, 4) != 15)
		return -ENODATA;
	facts->active_file_bytes = senpai_signed(active_file);
	facts->inactive_file_bytes = senpai_signed(inactive_file);
	facts->active_anon_bytes = senpai_signed(active_anon);
	facts->inactive_anon_bytes = senpai_signed(inactive_anon);
	return 0;
}

int senpai_read_facts(int fd, struct senpai_facts *facts)
{
	uint64_t current = 0, min = 0, max = 0;
	int err = senpai_read_limit(fd, "memory.current", &current);

	if (!err)
		err = senpai_read_limit(fd, "memory.min", &min);
	if (!err)
		err = senpai_read_limit(fd, "memory.max", &max);
	if (err)
		return err;
	facts->current_bytes = senpai_signed(current);
	facts->min_bytes = senpai_signed(min);
	facts->max_bytes = senpai_signed(max);
	return read_stat(fd, facts);
}
