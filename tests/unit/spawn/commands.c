/* SPDX-License-Identifier: GPL-2.0-only */
/* See commands.h. */
#include "unit/spawn/commands.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "clock.h"

static char folder[64], fifo[96], script[96];
static int fifo_fd = -1;

static void find_boomd(char *buf, size_t size)
{
	char self[PATH_MAX] = "";

	cr_assert(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	cr_assert((size_t)snprintf(buf, size, "%s/boomd", dirname(self)) < size);
}

void commands_begin(struct spawner **ret_spawner)
{
	char boomd[PATH_MAX];

	snprintf(folder, sizeof(folder), "/tmp/boomd-spawn.XXXXXX");
	cr_assert(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	snprintf(script, sizeof(script), "%s/script", folder);
	cr_assert(!mkfifo(fifo, 0600));
	fifo_fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert(fifo_fd >= 0);
	find_boomd(boomd, sizeof(boomd));
	cr_assert(!spawner_new(boomd, ret_spawner));
	cr_assert(!spawner_start(*ret_spawner), "%s", boomd);
}

void commands_end(struct spawner *spawner)
{
	spawner_free(spawner);
	close(fifo_fd);
	unlink(script);
	unlink(fifo);
	rmdir(folder);
}

const char *commands_script(const char *text)
{
	static char command[128];
	FILE *file = fopen(script, "we");

	cr_assert(file);
	fprintf(file, "FIFO=%s\n%s\n", fifo, text);
	fclose(file);
	snprintf(command, sizeof(command), "/bin/sh %s", script);
	return command;
}

uint64_t commands_fire(struct spawner *spawner, const char *command, uint64_t timeout_ns)
{
	const struct spawn_request request = {
		.command = command,
		.cgroup = "a.slice/b",
		.ruleset = "the ruleset",
		.group = "the group",
		.plugin = "kill_by_something",
		.uuid = "0123456789abcdef0123456789abcdef",
		.dry = true,
		.deadline_ns = clock_now_ns() + timeout_ns,
		.cgroup_id = 4711,
		.memory_bytes = 1ULL << 40,
		.swap_bytes = 12345,
		.memory_full_avg10 = 12.5,
	};
	uint64_t number = 0;

	cr_assert(!spawner_fire(spawner, &request, &number));
	return number;
}

struct spawn_result commands_await(struct spawner *spawner, uint64_t number)
{
	struct pollfd fd = { .fd = spawner_fd(spawner), .events = POLLIN };
	struct spawn_result result;

	while (!spawner_take(spawner, number, &result)) {
		cr_assert(poll(&fd, 1, -1) == 1);
		(void)spawner_drain(spawner);
	}
	return result;
}

/* POLLHUP: there were writers, and there is none any more. */
static int await(void)
{
	struct pollfd fd = { .fd = fifo_fd, .events = POLLIN };

	cr_assert(poll(&fd, 1, -1) == 1);
	return fd.revents;
}

void commands_await_fifo(void)
{
	cr_assert(await() & POLLIN);
}

void commands_await_fifo_end(void)
{
	char text[256];

	while (!(await() & POLLHUP))
		cr_assert(read(fifo_fd, text, sizeof(text)) > 0);
}
