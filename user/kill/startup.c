/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the real killer comes and goes. All that a kill needs is taken here, and the whole way is
 * gone once, so that a kernel that lacks something says so now.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kill/real.h"
#include "kill/sweep.h"

#define INITIAL_PID_NS "pid:[4026531836]" /* PROC_PID_INIT_INO, the same in every kernel */

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
	err = real_killer_rehearse(k);
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
