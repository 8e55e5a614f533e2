/* SPDX-License-Identifier: GPL-2.0-only */
/* The source `cgroupfs` as a whole: opening, snapshots, and what it does not do. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/fixture.h"

#define SLICES 12

static const struct {
	const char *why, *cgroup_fs, *proc;
	int err;
} missing[] = {
	{ "no such directory", "/nonexistent/cgroup", "/proc", -ENOENT },
	{ "a file", "/etc/passwd", "/proc", -ENOTDIR },
	{ "no proc", "/sys", "/nonexistent/proc", -ENOENT },
	{ "no name", "", "/proc", -ENOENT },
};

TABLE_TEST(cgroupfs, cannot_be_opened, missing, row)
{
	const struct source_options options = { .cgroup_fs = row->cgroup_fs, .proc = row->proc };
	struct source *source = NULL;

	cr_expect(eq(int, source_cgroupfs_open(&options, &source), row->err), "%s", row->why);
	cr_expect(eq(ptr, source, NULL), "%s", row->why);
}

Test(cgroupfs, drops_trailing_slashes)
{
	const struct source_options options = { .cgroup_fs = "/sys///", .max_cgroups = 1 };
	struct source *source;

	cr_assert(zero(int, source_cgroupfs_open(&options, &source)));
	cr_expect(eq(str, (char *)source->cgroup_fs, "/sys"));
	cr_expect(eq(str, (char *)source->ops->name, "cgroupfs"));
	source->ops->close(source);
}

Test(cgroupfs, an_empty_machine_has_a_root)
{
	struct fixture *fixture = fixture_new();
	const struct snapshot *snapshot;
	struct cgroup *root;

	fixture_tree(fixture);
	snapshot = fixture_snapshot(fixture);
	root = fixture_get(fixture, "");
	cr_assert(eq(sz, snapshot->nr_rows, 1));
	cr_expect(eq(str, (char *)root->name, ""));
	cr_expect(zero(u64, root->row->parent_id));
	cr_expect(zero(u32, root->row->level));
	cr_expect(eq(u64, root->row->memory_bytes, FIXTURE_MEMORY_TOTAL / 2), "total - free");
	cr_expect(eq(u64, root->row->max_bytes, BOOMD_MAX));
	cr_expect(eq(u32, root->row->flags,
		     BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_MEMORY_PSI | BOOMD_ROW_HAS_IO_PSI));
	cr_expect(eq(u64, snapshot->system.swap_total_bytes, FIXTURE_SWAP_TOTAL));
	cr_expect(gt(u64, snapshot->time_ns, 0));
	fixture_free(fixture);
}

Test(cgroupfs, the_roots_pressure_is_procs)
{
	struct fixture *fixture = fixture_new();
	const struct boomd_row *root;

	fixture_write(fixture, "memory.pressure", "garbage\n");
	fixture_write_proc(fixture, "pressure/memory",
			   "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n"
			   "full avg10=5.00 avg60=6.00 avg300=7.00 total=8\n");
	fixture_write_proc(fixture, "pressure/io", "garbage\n");
	root = fixture_get(fixture, "")->row;
	cr_expect(eq(u64, root->psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_FULL].total_us, 8));
	cr_expect(zero(u32, root->flags & BOOMD_ROW_HAS_IO_PSI));
	fixture_free(fixture);
}

static const struct {
	const char *why, *meminfo;
} meminfos[] = {
	{ "empty", "" },
	{ "garbage", "MemTotal: many kB\n" },
	{ "more free than there is",
	  "MemTotal: 5 kB\nMemFree: 6 kB\nMemAvailable: 1 kB\nSwapTotal: 1 kB\nSwapFree: 1 kB\n" },
};

TABLE_TEST(cgroupfs, meminfo_garbage, meminfos, row)
{
	struct fixture *fixture = fixture_new();
	struct cgroup *root;

	fixture_write_proc(fixture, "meminfo", "%s", row->meminfo);
	root = fixture_get(fixture, "");
	cr_expect(zero(u32, root->row->flags & BOOMD_ROW_HAS_MEMORY), "%s", row->why);
	cr_expect(zero(u64, root->row->memory_bytes), "%s", row->why);
	fixture_free(fixture);
}

Test(cgroupfs, sees_changes)
{
	struct fixture *fixture = fixture_new();
	uint64_t id;

	fixture_cgroup(fixture, "a.slice/b.service", (struct fixture_cgroup){ .current = 5 });
	cr_assert(eq(sz, cgroup_tree_size(fixture_tree(fixture)), 3));
	id = fixture_get(fixture, "a.slice/b.service")->row->id;
	fixture_write(fixture, "a.slice/b.service/memory.current", "6\n");
	fixture_cgroup(fixture, "c", (struct fixture_cgroup){ .current = 7 });
	fixture_tree(fixture);
	cr_expect(eq(u64, fixture_get(fixture, "a.slice/b.service")->row->memory_bytes, 6));
	cr_expect(eq(u64, fixture_get(fixture, "a.slice/b.service")->row->id, id));
	cr_expect(eq(u64, fixture_get(fixture, "c")->row->memory_bytes, 7));
	fixture_remove(fixture, "a.slice");
	cr_expect(eq(sz, cgroup_tree_size(fixture_tree(fixture)), 2));
	cr_expect(eq(ptr, fixture_get(fixture, "a.slice"), NULL));
	fixture_free(fixture);
}

Test(cgroupfs, the_root_itself_is_gone)
{
	struct fixture *fixture = fixture_new();
	struct source *source = fixture_source(fixture);
	struct snapshot snapshot = { .nr_rows = 77 };

	fixture_remove(fixture, "");
	cr_expect(eq(int, source->ops->snapshot(source, &snapshot), -ENOENT));
	cr_expect(eq(sz, snapshot.nr_rows, 77), "untouched");
	fixture_free(fixture);
}

Test(cgroupfs, more_cgroups_than_rows)
{
	struct fixture *fixture = fixture_new();
	const struct source_options options = {
		.cgroup_fs = fixture_cgroup_fs(fixture),
		.proc = fixture_proc(fixture),
		.max_cgroups = 3,
	};
	struct snapshot snapshot;
	struct source *source;
	char path[16];

	for (int i = 0; i < 9; i++) {
		snprintf(path, sizeof(path), "%d", i);
		fixture_cgroup(fixture, path, (struct fixture_cgroup){ 0 });
	}
	cr_assert(zero(int, source_cgroupfs_open(&options, &source)));
	cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
	cr_expect(eq(sz, snapshot.nr_rows, 3));
	source->ops->close(source);
	fixture_free(fixture);
}

/* oomd finds no cgroup at all here, and says nothing (oomd.md 6.1). */
Test(cgroupfs, more_cgroups_than_descriptors)
{
	struct fixture *fixture = fixture_new();
	struct rlimit limit, few;
	size_t size;
	char path[32];

	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "s/%d", i);
		fixture_cgroup(fixture, path, (struct fixture_cgroup){ .current = 1 });
	}
	fixture_tree(fixture);
	cr_assert(zero(int, getrlimit(RLIMIT_NOFILE, &limit)));
	few = (struct rlimit){ .rlim_cur = 40, .rlim_max = limit.rlim_max };
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &few)));
	size = cgroup_tree_size(fixture_tree(fixture));
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &limit)));
	cr_expect(eq(sz, size, 102));
	fixture_free(fixture);
}

