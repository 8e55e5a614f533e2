/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes from files: lines that are none, names that lie, and more than there is room for. */
#include "source/cgroupfs_tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/fixture.h"

#define TASKS_MAX 8
#define UNTOUCHED 0x77

static int tasks_of(struct fixture *fixture, const char *path, struct boomd_task *tasks, size_t max,
		    bool *ret_more)
{
	struct source *source = fixture_source(fixture);
	struct cgroup *cgroup;

	fixture_tree(fixture);
	cgroup = fixture_get(fixture, path);
	cr_assert(ne(ptr, cgroup, NULL));
	return source->ops->tasks(source, cgroup->row->id, path, tasks, max, ret_more);
}

/* Processes 1, 12 and 345 exist; pids in the order found, with a space behind each. */
static const struct {
	const char *why, *procs, *pids;
} listings[] = {
	{ "nothing", "", "" },
	{ "a process that cannot be seen from here", "0\n", "" },
	{ "the same among others: kill(0) is no joke", "0\n12\n0\n345\n", "12 345 " },
	{ "words", "garbage\n12\n", "12 " },
	{ "negative: a whole group", "-12\n12\n", "12 " },
	{ "-1: everybody", "-1\n", "" },
	{ "larger than pids are", "4294967308\n12\n", "12 " },
	{ "larger than numbers are", "99999999999999999999999999\n12\n", "12 " },
	{ "two on a line", "12 345\n345\n", "345 " },
	{ "empty lines", "\n\n12\n\n", "12 " },
	{ "gone already", "777\n12\n", "12 " },
	{ "without the last newline", "345\n12", "345 12 " },
	{ "a line that does not end", "11111111111111111111111111111111111111111", "" },
};

TABLE_TEST(cgroupfs_tasks, listings, listings, row)
{
	struct fixture *fixture = fixture_new();
	struct boomd_task tasks[TASKS_MAX];
	char pids[128] = "";
	bool more = true;
	int nr;

	fixture_process(fixture, 1, "init", 'S', 1, 1);
	fixture_process(fixture, 12, "a", 'S', 1, 1);
	fixture_process(fixture, 345, "b", 'S', 1, 1);
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = row->procs });
	nr = tasks_of(fixture, "x", tasks, TASKS_MAX, &more);
	for (int i = 0; i < nr; i++)
		sprintf(pids + strlen(pids), "%d ", tasks[i].pid);
	cr_expect(eq(str, pids, (char *)row->pids), "%s", row->why);
	cr_expect(not(more), "%s", row->why);
	fixture_free(fixture);
}

static const struct {
	const char *why, *comm;
	char state;
	uint32_t flags;
} processes[] = {
	{ "a name like a zombie's", "foo) Z ", 'S', 0 },
	{ "a zombie with the name of a living one", "foo) S ", 'Z', BOOMD_TASK_EXITING },
	{ "dead", "a", 'X', BOOMD_TASK_EXITING },
	{ "sleeping", "a", 'S', 0 },
	{ "in the disk's hands", "a", 'D', 0 },
};

TABLE_TEST(cgroupfs_tasks, processes, processes, row)
{
	struct fixture *fixture = fixture_new();
	struct boomd_task task;
	bool more;

	fixture_process(fixture, 12, row->comm, row->state, 123, 5);
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = "12\n" });
	cr_assert(eq(int, tasks_of(fixture, "x", &task, 1, &more), 1));
	cr_expect(eq(u32, task.flags, row->flags), "%s", row->why);
	cr_expect(eq(str, task.comm, (char *)row->comm), "%s", row->why);
	cr_expect(eq(u64, task.start_ns, 123 * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK))));
	cr_expect(eq(u64, task.rss_bytes, 5 * (uint64_t)sysconf(_SC_PAGESIZE)));
	cr_expect(eq(u64, task.cgroup_id, fixture_get(fixture, "x")->row->id));
	fixture_free(fixture);
}

static const struct {
	const char *why, *stat;
	uint32_t flags;
} stats[] = {
	{ "nothing", "", 0 },
	{ "garbage", "garbage\n", 0 },
	{ "cut off", "12 (a) S 1 2 3\n", 0 },
	{ "a kernel thread", "12 (k) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0\n",
	  BOOMD_TASK_KTHREAD },
	{ "exiting, not yet a zombie", "12 (e) R 2 0 0 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0\n",
	  BOOMD_TASK_EXITING },
};

TABLE_TEST(cgroupfs_tasks, stats, stats, row)
{
	struct fixture *fixture = fixture_new();
	struct boomd_task task;
	bool more;

	fixture_write_proc(fixture, "12/stat", "%s", row->stat);
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = "12\n" });
	cr_assert(eq(int, tasks_of(fixture, "x", &task, 1, &more), 1),
		  "what cannot be understood can still be killed: %s", row->why);
	cr_expect(eq(i32, task.pid, 12), "%s", row->why);
	cr_expect(eq(u32, task.flags, row->flags), "%s", row->why);
	fixture_free(fixture);
}

Test(cgroupfs_tasks, all_below)
{
	struct fixture *fixture = fixture_new();
	struct boomd_task tasks[TASKS_MAX];
	bool more;

	for (int pid = 1; pid <= 5; pid++)
		fixture_process(fixture, pid, "p", 'S', 1, 1);
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = "1\n" });
	fixture_cgroup(fixture, "x/y/z", (struct fixture_cgroup){ .procs = "2\n3\n" });
	fixture_cgroup(fixture, "x/.hidden", (struct fixture_cgroup){ .procs = "4\n" });
	fixture_cgroup(fixture, "beside", (struct fixture_cgroup){ .procs = "5\n" });
	cr_expect(eq(int, tasks_of(fixture, "x", tasks, TASKS_MAX, &more), 4));
	cr_expect(eq(int, tasks_of(fixture, "x/y", tasks, TASKS_MAX, &more), 2));
	cr_expect(eq(u64, tasks[0].cgroup_id, fixture_get(fixture, "x/y/z")->row->id));
	cr_expect(eq(int, tasks_of(fixture, "", tasks, TASKS_MAX, &more), 5));
	fixture_free(fixture);
}

