/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cgroup.procs may be longer than any buffer: it is read piece by piece, and a line that a piece
 * ends in is kept for the next one. /proc/<pid>/stat is short and read whole.
 */
#include "source/cgroupfs_tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "source/cgroupfs_file.h"
#include "source/cgroupfs_walk.h"
#include "source/parse.h"

#define PROCS_BYTES    4096
#define STAT_BYTES     1024	  /* 52 numbers and a name; some 350 in practice */
#define KERNEL_EXITING 0x00000004 /* PF_EXITING */
#define KERNEL_KTHREAD 0x00200000 /* PF_KTHREAD */
#define NS_PER_SECOND  1000000000ULL

struct listing {
	int proc_fd;
	uint64_t ns_per_tick, bytes_per_page;
	struct boomd_task *tasks;
	size_t nr_tasks, max_tasks;
	bool more;
};

/* Z: a zombie has done all its exiting; X and x: even its parent cannot see it any more. */
static bool is_exiting(const struct parse_process *process)
{
	return process->kernel_flags & KERNEL_EXITING || process->state == 'Z' ||
	       process->state == 'X' || process->state == 'x';
}

static void task_fill(const struct listing *listing, const struct parse_process *process,
		      struct boomd_task *task)
{
	task->start_ns = process->start_ticks * listing->ns_per_tick;
	task->rss_bytes = process->rss_pages * listing->bytes_per_page;
	if (process->kernel_flags & KERNEL_KTHREAD)
		task->flags |= BOOMD_TASK_KTHREAD;
	if (is_exiting(process))
		task->flags |= BOOMD_TASK_EXITING;
	memcpy(task->comm, process->comm, sizeof(task->comm));
}

/* One process; those that are gone are left out, those that cannot be read are not. */
static void listing_add(struct listing *listing, uint64_t cgroup_id, int32_t pid)
{
	struct boomd_task task = { .cgroup_id = cgroup_id, .pid = pid };
	struct parse_process process;
	char path[32], text[STAT_BYTES];
	ssize_t len;
	int err;

	if (listing->nr_tasks == listing->max_tasks) {
		listing->more = true;
		return;
	}
	snprintf(path, sizeof(path), "%d/stat", pid);
	len = cgroupfs_file_read(listing->proc_fd, path, text, sizeof(text));
	if (len == -ENOENT || len == -ESRCH)
		return;
	err = len < 0 ? (int)len : parse_process(text, (size_t)len, &process);
	if (err)
		log_debug("/proc/%s passed over: %s", path, strerror(-err));
	else
		task_fill(listing, &process, &task);
	listing->tasks[listing->nr_tasks++] = task;
}

/* Takes the whole lines of text; returns how much of it is left behind the last of them. */
static size_t listing_lines(struct listing *listing, uint64_t cgroup_id, char *text, size_t len)
{
	char *at = text, *end;
	size_t left;

	while ((end = memchr(at, '\n', len - (size_t)(at - text)))) {
		int32_t pid;

		if (parse_pid(at, (size_t)(end - at), &pid))
			log_debug("a line of cgroup.procs names no process that can be seen");
		else
			listing_add(listing, cgroup_id, pid);
		at = end + 1;
	}
	left = len - (size_t)(at - text);
	memmove(text, at, left);
	return left;
}

/*
 * The end of a line too long for the buffer could look like a pid: the buffer is made a line that
 * none can be, and what follows is added to it.
 */
static size_t spoil_line(char *text)
{
	text[0] = '#';
	return 1;
}

static int listing_folder(void *user, const struct cgroupfs_folder *folder)
{
	int fd = openat(folder->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char text[PROCS_BYTES];
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	/* the last byte is for the newline that a last line may lack */
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0) {
		used = listing_lines(user, folder->id, text, used + (size_t)n);
		if (used == sizeof(text) - 1)
			used = spoil_line(text);
	}
	close(fd);
	text[used++] = '\n';
	if (used > 1)
		(void)listing_lines(user, folder->id, text, used);
	return 0;
}

int cgroupfs_tasks_read(int cgroup_fd, int proc_fd, struct boomd_task *ret_tasks, size_t max,
			bool *ret_more)
{
	struct listing listing = {
		.proc_fd = proc_fd,
		.ns_per_tick = NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK),
		.bytes_per_page = (uint64_t)sysconf(_SC_PAGESIZE),
		.tasks = ret_tasks,
		.max_tasks = max,
	};
	int err = cgroupfs_walk(cgroup_fd, listing_folder, &listing);

	if (err < 0)
		return err;
	*ret_more = listing.more;
	return (int)listing.nr_tasks;
}
