/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the real killer comes and goes. All that a kill needs is taken here, and the whole way is
 * gone once, so that a kernel that lacks something says so now.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kill/attempt.h"
#include "kill/sweep.h"

#define INITIAL_PID_NS "pid:[4026531836]" /* PROC_PID_INIT_INO, the same in every kernel */

/* Both lists hold ourselves, and nobody else. */
static void list_self(struct victims *v, struct kill_result *result)
{
	v->latter->tasks[0] = (struct boomd_task){.pid = v->own_pid, .start_ns = 1};
	v->latter->nr = 1;
	v->latter->more = false;
	victims_turn(v, result);
	victims_open(v, result);
	v->latter->tasks[0] = v->former->tasks[0];
	v->latter->nr = 1;
	v->latter->more = false;
}

/* The path of a kill, with signal 0 and ourselves for a victim: touches code, stack and lists. */
static int rehearse(struct real_killer *k)
{
	struct kill_result result = {0};
	struct kill_request request = {.path = "", .reap_memory = true};
	struct attempt attempt = {.killer = k, .request = &request};
	struct victims *v = &k->victims;
	size_t nr;
	int err;

	(void)victims_list(v, 0, ""); /* no cgroup has id 0; it is for the source's code */
	victims_reset(v);
	v->signal = 0;
	list_self(v, &result);
	attempt.job = helper_claim(&k->helper);
	nr = victims_signal(v, &result, attempt_signalled, &attempt);
	victims_turn(v, &result);
	v->signal = SIGKILL;
	exits_poll(&k->exits);
	if (attempt.job) {
		attempt.job->rehearsal = attempt.job->complete = true;
		job_set_folder(attempt.job, k->source->cgroup_fs, "");
		helper_submit(&k->helper, attempt.job);
	}
	real_killer_forget(k);
	err = v->first_error ? v->first_error : -ESRCH;
	victims_reset(v);
	return nr == 1 ? 0 : err;
}

/* The BPF walk lists pids of the initial namespace: anywhere else they would be strangers'. */
static int check_pid_namespace(const struct source *source)
{
	char name[64];
	ssize_t n;

	if (strcmp(source->ops->name, "bpf"))
		return 0;
	n = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);
	if (n < 0)
		return -errno;
	name[n] = '\0';
	return strcmp(name, INITIAL_PID_NS) ? -ENOTSUP : 0;
}

static int init_rooms(struct real_killer *k)
{
	int err = victims_init(&k->victims, k->source);

	if (err)
		return err;
	err = exits_init(&k->exits);
	if (err) {
		victims_fini(&k->victims);
		return err;
	}
	err = helper_init(&k->helper);
	if (err) {
		exits_fini(&k->exits);
		victims_fini(&k->victims);
	}
	return err;
}

int killer_new(struct source *source, struct killer **ret_killer)
{
	struct real_killer *k;
	int err;

	err = check_pid_namespace(source);
	if (err)
		return err;
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->base.ops = &real_killer_ops;
	k->source = source;
	spare_init(&k->spare);
	err = init_rooms(k);
	if (err) {
		free(k);
		return err;
	}
	descriptors_raise_limit();
	spare_fill(&k->spare, k->exits.epoll_fd);
	k->knows_own_path = !sweep_cgroup_of("self", k->own_path, sizeof(k->own_path));
	k->knows_init_path = !sweep_cgroup_of("1", k->init_path, sizeof(k->init_path));
	err = rehearse(k);
	if (err) {
		killer_free(&k->base);
		return err;
	}
	*ret_killer = &k->base;
	return 0;
}

void killer_free(struct killer *killer)
{
	struct real_killer *k = real_killer(killer);

	if (!k)
		return;
	killer_forget(killer);
	spare_release(&k->spare);
	exits_fini(&k->exits);
	victims_fini(&k->victims);
	if (helper_fini(&k->helper))
		free(k);
}