Test(cgroupfs_tasks, more_than_there_is_room_for)
{
	struct fixture *fixture = fixture_new();
	struct boomd_task tasks[3];
	bool more = false;

	for (int pid = 1; pid <= 4; pid++)
		fixture_process(fixture, pid, "p", 'S', 1, 1);
	memset(tasks, UNTOUCHED, sizeof(tasks));
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = "1\n2\n3\n4\n" });
	cr_expect(eq(int, tasks_of(fixture, "x", tasks, 2, &more), 2));
	cr_expect(more);
	cr_expect(eq(i32, tasks[2].pid, 0x77777777), "nothing behind the end");
	cr_expect(eq(int, tasks_of(fixture, "x", tasks, 0, &more), 0));
	cr_expect(more);
	fixture_write(fixture, "x/cgroup.procs", "1\n2\n");
	cr_expect(eq(int, tasks_of(fixture, "x", tasks, 2, &more), 2));
	cr_expect(not(more), "just as many as there is room for");
	fixture_free(fixture);
}

/* Longer than the buffer it is read through, with lines across its borders. */
Test(cgroupfs_tasks, a_long_list)
{
	static struct boomd_task tasks[2000];
	static char procs[16384];
	struct fixture *fixture = fixture_new();
	size_t len = 0;
	bool more;

	for (int pid = 1; pid <= 2000; pid++) {
		len += (size_t)sprintf(procs + len, "%d\n", pid * 7);
		fixture_process(fixture, pid * 7, "p", 'S', 1, 1);
	}
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = procs });
	cr_assert(eq(int, tasks_of(fixture, "x", tasks, 2000, &more), 2000));
	for (int i = 0; i < 2000; i++)
		cr_assert(eq(i32, tasks[i].pid, (i + 1) * 7));
	fixture_free(fixture);
}

/* A line longer than the buffer is none, and its end is no line: 345 exists. */
Test(cgroupfs_tasks, a_line_without_end)
{
	static char procs[8192 + 16];
	struct fixture *fixture = fixture_new();
	struct boomd_task tasks[TASKS_MAX];
	bool more;

	fixture_process(fixture, 12, "a", 'S', 1, 1);
	fixture_process(fixture, 345, "b", 'S', 1, 1);
	for (size_t len = 4090; len < 4100; len++) {
		memset(procs, '0', len);
		strcpy(procs + len, "345\n12\n");
		fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = procs });
		cr_assert(eq(int, tasks_of(fixture, "x", tasks, TASKS_MAX, &more),
			     len < 4092 ? 2 : 1),
			  "length %zu", len);
		cr_assert(eq(i32, tasks[len < 4092 ? 1 : 0].pid, 12), "length %zu", len);
	}
	fixture_free(fixture);
}

static const struct {
	const char *why, *path;
	bool other_id;
} missing[] = {
	{ "never there", "nobody", false },
	{ "another cgroup in its place", "x", true },
	{ "a file", "x/cgroup.procs", false },
};

TABLE_TEST(cgroupfs_tasks, cgroups_that_are_not_there, missing, row)
{
	struct fixture *fixture = fixture_new();
	struct source *source = fixture_source(fixture);
	struct boomd_task tasks[TASKS_MAX];
	bool more = true;
	uint64_t id;
	int nr;

	fixture_process(fixture, 12, "a", 'S', 1, 1);
	fixture_cgroup(fixture, "x", (struct fixture_cgroup){ .procs = "12\n" });
	id = fixture_get(fixture, "x")->row->id + row->other_id;
	nr = source->ops->tasks(source, id, row->path, tasks, TASKS_MAX, &more);
	cr_expect(nr == -ENOENT || nr == -ENOTDIR, "%s: %d", row->why, nr);
	cr_expect(more, "untouched");
	fixture_free(fixture);
}

/* A child of our own, by the machine's own /proc. */
Test(cgroupfs_tasks, a_real_process)
{
	struct fixture *fixture = fixture_new();
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct boomd_task task, again;
	char path[512];
	bool more;
	pid_t pid = fork();
	int fd;

	if (!pid)
		for (;;)
			pause();
	cr_assert(gt(int, pid, 0));
	fixture_write(fixture, "x/cgroup.procs", "%d\n", pid);
	snprintf(path, sizeof(path), "%s/x", fixture_cgroup_fs(fixture));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_expect(eq(int, cgroupfs_tasks_read(fd, proc_fd, &task, 1, &more), 1));
	cr_expect(eq(i32, task.pid, pid));
	cr_expect(zero(u32, task.flags));
	cr_expect(gt(u64, task.start_ns, 0));
	cr_expect(gt(sz, strlen(task.comm), 0));
	kill(pid, SIGKILL);
	/* not reaped yet: it has become a zombie when this returns */
	cr_assert(zero(int, waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT)));
	cr_expect(eq(int, cgroupfs_tasks_read(fd, proc_fd, &again, 1, &more), 1));
	cr_expect(ne(u32, again.flags & BOOMD_TASK_EXITING, 0), "a zombie");
	cr_expect(eq(u64, again.start_ns, task.start_ns), "still the same process");
	waitpid(pid, NULL, 0);
	cr_expect(eq(int, cgroupfs_tasks_read(fd, proc_fd, &task, 1, &more), 0), "reaped");
	close(fd);
	close(proc_fd);
	fixture_free(fixture);
}
