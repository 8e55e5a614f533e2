/* SPDX-License-Identifier: GPL-2.0-only */
/* meminfo: what counts as a line, and what is refused rather than guessed. */
#include "source/meminfo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"

#define REST "MemFree: 2 kB\nMemAvailable: 3 kB\nSwapTotal: 4 kB\nSwapFree: 5 kB\n"

static const struct {
	const char *why;
	const char *text;
	int err;
	uint64_t total_bytes; /* only where err is 0 */
} texts[] = {
	{ "an empty file has no MemTotal", "", -ENODATA, 0 },
	{ "a file without MemFree", "MemTotal: 8 kB\nMemAvailable: 3 kB\n", -ENODATA, 0 },
	{ "a file without swap lines", "MemTotal: 8 kB\nMemFree: 2 kB\nMemAvailable: 3 kB\n",
	  -ENODATA, 0 },
	{ "a number cut off by the end of the text", REST "MemTotal:   81", -ENODATA, 0 },
	{ "words for a number", "MemTotal: abc kB\n" REST, -EINVAL, 0 },
	{ "no number", "MemTotal:\n" REST, -EINVAL, 0 },
	{ "no unit", "MemTotal: 8\n" REST, -EINVAL, 0 },
	{ "another unit", "MemTotal: 8 MB\n" REST, -EINVAL, 0 },
	{ "something behind the unit", "MemTotal: 8 kBs\n" REST, -EINVAL, 0 },
	{ "negative", "MemTotal: -8 kB\n" REST, -EINVAL, 0 },
	{ "more than 64 bits", "MemTotal: 99999999999999999999999 kB\n" REST, -ERANGE, 0 },
	{ "more than 64 bits once in bytes", "MemTotal: 18446744073709551615 kB\n" REST, -ERANGE,
	  0 },
	{ "a longer key is another key", "MemTotalHuge: 7 kB\n" REST, -ENODATA, 0 },
	{ "a key inside a line", "XMemTotal: 7 kB\n" REST, -ENODATA, 0 },
	{ "spaces in front of the number", "MemTotal:        8 kB\n" REST, 0, 8192 },
	{ "any order", REST "MemTotal: 8 kB\n", 0, 8192 },
	{ "the first counts", "MemTotal: 8 kB\nMemTotal: 9 kB\n" REST, 0, 8192 },
	{ "unknown lines, empty lines",
	  "\n\nFoo: bar\nMemTotal: 8 kB\n" REST "HugePages_Total: 0\n", 0, 8192 },
	{ "zero is a value", "MemTotal: 0 kB\n" REST, 0, 0 },
};

TABLE_TEST(meminfo, texts, texts, row)
{
	const struct system_facts untouched = { .memory_total_bytes = 77, .swap_free_bytes = 78 };
	struct system_facts facts = untouched;

	cr_assert(eq(int, meminfo_parse(row->text, strlen(row->text), &facts), row->err), "%s",
		  row->why);
	if (row->err) {
		cr_expect(zero(int, memcmp(&facts, &untouched, sizeof(facts))), "%s", row->why);
		return;
	}
	cr_expect(eq(u64, facts.memory_total_bytes, row->total_bytes), "%s", row->why);
	cr_expect(eq(u64, facts.memory_free_bytes, 2048), "%s", row->why);
	cr_expect(eq(u64, facts.memory_available_bytes, 3072), "%s", row->why);
	cr_expect(eq(u64, facts.swap_total_bytes, 4096), "%s", row->why);
	cr_expect(eq(u64, facts.swap_free_bytes, 5120), "%s", row->why);
}

Test(meminfo, length_is_respected)
{
	const char text[] = "MemTotal: 8 kB\n" REST;
	struct system_facts facts;

	cr_expect(eq(int, meminfo_parse(text, sizeof(text) - 2, &facts), -ENODATA),
		  "the last line has lost its newline");
}

Test(meminfo, reads_this_machine_twice)
{
	struct system_facts facts = {}, again = {};
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);

	cr_assert(ge(int, fd, 0));
	cr_assert(zero(int, meminfo_read(fd, &facts)));
	cr_assert(zero(int, meminfo_read(fd, &again)), "it reads from the start each time");
	cr_expect(gt(u64, facts.memory_total_bytes, 1 << 20));
	cr_expect(eq(u64, facts.memory_total_bytes, again.memory_total_bytes));
	cr_expect(ge(u64, facts.memory_total_bytes, facts.memory_free_bytes));
	close(fd);
}

Test(meminfo, a_closed_fd_is_an_error)
{
	struct system_facts facts;

	cr_expect(eq(int, meminfo_read(-1, &facts), -EBADF));
}
