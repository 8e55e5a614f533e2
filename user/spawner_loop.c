/* SPDX-License-Identifier: GPL-2.0-only */
/* See spawner_loop.h. With a spawner that runs, or none that is wanted, nothing here wakes anybody. */
#include "spawner_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#define NS_PER_US  1000ULL
#define RESTART_NS (3 * 1000000000ULL)

struct spawner_loop {
	sd_event *event;
	int (*ready)(void *user);
	void *user;
	struct spawner *spawner;
	sd_event_source *answers, *again; /* answers: NULL, it does not run */
	uint64_t started_ns;		  /* the last try; 0: never */
};

int spawner_loop_new(sd_event *event, const char *program, int (*ready)(void *user), void *user,
		     struct spawner_loop **ret_loop)
{
	struct spawner_loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	err = spawner_new(program, &loop->spawner);
	if (err) {
		free(loop);
		return err;
	}
	loop->event = sd_event_ref(event);
	loop->ready = ready;
	loop->user = user;
	*ret_loop = loop;
	return 0;
}

void spawner_loop_free(struct spawner_loop *loop)
{
	if (!loop)
		return;
	sd_event_source_unref(loop->answers);
	sd_event_source_unref(loop->again);
	sd_event_unref(loop->event);
	spawner_free(loop->spawner);
	free(loop);
}

struct spawner *spawner_loop_spawner(const struct spawner_loop *loop)
{
	return loop->spawner;
}

static int on_answer(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct spawner_loop *loop = user;

	(void)source, (void)fd, (void)revents;
	if (spawner_drain(loop->spawner) == -ECONNRESET) {
		log_warn("the process that runs commands of hooks has died; kills go on without "
			 "them until it is started again");
		loop->answers = sd_event_source_unref(loop->answers);
	}
	return loop->ready(loop->user);
}

static int on_again(sd_event_source *source, uint64_t usec, void *user)
{
	struct spawner_loop *loop = user;

	(void)source, (void)usec;
	loop->again = sd_event_source_unref(loop->again);
	return loop->ready(loop->user); /* which looks how things are, and comes back to tend() */
}

static void start(struct spawner_loop *loop)
{
	bool first = !loop->started_ns;
	int err = spawner_start(loop->spawner);

	loop->started_ns = clock_now_ns();
	if (!err)
		err = sd_event_add_io(loop->event, &loop->answers, spawner_fd(loop->spawner), EPOLLIN,
				      on_answer, loop);
	if (err < 0)
		log_warn("cannot start the process that runs commands of hooks (%s), trying again",
			 strerror(-err));
	else if (!first)
		log_info("the process that runs commands of hooks is there again");
}

void spawner_loop_tend(struct spawner_loop *loop, bool calm)
{
	uint64_t from_ns = loop->started_ns ? loop->started_ns + RESTART_NS : 0;
	uint64_t now_ns = clock_now_ns();

	if (!spawner_wanted(loop->spawner) || spawner_running(loop->spawner))
		return;
	/* the first time it is now or never: memory may be short since boot */
	if ((calm || !loop->started_ns) && now_ns >= from_ns)
		start(loop);
	if (spawner_running(loop->spawner) || loop->again)
		return;
	if (from_ns < now_ns) /* not calm */
		from_ns = now_ns + RESTART_NS;
	(void)sd_event_add_time(loop->event, &loop->again, CLOCK_MONOTONIC, from_ns / NS_PER_US + 1,
				0, on_again, loop);
}
