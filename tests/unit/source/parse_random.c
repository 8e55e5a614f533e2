/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every parser against texts that nobody wrote: bytes at random, right texts with some bytes
 * changed, and right texts cut anywhere. Under ASan and UBSan a step too far is seen; everywhere,
 * a refused text must leave the result alone. The seed is fixed, so a failure can be had again.
 */
#include "source/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"

#define TURNS	  10000
#define TEXT_MAX  512
#define UNTOUCHED 0x5a

/* Large enough for any result, and for what a parser might write beyond it. */
struct result {
	unsigned char bytes[256];
};

static int run_number(const char *text, size_t len, struct result *result)
{
	return parse_number(text, len, (__u64 *)(void *)result);
}

static int run_limit(const char *text, size_t len, struct result *result)
{
	return parse_limit(text, len, (__u64 *)(void *)result);
}

static int run_pid(const char *text, size_t len, struct result *result)
{
	int32_t *pid = (int32_t *)(void *)result;
	int err = parse_pid(text, len, pid);

	if (!err)
		cr_assert(gt(i32, *pid, 0));
	return err;
}

static int run_keyed(const char *text, size_t len, struct result *result)
{
	__u64 *values = (__u64 *)(void *)result;
	const struct parse_key keys[] = { { "anon", &values[0] },
					  { "a", &values[1] },
					  { "", &values[2] } };

	return parse_keyed(text, len, keys, ARRAY_SIZE(keys)) ? 0 : -1;
}

static int run_pressure(const char *text, size_t len, struct result *result)
{
	return parse_pressure(text, len, (struct boomd_psi *)(void *)result);
}

static int run_io_stat(const char *text, size_t len, struct result *result)
{
	static const struct boomd_device devices[] = { { 8, 0, BOOMD_DEVICE_SSD, 1 },
						       { 8, 16, BOOMD_DEVICE_HDD, 1 } };

	return parse_io_stat(text, len, devices, 2, (struct boomd_io *)(void *)result);
}

static int run_process(const char *text, size_t len, struct result *result)
{
	struct parse_process *process = (struct parse_process *)(void *)result;
	int err = parse_process(text, len, process);

	if (!err)
		cr_assert(ne(ptr, memchr(process->comm, '\0', sizeof(process->comm)), NULL));
	return err;
}

static const struct {
	const char *name;
	int (*run)(const char *text, size_t len, struct result *result);
	const char *right; /* a text that it takes */
} parsers[] = {
	{ "parse_number", run_number, "1234567890\n" },
	{ "parse_limit", run_limit, "max\n" },
	{ "parse_pid", run_pid, "4321\n" },
	{ "parse_keyed", run_keyed, "anon 4096\nfile 8192\nkernel 1\na 5\n" },
	{ "parse_pressure", run_pressure,
	  "some avg10=1.11 avg60=2.22 avg300=3.33 total=1\n"
	  "full avg10=4.44 avg60=5.55 avg300=6.66 total=2\n" },
	{ "parse_pressure, old", run_pressure,
	  "aggr 3\nsome 1.11 2.22 3.33\nfull 4.44 5.55 6.66\n" },
	{ "parse_io_stat", run_io_stat,
	  "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 rbytes=9\n" },
	{ "parse_process", run_process,
	  "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22\n" },
};

/* The text is in memory of just its size, and the parser's answer is checked for its manners. */
static int run_exact(size_t parser, const char *bytes, size_t len)
{
	struct result result, untouched;
	char *text = malloc(len ? len : 1);
	int err;

	cr_assert(text != NULL);
	memcpy(text, bytes, len);
	memset(&result, UNTOUCHED, sizeof(result));
	memset(&untouched, UNTOUCHED, sizeof(untouched));
	err = parsers[parser].run(text, len, &result);
	cr_assert(le(int, err, 0));
	if (err)
		cr_assert(zero(int, memcmp(&result, &untouched, sizeof(result))),
			  "%s refused a text and wrote a result", parsers[parser].name);
	free(text);
	return err;
}

/* Of the bytes that matter more often than any would. */
static char random_byte(void)
{
	static const char common[] = "0123456789. \n\n=:()maxsomefullavg10total-";

	return random() % 4 ? common[(size_t)random() % (sizeof(common) - 1)] : (char)random();
}

TABLE_TEST(parse_random, bytes, parsers, row)
{
	char text[TEXT_MAX];

	srandom(1);
	for (size_t turn = 0; turn < TURNS; turn++) {
		size_t len = (size_t)random() % sizeof(text);

		for (size_t i = 0; i < len; i++)
			text[i] = random_byte();
		run_exact((size_t)(row - parsers), text, len);
	}
}

TABLE_TEST(parse_random, changed, parsers, row)
{
	size_t len = strlen(row->right), nr_taken = 0;
	char text[TEXT_MAX];

	srandom(2);
	cr_assert(zero(int, run_exact((size_t)(row - parsers), row->right, len)), "%s", row->name);
	for (size_t turn = 0; turn < TURNS; turn++) {
		memcpy(text, row->right, len);
		for (long i = random() % 4; i >= 0; i--)
			text[(size_t)random() % len] = random_byte();
		nr_taken += !run_exact((size_t)(row - parsers), text, len);
	}
	cr_expect(gt(sz, nr_taken, 0), "some changes do no harm to %s", row->name);
	cr_expect(lt(sz, nr_taken, TURNS), "and some do to %s", row->name);
}

TABLE_TEST(parse_random, cut, parsers, row)
{
	for (size_t len = 0; len < strlen(row->right); len++)
		run_exact((size_t)(row - parsers), row->right, len);
}
