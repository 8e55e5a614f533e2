/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads: programs of tests/load that make memory short.
 */
#include "guest/guest.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/internal.h"

struct guest_load {
	struct guest_load *next;
	struct guest_child child;
};

static struct guest_load *loads;

struct guest_load *guest_load_start(const struct guest_cgroup *cg, const char *program, ...)
{
	struct guest_load *load = calloc(1, sizeof(*load));
	const char *argv[GUEST_MAX_ARGV] = { program };
	va_list args;

	if (!load)
		guest_fail("out of memory");
	va_start(args, program);
	guest_argv(argv, 1, args);
	va_end(args);
	load->child = guest_spawn(cg, false, argv);
	load->next = loads;
	loads = load;
	return load;
}

pid_t guest_load_pid(const struct guest_load *load)
{
	return load->child.pid;
}

int guest_load_pidfd(const struct guest_load *load)
{
	return load->child.pidfd;
}

void guest_load_await_ready(struct guest_load *load, int timeout_ms)
{
	char said[16];
	ssize_t n;

	if (!guest_poll(load->child.out_fd, POLLIN, timeout_ms))
		guest_fail("%s (pid %d) is not ready %d ms later", load->child.name,
			   load->child.pid, timeout_ms);
	n = read(load->child.out_fd, said, sizeof(said));
	if (n < 5 || memcmp(said, "ready", 5))
		guest_fail("%s (pid %d) ended before it was ready", load->child.name,
			   load->child.pid);
}

bool guest_load_alive(const struct guest_load *load)
{
	return !guest_poll(load->child.pidfd, POLLIN, 0);
}

bool guest_load_await_death(struct guest_load *load, int timeout_ms, int *ret_how)
{
	if (!guest_poll(load->child.pidfd, POLLIN, timeout_ms))
		return false;
	*ret_how = -guest_child_await(&load->child, 0);
	return true;
}

void guest_load_kill(struct guest_load *load)
{
	if (kill(load->child.pid, SIGKILL))
		guest_fail("cannot kill %s: %s", load->child.name, strerror(errno));
	(void)guest_child_await(&load->child, 10000);
}

void guest_loads_forget(void)
{
	while (loads) {
		struct guest_load *load = loads;

		loads = load->next;
		guest_child_close(&load->child);
		free(load);
	}
}
