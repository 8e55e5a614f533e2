/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source `cgroupfs` on the real thing: rows of real cgroups, PSI triggers that really fire,
 * and cgroups that come and go while it looks.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/tree.h"
#include "guest/guest.h"
#include "source/source.h"
#include "table_test.h"

#define LONG_MS	    60000
#define CGROUPS_MAX 4096
#define TAG	    42

TestSuite(cgroupfs_guest, .init = guest_setup, .fini = guest_teardown, .timeout = 150);

static struct source *open_source(void)
{
	const struct source_options options = { .max_cgroups = CGROUPS_MAX };
	struct source *source;

	cr_assert(zero(int, source_cgroupfs_open(&options, &source)));
	return source;
}

/* A tree of the machine as it is now; the caller frees it. */
static struct cgroup_tree *tree_now(struct source *source)
{
	struct cgroup_tree *tree;
	struct snapshot snapshot;

	cr_assert(zero(int, cgroup_tree_new(CGROUPS_MAX, &tree)));
	cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
	cr_assert(eq(int, cgroup_tree_build(tree, &snapshot), (int)snapshot.nr_rows),
		  "every row has its parent");
	return tree;
}

Test(cgroupfs_guest, rows_of_real_cgroups)
{
	const uint32_t flags = BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_SWAP | BOOMD_ROW_HAS_STAT |
			       BOOMD_ROW_HAS_MEMORY_PSI | BOOMD_ROW_HAS_IO_PSI |
			       BOOMD_ROW_HAS_POPULATED | BOOMD_ROW_POPULATED | BOOMD_ROW_OOM_GROUP |
			       BOOMD_ROW_HAS_DYING;
	struct guest_cgroup *cgroup = guest_cgroup_new("test.slice/hog");
	struct source *source = open_source();
	struct cgroup_tree *tree;
	const struct boomd_row *row;
	struct boomd_task tasks[4];
	struct guest_load *hog;
	bool more = true;

	guest_cgroup_write(cgroup, "memory.low", "8388608");
	guest_cgroup_write(cgroup, "memory.max", "134217728");
	guest_cgroup_write(cgroup, "memory.oom.group", "1");
	guest_cgroup_set_xattr(cgroup, "trusted.oomd_prefer", "garbage");
	guest_cgroup_set_xattr(cgroup, "user.oomd_avoid", "");
	hog = guest_load_start(cgroup, "hog", "--mib", "32", NULL);
	guest_load_await_ready(hog, LONG_MS);
	tree = tree_now(source);
	cr_assert(ne(ptr, cgroup_tree_by_path(tree, "test.slice/hog"), NULL));
	row = cgroup_tree_by_path(tree, "test.slice/hog")->row;
	cr_expect(eq(u64, row->id, guest_cgroup_id(cgroup)));
	cr_expect(eq(u32, row->flags, flags));
	cr_expect(ge(u64, row->memory_bytes, 32 << 20));
	cr_expect(ge(u64, row->anon_bytes, 32 << 20));
	cr_expect(eq(u64, row->low_bytes, 8 << 20));
	cr_expect(eq(u64, row->max_bytes, 128 << 20));
	cr_expect(eq(u64, row->high_bytes, BOOMD_MAX));
	cr_expect(eq(u32, row->preference, BOOMD_TRUSTED_PREFER | BOOMD_USER_AVOID));
	cr_expect(
		eq(int, source->ops->tasks(source, row->id, "test.slice/hog", tasks, 4, &more), 1));
	cr_expect(eq(i32, tasks[0].pid, guest_load_pid(hog)));
	cr_expect(eq(u64, tasks[0].cgroup_id, row->id));
	cr_expect(ge(u64, tasks[0].rss_bytes, 16 << 20), "counted lazily by the kernel");
	cr_expect(not(more));
	cr_expect(ne(u32, cgroup_tree_root(tree)->row->flags & BOOMD_ROW_HAS_MEMORY_PSI, 0));
	cgroup_tree_free(tree);
	source->ops->close(source);
}

static int count_record(void *user, const struct boomd_record *record)
{
	const uint64_t *id = user;

	cr_expect(eq(u32, record->kind, BOOMD_RECORD_PSI_TRIGGER));
	cr_expect(eq(u64, record->cgroup_id, *id));
	cr_expect(eq(u64, record->detail, TAG));
	cr_expect(gt(u64, record->time_ns, 0));
	return 0;
}

