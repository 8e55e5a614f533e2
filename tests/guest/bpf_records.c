/* SPDX-License-Identifier: GPL-2.0-only */
/* Records: each kind comes for its cause, with its values, and only where it was asked for. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/bpf_process.h"
#include "guest/bpf_source.h"

TestSuite(bpf_records, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 240);

#define MIB	   (1024ULL * 1024)
#define KIND(kind) BOOMD_KIND_BIT(BOOMD_RECORD_##kind)

static void watch(struct guest_cgroup *cg, uint64_t mask, uint32_t kinds)
{
	struct source *source = bpf_test_source();

	cr_assert(zero(int, source->ops->watch_cgroup(source, guest_cgroup_id(cg), mask, kinds)));
}

static struct guest_load *thrash(struct guest_cgroup *cg)
{
	guest_cgroup_write(cg, "memory.high", "16M");
	return guest_load_start(cg, "hog", "--mib", "32", "--touch", NULL);
}

/* --- made and freed --- */

Test(bpf_records, made_and_freed_name_the_parent)
{
	struct guest_cgroup *parent = guest_cgroup_new("parent");
	struct guest_cgroup *child = guest_cgroup_new("parent/child");
	uint64_t id = guest_cgroup_id(child), before = guest_now_ns();
	struct boomd_record record = bpf_test_await(BOOMD_RECORD_CGROUP_MADE, id);

	cr_expect(eq(u64, record.detail, guest_cgroup_id(parent)));
	cr_expect(le(u64, record.time_ns, before));
	guest_cgroup_remove(child);
	record = bpf_test_await(BOOMD_RECORD_CGROUP_FREED, id);
	cr_expect(eq(u64, record.detail, guest_cgroup_id(parent)));
	cr_expect(ge(u64, record.time_ns, before));
	cr_expect(le(u64, record.time_ns, guest_now_ns()));
}

/* --- PSI triggers --- */

static int arm(uint64_t id, const char *path, uint32_t threshold_us, uint32_t window_us,
	       uint32_t tag)
{
	struct source *source = bpf_test_source();
	const struct psi_trigger trigger = { BOOMD_RESOURCE_MEMORY, BOOMD_STALL_SOME, threshold_us,
					     window_us };

	return source->ops->arm_trigger(source, id, path, &trigger, tag);
}

Test(bpf_records, a_trigger_fires_again_and_again_with_its_tag)
{
	struct guest_cgroup *cg = guest_cgroup_new("pressed/hog");
	struct guest_cgroup *calm = guest_cgroup_new("pressed/calm");
	uint64_t id = guest_cgroup_id(cg);
	struct boomd_record record;

	cr_assert(zero(int, arm(id, "pressed/hog", 50000, 1000000, 7)));
	cr_assert(zero(int, arm(guest_cgroup_id(calm), "pressed/calm", 50000, 1000000, 8)));
	watch(cg, 0, 0); /* a new mask must not silence it */
	(void)thrash(cg);
	for (int i = 0; i < 3; i++) {
		record = bpf_test_await(BOOMD_RECORD_PSI_TRIGGER, id);
		cr_expect(eq(u64, record.detail, 7));
		cr_expect(gt(u64, record.memory_bytes, 8 * MIB));
		cr_expect(gt(u64, record.memory_some.total_us, 0));
	}
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_PSI_TRIGGER, guest_cgroup_id(calm))));
}

/* A trigger of our own making outside the source, as another program has */
static int foreign_trigger(struct guest_cgroup *cg)
{
	static const char text[] = "some 50000 1000000";
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/memory.pressure", guest_cgroup_path(cg));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, write(fd, text, sizeof(text)), (long)sizeof(text)));
	return fd;
}

