/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starting a process inside a cgroup, and waiting for its end through its pidfd.
 */
#include "guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/internal.h"

/* Between fork and exec of a process with threads: system calls only. */
static void become(const char *const *argv, int out_fd, bool with_stderr)
{
	int adj = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* the tests themselves run with -1000 */
	if (adj < 0 || write(adj, "0", 1) != 1)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out_fd, STDOUT_FILENO);
	if (with_stderr)
		dup2(out_fd, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static pid_t fork_into(const struct guest_cgroup *cg, int *ret_pidfd)
{
	int cgroup_fd = open(guest_cgroup_path(cg), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup_fd,
	};
	pid_t pid;

	if (cgroup_fd < 0)
		guest_fail("cannot open %s: %s", guest_cgroup_path(cg), strerror(errno));
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		guest_fail("clone3 into %s: %s", guest_cgroup_path(cg), strerror(errno));
	if (pid > 0)
		close(cgroup_fd);
	return pid;
}

void guest_argv(const char **argv, size_t n, va_list args)
{
	while ((argv[n] = va_arg(args, const char *))) {
		if (++n == GUEST_MAX_ARGV)
			guest_fail("too many arguments for %s", argv[0]);
	}
}

struct guest_child guest_spawn(const struct guest_cgroup *cg, bool with_stderr,
			       const char *const *argv)
{
	struct guest_child child = { 0 };
	int fds[2];

	snprintf(child.name, sizeof(child.name), "%s", argv[0]);
	if (pipe2(fds, O_CLOEXEC))
		guest_fail("pipe: %s", strerror(errno));
	child.out_fd = fds[0];
	child.pid = fork_into(cg, &child.pidfd);
	if (child.pid == 0)
		become(argv, fds[1], with_stderr);
	close(fds[1]);
	return child;
}

int guest_child_await(const struct guest_child *child, int timeout_ms)
{
	siginfo_t info;

	if (!guest_poll(child->pidfd, POLLIN, timeout_ms))
		guest_fail("%s (pid %d) lives %d ms later", child->name, child->pid, timeout_ms);
	/* WNOWAIT: so that it can be asked again */
	if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOWAIT))
		guest_fail("waitid for %s: %s", child->name, strerror(errno));
	return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

void guest_child_close(struct guest_child *child)
{
	(void)waitid(P_PIDFD, (id_t)child->pidfd, &(siginfo_t){ 0 }, WEXITED | WNOHANG);
	close(child->pidfd);
	close(child->out_fd);
}
