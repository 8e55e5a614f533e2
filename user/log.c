/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logging without stdio: stderr of a daemon must not allocate or keep a buffer while memory is
 * short, and one write(2) a line keeps lines of threads whole.
 */
#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 2048
#define NOTE_BYTES 64 /* "N messages dropped" */

static enum log_level max_level = LOG_LEVEL_INFO;
static const char *program_name = "";
static bool to_journal;

void log_set_level(enum log_level level)
{
	max_level = level;
}

enum log_level log_get_level(void)
{
	return max_level;
}

void log_init(const char *program)
{
	program_name = program;
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

/* Appends to buf[*used]; what does not fit is cut, so that the line's end still does. */
static void append(char *buf, size_t size, size_t *used, const char *format, va_list args)
{
	int n = vsnprintf(buf + *used, size - *used, format, args);

	if (n > 0)
		*used += (size_t)n < size - *used ? (size_t)n : size - *used - 1;
}

static void append_text(char *buf, size_t size, size_t *used, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(buf, size, used, format, args);
	va_end(args);
}

/*
 * A reader that hangs (a journal in reclaim, a full pipe) must not hang boomd: a line that cannot be
 * taken now is dropped and counted. A pipe that polls writable has room for PIPE_BUF at least.
 */
static void put(char *line, size_t length, size_t size)
{
	static atomic_uint nr_dropped;
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	unsigned int dropped;

	if (poll(&out, 1, 0) == 0) {
		atomic_fetch_add(&nr_dropped, 1);
		return;
	}
	dropped = atomic_exchange(&nr_dropped, 0);
	if (dropped) /* in the same write: there may be no room for a second one */
		length += (size_t)snprintf(line + length, size - length, "%u messages dropped\n",
					   dropped);
	if (write(STDERR_FILENO, line, length) < 0)
		return; /* nobody left to tell */
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_BYTES + NOTE_BYTES];
	size_t used = 0;
	va_list args;

	if (level > max_level)
		return;
	if (to_journal)
		append_text(line, LINE_BYTES - 1, &used, "<%d>", level);
	else if (*program_name)
		append_text(line, LINE_BYTES - 1, &used, "%s: ", program_name);
	va_start(args, format);
	append(line, LINE_BYTES - 1, &used, format, args);
	va_end(args);
	line[used++] = '\n';
	put(line, used, sizeof(line));
}

const char *log_clean(const char *text, char *buf, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;
	bool c1 = false; /* behind 0xc2: a control of ISO 6429 in UTF-8, such as CSI */

	for (; *text && used + 5 < size; text++) {
		unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
		bool control = c < 0x20 || c == 0x7f || c1;

		c1 = c == 0xc2 && next >= 0x80 && next <= 0x9f;
		if (!control && !c1) {
			buf[used++] = (char)c;
		} else {
			buf[used++] = '\\';
			buf[used++] = 'x';
			buf[used++] = hex[c >> 4];
			buf[used++] = hex[c & 15];
		}
	}
	buf[used] = '\0';
	return buf;
}