Test(bpf_records, triggers_of_others_and_disarmed_ones_are_silent)
{
	struct source *source = bpf_test_source();
	struct guest_cgroup *cg = guest_cgroup_new("foreign");
	struct pollfd fd = { foreign_trigger(cg), POLLPRI, 0 };

	cr_assert(zero(int, arm(guest_cgroup_id(cg), "foreign", 50000, 1000000, 1)));
	source->ops->disarm_triggers(source);
	(void)thrash(cg);
	for (int i = 0; i < 2; i++)
		cr_assert(eq(int, poll(&fd, 1, BPF_TEST_MS), 1), "the other one fires");
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_PSI_TRIGGER, guest_cgroup_id(cg))));
	close(fd.fd);
}

Test(bpf_records, triggers_that_cannot_be_are_refused)
{
	struct guest_cgroup *cg = guest_cgroup_new("refused"), *quiet = guest_cgroup_new("quiet");
	uint64_t id = guest_cgroup_id(cg);

	guest_cgroup_write(quiet, "cgroup.pressure", "0");
	cr_expect(eq(int, arm(id, "refused", 50000, 499999, 1), -EINVAL), "window too short");
	cr_expect(eq(int, arm(id, "refused", 50000, 10000001, 1), -EINVAL), "window too long");
	cr_expect(eq(int, arm(id, "refused", 0, 1000000, 1), -EINVAL), "no threshold");
	cr_expect(eq(int, arm(id, "refused", 1000001, 1000000, 1), -EINVAL), "more than a window");
	cr_expect(eq(int, arm(id, "nowhere", 50000, 1000000, 1), -ENOENT), "no such path");
	cr_expect(eq(int, arm(id, "quiet", 50000, 1000000, 1), -ESTALE), "another cgroup");
	cr_expect(eq(int, arm(id + 999999, "refused", 50000, 1000000, 1), -ENOENT), "no such id");
	cr_expect(eq(int, arm(guest_cgroup_id(quiet), "quiet", 50000, 1000000, 1), -EOPNOTSUPP),
		  "no pressure is counted there");
	cr_expect(zero(int, arm(id, "refused", 500000, 500000, 1)), "the shortest window");
	cr_expect(zero(int, arm(bpf_test_root_id(), "", 50000, 10000000, 1)), "the root");
}

/* --- watch rows --- */

static void set_watches(const struct boomd_watch *rows, size_t nr)
{
	struct source *source = bpf_test_source();

	cr_assert(zero(int, source->ops->set_watches(source, rows, nr)));
}

Test(bpf_records, a_watch_tells_when_it_becomes_true_and_when_false)
{
	static const struct boomd_watch rows[] = {
		{ .metric = BOOMD_METRIC_MEMORY, .threshold = 1ULL << 40 }, /* never */
		{ .metric = BOOMD_METRIC_MEMORY, .threshold = 8 * MIB },
	};
	struct guest_cgroup *cg = guest_cgroup_new("watched"), *other = guest_cgroup_new("other");
	uint64_t id = guest_cgroup_id(cg);
	struct guest_load *load;
	struct boomd_record record;
	int how;

	set_watches(rows, ARRAY_SIZE(rows));
	watch(cg, 3, 0);
	load = guest_load_start(cg, "hog", "--mib", "16", NULL);
	(void)guest_load_start(other, "hog", "--mib", "16", NULL);
	record = bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
	cr_expect(eq(u64, record.detail, 1));
	cr_expect(gt(u64, record.memory_bytes, 8 * MIB));
	guest_load_await_ready(load, BPF_TEST_MS);
	guest_load_kill(load);
	cr_assert(guest_load_await_death(load, BPF_TEST_MS, &how));
	record = bpf_test_await(BOOMD_RECORD_WATCH_BELOW, id);
	cr_expect(eq(u64, record.detail, 1));
	cr_expect(le(u64, record.memory_bytes, 8 * MIB));
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, id), 1));
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, guest_cgroup_id(other))));
}

