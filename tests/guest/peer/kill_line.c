/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/peer/kill_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/internal.h"

#define INTRO "oomd kill: "

void peer_kill_line_clear(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		guest_fail("cannot make %s: %s", path, strerror(errno));
	close(fd);
}

/* The first line, without its end; false as long as it is not whole. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool whole;

	if (!f)
		guest_fail("cannot open %s: %s", path, strerror(errno));
	whole = fgets(line, (int)size, f) && strchr(line, '\n');
	fclose(f);
	line[strcspn(line, "\n")] = 0;
	return whole;
}

static void await_line(const char *path, int timeout_ms, char *line, size_t size)
{
	uint64_t end_ns = guest_now_ns() + (uint64_t)timeout_ms * 1000000;
	char events[sizeof(struct inotify_event) + NAME_MAX + 1];
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || inotify_add_watch(fd, path, IN_MODIFY) < 0)
		guest_fail("cannot watch %s: %s", path, strerror(errno));
	while (!read_line(path, line, size)) {
		uint64_t now_ns = guest_now_ns();

		if (now_ns >= end_ns || !guest_poll(fd, POLLIN, (int)((end_ns - now_ns) / 1000000)))
			guest_fail("no kill line in %s in %d ms", path, timeout_ms);
		if (read(fd, events, sizeof(events)) < 0)
			guest_fail("cannot read events of %s: %s", path, strerror(errno));
	}
	close(fd);
}

struct peer_kill_line peer_kill_line_await(const char *path, int timeout_ms)
{
	struct peer_kill_line line;
	unsigned pressure[3][2];
	unsigned long long bytes;
	int at;

	await_line(path, timeout_ms, line.text, sizeof(line.text));
	/* no name of these tests has a space in it */
	if (sscanf(line.text, INTRO "%u.%2u %u.%2u %u.%2u %255s %llu%n", &pressure[0][0],
		   &pressure[0][1], &pressure[1][0], &pressure[1][1], &pressure[2][0],
		   &pressure[2][1], line.victim, &bytes, &at) != 8)
		guest_fail("not a kill line: '%s'", line.text);
	snprintf(line.shape, sizeof(line.shape), INTRO "# # # %s #%s", line.victim, line.text + at);
	return line;
}
