/* SPDX-License-Identifier: GPL-2.0-only */
/* --device and the coefficients: what is taken and what is refused, with the place of the mistake. */
#include "devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"

static char sys_block[] = "/tmp/boomd-devices-XXXXXX";

static void make_device(const char *name, const char *rotational)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", sys_block, name);
	cr_assert(zero(int, mkdir(path, 0700)));
	snprintf(path, sizeof(path), "%s/%s/queue", sys_block, name);
	cr_assert(zero(int, mkdir(path, 0700)));
	snprintf(path, sizeof(path), "%s/%s/queue/rotational", sys_block, name);
	file = fopen(path, "we");
	cr_assert(file != NULL);
	fputs(rotational, file);
	fclose(file);
}

static void setup(void)
{
	cr_assert(mkdtemp(sys_block) != NULL);
	make_device("8:0", "1\n");
	make_device("259:1", "0\n");
	make_device("7:7", "garbage\n");
	make_device("7:8", "2\n");
}

static void teardown(void)
{
	static const char *const names[] = { "8:0", "259:1", "7:7", "7:8" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s/queue/rotational", sys_block, names[i]);
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s/queue", sys_block, names[i]);
		rmdir(path);
		snprintf(path, sizeof(path), "%s/%s", sys_block, names[i]);
		rmdir(path);
	}
	rmdir(sys_block);
}

static const struct {
	const char *text;
	int err;
	size_t bad_at; /* where the message points */
	size_t nr;
	const char *why;
} lists[] = {
	{ "", -EINVAL, 0, 0, "nothing" },
	{ "abc", -EINVAL, 0, 0, "no number" },
	{ "8", -EINVAL, 0, 0, "no minor" },
	{ "8:0x", -EINVAL, 0, 0, "text behind it" },
	{ "-8:0", -EINVAL, 0, 0, "negative" },
	{ " 8:0", -EINVAL, 0, 0, "white space" },
	{ "8:99999999999999999999", -EINVAL, 0, 0, "a minor that overflows" },
	{ "8:0,,259:1", -EINVAL, 4, 0, "an empty one" },
	{ "8:0,9:9", -ENOENT, 4, 0, "not there" },
	{ "7:7", -EINVAL, 0, 0, "its class is garbage" },
	{ "7:8", -EINVAL, 0, 0, "its class is neither" },
	{ "8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0,8:0", -E2BIG, 64, 0,
	  "too many" },
	{ "8:0", 0, 0, 1, "one" },
	{ "8:0,259:1", 0, 0, 2, "two" },
	{ "8:0,259:1,", 0, 0, 2, "a trailing comma" },
};

TABLE_TEST(devices, lists, lists, row)
{
	struct boomd_device devices[BOOMD_DEVICES_MAX] = { 0 };
	const char *bad = NULL;
	size_t nr = 0;

	setup();
	cr_expect(eq(int, devices_parse(row->text, sys_block, devices, &nr, &bad), row->err), "%s",
		  row->why);
	cr_expect(eq(sz, nr, row->nr), "%s", row->why);
	if (row->err)
		cr_expect(eq(sz, (size_t)(bad - row->text), row->bad_at), "%s", row->why);
	if (row->nr == 2) {
		cr_expect(eq(u32, devices[0].device_class, BOOMD_DEVICE_HDD), "%s", row->why);
		cr_expect(eq(u32, devices[1].device_class, BOOMD_DEVICE_SSD), "%s", row->why);
		cr_expect(eq(u32, devices[1].major, 259), "%s", row->why);
	}
	teardown();
}

static const struct {
	const char *text;
	int err;
	double first, last;
	const char *why;
} coefficients[] = {
	{ "", -EINVAL, 0, 0, "nothing" },
	{ "a", -EINVAL, 0, 0, "no number" },
	{ "1,,2", -EINVAL, 0, 0, "an empty one" },
	{ "1;2", -EINVAL, 0, 0, "another separator" },
	{ "-1", -EINVAL, 0, 0, "negative" },
	{ "nan", -EINVAL, 0, 0, "not a number, literally" },
	{ "inf", -EINVAL, 0, 0, "infinite" },
	{ "1,2,3,4,5,6,7", -EINVAL, 0, 0, "seven" },
	{ "1.5", 0, 1.5, 0, "the rest is 0" },
	{ "1,2,3,4,5,6e-3", 0, 1, 6e-3, "all six" },
};

TABLE_TEST(devices, coefficients, coefficients, row)
{
	struct io_coefficients io = { 0 };

	cr_expect(eq(int, devices_parse_coefficients(row->text, &io), row->err), "%s", row->why);
	cr_expect(eq(dbl, io.read_ios, row->first), "%s", row->why);
	cr_expect(eq(dbl, io.discard_bytes, row->last), "%s", row->why);
}
