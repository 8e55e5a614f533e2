/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of cgroups: exact after storms, whole at the start, with preferences and limits of
 * size. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "guest/bpf_source.h"

TestSuite(bpf_table, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 240);

#define MANY   1000
#define FAMILY 10 /* every tenth has nine children */
#define STORM  GUEST_CGROUP_ROOT "/storm"

static void storm_path(char *path, size_t size, int i)
{
	if (i % FAMILY)
		snprintf(path, size, STORM "/family-%d/child-%d", i / FAMILY * FAMILY, i);
	else
		snprintf(path, size, STORM "/family-%d", i);
}

static void storm_make(uint64_t ids[MANY])
{
	char path[128];
	struct stat st;

	cr_assert(zero(int, mkdir(STORM, 0755)));
	for (int i = 0; i < MANY; i++) {
		storm_path(path, sizeof(path), i);
		cr_assert(zero(int, mkdir(path, 0755)), "%s", path);
		cr_assert(zero(int, stat(path, &st)));
		ids[i] = st.st_ino;
	}
}

static void storm_remove(void)
{
	char path[128];

	for (int i = MANY - 1; i >= 0; i--) {
		storm_path(path, sizeof(path), i);
		cr_assert(zero(int, rmdir(path)), "%s: %s", path, strerror(errno));
	}
	cr_assert(zero(int, rmdir(STORM)));
}

/* Every one of them is in the snapshot, with its name and its parent, and nothing else is new. */
static void expect_storm(const uint64_t ids[MANY], size_t others)
{
	struct snapshot snapshot = bpf_test_snapshot();
	char path[128];
	struct stat st;
	size_t seen = 0;

	cr_assert(eq(sz, snapshot.nr_rows, MANY + 1 + others));
	cr_assert(zero(int, stat(STORM, &st)));
	for (int i = 0; i < MANY; i++) {
		const struct boomd_row *row = bpf_test_row(&snapshot, ids[i]);

		storm_path(path, sizeof(path), i);
		cr_assert(ne(ptr, (void *)row, NULL), "%s", path);
		cr_expect(
			eq(str, (char *)bpf_test_name(&snapshot, ids[i]), strrchr(path, '/') + 1));
		cr_expect(eq(u64, row->parent_id,
			     i % FAMILY ? ids[i / FAMILY * FAMILY] : (uint64_t)st.st_ino),
			  "%s", path);
		cr_expect(eq(u32, row->level, i % FAMILY ? 3 : 2), "%s", path);
		seen++;
	}
	cr_expect(eq(sz, seen, MANY));
}

Test(bpf_table, a_thousand_made_and_removed_leave_an_exact_table)
{
	static uint64_t ids[MANY];
	size_t before = bpf_test_snapshot().nr_rows, nr;
	const struct boomd_record *records;
	struct snapshot snapshot;
	size_t made = 0, freed = 0;

	storm_make(ids);
	expect_storm(ids, before);
	(void)bpf_test_records(&nr);
	storm_remove();
	snapshot = bpf_test_snapshot();
	cr_expect(eq(sz, snapshot.nr_rows, before));
	for (int i = 0; i < MANY; i++)
		cr_expect(eq(ptr, (void *)bpf_test_row(&snapshot, ids[i]), NULL));
	records = bpf_test_records(&nr);
	for (size_t i = 0; i < nr; i++) {
		made += records[i].kind == BOOMD_RECORD_CGROUP_MADE;
		freed += records[i].kind == BOOMD_RECORD_CGROUP_FREED;
	}
	cr_expect(eq(sz, made, MANY + 1));
	cr_expect(eq(sz, freed, MANY + 1));
	cr_expect(not(bpf_test_lost()));
}

Test(bpf_table, a_thousand_from_before_the_start_are_all_there)
{
	static uint64_t ids[MANY];
	size_t before = bpf_test_snapshot().nr_rows;

	bpf_test_close();
	storm_make(ids);
	bpf_test_open(0);
	expect_storm(ids, before);
	storm_remove();
	cr_expect(eq(sz, bpf_test_snapshot().nr_rows, before));
}

Test(bpf_table, a_snapshot_of_a_thousand_is_timed)
{
	static uint64_t ids[MANY];
	uint64_t start, best = UINT64_MAX;

	storm_make(ids);
	(void)bpf_test_snapshot(); /* learns the names */
	for (int i = 0; i < 5; i++) {
		struct snapshot snapshot;
		uint64_t took;

		start = guest_now_ns();
		snapshot = bpf_test_snapshot();
		took = guest_now_ns() - start;
		cr_assert(gt(sz, snapshot.nr_rows, MANY));
		best = took < best ? took : best;
	}
	fprintf(stderr, "snapshot of 1,000 cgroups: %.1f us each, names included\n",
		(double)best / 1000 / MANY);
	storm_remove();
}

static bool has_row(void *id)
{
	struct snapshot snapshot = bpf_test_snapshot();

	return bpf_test_row(&snapshot, *(uint64_t *)id) != NULL;
}