Test(bpf_records, the_root_is_watched_by_the_memory_of_the_machine)
{
	struct boomd_watch row = { .metric = BOOMD_METRIC_MEMORY };
	struct source *source = bpf_test_source();
	uint64_t root = bpf_test_root_id(), before, after;
	struct snapshot snapshot = bpf_test_snapshot();
	struct boomd_record record;

	before = snapshot.system.memory_total_bytes - snapshot.system.memory_free_bytes;
	row.threshold = before + 32 * MIB;
	set_watches(&row, 1);
	cr_assert(zero(int, source->ops->watch_cgroup(source, root, 1, 0)));
	(void)guest_load_start(guest_cgroup_new("load"), "hog", "--mib", "96", NULL);
	record = bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, root);
	cr_expect(gt(u64, record.memory_bytes, before + 32 * MIB));
	snapshot = bpf_test_snapshot();
	after = snapshot.system.memory_total_bytes - snapshot.system.memory_free_bytes;
	cr_expect(lt(u64, record.memory_bytes, after + 64 * MIB));
}

static bool three_folds(void *id)
{
	static uint64_t last;
	static int nr;
	struct snapshot snapshot = bpf_test_snapshot();
	uint64_t total = bpf_test_row(&snapshot, *(uint64_t *)id)->psi[0][0].total_us;

	nr += total != last;
	last = total;
	return nr > 3;
}

Test(bpf_records, an_average_is_told_once_however_often_it_is_folded)
{
	static const struct boomd_watch rows[] = {
		{ .metric = BOOMD_METRIC_PSI_AVG, .threshold = 0, .window = BOOMD_AVG10 },
		{ .metric = BOOMD_METRIC_PSI_AVG,
		  .threshold = 100 << BOOMD_PSI_FIXED_SHIFT,
		  .stall = BOOMD_STALL_FULL,
		  .window = BOOMD_AVG300 },
		{ .metric = BOOMD_METRIC_SWAP, .threshold = 1 },
	};
	struct guest_cgroup *cg = guest_cgroup_new("average");
	uint64_t id = guest_cgroup_id(cg);
	struct boomd_record record;
	size_t nr;

	set_watches(rows, ARRAY_SIZE(rows));
	watch(cg, 7, 0);
	(void)thrash(cg);
	for (int i = 0; i < 2; i++) {
		record = bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
		cr_expect(record.detail == 0 || record.detail == 2);
		cr_expect(record.detail != 0 || record.memory_some.avg[BOOMD_AVG10] > 0);
		cr_expect(record.detail != 2 || record.swap_bytes > 1);
	}
	bpf_test_until(three_folds, &id, "the average is folded again and again");
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, id), 2));

	/* New rows: what was true is forgotten, and nobody is watched until told so. */
	set_watches(rows, 1);
	bpf_test_until(three_folds, &id, "and again");
	nr = bpf_test_count(BOOMD_RECORD_WATCH_ABOVE, id);
	cr_expect(eq(sz, nr, 2));
	watch(cg, 1, 0);
	(void)bpf_test_await(BOOMD_RECORD_WATCH_ABOVE, id);
}

Test(bpf_records, rows_and_cgroups_that_cannot_be_watched_are_refused)
{
	static const struct boomd_watch rows[BOOMD_WATCHES_MAX + 1];
	struct source *source = bpf_test_source();

	cr_expect(eq(int, source->ops->set_watches(source, rows, ARRAY_SIZE(rows)), -E2BIG));
	cr_expect(zero(int, source->ops->set_watches(source, rows, BOOMD_WATCHES_MAX)));
	cr_expect(eq(int, source->ops->watch_cgroup(source, 987654321, 1, 1), -ENOENT));
	cr_expect(eq(int, source->ops->watch_exits(source, 987654321, true), -ENOENT));
}

/* --- files that change --- */

