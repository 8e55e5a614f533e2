/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listing processes by the kernel's task iterator.
 *
 * A walk is a file that can be read through once. Making one allocates, and so does the first read
 * (the kernel's buffer), which is nothing to do while memory is short: so some are kept ready. With
 * no cgroup asked for, the program stops at the first task and wants to see it again; the buffer is
 * there then and the walk still stands at its beginning.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"

/* Reads to the end; the program writes nothing, so one byte is buffer enough. */
static int walk_read(int fd)
{
	ssize_t len;
	char nothing;

	while ((len = read(fd, &nothing, 1)) > 0)
		;
	return len < 0 ? -errno : 0;
}

/* state->tasks_cgroup_id is 0 here. */
static int walk_ready(struct bpf_source *source)
{
	int fd = bpf_iter_create(bpf_link__fd(source->walks.link)), err;

	if (fd < 0)
		return fd;
	err = walk_read(fd);
	if (err == -EAGAIN)
		return fd;
	close(fd);
	return err ? err : -ENODATA; /* it ran to its end: there is not one task? */
}

void bpf_walks_refill(struct bpf_source *source)
{
	struct bpf_walks *walks = &source->walks;

	while (walks->link && walks->nr_spares < BPF_WALK_SPARES) {
		int fd = walk_ready(source);

		if (fd < 0)
			return;
		walks->spares[walks->nr_spares++] = fd;
	}
}

int bpf_walks_open(struct bpf_source *source)
{
	struct bpf_walks *walks = &source->walks;

	walks->link = bpf_program__attach_iter(source->skel->progs.boomd_tasks, NULL);
	if (!walks->link)
		return -errno;
	bpf_walks_refill(source);
	return walks->nr_spares ? 0 : -ENODATA;
}

void bpf_walks_close(struct bpf_source *source)
{
	struct bpf_walks *walks = &source->walks;

	while (walks->nr_spares)
		close(walks->spares[--walks->nr_spares]);
	bpf_link__destroy(walks->link);
	walks->link = NULL;
}

/* When the spares are used up, making one now is better than none. */
static int walk_take(struct bpf_source *source)
{
	struct bpf_walks *walks = &source->walks;

	return walks->nr_spares ? walks->spares[--walks->nr_spares] : walk_ready(source);
}

int bpf_walk_tasks(struct bpf_source *source, uint64_t id, struct boomd_task *ret_tasks, size_t max,
		   bool *ret_more)
{
	struct boomd_state *state = source->state;
	size_t nr;
	int fd, err;

	if (!source->walks.link)
		return -EOPNOTSUPP;
	*ret_more = false;
	if (!id) /* no cgroup has it, and to the program it means something else */
		return 0;
	fd = walk_take(source);
	if (fd < 0)
		return fd;
	state->nr_tasks = 0;
	state->tasks_lost = 0;
	__atomic_store_n(&state->tasks_cgroup_id, id, __ATOMIC_SEQ_CST);
	err = walk_read(fd);
	__atomic_store_n(&state->tasks_cgroup_id, 0, __ATOMIC_SEQ_CST);
	close(fd);
	if (err)
		return err;
	nr = state->nr_tasks < BOOMD_TASKS_MAX ? state->nr_tasks : BOOMD_TASKS_MAX;
	*ret_more = state->tasks_lost || nr > max;
	if (nr > max)
		nr = max;
	memcpy(ret_tasks, source->tasks, nr * sizeof(*ret_tasks));
	return (int)nr;
}
