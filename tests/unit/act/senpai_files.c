/* SPDX-License-Identifier: GPL-2.0-only */
/* What senpai does to the files of a cgroup, and what it leaves alone; in a folder of ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/act/senpai_ledger.h"
#include "table_test.h"
#include "unit/fixture.h"

#define MIB (1ULL << 20)

static struct fixture *f;
static struct senpai_ledger ledger;
static struct senpai_entry entry;

/* 500 MiB of file cache, so that the least is 100 MiB, and 5 MiB a step. */
static void begin(void)
{
	f = fixture_new();
	fixture_cgroup(f, "a", (struct fixture_cgroup){ .current = 500 * MIB });
	fixture_write(f, "a/memory.stat", "active_file %llu\ninactive_file %llu\nactive_anon 0\n"
		      "inactive_anon 0\n", 300 * MIB, 200 * MIB);
	fixture_write_proc(f, "sys/vm/swappiness", "60\n");
	ledger = (struct senpai_ledger){
		.settings = { .limit_min_bytes = 100 * MIB, .limit_max_bytes = 10240 * MIB,
			      .pressure_ms = 10, .max_probe = 0.01, .max_backoff = 1,
			      .coeff_probe = 10, .coeff_backoff = 20 },
		.cgroup_fs = fixture_cgroup_fs(f),
		.proc = fixture_proc(f),
		.memory_total_bytes = 8192 * MIB,
	};
	entry = (struct senpai_entry){ .cgroup_id = fixture_get(f, "a")->row->id, .path = "a" };
}

static void end(void)
{
	fixture_free(f);
}

TestSuite(senpai_files, .init = begin, .fini = end);

