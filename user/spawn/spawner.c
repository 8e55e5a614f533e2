/* SPDX-License-Identifier: GPL-2.0-only */
/* boomd's end: a table of runs, a socket, and the process at its other end. */
#include "spawn/spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawn/message.h"

struct run {
	uint64_t number; /* 0: free */
	struct spawn_result result;
};

struct spawner {
	char program[PATH_MAX];
	bool wanted;
	int fd; /* -1: not running */
	pid_t pid;
	uint64_t nr_runs;
	struct run runs[SPAWN_RUNS_MAX];
	char message[SPAWN_MESSAGE_MAX];
	struct spawn_reply reply;
};

int spawner_new(const char *program, struct spawner **ret_spawner)
{
	struct spawner *spawner = malloc(sizeof(*spawner));

	if (!spawner)
		return -ENOMEM;
	memset(spawner, 0xff, sizeof(*spawner)); /* page it in */
	memset(spawner, 0, sizeof(*spawner));
	(void)snprintf(spawner->program, sizeof(spawner->program), "%s", program);
	spawner->fd = -1;
	*ret_spawner = spawner;
	return 0;
}

static void hang_up(struct spawner *spawner)
{
	if (spawner->fd >= 0)
		close(spawner->fd);
	spawner->fd = -1;
	for (size_t i = 0; i < SPAWN_RUNS_MAX; i++)
		if (spawner->runs[i].number && spawner->runs[i].result.end == SPAWN_RUNNING)
			spawner->runs[i].result.end = SPAWN_LOST;
}

/* A dead one is reaped; one that is just ending is reaped before the next is started. */
static void reap(struct spawner *spawner)
{
	if (spawner->pid && waitpid(spawner->pid, NULL, WNOHANG))
		spawner->pid = 0;
}

void spawner_free(struct spawner *spawner)
{
	if (!spawner)
		return;
	hang_up(spawner);
	reap(spawner);
	free(spawner);
}

void spawner_want(struct spawner *spawner)
{
	spawner->wanted = true;
}

bool spawner_wanted(const struct spawner *spawner)
{
	return spawner->wanted;
}

bool spawner_running(const struct spawner *spawner)
{
	return spawner->fd >= 0;
}

int spawner_fd(const struct spawner *spawner)
{
	return spawner->fd;
}

/* Signals as after boot, standard error, the socket at SPAWNER_FD, and nothing else of boomd. */
static int set_up_child(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr, int fd)
{
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(attr, &none);
	if (!err)
		err = posix_spawnattr_setsigdefault(attr, &all);
	if (!err)
		err = posix_spawnattr_setflags(attr,
					       POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!err)
		err = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY,
						       0);
	if (!err)
		err = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null",
						       O_WRONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, fd, SPAWNER_FD);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(actions, SPAWNER_FD + 1);
	return -err;
}

static int execute(struct spawner *spawner, int fd)
{
	char *argv[] = { "boomd-hooks", "--hook-spawner", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	err = set_up_child(&actions, &attr, fd);
	if (!err)
		err = -posix_spawn(&spawner->pid, spawner->program, &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

int spawner_start(struct spawner *spawner)
{
	int pair[2], other, err;

	if (spawner->fd >= 0)
		return -EALREADY;
	reap(spawner);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	/* a number of its own: dup2() of SPAWNER_FD to itself would leave it close-on-exec */
	other = fcntl(pair[1], F_DUPFD_CLOEXEC, SPAWNER_FD + 1);
	err = other < 0 ? -errno : execute(spawner, other);
	if (other >= 0)
		close(other);
	close(pair[1]);
	if (err) {
		close(pair[0]);
		return err;
	}
	spawner->fd = pair[0];
	return 0;
}

static struct run *find_run(struct spawner *spawner, uint64_t number)
{
	for (size_t i = 0; i < SPAWN_RUNS_MAX; i++)
		if (spawner->runs[i].number == number)
			return &spawner->runs[i];
	return NULL;
}

int spawner_drain(struct spawner *spawner)
{
	struct spawn_reply *reply = &spawner->reply;
	struct run *run;
	ssize_t n;

	while (spawner->fd >= 0) {
		n = recv(spawner->fd, reply, sizeof(*reply), MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n != sizeof(*reply)) {
			hang_up(spawner);
			reap(spawner);
			return -ECONNRESET;
		}
		run = reply->number ? find_run(spawner, reply->number) : NULL;
		if (run)
			run->result = reply->result;
	}
	return 0;
}

int spawner_fire(struct spawner *spawner, const struct spawn_request *request,
		 uint64_t *ret_number)
{
	struct run *run = find_run(spawner, 0);
	uint64_t number = spawner->nr_runs + 1;
	int length;

	if (spawner->fd < 0)
		return -ENOTCONN;
	if (!run)
		return -EBUSY;
	length = spawn_pack(request, number, spawner->message);
	if (length < 0)
		return length;
	if (send(spawner->fd, spawner->message, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	spawner->nr_runs = number;
	*run = (struct run){ .number = number, .result.end = SPAWN_RUNNING };
	*ret_number = number;
	return 0;
}

bool spawner_take(struct spawner *spawner, uint64_t number, struct spawn_result *ret_result)
{
	struct run *run = number ? find_run(spawner, number) : NULL;

	if (!run) {
		*ret_result = (struct spawn_result){ .end = SPAWN_LOST };
		return true;
	}
	*ret_result = run->result;
	if (run->result.end == SPAWN_RUNNING)
		return false;
	run->number = 0;
	return true;
}

void spawner_abandon(struct spawner *spawner, uint64_t number)
{
	const struct spawn_message message = { .kind = SPAWN_CANCEL, .number = number };
	struct run *run = number ? find_run(spawner, number) : NULL;

	if (!run)
		return;
	if (run->result.end == SPAWN_RUNNING && spawner->fd >= 0)
		/* lost, it only lives until its deadline */
		(void)send(spawner->fd, &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL);
	run->number = 0;
}
