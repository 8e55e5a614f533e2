/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/bpf_process.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

/* The state letter behind the name, which has no ')' here */
static char leader_state(void)
{
	char path[64], text[512] = "";
	char *paren;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid());
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f))
		_exit(4);
	fclose(f);
	paren = strrchr(text, ')');
	return paren ? paren[2] : '?';
}

static void *outlive(void *ready_fd)
{
	while (leader_state() != 'Z')
		sched_yield();
	return sit(ready_fd);
}

static void start_threads(int nr, void *(*run)(void *), int *ready_fd)
{
	pthread_t thread;

	while (nr--)
		if (pthread_create(&thread, NULL, run, ready_fd))
			_exit(2);
}

static void take_shape(enum bpf_process_shape shape, int ready_fd)
{
	pid_t pid;

	switch (shape) {
	case BPF_PROCESS_PLAIN:
		break;
	case BPF_PROCESS_THREADS:
		start_threads(THREADS, sit, NULL);
		break;
	case BPF_PROCESS_LEADERLESS:
		start_threads(1, outlive, &(int){ ready_fd });
		(void)syscall(SYS_exit, 0); /* this thread alone */
		break;
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
