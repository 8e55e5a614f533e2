/* SPDX-License-Identifier: GPL-2.0-only */
#include "scripted.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODYS_PID  5000000 /* above the largest pid_max, 2^22 */
#define WAIT_MS	     10000
#define OTHER_NS     12345
#define SOME_KTHREAD 2

static void add(struct boomd_task *tasks, size_t max, size_t *nr, const struct boomd_task *task)
{
	if (*nr < max)
		tasks[(*nr)++] = *task;
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* What stands behind the letter; the position after it. */
static const char *read_modifier(const struct scripted *source, const char *at,
				 struct boomd_task *task)
{
	switch (*at) {
	case '!':
		task->start_ns += OTHER_NS;
		return at + 1;
	case '?':
		task->start_ns += source->nr_walks;
		return at + 1;
	case '~':
		task->flags |= BOOMD_TASK_EXITING;
		return at + 1;
	case '#':
		end_child(task->pid);
		return at + 1;
	}
	return at;
}

/* One entry of a script; the position after it. */
static const char *read_entry(const struct scripted *source, const char *at,
			      struct boomd_task *ret_task)
{
	struct boomd_task task = {.cgroup_id = 7, .rss_bytes = 4096, .comm = "child"};

	if (*at >= 'a' && *at <= 'j') {
		const struct child *child = &source->children[*at - 'a'];

		task.pid = child->pid;
		task.start_ns = child->start_ns;
	} else if (*at == 'k') {
		task.pid = SOME_KTHREAD;
		task.flags = BOOMD_TASK_KTHREAD;
	} else if (*at == 'S') {
		task.pid = getpid();
	} else {
		task.pid = *at - '0';
	}
	at = read_modifier(source, at + 1, &task);
	*ret_task = task;
	return at;
}

/* Dead and not yet waited for: no source lists it. */
static bool has_exited(const struct scripted *source, pid_t pid)
{
	for (size_t i = 0; i < source->nr_children; i++) {
		struct pollfd ended = {.fd = source->children[i].pidfd, .events = POLLIN};

		if (source->children[i].pid == pid)
			return poll(&ended, 1, 0) == 1;
	}
	return false;
}

static size_t list_all(const struct scripted *source, struct boomd_task *tasks, size_t max)
{
	size_t nr = 0;

	for (size_t i = 0; i < source->nr_fill; i++)
		add(tasks, max, &nr, &(struct boomd_task){.pid = NOBODYS_PID + (int)i});
	for (size_t i = 0; source->all && i < source->nr_children; i++) {
		const struct boomd_task task = {
			.pid = source->children[i].pid,
			.start_ns = source->children[i].start_ns,
			.rss_bytes = 4096 * i,
			.comm = "child",
		};

		if (!has_exited(source, task.pid))
			add(tasks, max, &nr, &task);
	}
	return nr;
}

static int scripted_tasks(struct source *base, uint64_t id, const char *path,
			  struct boomd_task *tasks, size_t max, bool *ret_more)
{
	struct scripted *source = (struct scripted *)base;
	size_t walk = source->nr_walks++, nr;
	const char *script;

	(void)id;
	(void)path;
	while (walk > 0 && (walk >= SCRIPTED_WALKS_MAX || !source->walks[walk]))
		walk--;
	script = source->walks[walk] ? source->walks[walk] : "";
	if (*script == 'E')
		return -atoi(script + 1);
	nr = list_all(source, tasks, max);
	while (*script && *script != '+') {
		struct boomd_task task;
		bool reaped = script[1] == '#';

		script = read_entry(source, script, &task);
		if (reaped || (task.flags & BOOMD_TASK_EXITING) || !has_exited(source, task.pid))
			add(tasks, max, &nr, &task);
	}
	*ret_more = *script == '+';
	return (int)nr;
}

static int scripted_watch_exits(struct source *base, uint64_t id, bool on)
{
	struct scripted *source = (struct scripted *)base;

	source->nr_on += on;
	source->nr_off += !on;
	source->watched_id = on ? id : 0;
	return 0;
}

void scripted_init(struct scripted *source, const char *cgroup_fs)
{
	static const struct source_ops ops = {
		.name = "scripted",
		.tasks = scripted_tasks,
		.watch_exits = scripted_watch_exits,
	};

	memset(source, 0, sizeof(*source));
	source->base.ops = &ops;
	source->base.cgroup_fs = cgroup_fs;
}

void scripted_script(struct scripted *source, const char *const walks[SCRIPTED_WALKS_MAX])
{
	memcpy(source->walks, walks, sizeof(source->walks));
	source->nr_walks = 0;
}

/* Field 22 of /proc/PID/stat, in clock ticks; any unit does, as long as it is the same twice. */
static uint64_t start_of(pid_t pid)
{
	unsigned long long start = 0;
	char path[64], line[1024];
	FILE *file;
	char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		abort();
	if (!fgets(line, sizeof(line), file))
		abort();
	(void)fclose(file);
	at = strrchr(line, ')');
	if (!at || sscanf(at + 2,
			  "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			  "%*d %*d %llu",
			  &start) != 1)
		abort();
	return start * 10000000ULL;
}

/* Ends with the test, also when the test ends before this line is reached. */
static void child_main(pid_t test)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != test)
		_exit(1);
	signal(SIGTERM, SIG_DFL);
	for (;;)
		pause();
}

void scripted_spawn(struct scripted *source, size_t nr)
{
	pid_t test = getpid();

	for (size_t i = 0; i < nr && source->nr_children < SCRIPTED_CHILDREN_MAX; i++) {
		struct child *child = &source->children[source->nr_children++];

		child->pid = fork();
		if (child->pid < 0)
			abort();
		if (!child->pid)
			child_main(test);
		child->pidfd = pidfd_open(child->pid, 0);
		child->start_ns = start_of(child->pid);
	}
}

int scripted_ended_by(struct scripted *source, size_t i)
{
	const struct child *child = &source->children[i];
	struct pollfd ended = {.fd = child->pidfd, .events = POLLIN};
	int status;

	if (poll(&ended, 1, WAIT_MS) != 1 || waitpid(child->pid, &status, 0) != child->pid)
		return 0;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int scripted_survived(struct scripted *source, size_t i)
{
	(void)pidfd_send_signal(source->children[i].pidfd, SIGTERM, NULL, 0);
	return scripted_ended_by(source, i);
}