struct churn {
	const char *cgroup_fs;
	atomic_bool stop;
	atomic_size_t turns;
};

static void *churn_run(void *user)
{
	struct churn *churn = user;
	char path[512], file[600];

	for (size_t turn = 0; !churn->stop; turn++, churn->turns++) {
		int fd;

		snprintf(path, sizeof(path), "%s/churn-%zu", churn->cgroup_fs, turn % SLICES);
		snprintf(file, sizeof(file), "%s/memory.current", path);
		mkdir(path, 0755);
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (write(fd, "1\n", 2) == 2)
			close(fd);
		unlink(file);
		rmdir(path);
	}
	return NULL;
}

/* Snapshots of a tree that somebody makes and removes: always one tree, and what stays is there. */
Test(cgroupfs, cgroups_that_come_and_go, .timeout = 60)
{
	struct fixture *fixture = fixture_new();
	struct churn churn = { .cgroup_fs = fixture_cgroup_fs(fixture) };
	size_t nr_seen = 0;
	pthread_t thread;

	fixture_cgroup(fixture, "stays", (struct fixture_cgroup){ .current = 5 });
	fixture_tree(fixture);
	cr_assert(zero(int, pthread_create(&thread, NULL, churn_run, &churn)));
	for (size_t i = 0; i < 2000; i++) {
		struct cgroup *root = cgroup_tree_root(fixture_tree(fixture));

		cr_assert(ne(ptr, fixture_get(fixture, "stays"), NULL));
		cr_assert(eq(u64, fixture_get(fixture, "stays")->row->memory_bytes, 5));
		for (struct cgroup *child = root->first_child; child; child = child->next_sibling)
			nr_seen += !strncmp(child->name, "churn-", 6);
	}
	churn.stop = true;
	pthread_join(thread, NULL);
	cr_expect(gt(sz, churn.turns, 0));
	cr_expect(gt(sz, nr_seen, 0), "%zu turns, and none of it was ever seen", churn.turns);
	fixture_free(fixture);
}