Test(bpf_records, memory_and_cgroup_events_where_they_were_asked_for)
{
	struct guest_cgroup *cg = guest_cgroup_new("eventful"), *mute = guest_cgroup_new("mute");
	uint64_t id = guest_cgroup_id(cg);
	struct boomd_record record;
	pid_t pid;

	watch(cg, 0, KIND(MEMORY_EVENTS) | KIND(CGROUP_EVENTS));
	guest_cgroup_write(cg, "memory.max", "16M");
	guest_cgroup_write(mute, "memory.max", "16M");
	(void)guest_load_start(mute, "hog", "--mib", "32", NULL);
	(void)guest_load_start(cg, "hog", "--mib", "32", NULL);
	record = bpf_test_await(BOOMD_RECORD_MEMORY_EVENTS, id);
	cr_expect(gt(u64, record.memory_bytes, 8 * MIB));
	cr_expect(le(u64, record.memory_bytes, 16 * MIB));
	(void)bpf_test_await(BOOMD_RECORD_CGROUP_EVENTS, id);
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_MEMORY_EVENTS, guest_cgroup_id(mute))));

	watch(cg, 0, KIND(CGROUP_EVENTS));
	cg = guest_cgroup_new("populated");
	watch(cg, 0, KIND(CGROUP_EVENTS));
	pid = bpf_process_start(cg, BPF_PROCESS_PLAIN);
	(void)bpf_test_await(BOOMD_RECORD_CGROUP_EVENTS, guest_cgroup_id(cg));
	bpf_process_kill(pid);
	(void)bpf_test_await(BOOMD_RECORD_CGROUP_EVENTS, guest_cgroup_id(cg));
}

/* --- deaths --- */

Test(bpf_records, a_kernel_oom_kill_names_process_and_cgroup)
{
	struct guest_cgroup *cg = guest_cgroup_new("killed/here");
	struct guest_cgroup *calm = guest_cgroup_new("killed/there");
	uint64_t id = guest_cgroup_id(cg);
	struct guest_load *load, *neighbour;
	struct boomd_record record;
	int how;

	neighbour = guest_load_start(calm, "hog", "--mib", "4", NULL);
	guest_load_await_ready(neighbour, BPF_TEST_MS);
	guest_cgroup_write(cg, "memory.max", "16M");
	guest_cgroup_write(cg, "memory.swap.max", "0");
	load = guest_load_start(cg, "hog", "--mib", "64", NULL);
	record = bpf_test_await(BOOMD_RECORD_OOM_KILL, id);
	cr_expect(eq(int, record.pid, guest_load_pid(load)));
	cr_expect(gt(u64, record.memory_bytes, 8 * MIB));
	cr_assert(guest_load_await_death(load, BPF_TEST_MS, &how));
	cr_expect(eq(sz, bpf_test_count(BOOMD_RECORD_OOM_KILL, id), 1));
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_OOM_KILL, guest_cgroup_id(calm))));
}

static size_t count_exits(uint64_t id, pid_t pid)
{
	size_t nr, count = 0;
	const struct boomd_record *records = bpf_test_records(&nr);

	for (size_t i = 0; i < nr; i++)
		count += records[i].kind == BOOMD_RECORD_EXIT && records[i].cgroup_id == id &&
			 records[i].pid == pid;
	return count;
}

static const struct {
	const char *why;
	enum bpf_process_shape shape;
} exits[] = {
	{ "a process", BPF_PROCESS_PLAIN },
	{ "nine threads end once", BPF_PROCESS_THREADS },
	{ "its first thread had ended before", BPF_PROCESS_LEADERLESS },
	{ "a zombie has ended before", BPF_PROCESS_WITH_ZOMBIE },
};

TABLE_TEST(bpf_records, exits, exits, row)
{
	struct source *source = bpf_test_source();
	struct guest_cgroup *cg = guest_cgroup_new("mortal"), *below = guest_cgroup_new("mortal/a");
	uint64_t id = guest_cgroup_id(cg);
	struct boomd_record record;
	pid_t pid, unwatched;

	/* The kernel wants processes in leaves; controllers stay off for one above another. */
	guest_cgroup_write(cg, "cgroup.subtree_control", "-memory -io -pids -cpu");
	unwatched = bpf_process_start(below, BPF_PROCESS_PLAIN);
	pid = bpf_process_start(cg, row->shape);
	cr_assert(zero(int, source->ops->watch_exits(source, id, true)));
	bpf_process_kill(unwatched);
	bpf_process_kill(pid);
	record = bpf_test_await(BOOMD_RECORD_EXIT, id);
	cr_expect(eq(int, record.pid, pid), "%s", row->why);
	cr_expect(eq(sz, count_exits(id, pid), 1), "%s", row->why);
	cr_expect(zero(sz, bpf_test_count(BOOMD_RECORD_EXIT, guest_cgroup_id(below))));

	cr_assert(zero(int, source->ops->watch_exits(source, id, false)));
	pid = bpf_process_start(cg, row->shape);
	bpf_process_kill(pid);
	cr_expect(zero(sz, count_exits(id, pid)), "%s: nobody asked", row->why);
}

