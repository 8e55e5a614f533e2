/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fixed table of open pressure files, without gaps: a row that goes is replaced by the last one.
 */
#include "source/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_BATCH 64

struct row {
	uint64_t id;
	int fd;
	uint32_t tag;
	enum boomd_resource resource;
};

struct triggers {
	size_t nr, max;
	struct row rows[];
};

int triggers_new(size_t max, struct triggers **ret_triggers)
{
	struct triggers *triggers = calloc(1, sizeof(*triggers) + max * sizeof(triggers->rows[0]));

	if (!triggers)
		return -ENOMEM;
	triggers->max = max;
	*ret_triggers = triggers;
	return 0;
}

void triggers_free(struct triggers *triggers)
{
	if (!triggers)
		return;
	triggers_clear(triggers);
	free(triggers);
}

const char *triggers_reason(int err)
{
	switch (err) {
	case 0:
		return "";
	case -EINVAL:
		return "a window is 500 ms to 10 s, a threshold more than 0 and at most the window";
	case -EOPNOTSUPP:
		return "no pressure is counted there (psi=1 on the kernel's command line, "
		       "1 in cgroup.pressure)";
	case -EBUSY:
		return "the kernel has a trigger on this file already";
	case -ENOENT:
	case -ENODEV:
		return "the cgroup is gone";
	case -ESTALE:
		return "another cgroup stands in its place";
	case -ENOSPC:
		return "the table of triggers is full";
	case -EACCES:
	case -EPERM:
		return "no permission to write to its pressure file";
	default:
		return strerror(-err);
	}
}

/* Opens a file of the cgroup at path, if that is the one meant. */
static int open_in_cgroup(const char *cgroup_fs, const char *path, uint64_t id, const char *file)
{
	int root = open(cgroup_fs, O_PATH | O_DIRECTORY | O_CLOEXEC), dir, fd, err;
	struct stat st;

	if (root < 0)
		return -errno;
	while (*path == '/')
		path++;
	dir = openat(root, *path ? path : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	err = -errno;
	close(root);
	if (dir < 0)
		return err;
	if (fstat(dir, &st) || st.st_ino != id) {
		close(dir);
		return -ESTALE;
	}
	fd = openat(dir, file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	err = -errno;
	close(dir);
	/* A cgroup without the file counts no pressure: cgroup.pressure hides it. */
	return fd >= 0 ? fd : err == -ENOENT ? -EOPNOTSUPP : err;
}

static int write_trigger(int fd, const struct psi_trigger *trigger)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s %u %u",
			   trigger->stall == BOOMD_STALL_FULL ? "full" : "some",
			   trigger->threshold_us, trigger->window_us);

	/* The kernel wants the NUL in the write. */
	return write(fd, text, (size_t)len + 1) < 0 ? -errno : 0;
}

static bool is_armed(const struct triggers *triggers, uint64_t id, uint32_t tag)
{
	for (size_t i = 0; i < triggers->nr; i++)
		if (triggers->rows[i].id == id && triggers->rows[i].tag == tag)
			return true;
	return false;
}

int triggers_arm(struct triggers *triggers, const char *cgroup_fs, uint64_t id, const char *path,
		 const struct psi_trigger *trigger, uint32_t tag)
{
	int fd, err;

	if (trigger->window_us < TRIGGER_WINDOW_MIN_US ||
	    trigger->window_us > TRIGGER_WINDOW_MAX_US || !trigger->threshold_us ||
	    trigger->threshold_us > trigger->window_us)
		return -EINVAL;
	if (is_armed(triggers, id, tag))
		return 0;
	if (triggers->nr == triggers->max)
		return -ENOSPC;
	fd = open_in_cgroup(cgroup_fs, path, id,
			    trigger->resource == BOOMD_RESOURCE_IO ? "io.pressure"
								   : "memory.pressure");
	if (fd < 0)
		return fd;
	err = write_trigger(fd, trigger);
	if (err) {
		close(fd);
		return err;
	}
	triggers->rows[triggers->nr++] = (struct row){ id, fd, tag, trigger->resource };
	return 0;
}

static void row_remove(struct triggers *triggers, size_t i)
{
	close(triggers->rows[i].fd); /* ends the trigger */
	triggers->rows[i] = triggers->rows[--triggers->nr];
}

/* The row that fd belongs to, or nr. */
static size_t row_of_fd(const struct triggers *triggers, int fd)
{
	size_t i = 0;

	while (i < triggers->nr && triggers->rows[i].fd != fd)
		i++;
	return i;
}

/* An error tells of a trigger whose cgroup is gone; it would be told for ever. */
static size_t row_report(struct triggers *triggers, int fd, uint32_t events,
			 struct trigger_fired *ret_fired)
{
	size_t i = row_of_fd(triggers, fd);

	if (i == triggers->nr)
		return 0;
	if (events & (POLLERR | POLLNVAL)) {
		row_remove(triggers, i);
		return 0;
	}
	if (!(events & POLLPRI))
		return 0;
	*ret_fired = (struct trigger_fired){ triggers->rows[i].id, triggers->rows[i].resource,
					     triggers->rows[i].tag };
	return 1;
}

static size_t poll_batch(struct triggers *triggers, struct pollfd *fds, size_t nr_fds,
			 struct trigger_fired *ret_fired)
{
	size_t nr = 0;

	if (!nr_fds || poll(fds, nr_fds, 0) <= 0)
		return 0;
	for (size_t i = 0; i < nr_fds; i++)
		if (fds[i].revents)
			nr += row_report(triggers, fds[i].fd, (uint32_t)fds[i].revents,
					 ret_fired + nr);
	return nr;
}

size_t triggers_poll(struct triggers *triggers, uint64_t id, struct trigger_fired *ret_fired,
		     size_t max)
{
	struct pollfd fds[POLL_BATCH];
	size_t nr = 0, i = triggers->nr;

	/* From the end, since a row that is removed is replaced by one that was seen already. */
	while (i && nr < max) {
		size_t nr_fds = 0, room = max - nr < POLL_BATCH ? max - nr : POLL_BATCH;

		while (i && nr_fds < room) {
			i--;
			if (!id || triggers->rows[i].id == id)
				fds[nr_fds++] = (struct pollfd){ triggers->rows[i].fd, POLLPRI, 0 };
		}
		nr += poll_batch(triggers, fds, nr_fds, ret_fired + nr);
	}
	return nr;
}

size_t triggers_count(const struct triggers *triggers)
{
	return triggers->nr;
}

bool triggers_has(const struct triggers *triggers, uint64_t id)
{
	for (size_t i = 0; i < triggers->nr; i++)
		if (triggers->rows[i].id == id)
			return true;
	return false;
}

void triggers_drop(struct triggers *triggers, uint64_t id)
{
	for (size_t i = triggers->nr; i--;)
		if (triggers->rows[i].id == id)
			row_remove(triggers, i);
}

void triggers_clear(struct triggers *triggers)
{
	while (triggers->nr)
		row_remove(triggers, triggers->nr - 1);
}
