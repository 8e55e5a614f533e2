/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two lists and the proof of identity. Nothing here allocates after victims_init(), and every
 * loop is bounded by BOOMD_TASKS_MAX. The index makes the comparison of two lists linear; it is
 * rebuilt for each former list.
 */
#include "kill/victims.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define INDEX_BITS  13
#define INDEX_SLOTS (1U << INDEX_BITS)
#define TICK_NS	    10000000 /* USER_HZ is 100 everywhere that BPF is */
#define LIST_TRIES  3

_Static_assert(INDEX_SLOTS >= 2 * BOOMD_TASKS_MAX, "the index must stay half empty");
_Static_assert(BOOMD_TASKS_MAX < UINT16_MAX, "an entry must fit into a slot");

uint64_t kill_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

int victims_init(struct victims *v, struct source *source)
{
	memset(v, 0, sizeof(*v));
	v->source = source;
	v->own_pid = getpid();
	v->signal = SIGKILL;
	v->born_before_ns = UINT64_MAX;
	for (int i = 0; i < 2; i++) {
		v->lists[i].tasks = calloc(BOOMD_TASKS_MAX, sizeof(struct boomd_task));
		v->lists[i].fates = calloc(BOOMD_TASKS_MAX, sizeof(uint8_t));
	}
	v->pidfds = calloc(BOOMD_TASKS_MAX, sizeof(int));
	v->index = calloc(INDEX_SLOTS, sizeof(uint16_t));
	if (!v->lists[0].tasks || !v->lists[0].fates || !v->lists[1].tasks || !v->lists[1].fates ||
	    !v->pidfds || !v->index) {
		victims_fini(v);
		return -ENOMEM;
	}
	/* calloc gives pages that are not there yet: write to them now, not during a kill */
	for (int i = 0; i < 2; i++)
		memset(v->lists[i].tasks, 0xff, BOOMD_TASKS_MAX * sizeof(struct boomd_task));
	memset(v->pidfds, 0xff, BOOMD_TASKS_MAX * sizeof(int));
	v->former = &v->lists[0];
	v->latter = &v->lists[1];
	return 0;
}

void victims_fini(struct victims *v)
{
	for (int i = 0; i < 2; i++) {
		free(v->lists[i].tasks);
		free(v->lists[i].fates);
	}
	free(v->pidfds);
	free(v->index);
	memset(v, 0, sizeof(*v));
}

/* The slot where pid is, or the empty one where it belongs. The index is at most half full. */
static uint16_t *index_slot(const struct victims *v, int32_t pid)
{
	uint32_t slot = ((uint32_t)pid * 2654435761U) >> (32 - INDEX_BITS);

	while (v->index[slot] && v->former->tasks[v->index[slot] - 1].pid != pid)
		slot = (slot + 1) % INDEX_SLOTS;
	return &v->index[slot];
}

/* The entry of the former list that is the same process, or -1. */
static ssize_t find_same(const struct victims *v, const struct boomd_task *task)
{
	ssize_t i = (ssize_t)*index_slot(v, task->pid) - 1;

	return i >= 0 && v->former->tasks[i].start_ns == task->start_ns ? i : -1;
}

void victims_reset(struct victims *v)
{
	v->former->nr = v->latter->nr = 0;
	v->nr_turns = v->nr_newcomers = 0;
	v->first_error = 0;
	v->nameless = v->short_of_fds = false;
	memset(v->index, 0, INDEX_SLOTS * sizeof(*v->index));
}

int victims_list(struct victims *v, uint64_t cgroup_id, const char *path)
{
	struct victim_list *list = v->latter;
	bool more = false;
	int nr_tries = 0;
	int n;

	list->nr = 0;
	list->more = false;
	do {
		n = v->source->ops->tasks(v->source, cgroup_id, path, list->tasks, BOOMD_TASKS_MAX,
					  &more);
	} while ((n == -EINTR || n == -EAGAIN) && ++nr_tries < LIST_TRIES);
	if (n < 0)
		return n;
	list->nr = (size_t)n < BOOMD_TASKS_MAX ? (size_t)n : BOOMD_TASKS_MAX;
	list->more = more || (size_t)n > BOOMD_TASKS_MAX;
	return 0;
}

