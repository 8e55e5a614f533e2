/* SPDX-License-Identifier: GPL-2.0-only */
/* Watch rows on real memory and swap: reclaim that begins, swap that fills up, and their ends. */
#include <string.h>

#include "guest/bpf_source.h"

TestSuite(bpf_watches, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 240);

#define MIB	  (1024ULL * 1024)
#define S	  1000000000ULL
#define REST_NS	  (4 * S) /* two folds */
#define ROW(i)	  (1ULL << (i))

static void watch(uint64_t id, uint64_t mask, uint32_t kinds)
{
	struct source *source = bpf_test_source();

	cr_assert(zero(int, source->ops->watch_cgroup(source, id, mask, kinds)));
}

static void set_watches(const struct boomd_watch *rows, size_t nr)
{
	struct source *source = bpf_test_source();

	cr_assert(zero(int, source->ops->set_watches(source, rows, nr)));
}

static struct guest_load *thrash(struct guest_cgroup *cg)
{
	guest_cgroup_write(cg, "memory.high", "16M");
	return guest_load_start(cg, "hog", "--mib", "32", "--touch", NULL);
}

static void end(struct guest_load *load)
{
	int how;

	guest_load_kill(load);
	cr_assert(guest_load_await_death(load, BPF_TEST_MS, &how));
}

static bool time_has_come(void *until_ns)
{
	return guest_now_ns() >= *(uint64_t *)until_ns;
}

static bool still_scans(void *id)
{
	static uint64_t first;
	struct snapshot snapshot = bpf_test_snapshot();
	uint64_t pages = bpf_test_row(&snapshot, *(uint64_t *)id)->pgscan_pages;

	if (!first)
		first = pages;
	return first && pages > first;
}

Test(bpf_watches, reclaim_is_told_when_it_begins_and_not_while_it_goes_on)
{
	static const struct boomd_watch row = { .metric = BOOMD_METRIC_PGSCAN };
	struct guest_cgroup *cg = guest_cgroup_new("scanned"), *calm = guest_cgroup_new("calm");
	uint64_t id = guest_cgroup_id(cg);

	set_watches(&row, 1);
	watch(id, ROW(0), 0);
	watch(guest_cgroup_id(calm), ROW(0), 0);
	(void)guest_load_start(calm, "hog", "--mib", "8", "--touch", NULL);
	(void)thrash(cg);
	cr_expect(zero(u64, bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id).detail));
	bpf_test_until(still_scans, &id, "memory.stat goes on counting");
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, id), 1));

	/* runs on, but with room enough */
	guest_cgroup_write(cg, "memory.high", "max");
	(void)bpf_test_await(BOOMD_RECORD_WATCH_BELOW, id);
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, guest_cgroup_id(calm))));
}

/* Whoever looks in a dip between two folds would never hear of the row again, which stays true. */
Test(bpf_watches, what_a_snapshot_shows_to_be_false_is_told_when_it_is_true_again)
{
	static const struct boomd_watch rows[] = {
		{ .metric = BOOMD_METRIC_MEMORY, .threshold = 8 * MIB },
	};
	struct guest_cgroup *cg = guest_cgroup_new("dips");
	uint64_t id = guest_cgroup_id(cg);
	struct guest_load *load;
	struct snapshot snapshot;

	set_watches(rows, ARRAY_SIZE(rows));
	watch(id, ROW(0), 0);
	load = guest_load_start(cg, "hog", "--mib", "16", "--touch", NULL);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
	end(load);
	snapshot = bpf_test_snapshot();
	cr_assert(lt(u64, bpf_test_row(&snapshot, id)->memory_bytes, 8 * MIB));
	(void)guest_load_start(cg, "hog", "--mib", "16", "--touch", NULL);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
}

