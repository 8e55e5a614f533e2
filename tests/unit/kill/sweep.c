/* SPDX-License-Identifier: GPL-2.0-only */
/* Small parts of the room: paths, counts. */
#include <errno.h>
#include <string.h>

#include "kill/mark.h"
#include "kill/sweep.h"
#include "table_test.h"

static const struct {
	const char *why, *inner, *outer;
	bool below;
} paths[] = {
	{"a name that only begins alike", "system.slice2/a", "system.slice", false},
	{"the parent is not below the child", "system.slice", "system.slice/a", false},
	{"the root is not below anything", "", "system.slice", false},
	{"everybody is below the root", "system.slice/a", "", true},
	{"the root is the root", "", "", true},
	{"itself", "system.slice/a", "system.slice/a", true},
	{"a child", "system.slice/a", "system.slice", true},
};

TABLE_TEST(kill_sweep, below, paths, row)
{
	cr_expect(eq(int, sweep_path_is_below(row->inner, row->outer), row->below), "%s", row->why);
}

Test(kill_sweep, process_that_is_not_there)
{
	char path[64] = "untouched";

	cr_expect(eq(int, sweep_cgroup_of("5000000", path, sizeof(path)), -ENOENT));
	cr_expect(eq(str, path, "untouched"));
}

Test(kill_sweep, path_that_does_not_fit)
{
	char path[64];
	int whole = sweep_cgroup_of("self", path, sizeof(path));

	if (whole == -ENODATA)
		cr_skip_test("this system has no cgroup2");
	cr_expect(eq(int, sweep_cgroup_of("self", path, 0), -ENAMETOOLONG));
}

static const struct {
	const char *why, *text;
	size_t length;
	int expected;
	uint64_t count;
} counts[] = {
	{"nothing", "", 0, -EINVAL, 0},
	{"a NUL inside", "1\0002", 3, -EINVAL, 0},
	{"a newline", "1\n", 2, -EINVAL, 0},
	{"a sign", "-1", 2, -EINVAL, 0},
	{"hexadecimal", "0x10", 4, -EINVAL, 0},
	{"one above the top", "18446744073709551616", 20, -EINVAL, 0},
	{"the top", "18446744073709551615", 20, 0, UINT64_MAX},
	{"leading zeros", "007", 3, 0, 7},
	{"no terminator needed", "42garbage", 2, 0, 42},
};

TABLE_TEST(kill_mark, counts, counts, row)
{
	uint64_t count = 77;

	cr_expect(eq(int, mark_parse_count(row->text, row->length, &count), row->expected), "%s",
		  row->why);
	cr_expect(eq(u64, count, row->expected ? 77 : row->count), "%s", row->why);
}