static int no_record(void *user, const struct boomd_record *record)
{
	(void)user;
	cr_assert(false, "a record of kind %u out of nothing", record->kind);
	return 0;
}

Test(cgroupfs, has_nothing_to_tell)
{
	struct fixture *fixture = fixture_new();
	struct source *source = fixture_source(fixture);
	const struct boomd_watch watch = { .metric = BOOMD_METRIC_MEMORY };
	bool lost = true;

	cr_expect(ge(int, source->ops->event_fd(source), 0), "of the triggers");
	cr_expect(zero(int, source->ops->set_watches(source, &watch, 1)));
	cr_expect(zero(int, source->ops->watch_cgroup(source, 1, 1, ~0U)));
	cr_expect(zero(int, source->ops->watch_exits(source, 1, true)));
	cr_expect(zero(int, source->ops->drain(source, no_record, NULL, &lost)));
	cr_expect(not(lost));
	fixture_free(fixture);
}

/* Arming writes into a file; in a directory that is none of the kernel's that would be damage. */
Test(cgroupfs, arms_no_trigger_in_other_file_systems)
{
	const struct psi_trigger trigger = { .threshold_us = 100000, .window_us = 1000000 };
	struct fixture *fixture = fixture_new();
	struct source *source = fixture_source(fixture);
	struct cgroup *a;

	fixture_cgroup(fixture, "a", (struct fixture_cgroup){ .memory_some = { .total_us = 9 } });
	a = fixture_get(fixture, "a");
	cr_expect(
		eq(int, source->ops->arm_trigger(source, a->row->id, "a", &trigger, 1), -ENOTSUP));
	fixture_tree(fixture);
	cr_expect(eq(u64, fixture_get(fixture, "a")->row->psi[0][0].total_us, 9), "unharmed");
	source->ops->disarm_triggers(source);
	fixture_free(fixture);
}

Test(cgroupfs, says_on_which_rung_it_stands)
{
	struct fixture *fixture = fixture_new();
	struct source *source = fixture_source(fixture);
	struct capability rungs[32] = { 0 };
	size_t nr = source->ops->capabilities(source, rungs, ARRAY_SIZE(rungs));
	bool polled = false;

	cr_assert(gt(sz, nr, 0));
	cr_assert(le(sz, nr, ARRAY_SIZE(rungs)));
	for (size_t i = 0; i < nr; i++) {
		cr_expect(gt(sz, strlen(rungs[i].what), 0));
		cr_expect(ne(str, (char *)rungs[i].rung, "bpf"));
		cr_expect(gt(sz, strlen(rungs[i].why), 0), "%s has a reason", rungs[i].what);
		polled |= !strcmp(rungs[i].rung, "polling");
	}
	cr_expect(polled);
	memset(rungs, 0, sizeof(rungs));
	cr_expect(eq(sz, source->ops->capabilities(source, rungs, 1), nr), "how many there are");
	cr_expect(eq(ptr, (void *)rungs[1].what, NULL), "and no more than there is room for");
	fixture_free(fixture);
}