/* As sd-event waits: the source's descriptor in an epoll set. Returns the records that came. */
static int await_records(struct source *source, uint64_t id)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), nr = 0;
	bool lost;

	cr_assert(
		zero(int, epoll_ctl(epoll, EPOLL_CTL_ADD, source->ops->event_fd(source), &event)));
	/* a wake-up may be for nothing: whoever writes to the file wakes too */
	for (int turn = 0; turn < 10 && !nr; turn++) {
		if (epoll_wait(epoll, &event, 1, LONG_MS) <= 0)
			break;
		nr = source->ops->drain(source, count_record, &id, &lost);
		cr_assert(ge(int, nr, 0));
	}
	close(epoll);
	return nr;
}

Test(cgroupfs_guest, a_trigger_fires_and_fires_again)
{
	const struct psi_trigger trigger = {
		.resource = BOOMD_RESOURCE_MEMORY,
		.stall = BOOMD_STALL_SOME,
		.threshold_us = 20000,
		.window_us = 500000,
	};
	struct guest_cgroup *cgroup = guest_cgroup_new("test.slice/hog");
	struct source *source = open_source();
	uint64_t id = guest_cgroup_id(cgroup);
	struct guest_load *hog;

	cr_expect(eq(int, source->ops->arm_trigger(source, id + 1, "test.slice/hog", &trigger, TAG),
		     -ESTALE));
	cr_assert(zero(int, source->ops->arm_trigger(source, id, "test.slice/hog", &trigger, TAG)));
	guest_cgroup_write(cgroup, "memory.high", "16777216");
	hog = guest_load_start(cgroup, "hog", "--mib", "64", "--touch", NULL);
	cr_expect(gt(int, await_records(source, id), 0), "the first time");
	cr_expect(gt(int, await_records(source, id), 0), "and again");
	guest_load_kill(hog);
	cr_assert(guest_cgroup_await_empty(cgroup, LONG_MS));
	source->ops->disarm_triggers(source);
	source->ops->close(source);
}

/* The kernel tells of the removal; nothing of it may stay behind, or the loop would never rest. */
Test(cgroupfs_guest, a_trigger_goes_with_its_cgroup)
{
	const struct psi_trigger trigger = { .threshold_us = 100000, .window_us = 1000000 };
	struct guest_cgroup *cgroup = guest_cgroup_new("test.slice/short");
	struct source *source = open_source();
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	uint64_t id = guest_cgroup_id(cgroup);
	bool lost;

	cr_assert(
		zero(int, source->ops->arm_trigger(source, id, "test.slice/short", &trigger, TAG)));
	guest_cgroup_remove(cgroup);
	cr_assert(
		zero(int, epoll_ctl(epoll, EPOLL_CTL_ADD, source->ops->event_fd(source), &event)));
	while (epoll_wait(epoll, &event, 1, 3000) == 1)
		cr_assert(zero(int, source->ops->drain(source, count_record, &id, &lost)));
	close(epoll);
	source->ops->close(source);
}

struct churn {
	atomic_bool stop;
	atomic_size_t turns;
};

static void *churn_run(void *user)
{
	struct churn *churn = user;
	char path[64];

	for (size_t turn = 0; !churn->stop; turn++, churn->turns++) {
		snprintf(path, sizeof(path), GUEST_CGROUP_ROOT "/churn-%zu", turn % 16);
		if (turn >= 16)
			rmdir(path);
		mkdir(path, 0755);
	}
	for (size_t i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), GUEST_CGROUP_ROOT "/churn-%zu", i);
		rmdir(path);
	}
	return NULL;
}

/* Cgroups that go while they are read leave no half of a row behind: every one has its controller.
 */
Test(cgroupfs_guest, cgroups_that_come_and_go)
{
	struct source *source = open_source();
	struct churn churn = { 0 };
	struct snapshot snapshot;
	size_t nr_seen = 0;
	pthread_t thread;

	guest_cgroup_new("stays");
	cr_assert(zero(int, pthread_create(&thread, NULL, churn_run, &churn)));
	for (size_t turn = 0; turn < 50; turn++) {
		bool stays = false;

		cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
		for (size_t i = 0; i < snapshot.nr_rows; i++) {
			stays |= !strcmp(snapshot.names[i], "stays");
			nr_seen += !strncmp(snapshot.names[i], "churn-", 6);
			cr_assert(ne(u32, snapshot.rows[i].flags & BOOMD_ROW_HAS_MEMORY, 0), "%s",
				  snapshot.names[i]);
		}
		cr_assert(stays);
	}
	churn.stop = true;
	pthread_join(thread, NULL);
	cr_expect(gt(sz, nr_seen, 0), "%zu turns, and none of it was ever seen", churn.turns);
	source->ops->close(source);
}