Test(bpf_table, a_full_table_is_counted_and_works_on)
{
	struct guest_cgroup *survivor = guest_cgroup_new("survivor");
	uint64_t id = guest_cgroup_id(survivor);
	char path[64];
	size_t nr = 0;

	bpf_test_open(16);
	cr_assert(has_row(&id));
	while (nr < 40) {
		snprintf(path, sizeof(path), GUEST_CGROUP_ROOT "/full-%zu", nr++);
		cr_assert(zero(int, mkdir(path, 0755)));
	}
	cr_expect(le(sz, bpf_test_snapshot().nr_rows, 16));
	cr_expect(has_row(&id), "who was there before stays");
	while (nr) {
		snprintf(path, sizeof(path), GUEST_CGROUP_ROOT "/full-%zu", --nr);
		cr_assert(zero(int, rmdir(path)));
	}
	cr_expect(eq(sz, bpf_test_snapshot().nr_rows, 2));
}

Test(bpf_table, names_with_everything_a_name_may_have)
{
	static const char *const names[] = { "a b", "%s%n",	"\"quoted\"", "\\",
					     "..x", "\xff\xfe", "-rf",	      "new\tline" };
	char longest[256];

	memset(longest, 'x', 255);
	longest[255] = '\0';
	for (size_t i = 0; i <= ARRAY_SIZE(names); i++) {
		const char *name = i < ARRAY_SIZE(names) ? names[i] : longest;
		struct guest_cgroup *cg = guest_cgroup_new(name);
		struct snapshot snapshot = bpf_test_snapshot();

		cr_expect(eq(str, (char *)bpf_test_name(&snapshot, guest_cgroup_id(cg)),
			     (char *)name));
	}
}

/* --- preferences --- */

static const struct {
	const char *name;
	uint32_t bit;
} preferences[] = {
	{ "trusted.oomd_prefer", BOOMD_TRUSTED_PREFER },
	{ "user.oomd_prefer", BOOMD_USER_PREFER },
	{ "trusted.oomd_avoid", BOOMD_TRUSTED_AVOID },
	{ "user.oomd_avoid", BOOMD_USER_AVOID },
};

static uint32_t preference_of(uint64_t id)
{
	struct snapshot snapshot = bpf_test_snapshot();
	const struct boomd_row *row = bpf_test_row(&snapshot, id);

	cr_assert(ne(ptr, (void *)row, NULL));
	return row->preference;
}

Test(bpf_table, preferences_follow_set_and_remove)
{
	struct guest_cgroup *cg = guest_cgroup_new("preferred");
	uint64_t id = guest_cgroup_id(cg);
	uint32_t bits = 0;

	cr_expect(zero(u32, preference_of(id)));
	for (size_t i = 0; i < ARRAY_SIZE(preferences); i++) {
		struct boomd_record record;

		guest_cgroup_set_xattr(cg, preferences[i].name, "1");
		bits |= preferences[i].bit;
		cr_expect(eq(u32, preference_of(id), bits), "%s", preferences[i].name);
		record = bpf_test_await(BOOMD_RECORD_PREFERENCE, id);
		cr_expect(eq(u64, record.detail, bits), "%s", preferences[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(preferences); i++) {
		cr_assert(zero(int, removexattr(guest_cgroup_path(cg), preferences[i].name)));
		bits &= ~preferences[i].bit;
		cr_expect(eq(u32, preference_of(id), bits), "%s", preferences[i].name);
	}
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_PREFERENCE, id), 8));
}

Test(bpf_table, other_attributes_and_other_files_are_no_preference)
{
	struct guest_cgroup *cg = guest_cgroup_new("indifferent");
	char events[256];
	int fd;

	guest_cgroup_set_xattr(cg, "user.oomd_prefer_", "1");
	guest_cgroup_set_xattr(cg, "user.oomd_pref", "1");
	guest_cgroup_set_xattr(cg, "trusted.oomd_avoid_and_something_quite_long", "1");
	cr_expect(eq(int, setxattr(guest_cgroup_path(cg), "user.oomd_avoid", "1", 1, XATTR_REPLACE),
		     -1));
	snprintf(events, sizeof(events), "%s/memory.events", guest_cgroup_path(cg));
	cr_assert(zero(int, setxattr(events, "user.oomd_prefer", "1", 1, 0)));
	fd = open("/tmp/prefer", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	(void)fsetxattr(fd, "trusted.oomd_prefer", "1", 1, 0);
	close(fd);
	cr_expect(zero(u32, preference_of(guest_cgroup_id(cg))));
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_PREFERENCE, guest_cgroup_id(cg))));
}

Test(bpf_table, preferences_from_before_the_start_are_read)
{
	struct guest_cgroup *first = guest_cgroup_new("a/b/first");
	struct guest_cgroup *second = guest_cgroup_new("second");

	bpf_test_close();
	guest_cgroup_set_xattr(first, "trusted.oomd_avoid", "1");
	guest_cgroup_set_xattr(first, "user.something", "1");
	guest_cgroup_set_xattr(second, "user.oomd_prefer", "");
	bpf_test_open(0);
	cr_expect(eq(u32, preference_of(guest_cgroup_id(first)), BOOMD_TRUSTED_AVOID));
	cr_expect(eq(u32, preference_of(guest_cgroup_id(second)), BOOMD_USER_PREFER));
	cr_assert(zero(int, removexattr(guest_cgroup_path(first), "trusted.oomd_avoid")));
	cr_expect(zero(u32, preference_of(guest_cgroup_id(first))));
}
