/* SPDX-License-Identifier: GPL-2.0-only */
/* The parsers of cgroup files: garbage first, then what kernels write. */
#include "source/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"

#define UNTOUCHED 77

/* A copy without a NUL behind it, so that ASan sees a parser that looks there. */
static char *exact_copy(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	cr_assert(copy != NULL);
	memcpy(copy, text, len);
	return copy;
}

static const struct {
	const char *why, *text;
	int err;     /* of parse_number */
	__u64 value; /* where err is 0 */
	int limit_err, pid_err;
} numbers[] = {
	{ "nothing", "", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "an empty line", "\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "a word", "garbage\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "negative", "-1\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "with a sign", "+1\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "a space in front", " 1\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "a space behind", "1 \n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "a unit", "1K\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "hexadecimal", "0x10\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "a fraction", "1.5\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "two lines", "1\n2\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "an empty second line", "1\n\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "2^64", "18446744073709551616\n", -ERANGE, 0, -ERANGE, -ERANGE },
	{ "far too large", "99999999999999999999999999999999\n", -ERANGE, 0, -ERANGE, -ERANGE },
	{ "a limit", "max\n", -EINVAL, 0, 0, -EINVAL },
	{ "a limit in capitals", "MAX\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "more than a limit", "max 100\n", -EINVAL, 0, -EINVAL, -EINVAL },
	{ "0 is no process", "0\n", 0, 0, 0, -ERANGE },
	{ "2^64 - 1", "18446744073709551615\n", 0, UINT64_MAX, 0, -ERANGE },
	{ "2^31, which is no pid", "2147483648\n", 0, 2147483648, 0, -ERANGE },
	{ "2^31 - 1", "2147483647\n", 0, 2147483647, 0, 0 },
	{ "without a newline", "12", 0, 12, 0, 0 },
	{ "with one", "987654321\n", 0, 987654321, 0, 0 },
	{ "zeroes in front", "007\n", 0, 7, 0, 0 },
};

TABLE_TEST(parse, numbers, numbers, row)
{
	char *text = exact_copy(row->text, strlen(row->text));
	__u64 number = UNTOUCHED, limit = UNTOUCHED;
	int32_t pid = UNTOUCHED;
	size_t len = strlen(row->text);

	cr_expect(eq(int, parse_number(text, len, &number), row->err), "%s", row->why);
	cr_expect(eq(u64, number, row->err ? UNTOUCHED : row->value), "%s", row->why);
	cr_expect(eq(int, parse_limit(text, len, &limit), row->limit_err), "limit: %s", row->why);
	if (!row->limit_err)
		cr_expect(eq(u64, limit, row->err ? BOOMD_MAX : row->value), "%s", row->why);
	else
		cr_expect(eq(u64, limit, UNTOUCHED), "%s", row->why);
	cr_expect(eq(int, parse_pid(text, len, &pid), row->pid_err), "pid: %s", row->why);
	cr_expect(eq(i32, pid, row->pid_err ? UNTOUCHED : (int32_t)row->value), "%s", row->why);
	free(text);
}

static const struct {
	const char *why, *text;
	uint32_t found; /* 1: anon, 2: file, 4: anon_thp */
	__u64 anon, file;
} keyed[] = {
	{ "nothing", "", 0, UNTOUCHED, UNTOUCHED },
	{ "no newline, no number", "anon", 0, UNTOUCHED, UNTOUCHED },
	{ "no number", "anon \nfile 2\n", 2, UNTOUCHED, 2 },
	{ "a word for a number", "anon many\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "negative", "anon -1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "too large", "anon 18446744073709551616\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "something behind", "anon 1 2\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "two spaces", "anon  1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "a tab", "anon\t1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "a space in front", " anon 1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "a longer key", "anonymous 1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "a shorter key", "ano 1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "empty lines and lines of others", "\n\nfoo\nbar 1\nfile 2\n", 2, UNTOUCHED, 2 },
	{ "garbage first, then right", "anon x\nanon 5\n", 1, 5, UNTOUCHED },
	{ "the first counts", "anon 5\nanon 6\n", 1, 5, UNTOUCHED },
	{ "a key that begins like another", "anon_thp 9\nanon 5\n", 5, 5, UNTOUCHED },
	{ "without the last newline", "file 2\nanon 1", 3, 1, 2 },
	{ "zero is a value", "anon 0\nfile 0\n", 3, 0, 0 },
};

TABLE_TEST(parse, keyed_lines, keyed, row)
{
	char *text = exact_copy(row->text, strlen(row->text));
	__u64 anon = UNTOUCHED, file = UNTOUCHED, thp = UNTOUCHED;
	const struct parse_key keys[] = { { "anon", &anon },
					  { "file", &file },
					  { "anon_thp", &thp } };

	cr_expect(eq(u32, parse_keyed(text, strlen(row->text), keys, 3), row->found), "%s",
		  row->why);
	cr_expect(eq(u64, anon, row->anon), "%s", row->why);
	cr_expect(eq(u64, file, row->file), "%s", row->why);
	free(text);
}

#define SOME "some avg10=1.11 avg60=2.22 avg300=3.33 total=123456\n"
#define FULL "full avg10=4.44 avg60=5.55 avg300=6.66 total=654321\n"

static const struct {
	const char *why, *text;
	int err;
	__u64 some_total, full_total;
} pressures[] = {
	{ "nothing", "", -ENODATA, 0, 0 },
	{ "a newline", "\n", -ENODATA, 0, 0 },
	{ "garbage", "garbage\n", -ENODATA, 0, 0 },
	{ "only one line", SOME, -ENODATA, 0, 0 },
	{ "the same line twice", SOME SOME, -ENODATA, 0, 0 },
	{ "a name and nothing", "some\n" FULL, -EINVAL, 0, 0 },
	{ "another name", SOME "fuller" FULL, -EINVAL, 0, 0 },
	{ "words for numbers", "some avg10=a avg60=b avg300=c total=d\n" FULL, -EINVAL, 0, 0 },
	{ "negative", "some avg10=-1.11 avg60=2.22 avg300=3.33 total=1\n" FULL, -EINVAL, 0, 0 },
	{ "cut in the middle", "some avg10=1.11 avg60=2.", -EINVAL, 0, 0 },
	{ "cut before the total", SOME "full avg10=4.44 avg60=5.55 avg300=6.66", -EINVAL, 0, 0 },
	{ "cut in the total's name", SOME "full avg10=4.44 avg60=5.55 avg300=6.66 tot", -EINVAL, 0,
	  0 },
	{ "another order", "some avg60=1.11 avg10=2.22 avg300=3.33 total=1\n" FULL, -EINVAL, 0, 0 },
	{ "names that come late", "some 1.11 avg60=2.22 avg300=3.33 total=1\n" FULL, -EINVAL, 0,
	  0 },
	{ "names that end early", "some avg10=1.11 2.22 3.33\n" FULL, -EINVAL, 0, 0 },
	{ "something behind", "some avg10=1.11 avg60=2.22 avg300=3.33 total=1 x\n" FULL, -EINVAL, 0,
	  0 },
	{ "a total that does not fit",
	  "some avg10=1.11 avg60=2.22 avg300=3.33 total=18446744073709551616\n" FULL, -ERANGE, 0,
	  0 },
	{ "a percentage that does not fit", "some avg10=2097152.00 avg60=0 avg300=0 total=0\n" FULL,
	  -ERANGE, 0, 0 },
	{ "nor in 64 bits", "some avg10=18446744073709551615.00 avg60=0 avg300=0 total=0\n" FULL,
	  -ERANGE, 0, 0 },
	{ "the upstream format", SOME FULL, 0, 123456, 654321 },
	{ "the other order", FULL SOME, 0, 123456, 654321 },
	{ "the first of a name counts",
	  SOME FULL "some avg10=9.00 avg60=9.00 avg300=9.00 total=9\n", 0, 123456, 654321 },
	{ "without the last newline", "full 4.44 5.55 6.66\nsome 1.11 2.22 3.33", 0, 0, 0 },
	{ "oomd's old format, without totals",
	  "aggr 315755602\nsome 1.11 2.22 3.33\nfull 4.44 5.55 6.66\n", 0, 0, 0 },
	{ "the same among other lines",
	  "aggr 315755602\nsome 1.11 2.22 3.33\nfull 4.44 5.55 6.66\ncpu0: some 3\n\nlast 5\n", 0,
	  0, 0 },
	{ "more digits than two are cut off",
	  "some 1.119 2.229999999999999999999999999 3.339\nfull 4.449 5.559 6.669\n", 0, 0, 0 },
};

static void expect_percent(const struct boomd_psi *psi, const char *avg10, const char *avg60,
			   const char *avg300, const char *why)
{
	const char *const texts[] = { avg10, avg60, avg300 };
	char text[32];

	for (size_t i = 0; i < BOOMD_WINDOWS; i++) {
		snprintf(text, sizeof(text), "%.2f", (double)psi->avg[i] / 2048);
		cr_expect(eq(str, text, (char *)texts[i]), "%s", why);
	}
}

TABLE_TEST(parse, pressures, pressures, row)
{
	char *text = exact_copy(row->text, strlen(row->text));
	struct boomd_psi psi[BOOMD_STALLS], untouched[BOOMD_STALLS];

	memset(psi, UNTOUCHED, sizeof(psi));
	memset(untouched, UNTOUCHED, sizeof(untouched));
	cr_expect(eq(int, parse_pressure(text, strlen(row->text), psi), row->err), "%s", row->why);
	if (row->err) {
		cr_expect(zero(int, memcmp(psi, untouched, sizeof(psi))), "%s", row->why);
	} else {
		expect_percent(&psi[BOOMD_STALL_SOME], "1.11", "2.22", "3.33", row->why);
		expect_percent(&psi[BOOMD_STALL_FULL], "4.44", "5.55", "6.66", row->why);
		cr_expect(eq(u64, psi[BOOMD_STALL_SOME].total_us, row->some_total), "%s", row->why);
		cr_expect(eq(u64, psi[BOOMD_STALL_FULL].total_us, row->full_total), "%s", row->why);
	}
	free(text);
}

/* Every percentage there is comes back, printed as we do and printed as the kernel does. */
Test(parse, each_percentage_comes_back)
{
	for (unsigned int hundredths = 0; hundredths <= 10000; hundredths++) {
		struct boomd_psi psi[BOOMD_STALLS];
		char said[16], rounded[16], text[256];
		uint32_t fixed;
		int len;

		snprintf(said, sizeof(said), "%u.%02u", hundredths / 100, hundredths % 100);
		len = snprintf(text, sizeof(text), "some %s 0 0\nfull 0 0 0\n", said);
		cr_assert(zero(int, parse_pressure(text, (size_t)len, psi)));
		fixed = psi[BOOMD_STALL_SOME].avg[BOOMD_AVG10];
		snprintf(rounded, sizeof(rounded), "%.2f", (double)fixed / 2048);
		cr_assert(eq(str, rounded, said));
		/* LOAD_INT and LOAD_FRAC of include/linux/sched/loadavg.h */
		cr_assert(eq(u32, (fixed >> 11) * 100 + ((fixed & 2047) * 100 >> 11), hundredths));
	}
}

static const struct boomd_device devices[] = {
	{ .major = 8, .minor = 0, .device_class = BOOMD_DEVICE_SSD, .used = 1 },
	{ .major = 8, .minor = 16, .device_class = BOOMD_DEVICE_HDD, .used = 1 },
	{ .major = 8, .minor = 32, .device_class = BOOMD_DEVICE_HDD, .used = 1 },
	{ .major = 9, .minor = 9, .device_class = BOOMD_DEVICE_SSD, .used = 0 },
	{ .major = 7, .minor = 7, .device_class = BOOMD_DEVICE_CLASSES, .used = 1 },
};

#define IO_123456 "rbytes=2 wbytes=4 rios=1 wios=3 dbytes=6 dios=5"

static const struct {
	const char *why, *text;
	int err;
	struct boomd_io ssd, hdd;
} io_stats[] = {
	{ "a word", "garbage\n", -EINVAL, { 0 }, { 0 } },
	{ "an empty line", "\n", -EINVAL, { 0 }, { 0 } },
	{ "half a device", "8 " IO_123456 "\n", -EINVAL, { 0 }, { 0 } },
	{ "half a device and a colon", "8: " IO_123456 "\n", -EINVAL, { 0 }, { 0 } },
	{ "a device's name", "sda " IO_123456 "\n", -EINVAL, { 0 }, { 0 } },
	{ "something stuck to the device", "8:0x " IO_123456 "\n", -EINVAL, { 0 }, { 0 } },
	{ "a word for a number", "8:0 rbytes=x\n", -EINVAL, { 0 }, { 0 } },
	{ "no number", "8:0 rbytes=\n", -EINVAL, { 0 }, { 0 } },
	{ "a number that does not fit",
	  "8:0 rbytes=18446744073709551616\n",
	  -ERANGE,
	  { 0 },
	  { 0 } },
	{ "garbage behind a right line",
	  "8:0 " IO_123456 "\n8:16 rios=-1\n",
	  -EINVAL,
	  { 0 },
	  { 0 } },
	{ "no device has done anything", "", 0, { 0 }, { 0 } },
	{ "a device of others", "8:1 " IO_123456 "\n", 0, { 0 }, { 0 } },
	{ "a device that is not used", "9:9 " IO_123456 "\n", 0, { 0 }, { 0 } },
	{ "a device of a class that is none", "7:7 " IO_123456 "\n", 0, { 0 }, { 0 } },
	{ "a device and nothing, as kernels can write", "8:0\n8:0 \n", 0, { 0 }, { 0 } },
	{ "an SSD", "8:0 " IO_123456 "\n", 0, { 1, 2, 3, 4, 5, 6 }, { 0 } },
	{ "two disks of one class, and one of others",
	  "8:16 " IO_123456 "\n8:48 " IO_123456 "\n8:32 " IO_123456 "\n",
	  0,
	  { 0 },
	  { 2, 4, 6, 8, 10, 12 } },
	{ "one of each",
	  "8:0 " IO_123456 "\n8:16 rios=7\n",
	  0,
	  { 1, 2, 3, 4, 5, 6 },
	  { .read_ios = 7 } },
	{ "keys of newer kernels",
	  "8:0 " IO_123456 " cost.usage=5 use_delay=x\n",
	  0,
	  { 1, 2, 3, 4, 5, 6 },
	  { 0 } },
	{ "without the last newline", "8:0 " IO_123456, 0, { 1, 2, 3, 4, 5, 6 }, { 0 } },
};

TABLE_TEST(parse, io_stats, io_stats, row)
{
	char *text = exact_copy(row->text, strlen(row->text));
	struct boomd_io io[BOOMD_DEVICE_CLASSES], untouched[BOOMD_DEVICE_CLASSES];

	memset(io, UNTOUCHED, sizeof(io));
	memset(untouched, UNTOUCHED, sizeof(untouched));
	cr_expect(eq(int, parse_io_stat(text, strlen(row->text), devices, ARRAY_SIZE(devices), io),
		     row->err),
		  "%s", row->why);
	if (row->err) {
		cr_expect(zero(int, memcmp(io, untouched, sizeof(io))), "%s", row->why);
	} else {
		cr_expect(zero(int, memcmp(&io[BOOMD_DEVICE_SSD], &row->ssd, sizeof(row->ssd))),
			  "%s", row->why);
		cr_expect(zero(int, memcmp(&io[BOOMD_DEVICE_HDD], &row->hdd, sizeof(row->hdd))),
			  "%s", row->why);
	}
	free(text);
}

#define TO_START " 1 2 3 4 5 4194560 10 11 12 13 14 15 16 17 20 0 1 0 "

static const struct {
	const char *why, *text;
	int err;
	const char *comm;
	char state;
} processes[] = {
	{ "nothing", "", -EINVAL, "", 0 },
	{ "no name", "12 S" TO_START "900 1 25 0\n", -EINVAL, "", 0 },
	{ "an open name", "12 (foo S" TO_START "900 1 25 0\n", -EINVAL, "", 0 },
	{ "only its end", "12 foo) S" TO_START "900 1 25 0\n", -EINVAL, "", 0 },
	{ "the end before the beginning", "12) (foo S" TO_START "900 1 25 0\n", -EINVAL, "", 0 },
	{ "no pid", "x (foo) S" TO_START "900 1 25 0\n", -EINVAL, "", 0 },
	{ "nothing behind the name", "12 (foo)", -EINVAL, "", 0 },
	{ "no state", "12 (foo) ", -EINVAL, "", 0 },
	{ "nothing behind the state", "12 (foo) S", -EINVAL, "", 0 },
	{ "cut before its start", "12 (foo) S" TO_START, -EINVAL, "", 0 },
	{ "a start that is no number", "12 (foo) S" TO_START "x 1 25 0\n", -EINVAL, "", 0 },
	{ "a start that does not fit", "12 (foo) S" TO_START "18446744073709551616 1 25 0\n",
	  -ERANGE, "", 0 },
	{ "cut in the flags", "12 (foo) S 1 2 3 4 5 41", -EINVAL, "", 0 },
	{ "a name like the end of a name", "12 (foo) Z ) R" TO_START "900 1 25 0\n", 0, "foo) Z ",
	  'R' },
	{ "a name of brackets", "12 ()))((() S" TO_START "900 1 25 0\n", 0, ")))(((", 'S' },
	{ "no name in the brackets", "12 () S" TO_START "900 1 25 0\n", 0, "", 'S' },
	{ "a name with newlines", "12 (a\nb) S" TO_START "900 1 25 0\n", 0, "a\nb", 'S' },
	{ "a name longer than names are", "12 (0123456789abcdefghi) S" TO_START "900 1 25 0\n", 0,
	  "0123456789abcde", 'S' },
	{ "a zombie", "12 (foo) Z" TO_START "900 1 25 0\n", 0, "foo", 'Z' },
	{ "nothing behind what is wanted", "12 (foo) S" TO_START "900 1 25\n", 0, "foo", 'S' },
	{ "not even a newline", "12 (foo) S" TO_START "900 1 25", 0, "foo", 'S' },
};

TABLE_TEST(parse, processes, processes, row)
{
	char *text = exact_copy(row->text, strlen(row->text));
	struct parse_process process, untouched;

	memset(&process, UNTOUCHED, sizeof(process));
	memset(&untouched, UNTOUCHED, sizeof(untouched));
	cr_expect(eq(int, parse_process(text, strlen(row->text), &process), row->err), "%s",
		  row->why);
	if (row->err) {
		cr_expect(zero(int, memcmp(&process, &untouched, sizeof(process))), "%s", row->why);
	} else {
		cr_expect(eq(str, process.comm, (char *)row->comm), "%s", row->why);
		cr_expect(eq(chr, process.state, row->state), "%s", row->why);
		cr_expect(eq(u64, process.kernel_flags, 4194560), "%s", row->why);
		cr_expect(eq(u64, process.start_ticks, 900), "%s", row->why);
		cr_expect(eq(u64, process.rss_pages, 25), "%s", row->why);
	}
	free(text);
}
