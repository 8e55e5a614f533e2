/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spawner's loop: a request comes, a process is forked that looks after it. When boomd is gone,
 * so is the other end of the socket, and everybody here ends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kill/offspring.h"
#include "spawn/message.h"
#include "spawn/run.h"

/* More than boomd asks for at a time: one whose time is over may take long to die. */
#define KEPT_MAX (4 * SPAWN_RUNS_MAX)

struct kept {
	uint64_t number; /* 0: free */
	pid_t pid;
};

struct server {
	int fd, signal_fd;
	struct kept kept[KEPT_MAX];
};

static struct kept *find_number(struct server *server, uint64_t number)
{
	for (size_t i = 0; i < KEPT_MAX; i++)
		if (server->kept[i].number == number)
			return &server->kept[i];
	return NULL;
}

static struct kept *find_pid(struct server *server, pid_t pid)
{
	for (size_t i = 0; i < KEPT_MAX; i++)
		if (server->kept[i].number && server->kept[i].pid == pid)
			return &server->kept[i];
	return NULL;
}

static void answer(const struct server *server, uint64_t number, enum spawn_end end, int status)
{
	const struct spawn_reply reply = { .number = number, .result.end = end,
					   .result.status = status };

	(void)send(server->fd, &reply, sizeof(reply), MSG_NOSIGNAL);
}

static void run(struct server *server, const struct spawn_request *request, uint64_t number)
{
	struct kept *kept = find_number(server, 0);
	pid_t parent = getpid(), pid = kept ? fork() : -1;

	if (pid < 0) {
		answer(server, number, SPAWN_NOT_STARTED, kept ? -errno : -EAGAIN);
		return;
	}
	if (pid) {
		*kept = (struct kept){ .number = number, .pid = pid };
		return;
	}
	close(server->signal_fd);
	/* it catches SIGTERM, and takes its command along */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	_exit(getppid() == parent ? run_main(server->fd, request, number) : 1);
}

static void cancel(struct server *server, uint64_t number)
{
	const struct kept *kept = number ? find_number(server, number) : NULL;

	if (kept)
		offspring_stop(kept->pid);
}

/* false: boomd has hung up. */
static bool take_message(struct server *server)
{
	static char buf[SPAWN_MESSAGE_MAX];
	struct spawn_request request;
	struct spawn_message message;
	ssize_t n = recv(server->fd, buf, sizeof(buf), 0);
	uint64_t number;

	if (n < 0 && errno == EINTR)
		return true;
	if (n < (ssize_t)sizeof(message))
		return false;
	memcpy(&message, buf, sizeof(message));
	if (message.kind == SPAWN_CANCEL)
		cancel(server, message.number);
	else if (!spawn_unpack(buf, (size_t)n, &request, &number))
		run(server, &request, number);
	return true;
}

static void take_exits(struct server *server)
{
	struct signalfd_siginfo info;
	struct kept *kept;
	int status;
	pid_t pid;

	while (read(server->signal_fd, &info, sizeof(info)) == sizeof(info))
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		kept = find_pid(server, pid);
		if (!kept)
			continue;
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			answer(server, kept->number, SPAWN_LOST, status);
		kept->number = 0;
	}
}

static int prepare(struct server *server)
{
	sigset_t signals;

	(void)prctl(PR_SET_NAME, "boomd-hooks", 0, 0, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	server->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server->signal_fd < 0)
		return -errno;
	/* what it has touched stays in memory; without the right to it, it is slower under pressure */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	return offspring_adopt();
}

int spawner_main(int fd)
{
	static struct server server;
	struct pollfd fds[2];

	server.fd = fd;
	if (prepare(&server))
		return 1;
	fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = server.signal_fd, .events = POLLIN };
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			take_exits(&server);
		if (fds[0].revents && !take_message(&server))
			break;
	}
	close(fd);
	offspring_kill();
	return 0;
}