bool victims_protected(const struct victims *v)
{
	for (size_t i = 0; i < v->latter->nr; i++) {
		int32_t pid = v->latter->tasks[i].pid;

		if (pid == 1 || pid == v->own_pid)
			return true;
	}
	return false;
}

/* Where to remember one more: in the end only the largest are known by name. */
static struct killed_process *room_for(struct kill_result *result, uint64_t rss_bytes)
{
	struct killed_process *smallest = &result->processes[0];

	if (result->nr_processes < KILL_PROCESSES_MAX)
		return &result->processes[result->nr_processes++];
	for (size_t i = 1; i < KILL_PROCESSES_MAX; i++) {
		if (result->processes[i].rss_bytes < smallest->rss_bytes)
			smallest = &result->processes[i];
	}
	return smallest->rss_bytes < rss_bytes ? smallest : NULL;
}

static void remember(struct kill_result *result, const struct boomd_task *task, int error)
{
	struct killed_process *process = room_for(result, task->rss_bytes);

	if (!process)
		return;
	process->pid = task->pid;
	process->error = error;
	process->rss_bytes = task->rss_bytes;
	memcpy(process->comm, task->comm, sizeof(process->comm));
	process->comm[sizeof(process->comm) - 1] = '\0';
}

static void fail(struct victims *v, size_t i, struct kill_result *result, int error)
{
	v->former->fates[i] = VICTIM_FAILED;
	if (!v->first_error)
		v->first_error = error;
	result->nr_failed++;
	remember(result, &v->former->tasks[i], error);
}

/*
 * A straggler lives and was born before the last signal. Start times out of /proc are cut to clock
 * ticks; who may be younger than that is no straggler.
 */
static bool is_straggler(const struct victims *v, const struct boomd_task *task)
{
	uint64_t start_ns = task->start_ns;

	if (start_ns % TICK_NS == 0)
		start_ns += TICK_NS;
	return !(task->flags & BOOMD_TASK_EXITING) && start_ns < v->born_before_ns;
}

/* Enters entry i into the index and sees what it is. Called in the order of the list. */
static void admit(struct victims *v, size_t i, struct kill_result *result)
{
	struct victim_list *list = v->former;
	const struct boomd_task *task = &list->tasks[i];
	uint16_t *slot;

	if ((task->flags & BOOMD_TASK_KTHREAD) ||
	    (v->born_before_ns != UINT64_MAX && !is_straggler(v, task))) {
		list->fates[i] = VICTIM_PASSED;
		return;
	}
	if (task->pid <= 0) {
		/* "0" in cgroup.procs: a process that has no number here. kill(0) would be us. */
		v->nameless = true;
		list->fates[i] = VICTIM_PASSED;
		if (v->nr_turns == 1) {
			result->nr_listed++;
			fail(v, i, result, -EPERM);
		}
		return;
	}
	slot = index_slot(v, task->pid);
	if (*slot) {
		list->fates[i] = VICTIM_PASSED;
		return;
	}
	*slot = (uint16_t)(i + 1);
	if (list->fates[i] == VICTIM_NEW) {
		list->fates[i] = VICTIM_WAITING;
		result->nr_listed++;
		v->nr_newcomers += v->nr_turns > 1;
	}
	if (list->fates[i] == VICTIM_WAITING)
		v->nr_waiting++;
}

void victims_turn(struct victims *v, struct kill_result *result)
{
	struct victim_list *next = v->latter;

	for (size_t i = 0; i < next->nr; i++) {
		ssize_t same = find_same(v, &next->tasks[i]);

		next->fates[i] = same < 0 ? VICTIM_NEW : v->former->fates[same];
	}
	v->latter = v->former;
	v->former = next;
	v->nr_turns++;
	v->nr_waiting = 0;
	memset(v->index, 0, INDEX_SLOTS * sizeof(*v->index));
	for (size_t i = 0; i < next->nr; i++) {
		v->pidfds[i] = -1;
		admit(v, i, result);
	}
}