/* Killed in the middle of it: whether or not a fold says that it ended, the next time is told. */
Test(bpf_watches, scanning_after_a_rest_is_told_again)
{
	static const struct boomd_watch row = { .metric = BOOMD_METRIC_PGSCAN };
	struct guest_cgroup *cg = guest_cgroup_new("rests");
	uint64_t id = guest_cgroup_id(cg), until_ns;
	struct guest_load *load = thrash(cg);

	set_watches(&row, 1);
	watch(id, ROW(0), 0);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
	end(load);
	until_ns = guest_now_ns() + REST_NS;
	bpf_test_until(time_has_come, &until_ns, "time passes");
	(void)thrash(cg);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
}

Test(bpf_watches, the_roots_swap_is_the_machines)
{
	struct boomd_watch rows[] = {
		{ .metric = BOOMD_METRIC_SWAP },
		{ .metric = BOOMD_METRIC_SWAP_USED },
		{ .metric = BOOMD_METRIC_SWAP_USED, .threshold = 99 }, /* never */
	};
	struct snapshot snapshot = bpf_test_snapshot();
	uint64_t total = snapshot.system.swap_total_bytes, root = bpf_test_root_id();
	uint64_t used = total - snapshot.system.swap_free_bytes;
	struct guest_cgroup *cg = guest_cgroup_new("swaps");
	bool bytes = false, percent = false;

	cr_assert(gt(u64, total, 256 * MIB));
	rows[0].threshold = used + 4 * MIB;
	rows[1].threshold = used * 100 / total + 3;
	set_watches(rows, ARRAY_SIZE(rows));
	watch(root, ROW(0) | ROW(1) | ROW(2), 0);
	guest_cgroup_write(cg, "memory.high", "16M");
	(void)guest_load_start(cg, "hog", "--mib", "96", NULL);
	while (!bytes || !percent) {
		struct boomd_record record = bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, root);

		cr_expect(ne(u64, record.detail, 2));
		cr_expect(gt(u64, record.swap_bytes, used + 4 * MIB));
		cr_expect(record.detail != 1 ||
			  record.swap_bytes * 100 > total * (rows[1].threshold));
		cr_expect(le(u64, record.swap_bytes, total));
		bytes |= record.detail == 0;
		percent |= record.detail == 1;
	}
	snapshot = bpf_test_snapshot();
	used = total - snapshot.system.swap_free_bytes;
	cr_expect(gt(u64, used * 100, total * rows[1].threshold), "/proc/meminfo says it too");
}

Test(bpf_watches, anonymous_memory_has_its_row)
{
	static const struct boomd_watch row = { .metric = BOOMD_METRIC_ANON, .threshold = 8 * MIB };
	struct guest_cgroup *cg = guest_cgroup_new("anon");
	uint64_t id = guest_cgroup_id(cg);
	struct snapshot snapshot;

	set_watches(&row, 1);
	watch(id, ROW(0), 0);
	(void)guest_load_start(cg, "hog", "--mib", "16", "--touch", NULL);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
	snapshot = bpf_test_snapshot();
	cr_expect(gt(u64, bpf_test_row(&snapshot, id)->anon_bytes, 8 * MIB), "and a snapshot too");
}

static bool none_is_dying(void *id)
{
	struct snapshot snapshot = bpf_test_snapshot();

	return !bpf_test_row(&snapshot, *(uint64_t *)id)->nr_dying;
}

Test(bpf_watches, the_end_of_a_removed_cgroup_is_told_where_it_was_asked_for)
{
	struct guest_cgroup *top = guest_cgroup_new("top"), *child, *other;
	uint64_t id = guest_cgroup_id(top), child_id;
	struct boomd_record record;

	child = guest_cgroup_new("top/middle/child");
	other = guest_cgroup_new("elsewhere/child");
	child_id = guest_cgroup_id(child);
	watch(id, 0, BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_RELEASED));
	guest_cgroup_remove(other);
	guest_cgroup_remove(child);
	record = bpf_test_await(BOOMD_RECORD_CGROUP_RELEASED, id);
	cr_expect(eq(u64, record.detail, child_id));
	bpf_test_until(none_is_dying, &id, "one dying descendant less");
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_CGROUP_RELEASED, id), 1));
}
