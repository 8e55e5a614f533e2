/* SPDX-License-Identifier: GPL-2.0-only */
/* Children by /proc/<pid>/task/<pid>/children, level by level: see offspring.h. */
#include "kill/offspring.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A command that forks faster than this is killed by the end of boomd's cgroup, or never. */
#define ROUNDS_MAX 10000

int offspring_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ? -errno : 0;
}

static void kill_children(void)
{
	char path[64];
	FILE *file;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "re");
	if (!file)
		return;
	while (fscanf(file, "%d", &pid) == 1)
		if (pid > 1)
			(void)kill(pid, SIGKILL);
	(void)fclose(file);
}

void offspring_kill(void)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		kill_children();
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			return;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

void offspring_stop(pid_t child)
{
	if (child > 1)
		(void)kill(child, SIGTERM);
}
