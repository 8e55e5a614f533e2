/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's kill line, byte for byte, for the tools that read it from the kernel log. Names in it come
 * from whoever may make a cgroup: control bytes are escaped, or a newline would forge a line.
 */
#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "report/report.h"
#include "report/text.h"

#define CUT "..."

/* How long log_clean() makes this byte. */
static size_t cleaned_length(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f ? 4 : 1;
}

/* The longest tail of path that is at most room bytes long when it is cleaned. */
static const char *longest_tail(const char *path, size_t room)
{
	const char *at = path + strlen(path);

	while (at > path && cleaned_length(at[-1]) <= room)
		room -= cleaned_length(*--at);
	while (at > path && ((unsigned char)*at & 0xc0) == 0x80)
		at++; /* not inside a UTF-8 character */
	return at;
}

/* Appends path in at most room bytes. log_clean() keeps a few bytes back: there is more after it.
 */
static void append_path(char *buf, size_t size, size_t *used, const char *path, size_t room)
{
	const char *tail = longest_tail(path, room);

	if (tail > path) {
		if (room < sizeof(CUT) - 1)
			return;
		tail = longest_tail(path, room - (sizeof(CUT) - 1));
		text_append(buf, size, used, CUT);
	}
	(void)log_clean(tail, buf + *used, size - *used);
	*used += strlen(buf + *used);
}

size_t report_kill_line(const struct decision *decision, char *buf, size_t size)
{
	char end[3 * TEXT_NAME_BYTES + 128], name[TEXT_NAME_BYTES];
	size_t used = 0, end_length = 0;

	text_append(end, sizeof(end), &end_length, " %" PRIu64, decision->victim_memory_bytes);
	text_append(end, sizeof(end), &end_length, " ruleset:[%s]",
		    text_name(decision->ruleset, name));
	text_append(end, sizeof(end), &end_length, " detectorgroup:[%s]",
		    text_name(decision->group, name));
	text_append(end, sizeof(end), &end_length, " killer:%s%s v2\n",
		    decision->dry ? "(dry)" : "", text_name(decision->plugin, name));
	if (!size)
		return 0;
	text_append(buf, size, &used, "%.2f %.2f %.2f ", decision->victim_memory_full[BOOMD_AVG10],
		    decision->victim_memory_full[BOOMD_AVG60],
		    decision->victim_memory_full[BOOMD_AVG300]);
	if (used + end_length < size)
		append_path(buf, size, &used, decision->victim, size - 1 - used - end_length);
	text_append(buf, size, &used, "%s", end);
	return used;
}
