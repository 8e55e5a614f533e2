/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits by epoll. A pidfd is taken out of the set by hand before it is closed: the helper may hold
 * a duplicate of it, and epoll lets go only of files that nobody has open.
 */
#include "kill/exits.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "bpf/events.h"
#include "kill/victims.h"

#define EVENTS_MAX 64

int exits_init(struct exits *exits)
{
	memset(exits, 0, sizeof(*exits));
	exits->awaited = calloc(BOOMD_TASKS_MAX, sizeof(struct awaited));
	if (!exits->awaited)
		return -ENOMEM;
	memset(exits->awaited, 0xff, BOOMD_TASKS_MAX * sizeof(struct awaited)); /* page it in */
	exits->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (exits->epoll_fd < 0) {
		int err = -errno;

		free(exits->awaited);
		exits->awaited = NULL;
		return err;
	}
	return 0;
}

void exits_fini(struct exits *exits)
{
	if (!exits->awaited)
		return;
	exits_reset(exits);
	close(exits->epoll_fd);
	free(exits->awaited);
	exits->awaited = NULL;
}

static void drop(struct exits *exits, struct awaited *awaited)
{
	if (awaited->pidfd < 0)
		return;
	(void)epoll_ctl(exits->epoll_fd, EPOLL_CTL_DEL, awaited->pidfd, NULL);
	close(awaited->pidfd);
	awaited->pidfd = -1;
}

void exits_reset(struct exits *exits)
{
	for (size_t i = 0; i < exits->nr; i++)
		drop(exits, &exits->awaited[i]);
	exits->nr = exits->nr_exited = exits->nr_without = 0;
	exits->first_exit_ns = exits->last_exit_ns = 0;
}

void exits_add(struct exits *exits, int32_t pid, int pidfd, bool keep)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)exits->nr};
	struct awaited *awaited;

	if (exits->nr >= BOOMD_TASKS_MAX) {
		close(pidfd);
		return;
	}
	awaited = &exits->awaited[exits->nr++];
	awaited->pid = pid;
	awaited->pidfd = pidfd;
	awaited->exited = false;
	if (keep && !epoll_ctl(exits->epoll_fd, EPOLL_CTL_ADD, pidfd, &event))
		return;
	close(pidfd);
	awaited->pidfd = -1;
	exits->nr_without++;
}

static void note_exit(struct exits *exits, struct awaited *awaited)
{
	awaited->exited = true;
	exits->nr_exited++;
	exits->last_exit_ns = kill_clock_ns();
	if (!exits->first_exit_ns)
		exits->first_exit_ns = exits->last_exit_ns;
}

/*
 * Has the process of this number exited? A number that was reused meanwhile says no; that is late
 * news, never a signal to a stranger.
 */
static bool pid_exited(int32_t pid)
{
	struct pollfd poll_fd = {.events = POLLIN};
	bool exited;

	poll_fd.fd = pidfd_open(pid, 0);
	if (poll_fd.fd < 0)
		return errno == ESRCH;
	exited = poll(&poll_fd, 1, 0) == 1;
	close(poll_fd.fd);
	return exited;
}

static void poll_without(struct exits *exits)
{
	for (size_t i = 0; exits->nr_without && i < exits->nr; i++) {
		struct awaited *awaited = &exits->awaited[i];

		if (awaited->exited || awaited->pidfd >= 0 || !pid_exited(awaited->pid))
			continue;
		exits->nr_without--;
		note_exit(exits, awaited);
	}
}

void exits_poll(struct exits *exits)
{
	struct epoll_event events[EVENTS_MAX];
	int n;

	do {
		n = epoll_wait(exits->epoll_fd, events, EVENTS_MAX, 0);
		for (int i = 0; i < n; i++) {
			struct awaited *awaited = &exits->awaited[events[i].data.u32];

			drop(exits, awaited);
			note_exit(exits, awaited);
		}
	} while (n == EVENTS_MAX);
	poll_without(exits);
}
