/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows from files: what garbage leaves out, and every field of a cgroup that has them all. */
#include "source/cgroupfs_row.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/fixture.h"

#define ALL_FLAGS                                                                    \
	(BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_SWAP | BOOMD_ROW_HAS_STAT |            \
	 BOOMD_ROW_HAS_MEMORY_PSI | BOOMD_ROW_HAS_IO_PSI | BOOMD_ROW_HAS_POPULATED | \
	 BOOMD_ROW_POPULATED | BOOMD_ROW_HAS_DYING)

static const struct fixture_cgroup full = {
	.current = 1001,
	.swap = 1002,
	.min = 1003,
	.low = 1004,
	.high = 1005,
	.max = 1006,
	.swap_max = 1007,
	.anon = 1008,
	.file = 1009,
	.shmem = 1010,
	.pgscan = 1011,
	.pgsteal = 1012,
	.refault = 1013,
	.events = { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	.memory_some = { 1.25, 2.50, 3.75, 11 },
	.memory_full = { 4.25, 5.50, 6.75, 12 },
	.io_some = { 7.25, 8.50, 9.75, 13 },
	.io_full = { 10.25, 11.50, 12.75, 14 },
	.oom_group = true,
	.nr_dying = 27,
};

static const struct boomd_row full_row = {
	.level = 1,
	.flags = ALL_FLAGS | BOOMD_ROW_OOM_GROUP,
	.nr_dying = 27,
	.memory_bytes = 1001,
	.swap_bytes = 1002,
	.min_bytes = 1003,
	.low_bytes = 1004,
	.high_bytes = 1005,
	.max_bytes = 1006,
	.swap_max_bytes = 1007,
	.anon_bytes = 1008,
	.file_bytes = 1009,
	.shmem_bytes = 1010,
	.pgscan_pages = 1011,
	.pgsteal_pages = 1012,
	.refault_pages = 1013,
	.events = { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	.psi = { { { .total_us = 11, .avg = { 2560, 5120, 7680 } },
		   { .total_us = 12, .avg = { 8704, 11264, 13824 } } },
		 { { .total_us = 13, .avg = { 14848, 17408, 19968 } },
		   { .total_us = 14, .avg = { 20992, 23552, 26112 } } } },
};

/* The row of cgroup "a" as the snapshot has it now. */
static struct boomd_row row_now(struct fixture *fixture)
{
	struct cgroup *a;

	fixture_tree(fixture);
	a = fixture_get(fixture, "a");
	cr_assert(ne(ptr, a, NULL));
	return *a->row;
}

Test(cgroupfs_row, has_every_field)
{
	struct fixture *fixture = fixture_new();
	struct boomd_row row, expected = full_row;
	struct stat stat;
	char path[512];

	fixture_cgroup(fixture, "a", full);
	row = row_now(fixture);
	snprintf(path, sizeof(path), "%s/a", fixture_cgroup_fs(fixture));
	cr_assert(zero(int, lstat(path, &stat)));
	expected.id = stat.st_ino;
	cr_assert(zero(int, lstat(fixture_cgroup_fs(fixture), &stat)));
	expected.parent_id = stat.st_ino;
	for (size_t i = 0; i < sizeof(row); i++)
		cr_assert(eq(u8, ((uint8_t *)&row)[i], ((uint8_t *)&expected)[i]),
			  "byte %zu of struct boomd_row", i);
	fixture_free(fixture);
}

static __u64 field(const struct boomd_row *row, size_t offset)
{
	__u64 value;

	memcpy(&value, (const char *)row + offset, sizeof(value));
	return value;
}

/* One file of the full cgroup is made garbage of or, with text NULL, removed. */
static const struct {
	const char *why, *file, *text;
	uint32_t flags; /* that are gone */
	size_t offset;	/* of a __u64 in struct boomd_row, and what it is then */
	__u64 value;
} broken[] = {
#define FIELD(name) offsetof(struct boomd_row, name)
	{ "words", "memory.current", "garbage\n", BOOMD_ROW_HAS_MEMORY, FIELD(memory_bytes), 0 },
	{ "no text", "memory.current", "", BOOMD_ROW_HAS_MEMORY, FIELD(memory_bytes), 0 },
	{ "\"max\" is no usage", "memory.current", "max\n", BOOMD_ROW_HAS_MEMORY,
	  FIELD(memory_bytes), 0 },
	{ "negative", "memory.current", "-5\n", BOOMD_ROW_HAS_MEMORY, FIELD(memory_bytes), 0 },
	{ "two lines", "memory.current", "5\n6\n", BOOMD_ROW_HAS_MEMORY, FIELD(memory_bytes), 0 },
	{ "no controller", "memory.current", NULL, BOOMD_ROW_HAS_MEMORY, FIELD(memory_bytes), 0 },
	{ "without the controller no limits", "memory.current", NULL, BOOMD_ROW_HAS_MEMORY,
	  FIELD(max_bytes), 0 },
	{ "no min", "memory.min", NULL, 0, FIELD(min_bytes), 0 },
	{ "words for min", "memory.min", "a\n", 0, FIELD(min_bytes), 0 },
	{ "\"max\" for min", "memory.min", "max\n", 0, FIELD(min_bytes), BOOMD_MAX },
	{ "no low", "memory.low", NULL, 0, FIELD(low_bytes), 0 },
	{ "no high is no limit", "memory.high", NULL, 0, FIELD(high_bytes), BOOMD_MAX },
	{ "words for high", "memory.high", "a\n", 0, FIELD(high_bytes), BOOMD_MAX },
	{ "a high of 0 is one", "memory.high", "0\n", 0, FIELD(high_bytes), 0 },
	{ "no max is no limit", "memory.max", NULL, 0, FIELD(max_bytes), BOOMD_MAX },
	{ "no swap", "memory.swap.current", NULL, BOOMD_ROW_HAS_SWAP, FIELD(swap_bytes), 0 },
	{ "words for swap", "memory.swap.current", "a\n", BOOMD_ROW_HAS_SWAP, FIELD(swap_bytes),
	  0 },
	{ "no swap, no limit of it", "memory.swap.current", NULL, BOOMD_ROW_HAS_SWAP,
	  FIELD(swap_max_bytes), 0 },
	{ "no limit of swap", "memory.swap.max", NULL, 0, FIELD(swap_max_bytes), BOOMD_MAX },
	{ "no memory.stat", "memory.stat", NULL, BOOMD_ROW_HAS_STAT, FIELD(anon_bytes), 0 },
	{ "nothing of ours in memory.stat", "memory.stat", "foo 1\n", BOOMD_ROW_HAS_STAT,
	  FIELD(anon_bytes), 0 },
	{ "garbage among memory.stat", "memory.stat", "anon x\nfile 5\n", 0, FIELD(anon_bytes), 0 },
	{ "and what is right of it", "memory.stat", "anon x\nfile 5\n", 0, FIELD(file_bytes), 5 },
	{ "refaults of both kinds", "memory.stat",
	  "workingset_refault_anon 3\nworkingset_refault_file 4\n", 0, FIELD(refault_pages), 7 },
	{ "no memory.events", "memory.events", NULL, 0, FIELD(events.oom_kill), 0 },
	{ "an old memory.events", "memory.events", "low 0\nhigh 0\nmax 0\noom 5\noom_kill 6\n", 0,
	  FIELD(events.oom_group_kill), 0 },
	{ "words in memory.swap.events", "memory.swap.events", "max x\nfail 3\n", 0,
	  FIELD(events.swap_fail), 3 },
	{ "no memory.pressure", "memory.pressure", NULL, BOOMD_ROW_HAS_MEMORY_PSI,
	  FIELD(psi[0][1].total_us), 0 },
	{ "words in memory.pressure", "memory.pressure", "some of\nfull of\n",
	  BOOMD_ROW_HAS_MEMORY_PSI, FIELD(psi[0][1].total_us), 0 },
	{ "half of memory.pressure", "memory.pressure", "some 1.00 2.00 3.00\n",
	  BOOMD_ROW_HAS_MEMORY_PSI, FIELD(psi[0][0].total_us), 0 },
	{ "oomd's old memory.pressure", "memory.pressure",
	  "aggr 1\nsome 1.00 2.00 3.00\nfull 4.00 5.00 6.00\n", 0, FIELD(psi[0][0].avg),
	  4096ULL << 32 | 2048 },
	{ "no io.pressure", "io.pressure", NULL, BOOMD_ROW_HAS_IO_PSI, FIELD(psi[1][0].total_us),
	  0 },
	{ "no cgroup.events", "cgroup.events", NULL, BOOMD_ROW_HAS_POPULATED | BOOMD_ROW_POPULATED,
	  FIELD(memory_bytes), 1001 },
	{ "populated, but how much", "cgroup.events", "populated 2\n",
	  BOOMD_ROW_HAS_POPULATED | BOOMD_ROW_POPULATED, FIELD(memory_bytes), 1001 },
	{ "populated, but not a number", "cgroup.events", "populated yes\n",
	  BOOMD_ROW_HAS_POPULATED | BOOMD_ROW_POPULATED, FIELD(memory_bytes), 1001 },
	{ "not populated", "cgroup.events", "populated 0\n", BOOMD_ROW_POPULATED,
	  FIELD(memory_bytes), 1001 },
	{ "no cgroup.stat", "cgroup.stat", NULL, BOOMD_ROW_HAS_DYING, FIELD(memory_bytes), 1001 },
	{ "a cgroup.stat without the key", "cgroup.stat", "nr_descendants 3\n", BOOMD_ROW_HAS_DYING,
	  FIELD(memory_bytes), 1001 },
	{ "no memory.oom.group", "memory.oom.group", NULL, BOOMD_ROW_OOM_GROUP, FIELD(memory_bytes),
	  1001 },
	{ "oom.group 0", "memory.oom.group", "0\n", BOOMD_ROW_OOM_GROUP, FIELD(memory_bytes),
	  1001 },
	{ "oom.group 2", "memory.oom.group", "2\n", BOOMD_ROW_OOM_GROUP, FIELD(memory_bytes),
	  1001 },
	{ "oom.group yes", "memory.oom.group", "yes\n", BOOMD_ROW_OOM_GROUP, FIELD(memory_bytes),
	  1001 },
	{ "oom.group 1 and a line", "memory.oom.group", "1\n1\n", BOOMD_ROW_OOM_GROUP,
	  FIELD(memory_bytes), 1001 },
#undef FIELD
};

TABLE_TEST(cgroupfs_row, broken_files, broken, test)
{
	struct fixture *fixture = fixture_new();
	struct boomd_row row;
	char path[64];

	snprintf(path, sizeof(path), "a/%s", test->file);
	fixture_cgroup(fixture, "a", full);
	if (test->text)
		fixture_write(fixture, path, "%s", test->text);
	else
		fixture_remove(fixture, path);
	row = row_now(fixture);
	cr_expect(eq(u32, row.flags, full_row.flags & ~test->flags), "%s: %s", test->file,
		  test->why);
	cr_expect(eq(u64, field(&row, test->offset), test->value), "%s: %s", test->file, test->why);
	fixture_free(fixture);
}

/* Files that are no files may not stop a snapshot, least of all a pipe that nobody writes. */
Test(cgroupfs_row, things_that_are_no_files, .timeout = 20)
{
	struct fixture *fixture = fixture_new();
	struct boomd_row row;
	char path[512];

	fixture_cgroup(fixture, "a", full);
	fixture_remove(fixture, "a/memory.current");
	snprintf(path, sizeof(path), "%s/a/memory.current", fixture_cgroup_fs(fixture));
	cr_assert(zero(int, mkfifo(path, 0600)));
	fixture_remove(fixture, "a/memory.pressure");
	snprintf(path, sizeof(path), "%s/a/memory.pressure", fixture_cgroup_fs(fixture));
	cr_assert(zero(int, symlink("/proc/pressure/memory", path)));
	fixture_remove(fixture, "a/io.pressure");
	snprintf(path, sizeof(path), "%s/a/io.pressure", fixture_cgroup_fs(fixture));
	cr_assert(zero(int, mkdir(path, 0700)));
	row = row_now(fixture);
	cr_expect(zero(u32, row.flags & (BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_MEMORY_PSI |
					 BOOMD_ROW_HAS_IO_PSI)));
	cr_expect(eq(u64, row.swap_bytes, 1002), "the rest is there");
	fixture_free(fixture);
}

Test(cgroupfs_row, unreadable_files)
{
	struct fixture *fixture = fixture_new();
	struct boomd_row row;
	char path[512];

	fixture_cgroup(fixture, "a", full);
	snprintf(path, sizeof(path), "%s/a/memory.current", fixture_cgroup_fs(fixture));
	cr_assert(zero(int, chmod(path, 0)));
	if (!access(path, R_OK)) {
		fixture_free(fixture);
		cr_skip_test("root may read everything");
	}
	row = row_now(fixture);
	cr_expect(zero(u32, row.flags & BOOMD_ROW_HAS_MEMORY));
	cr_expect(eq(u64, row.swap_bytes, 1002), "the rest is there");
	fixture_free(fixture);
}

/* memory.stat beyond the buffer: what is whole counts, and nothing is read from half a line. */
Test(cgroupfs_row, files_longer_than_the_buffer)
{
	static char text[CGROUPFS_FILE_BYTES * 2];
	struct fixture *fixture = fixture_new();
	struct boomd_row row;
	size_t len = 0;

	fixture_cgroup(fixture, "a", full);
	len += (size_t)sprintf(text, "anon 111\n");
	while (len < CGROUPFS_FILE_BYTES - 8)
		len += (size_t)sprintf(text + len, "x 1\n");
	sprintf(text + len, "file 123456789\nshmem 5\n"); /* cut within the number */
	fixture_write(fixture, "a/memory.stat", "%s", text);
	row = row_now(fixture);
	cr_expect(eq(u64, row.anon_bytes, 111));
	cr_expect(zero(u64, row.file_bytes), "not 12");
	cr_expect(zero(u64, row.shmem_bytes));
	memset(text, '1', sizeof(text) - 1);
	fixture_write(fixture, "a/memory.stat", "%s", text);
	row = row_now(fixture);
	cr_expect(zero(u32, row.flags & BOOMD_ROW_HAS_STAT), "one line without an end");
	fixture_free(fixture);
}

static const struct {
	const char *why, *name, *value;
	uint32_t preference;
} xattrs[] = {
	{ "another name", "user.oomd_preferx", "1", 0 },
	{ "what oomd writes itself", "user.oomd_kill", "garbage", 0 },
	{ "garbage is as good as anything", "user.oomd_prefer", "\x01\xff garbage",
	  BOOMD_USER_PREFER },
	{ "even \"0\"", "user.oomd_avoid", "0", BOOMD_USER_AVOID },
	{ "even nothing", "user.oomd_avoid", "", BOOMD_USER_AVOID },
	{ "root's prefer", "trusted.oomd_prefer", "1", BOOMD_TRUSTED_PREFER },
	{ "root's avoid", "trusted.oomd_avoid", "", BOOMD_TRUSTED_AVOID },
};

TABLE_TEST(cgroupfs_row, preferences, xattrs, test)
{
	struct fixture *fixture = fixture_new();
	const char *name_space = strncmp(test->name, "user.", 5) ? "trusted." : "user.";

	if (!fixture_can_xattr(fixture, name_space)) {
		fixture_free(fixture);
		cr_skip_test("%s xattrs cannot be set here (trusted ones need root)", name_space);
	}
	fixture_cgroup(fixture, "a", full);
	cr_assert(zero(int, fixture_xattr(fixture, "a", test->name, test->value)));
	cr_expect(eq(u32, row_now(fixture).preference, test->preference), "%s", test->why);
	cr_assert(zero(int, fixture_xattr(fixture, "a", test->name, NULL)));
	cr_expect(zero(u32, row_now(fixture).preference), "removed: %s", test->why);
	fixture_free(fixture);
}

Test(cgroupfs_row, counts_the_devices_given)
{
	static const struct boomd_device devices[] = { { 8, 0, BOOMD_DEVICE_SSD, 1 },
						       { 8, 16, BOOMD_DEVICE_HDD, 1 } };
	struct fixture *fixture = fixture_new();
	const struct source_options options = {
		.cgroup_fs = fixture_cgroup_fs(fixture),
		.proc = fixture_proc(fixture),
		.devices = devices,
		.nr_devices = ARRAY_SIZE(devices),
	};
	struct snapshot snapshot;
	struct source *source;

	fixture_write(fixture, "io.stat", "8:0 rbytes=5 rios=1\n8:16 wbytes=7\n8:32 rios=9\n");
	cr_assert(zero(int, source_cgroupfs_open(&options, &source)));
	cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
	cr_assert(eq(sz, snapshot.nr_rows, 1));
	cr_expect(ne(u32, snapshot.rows[0].flags & BOOMD_ROW_HAS_IO, 0));
	cr_expect(eq(u64, snapshot.rows[0].io[BOOMD_DEVICE_SSD].read_bytes, 5));
	cr_expect(eq(u64, snapshot.rows[0].io[BOOMD_DEVICE_SSD].read_ios, 1));
	cr_expect(eq(u64, snapshot.rows[0].io[BOOMD_DEVICE_HDD].write_bytes, 7));
	fixture_write(fixture, "io.stat", "8:0 rbytes=many\n");
	cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
	cr_expect(zero(u32, snapshot.rows[0].flags & BOOMD_ROW_HAS_IO), "garbage");
	source->ops->close(source);
	fixture_free(fixture);
}

/* The folder goes away between its listing and the end of its reading. */
Test(cgroupfs_row, a_cgroup_that_is_gone_has_no_row)
{
	struct fixture *fixture = fixture_new();
	static struct cgroupfs_reader reader = { .proc_fd = -1 };
	struct cgroupfs_folder folder = { .name = "a", .id = 5, .parent_id = 1, .level = 1 };
	struct boomd_row row;
	char path[512];

	fixture_cgroup(fixture, "a", full);
	snprintf(path, sizeof(path), "%s/a", fixture_cgroup_fs(fixture));
	folder.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(ge(int, folder.fd, 0));
	cr_expect(zero(int, cgroupfs_row_read(&reader, &folder, &row)));
	cr_expect(not(cgroupfs_is_gone(folder.fd)));
	fixture_remove(fixture, "a");
	cr_expect(eq(int, cgroupfs_row_read(&reader, &folder, &row), -ENOENT));
	cr_expect(cgroupfs_is_gone(folder.fd));
	close(folder.fd);
	fixture_free(fixture);
}
