/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes of a special shape for the tests of the bpf source. */
#ifndef TESTS_GUEST_BPF_PROCESS_H
#define TESTS_GUEST_BPF_PROCESS_H

#include <sys/types.h>

#include "guest/guest.h"

enum bpf_process_shape {
	BPF_PROCESS_PLAIN,
	BPF_PROCESS_THREADS,	 /* eight more threads */
	BPF_PROCESS_LEADERLESS,	 /* its first thread has ended, another lives on */
	BPF_PROCESS_WITH_ZOMBIE, /* has a child that is dead and not waited for */
};

/* Starts one inside the cgroup and waits until it has its shape. It lives until it is killed. */
pid_t bpf_process_start(struct guest_cgroup *cg, enum bpf_process_shape shape);
/* SIGKILL and wait */
void bpf_process_kill(pid_t pid);

#endif
