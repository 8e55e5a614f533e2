/* SPDX-License-Identifier: GPL-2.0-only */
/* The log: levels, prefixes, lines that are too long, and text from outside made harmless. */
#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

#define LINE_MAX_BYTES 2048

/* Standard error goes into a pipe, and comes back from it. */
struct capture {
	int saved, pipe[2];
};

static void capture_begin(struct capture *capture)
{
	cr_assert(zero(int, pipe(capture->pipe)));
	capture->saved = dup(STDERR_FILENO);
	cr_assert(ge(int, dup2(capture->pipe[1], STDERR_FILENO), 0));
}

static void capture_end(struct capture *capture, char *buf, size_t size)
{
	ssize_t len;

	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->pipe[1]);
	len = read(capture->pipe[0], buf, size - 1);
	cr_assert(ge(int, (int)len, 0));
	buf[len] = '\0';
	close(capture->pipe[0]);
}

static const struct {
	const char *why;
	enum log_level max, level;
	const char *program;
	bool journal;
	const char *line;
} lines[] = {
	{ "debug is off", LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, "", false, "" },
	{ "only errors", LOG_LEVEL_ERR, LOG_LEVEL_WARN, "", false, "" },
	{ "errors always", LOG_LEVEL_ERR, LOG_LEVEL_ERR, "", false, "hello 7\n" },
	{ "debug is on", LOG_LEVEL_DEBUG, LOG_LEVEL_DEBUG, "", false, "hello 7\n" },
	{ "a name in front", LOG_LEVEL_INFO, LOG_LEVEL_INFO, "boomd", false, "boomd: hello 7\n" },
	{ "the journal knows the name", LOG_LEVEL_INFO, LOG_LEVEL_WARN, "boomd", true,
	  "<4>hello 7\n" },
	{ "the journal is told the level", LOG_LEVEL_INFO, LOG_LEVEL_ERR, "", true,
	  "<3>hello 7\n" },
};

TABLE_TEST(log, lines, lines, row)
{
	struct capture capture;
	char text[256];

	if (row->journal)
		setenv("JOURNAL_STREAM", "8:1", 1);
	else
		unsetenv("JOURNAL_STREAM");
	log_init(row->program);
	log_set_level(row->max);
	cr_expect(eq(int, log_get_level(), row->max));
	capture_begin(&capture);
	log_line(row->level, "hello %d", 7);
	capture_end(&capture, text, sizeof(text));
	cr_expect(eq(str, text, (char *)row->line), "%s", row->why);
}

/* Around the length of the buffer: always one line, which ends where it must. */
Test(log, cuts_what_is_too_long)
{
	char message[LINE_MAX_BYTES * 2], text[LINE_MAX_BYTES * 2];
	struct capture capture;

	unsetenv("JOURNAL_STREAM");
	log_init("p");
	for (size_t len = LINE_MAX_BYTES - 8; len < LINE_MAX_BYTES + 8; len++) {
		memset(message, 'x', len);
		message[len] = '\0';
		capture_begin(&capture);
		log_info("%s", message);
		capture_end(&capture, text, sizeof(text));
		cr_expect(le(sz, strlen(text), LINE_MAX_BYTES), "length %zu", len);
		cr_expect(eq(chr, text[strlen(text) - 1], '\n'), "length %zu", len);
		cr_expect(eq(ptr, strchr(text, '\n'), text + strlen(text) - 1), "one line");
		cr_expect(zero(int, strncmp(text, "p: xxxx", 7)), "length %zu", len);
	}
}

Test(log, survives_a_closed_standard_error)
{
	int saved = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	log_err("to nobody");
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static const struct {
	const char *why, *text;
	size_t size;
	const char *clean;
} texts[] = {
	{ "a new line that would forge a log line", "a\n<0>kernel: fake", 64,
	  "a\\x0a<0>kernel: fake" },
	{ "an escape sequence", "\x1b[2Jx", 64, "\\x1b[2Jx" },
	{ "CSI as one character of UTF-8", "a\xc2\x9b" "2J\xc2\xa0z", 64, "a\\xc2\\x9b2J\xc2\xa0z" },
	{ "delete", "a\x7f-", 64, "a\\x7f-" },
	{ "nothing", "", 64, "" },
	{ "letters of other languages stay", "gr\xc3\xbc\xc3\x9f", 64, "gr\xc3\xbc\xc3\x9f" },
	{ "cut before it does not fit", "abcdefgh", 8, "abc" },
	{ "an escape is whole or not there", "ab\n", 8, "ab\\x0a" },
	{ "an escape that does not fit", "abc\n", 8, "abc" },
	{ "room for nothing but the end", "abc", 1, "" },
};

TABLE_TEST(log, texts, texts, row)
{
	char buf[65];

	memset(buf, '#', sizeof(buf));
	cr_expect(eq(str, (char *)log_clean(row->text, buf, row->size), (char *)row->clean), "%s",
		  row->why);
	cr_expect(eq(chr, buf[row->size], '#'), "nothing behind the end: %s", row->why);
}

/* Nobody reads: 1,000 lines into a pipe of one page must neither hang nor be taken for written. */
Test(log, a_reader_that_hangs_does_not_hang_us, .timeout = 20)
{
	struct capture capture;
	static char text[8192];
	ssize_t len;

	log_init("");
	capture_begin(&capture);
	fcntl(capture.pipe[1], F_SETPIPE_SZ, 4096);
	for (int i = 0; i < 1000; i++)
		log_info("line %d", i);
	len = read(capture.pipe[0], text, sizeof(text) - 1);
	cr_expect(gt(int, (int)len, 0), "something was written while there was room");
	log_info("again");
	capture_end(&capture, text, sizeof(text));
	cr_expect(strstr(text, "again\n") == text, "%s", text);
	cr_expect(strstr(text, " messages dropped\n") != NULL, "%s", text);
}
