/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts nobody wrote: a good file cut off anywhere, or with bytes changed, 5,000 times. Nothing
 * may crash or leak (run it with SAN=1), and every refusal has to say where.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/config/messages.h"

/* Much of the grammar in few bytes, so that changes hit something. */
static const char good[] =
	"// \xc3\xbc\n{\"rulesets\":[{\"name\":\"r\\u00e9\",/* c */\"drop-in\":{\"actions\":true},\n"
	"\"detectors\":[[\"g\",{\"name\":\"d\",\"args\":{\"cgroup\":\"a/*,b\",\"t\":0.85,\"n\":-1e3,}}],],\r\n"
	"\"actions\":{\"b\":{\"name\":\"a\"},\"a\":{\"name\":\"c\",\"args\":{\"dry\":false}}},\n"
	"\"post_action_delay\":\"10\",\"silence-logs\":\"engine\",\"cgroup\":null,\"xattr_filter\":\"u\"}],\n"
	"\"prekill_hooks\":[{\"name\":\"h\",\"args\":{\"x\":[1]},\"args\":{\"x\":18446744073709551616}}]}\n";

static unsigned nr_lines(const char *text, size_t length)
{
	unsigned nr = 1;

	for (size_t i = 0; i < length; i++)
		nr += text[i] == '\n';
	return nr;
}

/* A result is right if messages, result and configuration agree, and places are in the text. */
static void try_text(const char *text, size_t length)
{
	/* Exactly as long as it is, so that ASan sees a step over its end. */
	char *copy = malloc(length ? length : 1);
	struct parsed parsed;

	memcpy(copy, text, length);
	parsed = parsed_new_bytes(copy, length, false);
	cr_assert(parsed.err == 0 || parsed.err == -EINVAL, "%d", parsed.err);
	cr_assert(eq(int, parsed.err == 0, parsed.config != NULL));
	cr_assert(eq(int, parsed.err == 0, parsed.diagnostics.nr_errors == 0));
	for (size_t i = 0; i < parsed.diagnostics.nr_items; i++) {
		const struct diagnostic *item = &parsed.diagnostics.items[i];

		cr_assert(item->at.line >= 1 && item->at.line <= nr_lines(copy, length) &&
				  item->at.column >= 1 && item->at.column <= length + 1,
			  "%u:%u: %s", item->at.line, item->at.column, item->text);
		for (const unsigned char *c = (unsigned char *)item->text; *c; c++)
			cr_assert(ge(u8, *c, 0x20), "%s", item->text);
	}
	parsed_free(&parsed);
	free(copy);
}

Test(config_hostile, good_is_good)
{
	struct parsed parsed = parsed_new(good);

	cr_expect(zero(int, parsed.err), "%s", parsed.messages);
	cr_expect(eq(str, parsed.messages,
		     (char *)"t:6:30: warning: key \"args\" is given again later; this one is "
			     "ignored\n"));
	parsed_free(&parsed);
}