Test(bpf_records, exits_stay_watched_through_new_rows_and_masks)
{
	struct source *source = bpf_test_source();
	struct guest_cgroup *cg = guest_cgroup_new("reloaded");
	uint64_t id = guest_cgroup_id(cg);
	pid_t pid = bpf_process_start(cg, BPF_PROCESS_PLAIN);

	cr_assert(zero(int, source->ops->watch_exits(source, id, true)));
	cr_assert(zero(int, source->ops->watch_exits(source, id, true)), "twice is once");
	set_watches(NULL, 0);
	watch(cg, 0, KIND(MEMORY_EVENTS));
	bpf_process_kill(pid);
	(void)bpf_test_await(BOOMD_RECORD_EXIT, id);
	cr_assert(zero(int, source->ops->watch_exits(source, id, false)));
}

/* --- a full ring buffer --- */

#define RING_RECORDS (BOOMD_RECORDS_BYTES / sizeof(struct boomd_record))

static void fill_ring(void)
{
	for (size_t i = 0; i < RING_RECORDS; i++) {
		cr_assert(zero(int, mkdir(GUEST_CGROUP_ROOT "/filler", 0755)));
		cr_assert(zero(int, rmdir(GUEST_CGROUP_ROOT "/filler")));
	}
}

Test(bpf_records, a_full_ring_is_noticed_once_and_recovers)
{
	struct guest_cgroup *cg = guest_cgroup_new("before");
	uint64_t id = guest_cgroup_id(cg);
	struct snapshot snapshot;
	size_t nr;

	cr_assert(not(bpf_test_lost()));
	fill_ring();
	cr_assert(bpf_test_lost());
	(void)bpf_test_records(&nr);
	cr_expect(gt(sz, nr, RING_RECORDS / 2), "what fitted is there");
	snapshot = bpf_test_snapshot();
	cr_expect(eq(sz, snapshot.nr_rows, 2), "the table is exact in spite of it");
	cr_expect(ne(ptr, (void *)bpf_test_row(&snapshot, id), NULL));

	bpf_test_forget();
	cg = guest_cgroup_new("after");
	(void)bpf_test_await(BOOMD_RECORD_CGROUP_MADE, guest_cgroup_id(cg));
	cr_expect(not(bpf_test_lost()), "it is said once");
}

/*
 * Its record is lost; were it not asked after, the kernel would never let it fire again. A trigger
 * of the parent tells that it must have fired: one in the same file would send a record there.
 */
Test(bpf_records, a_trigger_that_fires_into_a_full_ring_is_not_lost)
{
	struct guest_cgroup *parent = guest_cgroup_new("above");
	struct guest_cgroup *cg = guest_cgroup_new("above/unheard");
	struct pollfd fd = { foreign_trigger(parent), POLLPRI, 0 };
	uint64_t id = guest_cgroup_id(cg);

	cr_assert(zero(int, arm(id, "above/unheard", 50000, 1000000, 3)));
	fill_ring();
	(void)thrash(cg);
	for (int i = 0; i < 2; i++)
		cr_assert(eq(int, poll(&fd, 1, BPF_TEST_MS), 1));
	for (int i = 0; i < 3; i++)
		cr_expect(eq(u64, bpf_test_await(BOOMD_RECORD_PSI_TRIGGER, id).detail, 3));
	cr_expect(bpf_test_lost());
	close(fd.fd);
}
