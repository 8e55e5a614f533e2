/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/bpf_process.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table_test.h"

#define THREADS 8

static void *sit(void *ready_fd)
{
	if (ready_fd && write(*(int *)ready_fd, "", 1) != 1)
		_exit(3);
	for (;;)
		pause();
	return NULL;
}

static void start_threads(int nr, int *ready_fd)
{
	pthread_t thread;

	while (nr--)
		if (pthread_create(&thread, NULL, sit, ready_fd))
			_exit(2);
}

static void take_shape(enum bpf_process_shape shape, int ready_fd)
{
	pid_t pid;

	switch (shape) {
	case BPF_PROCESS_PLAIN:
		break;
	case BPF_PROCESS_THREADS:
		start_threads(THREADS, NULL);
		break;
	case BPF_PROCESS_LEADERLESS:
		start_threads(1, &ready_fd);
		pthread_exit(NULL);
	case BPF_PROCESS_WITH_ZOMBIE:
		pid = fork();
		if (!pid)
			_exit(0);
		(void)waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
		break;
	}
	(void)sit(&ready_fd);
}

pid_t bpf_process_start(struct guest_cgroup *cg, enum bpf_process_shape shape)
{
	int fds[2];
	pid_t pid;
	char byte;

	cr_assert(zero(int, pipe(fds)));
	pid = fork();
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		guest_cgroup_write(cg, "cgroup.procs", "0");
		take_shape(shape, fds[1]);
		_exit(1);
	}
	close(fds[1]);
	cr_assert(eq(long, read(fds[0], &byte, 1), 1), "it came to life");
	close(fds[0]);
	return pid;
}

void bpf_process_kill(pid_t pid)
{
	cr_assert(zero(int, kill(pid, SIGKILL)));
	cr_assert(eq(int, waitpid(pid, NULL, 0), pid));
}