Test(config_hostile, cut_anywhere)
{
	for (size_t length = 0; length < sizeof(good); length++) {
		struct parsed parsed;

		try_text(good, length);
		parsed = parsed_new_bytes(good, length, false);
		/* good ends in "}\n" */
		cr_assert(eq(int, parsed.err, length < sizeof(good) - 2 ? -EINVAL : 0), "%zu: %s",
			  length, parsed.messages);
		parsed_free(&parsed);
	}
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* One change: another byte, a byte more, a byte less, or a piece copied elsewhere. */
static size_t mutate(char *text, size_t length, uint64_t *state)
{
	static const char bytes[] = "{}[],:\"\\/*'#\n\r\t 0-9.eE+ntfuNI\xff\xc3\x80\x7f\x01u";
	size_t at = random_next(state) % length;
	char byte = bytes[random_next(state) % (sizeof(bytes) - 1)];
	size_t from, nr;

	switch (random_next(state) % 5) {
	case 0:
		text[at] = byte;
		return length;
	case 1:
		memmove(text + at + 1, text + at, length - at);
		text[at] = byte;
		return length + 1;
	case 2:
		memmove(text + at, text + at + 1, length - at - 1);
		return length - 1;
	case 3:
		text[at] = (char)random_next(state);
		return length;
	default:
		from = random_next(state) % length;
		nr = random_next(state) % 20;
		if (nr > length - from)
			nr = length - from;
		if (nr > length - at)
			nr = length - at;
		memmove(text + at, text + from, nr);
		return length;
	}
}

Test(config_hostile, changed_5000_times, .timeout = 120)
{
	uint64_t state = 20261123;
	size_t nr_accepted = 0;

	for (int i = 0; i < 5000; i++) {
		char text[sizeof(good) + 16];
		size_t length = sizeof(good) - 1;
		struct parsed parsed;

		memcpy(text, good, length);
		for (uint64_t nr = 1 + random_next(&state) % 8; nr; nr--)
			length = mutate(text, length, &state);
		try_text(text, length);
		parsed = parsed_new_bytes(text, length, false);
		nr_accepted += parsed.err == 0;
		parsed_free(&parsed);
	}
	/* Both must happen, or the changes test nothing. */
	cr_expect(gt(sz, nr_accepted, 50));
	cr_expect(lt(sz, nr_accepted, 4000));
}

/* Many keys, and many of them twice: must not take long. */
Test(config_hostile, many_keys, .timeout = 60)
{
	size_t size = 900000, used = 0;
	char *text = malloc(size + 64);
	struct parsed parsed;

	text[used++] = '{';
	for (unsigned i = 0; used < size; i++)
		used += (size_t)sprintf(text + used, "\"%x\":0,", i);
	text[used++] = '}';
	parsed = parsed_new_bytes(text, used, false);
	cr_expect(zero(int, parsed.err));
	cr_expect(gt(sz, parsed.diagnostics.nr_warnings, 80000));
	parsed_free(&parsed);
	free(text);
}

Test(config_hostile, too_large)
{
	size_t size = 1024 * 1024 + 1;
	char *text = malloc(size);
	struct parsed parsed;

	memset(text, ' ', size);
	text[0] = '{', text[1] = '}';
	parsed = parsed_new_bytes(text, size, false);
	cr_expect(eq(int, parsed.err, -EFBIG));
	cr_expect(eq(sz, parsed.diagnostics.nr_errors, 1));
	parsed_free(&parsed);
	free(text);
}

static const struct {
	const char *file, *message;
	int err;
} files[] = {
	{ "/nonexistent/boomd.json",
	  "/nonexistent/boomd.json: error: expected a file to read: No such file or directory\n",
	  -ENOENT },
	{ "/", "/: error: expected a file to read: Is a directory\n", -EISDIR },
	{ "/dev/zero",
	  "/dev/zero: error: expected a configuration of at most 1 MiB, found a larger one\n",
	  -EFBIG },
	{ "/dev/null", "/dev/null:1:1: error: expected a configuration, the text is empty\n",
	  -EINVAL },
};

TABLE_TEST(config_hostile, files, files, row)
{
	struct diagnostics diagnostics;
	struct config *config = NULL;
	char messages[512];

	diagnostics_init(&diagnostics, row->file, false);
	cr_expect(eq(int, config_load(row->file, &diagnostics, &config), row->err));
	cr_expect(zero(ptr, config));
	messages_collect(&diagnostics, messages, sizeof(messages));
	cr_expect(eq(str, messages, (char *)row->message));
	diagnostics_fini(&diagnostics);
}

/* The file on disk is what is compiled in: the dependency in the Makefile works. */
Test(config_hostile, default_is_the_file)
{
	const char *file = "user/config/default.json";
	struct config *from_file = NULL, *built_in = NULL;
	struct diagnostics diagnostics;

	if (access(file, R_OK))
		cr_skip_test("not run in the source folder");
	diagnostics_init(&diagnostics, file, true);
	cr_assert(zero(int, config_load(file, &diagnostics, &from_file)));
	cr_assert(zero(int, config_default(&diagnostics, &built_in)));
	cr_expect(eq(str, from_file->file, (char *)file));
	cr_assert(eq(sz, from_file->nr_rulesets, built_in->nr_rulesets));
	for (size_t i = 0; i < from_file->nr_rulesets; i++) {
		cr_expect(eq(str, from_file->rulesets[i].name, built_in->rulesets[i].name));
		cr_expect(eq(str, from_file->rulesets[i].actions[0].args[0].value,
			     built_in->rulesets[i].actions[0].args[0].value));
		cr_expect(eq(uint, from_file->rulesets[i].at.line, built_in->rulesets[i].at.line));
	}
	config_free(from_file);
	config_free(built_in);
	diagnostics_fini(&diagnostics);
}