void victims_open(struct victims *v, struct kill_result *result)
{
	struct victim_list *list = v->former;

	v->short_of_fds = false;
	for (size_t i = 0; i < list->nr; i++) {
		if (list->fates[i] != VICTIM_WAITING)
			continue;
		v->pidfds[i] = pidfd_open(list->tasks[i].pid, 0);
		if (v->pidfds[i] >= 0)
			continue;
		if (errno == EMFILE || errno == ENFILE) {
			v->short_of_fds = true;
			break; /* those that are open go first; the rest waits */
		}
		if (errno == ESRCH) {
			list->fates[i] = VICTIM_PASSED;
			result->nr_changed++;
		} else {
			fail(v, i, result, -errno);
		}
	}
}

/* The one place from which a signal leaves boomd. */
static int send_signal(const struct victims *v, pid_t pid, int pidfd)
{
	if (v->signal && (pid <= 1 || pid == v->own_pid))
		return -EPERM; /* victims_protected() was asked before; this is the last door */
	return pidfd_send_signal(pidfd, v->signal, NULL, 0) ? -errno : 0;
}

static void signal_one(struct victims *v, size_t i, struct kill_result *result)
{
	struct victim_list *list = v->former;
	int err = send_signal(v, list->tasks[i].pid, v->pidfds[i]);

	if (err == -ESRCH)
		return; /* it went between the list and now: changed */
	if (err) {
		fail(v, i, result, err);
		return;
	}
	if (!result->first_signal_ns)
		result->first_signal_ns = kill_clock_ns();
	/*
	 * Who is dying gets the signal too: a leader that has left its threads behind looks the
	 * same, and a second SIGKILL changes nothing.
	 */
	list->fates[i] =
		list->tasks[i].flags & BOOMD_TASK_EXITING ? VICTIM_DYING : VICTIM_SIGNALLED;
}

/* After the signals: counts, names, pidfds; nobody waits for this. */
static size_t settle(struct victims *v, struct kill_result *result, victim_signalled_fn fn,
		     void *user)
{
	struct victim_list *list = v->former;
	size_t nr = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (v->pidfds[i] < 0)
			continue;
		if (list->fates[i] == VICTIM_SIGNALLED || list->fates[i] == VICTIM_DYING) {
			if (list->fates[i] == VICTIM_DYING) {
				result->nr_dying++;
			} else {
				result->nr_signalled++;
				remember(result, &list->tasks[i], 0);
			}
			nr++;
			fn(user, &list->tasks[i], v->pidfds[i]);
		} else {
			if (list->fates[i] == VICTIM_WAITING) {
				list->fates[i] = VICTIM_PASSED;
				result->nr_changed++;
			}
			close(v->pidfds[i]);
		}
		v->pidfds[i] = -1;
	}
	return nr;
}

size_t victims_signal(struct victims *v, struct kill_result *result, victim_signalled_fn fn,
		      void *user)
{
	for (size_t i = 0; i < v->latter->nr; i++) {
		ssize_t same = find_same(v, &v->latter->tasks[i]);

		if (same >= 0 && v->pidfds[same] >= 0 && v->former->fates[same] == VICTIM_WAITING)
			signal_one(v, (size_t)same, result);
	}
	if (result->first_signal_ns)
		result->last_signal_ns = kill_clock_ns();
	return settle(v, result, fn, user);
}

void victims_close(struct victims *v)
{
	for (size_t i = 0; i < v->former->nr; i++) {
		if (v->pidfds[i] >= 0)
			close(v->pidfds[i]);
		v->pidfds[i] = -1;
	}
}

void victims_count(const struct victims *v, struct kill_result *result)
{
	const struct victim_list *list = v->former;

	for (size_t i = 0; i < list->nr; i++) {
		if (list->fates[i] != VICTIM_WAITING)
			continue;
		if (list->tasks[i].flags & BOOMD_TASK_EXITING) {
			result->nr_dying++;
		} else {
			result->nr_signalled++;
			remember(result, &list->tasks[i], 0);
		}
	}
}

void victims_give_up(struct victims *v, struct kill_result *result, int error)
{
	for (size_t i = 0; i < v->former->nr; i++) {
		if (v->former->fates[i] == VICTIM_WAITING)
			fail(v, i, result, error);
	}
}
