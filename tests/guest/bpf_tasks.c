/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk over processes: exactly those of the cgroup and below, whatever their shape. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bpf_process.h"
#include "guest/bpf_source.h"

TestSuite(bpf_tasks, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 120);

static struct boomd_task tasks[BOOMD_TASKS_MAX];
static bool more;

static size_t list(uint64_t id, size_t max)
{
	struct source *source = bpf_test_source();
	int nr = source->ops->tasks(source, id, "", tasks, max, &more);

	cr_assert(ge(int, nr, 0), "%s", strerror(-nr));
	return (size_t)nr;
}

static const struct boomd_task *find(size_t nr, pid_t pid)
{
	for (size_t i = 0; i < nr; i++)
		if (tasks[i].pid == pid)
			return &tasks[i];
	return NULL;
}

static size_t count_files(const struct guest_cgroup *cg)
{
	char path[4096], line[64];
	size_t nr = 0;
	FILE *procs;

	snprintf(path, sizeof(path), "%s/cgroup.procs", guest_cgroup_path(cg));
	procs = fopen(path, "re");
	cr_assert(ne(ptr, procs, NULL));
	while (fgets(line, sizeof(line), procs))
		nr++;
	fclose(procs);
	return nr;
}

/* Field 22 of /proc/pid/stat, in ticks since boot */
static uint64_t start_ticks(pid_t pid)
{
	char path[64], text[4096], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	cr_assert(ne(ptr, f, NULL));
	cr_assert(ne(ptr, fgets(text, sizeof(text), f), NULL));
	fclose(f);
	at = strrchr(text, ')');
	for (int field = 2; field < 22; field++)
		at = strchr(at + 1, ' ');
	return strtoull(at, NULL, 10);
}

Test(bpf_tasks, a_cgroup_and_what_is_below_and_nobody_else)
{
	struct guest_cgroup *top = guest_cgroup_new("top"), *here = guest_cgroup_new("top/here");
	struct guest_cgroup *deep = guest_cgroup_new("top/a/b");
	struct guest_cgroup *other = guest_cgroup_new("topical");
	struct guest_load *load = guest_load_start(here, "hog", "--mib", "8", NULL);
	struct guest_load *group =
		guest_load_start(deep, "hog", "--mib", "1", "--children", "3", NULL);
	const struct boomd_task *task;
	size_t nr;

	guest_load_await_ready(load, BPF_TEST_MS);
	guest_load_await_ready(group, BPF_TEST_MS);
	(void)bpf_process_start(other, BPF_PROCESS_PLAIN);

	nr = list(guest_cgroup_id(top), BOOMD_TASKS_MAX);
	cr_assert(eq(sz, nr, count_files(here) + count_files(deep)));
	cr_assert(eq(sz, nr, 5));
	cr_expect(not(more));
	task = find(nr, guest_load_pid(load));
	cr_assert(ne(ptr, (void *)task, NULL));
	cr_expect(eq(u64, task->cgroup_id, guest_cgroup_id(here)));
	cr_expect(eq(str, (char *)task->comm, "hog"));
	cr_expect(ge(u64, task->rss_bytes, 7 << 20), "the kernel counts in batches");
	cr_expect(eq(u64, task->start_ns / (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK)),
		     start_ticks(task->pid)));
	cr_expect(zero(u32, task->flags));
	task = find(nr, guest_load_pid(group));
	cr_assert(ne(ptr, (void *)task, NULL));
	cr_expect(eq(u64, task->cgroup_id, guest_cgroup_id(deep)));

	cr_expect(eq(sz, list(guest_cgroup_id(here), BOOMD_TASKS_MAX), 1));
	cr_expect(eq(sz, list(guest_cgroup_id(deep), BOOMD_TASKS_MAX), 4));
}

static const struct {
	const char *why;
	enum bpf_process_shape shape;
	size_t nr;
} shapes[] = {
	{ "a process", BPF_PROCESS_PLAIN, 1 },
	{ "nine threads are one process", BPF_PROCESS_THREADS, 1 },
	{ "its first thread is dead, the process is not", BPF_PROCESS_LEADERLESS, 1 },
	{ "a zombie is nobody to kill", BPF_PROCESS_WITH_ZOMBIE, 1 },
};

TABLE_TEST(bpf_tasks, shapes, shapes, row)
{
	struct guest_cgroup *cg = guest_cgroup_new("shape");
	pid_t pid = bpf_process_start(cg, row->shape);
	uint64_t id = guest_cgroup_id(cg);

	cr_expect(eq(sz, list(id, BOOMD_TASKS_MAX), row->nr), "%s", row->why);
	cr_expect(eq(int, tasks[0].pid, pid), "%s", row->why);
	bpf_process_kill(pid);
	cr_expect(zero(sz, list(id, BOOMD_TASKS_MAX)), "%s: after its death", row->why);
}

Test(bpf_tasks, more_than_fit_are_told)
{
	struct guest_cgroup *cg = guest_cgroup_new("crowd");
	struct guest_load *load =
		guest_load_start(cg, "hog", "--mib", "1", "--children", "9", NULL);

	guest_load_await_ready(load, BPF_TEST_MS);
	cr_expect(eq(sz, list(guest_cgroup_id(cg), 4), 4));
	cr_expect(more);
	cr_expect(eq(sz, list(guest_cgroup_id(cg), 10), 10));
	cr_expect(not(more));
	cr_expect(zero(sz, list(guest_cgroup_id(cg), 0)));
	cr_expect(more);
}

Test(bpf_tasks, thirty_walks_without_a_drain_in_between)
{
	struct guest_cgroup *cg = guest_cgroup_new("again");

	(void)bpf_process_start(cg, BPF_PROCESS_PLAIN);
	for (int i = 0; i < 30; i++)
		cr_assert(eq(sz, list(guest_cgroup_id(cg), 4), 1), "walk %d", i);
}

Test(bpf_tasks, a_cgroup_that_is_gone_has_nobody)
{
	struct guest_cgroup *cg = guest_cgroup_new("gone");
	uint64_t id = guest_cgroup_id(cg);

	guest_cgroup_remove(cg);
	cr_expect(zero(sz, list(id, 16)));
	cr_expect(zero(sz, list(12345678901234ULL, 16)));
	cr_expect(zero(sz, list(0, 16)), "0 is no cgroup");
}

Test(bpf_tasks, kernel_threads_are_marked)
{
	size_t nr = list(bpf_test_root_id(), BOOMD_TASKS_MAX);
	const struct boomd_task *init = find(nr, 1), *kthreadd = find(nr, 2);
	const struct boomd_task *self = find(nr, getpid());

	cr_assert(ne(ptr, (void *)init, NULL));
	cr_assert(ne(ptr, (void *)kthreadd, NULL));
	cr_assert(ne(ptr, (void *)self, NULL));
	cr_expect(zero(u32, init->flags & BOOMD_TASK_KTHREAD));
	cr_expect(ne(u32, kthreadd->flags & BOOMD_TASK_KTHREAD, 0));
	cr_expect(zero(u64, kthreadd->rss_bytes));
}