static const char *file(const char *folder, const char *name)
{
	static char text[64];
	char path[512];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void expect_file(const char *name, const char *expected, const char *why)
{
	cr_expect(eq(str, (char *)file(fixture_cgroup_fs(f), name), (char *)expected), "%s", why);
}

static int carry_out(enum senpai_order order, double factor)
{
	entry.request = (struct senpai_request){ .order = order, .factor = factor,
						 .swappiness_factor = factor };
	senpai_carry_out(&ledger, &entry, NULL);
	return entry.result.err;
}

/* Its whole life: what was there before comes back. */
static const struct {
	const char *why, *before, *reset, *probed, *backed_off;
} lives[] = {
	{ "no limit before", "max", "524288000", "519045120", "1038090240" },
	{ "never above the limit that was there", "524288000", "524288000", "519045120", "524288000" },
	{ "a limit that it had exceeded", "419430400", "419430400", "415236096", "419430400" },
};

TABLE_TEST(senpai_files, lives, lives, row)
{
	fixture_write(f, "a/memory.high", "%s\n", row->before);
	cr_expect(eq(int, carry_out(SENPAI_RESET, 0), 0));
	expect_file("a/memory.high", row->reset, row->why);
	cr_expect(eq(u64, entry.result.limit_bytes, strtoull(row->reset, NULL, 10)), "%s", row->why);
	cr_expect(eq(int, carry_out(SENPAI_ADJUST, -0.01), 0));
	expect_file("a/memory.high", row->probed, row->why);
	cr_expect(eq(u64, entry.result.before_bytes, strtoull(row->reset, NULL, 10)), "%s", row->why);
	cr_expect(eq(int, carry_out(SENPAI_ADJUST, 1), 0));
	expect_file("a/memory.high", row->backed_off, row->why);
	senpai_give_back(&ledger, &entry);
	expect_file("a/memory.high", row->before, row->why);
	fixture_write(f, "a/memory.high", "4096\n");
	senpai_give_back(&ledger, &entry);
	expect_file("a/memory.high", "4096", "given back once");
}

Test(senpai_files, somebody_elses_limit)
{
	cr_expect(eq(int, carry_out(SENPAI_RESET, 0), 0));
	fixture_write(f, "a/memory.high", "1073741824\n");
	cr_expect(eq(int, carry_out(SENPAI_ADJUST, -0.01), 0));
	expect_file("a/memory.high", "1073741824", "it is not ours to change");
	cr_expect(eq(u64, entry.result.found_bytes, 1073741824));
	cr_expect(eq(u64, entry.result.before_bytes, 500 * MIB));
	senpai_give_back(&ledger, &entry);
	expect_file("a/memory.high", "1073741824", "nor to reset");

	cr_expect(eq(int, carry_out(SENPAI_RESET, 0), 0));
	expect_file("a/memory.high", "524288000", "begun anew");
	senpai_give_back(&ledger, &entry);
	expect_file("a/memory.high", "1073741824", "it is the one to go back to");
}

/* What cannot be done is not done by half. */
static const struct {
	const char *why, *path, *text; /* the file is written before; NULL: removed */
	enum senpai_order order;
	int err;
} failures[] = {
	{ "no memory.high", "a/memory.high", NULL, SENPAI_RESET, -ENOENT },
	{ "garbage", "a/memory.high", "many\n", SENPAI_RESET, -EINVAL },
	{ "an empty file", "a/memory.current", "", SENPAI_RESET, -EINVAL },
	{ "a key is missing", "a/memory.stat", "active_file 1\ninactive_file 1\nactive_anon 0\n",
	  SENPAI_RESET, -ENODATA },
	{ "a number that does not fit", "a/memory.current", "99999999999999999999\n", SENPAI_RECLAIM,
	  -ERANGE },
	{ "the cgroup is gone", "a", NULL, SENPAI_RESET, -ENOENT },
};

TABLE_TEST(senpai_files, failures, failures, row)
{
	if (row->text)
		fixture_write(f, row->path, "%s", row->text);
	else
		fixture_remove(f, row->path);
	cr_expect(eq(int, carry_out(row->order, 0), row->err), "%s", row->why);
	senpai_give_back(&ledger, &entry);
	if (strcmp(row->path, "a/memory.high") != 0 && strcmp(row->path, "a") != 0)
		expect_file("a/memory.high", "max", row->why);
}

Test(senpai_files, another_cgroup_of_its_name)
{
	entry.cgroup_id++;
	cr_expect(eq(int, carry_out(SENPAI_RESET, 0), -ESTALE));
	expect_file("a/memory.high", "max", "it is not the one we mean");
}

Test(senpai_files, a_path_too_long)
{
	memset(entry.path, 'x', sizeof(entry.path) - 1);
	cr_expect(eq(int, carry_out(SENPAI_RESET, 0), -ENAMETOOLONG));
}

/* What is written to memory.reclaim; the machine's swappiness stays as it is. */
static const struct {
	const char *why;
	double swappiness_factor;
	const char *written;
} reclaims[] = {
	{ "4 MiB of the 400 that can go", 1, "4194304" },
	{ "swapping half as much", 0.5, "4194304 swappiness=30" },
	{ "whole numbers: 19.8", 0.33, "4194304 swappiness=19" },
	{ "not at all", 0, "4194304 swappiness=0" },
};

TABLE_TEST(senpai_files, reclaims, reclaims, row)
{
	fixture_write(f, "a/memory.reclaim", "\n");
	cr_expect(eq(int, carry_out(SENPAI_RECLAIM, row->swappiness_factor), 0));
	expect_file("a/memory.reclaim", row->written, row->why);
	expect_file("a/memory.high", "max", row->why);
	cr_expect(eq(i64, entry.result.reclaimed_bytes, 4 * (int64_t)MIB), "%s", row->why);
	cr_expect(eq(str, (char *)file(fixture_proc(f), "sys/vm/swappiness"), "60"), "%s", row->why);
}

/* Without memory.reclaim, memory.high is lowered for a moment. */
static const struct {
	const char *why, *before;
	double swappiness_factor;
} by_high[] = {
	{ "back to no limit", "max", 1 },
	{ "back to what it was", "1073741824", 1 },
	{ "and vm.swappiness back, too", "max", 0.5 },
};

TABLE_TEST(senpai_files, by_high, by_high, row)
{
	fixture_write(f, "a/memory.high", "%s\n", row->before);
	cr_expect(eq(int, carry_out(SENPAI_RECLAIM, row->swappiness_factor), 0), "%s", row->why);
	expect_file("a/memory.high", row->before, row->why);
	cr_expect(eq(i64, entry.result.reclaimed_bytes, 4 * (int64_t)MIB), "%s", row->why);
	cr_expect(eq(str, (char *)file(fixture_proc(f), "sys/vm/swappiness"), "60"), "%s", row->why);
}

Test(senpai_files, nothing_to_reclaim)
{
	fixture_write(f, "a/memory.reclaim", "\n");
	fixture_write(f, "a/memory.current", "%llu\n", 100 * MIB);
	cr_expect(eq(int, carry_out(SENPAI_RECLAIM, 1), 0));
	expect_file("a/memory.reclaim", "", "below its least");
	cr_expect(eq(i64, entry.result.reclaimed_bytes, 0));
}
