/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parser of five lines of /proc/meminfo.
 *
 * Lines are matched by their whole key, in any order, and the first of a key counts. Units are
 * always kB, which the kernel writes for 1024 bytes. Nothing here allocates or uses stdio.
 */
#include "source/meminfo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MEMINFO_BYTES 4096 /* the file has 1,500 bytes; what we want is in its first 500 */
#define BYTES_PER_KB  1024

static const struct meminfo_line {
	const char *key;
	size_t offset; /* of a uint64_t in struct system_facts */
} wanted[] = {
	{ "MemTotal", offsetof(struct system_facts, memory_total_bytes) },
	{ "MemFree", offsetof(struct system_facts, memory_free_bytes) },
	{ "MemAvailable", offsetof(struct system_facts, memory_available_bytes) },
	{ "SwapTotal", offsetof(struct system_facts, swap_total_bytes) },
	{ "SwapFree", offsetof(struct system_facts, swap_free_bytes) },
};

#define NR_WANTED (sizeof(wanted) / sizeof(wanted[0]))

/* The row of wanted that line begins with, or -1; *ret_after is the offset behind its colon. */
static int meminfo_key(const char *line, size_t len, size_t *ret_after)
{
	for (size_t i = 0; i < NR_WANTED; i++) {
		size_t key = strlen(wanted[i].key);

		if (len > key && line[key] == ':' && !memcmp(line, wanted[i].key, key)) {
			*ret_after = key + 1;
			return (int)i;
		}
	}
	return -1;
}

/* "    123 kB" */
static int meminfo_value(const char *text, size_t len, uint64_t *ret_bytes)
{
	uint64_t kb = 0;
	size_t i = 0, digits;

	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	for (digits = i; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		if (__builtin_mul_overflow(kb, 10, &kb) ||
		    __builtin_add_overflow(kb, (uint64_t)(text[i] - '0'), &kb))
			return -ERANGE;
	if (i == digits || len - i != 3 || memcmp(text + i, " kB", 3))
		return -EINVAL;
	return __builtin_mul_overflow(kb, BYTES_PER_KB, ret_bytes) ? -ERANGE : 0;
}

int meminfo_parse(const char *text, size_t len, struct system_facts *ret)
{
	struct system_facts facts = {};
	unsigned int seen = 0;

	for (size_t at = 0, end; at < len; at = end + 1) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t after;
		int row, err;

		/* A line that was cut off in the middle of its number would be a smaller number. */
		if (!newline)
			break;
		end = (size_t)(newline - text);
		row = meminfo_key(text + at, end - at, &after);
		if (row < 0 || seen & 1U << row)
			continue;
		err = meminfo_value(text + at + after, end - at - after,
				    (uint64_t *)((char *)&facts + wanted[row].offset));
		if (err)
			return err;
		seen |= 1U << row;
	}
	if (seen != (1U << NR_WANTED) - 1)
		return -ENODATA;
	*ret = facts;
	return 0;
}

int meminfo_read(int fd, struct system_facts *ret)
{
	char text[MEMINFO_BYTES];
	ssize_t len;

	do
		len = pread(fd, text, sizeof(text), 0);
	while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : meminfo_parse(text, (size_t)len, ret);
}
