/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spawner in the event loop: its answers ask for an evaluation, and when it has died it is
 * started again, not while memory is short and not more often than every few seconds.
 */
#ifndef USER_SPAWNER_LOOP_H
#define USER_SPAWNER_LOOP_H

#include <stdbool.h>

#include <systemd/sd-event.h>

#include "spawn/spawner.h"

struct spawner_loop;

/* ready(user): evaluate now. program as in spawner_new(). 0 or -errno. */
int spawner_loop_new(sd_event *event, const char *program, int (*ready)(void *user), void *user,
		     struct spawner_loop **ret_loop);
void spawner_loop_free(struct spawner_loop *loop);
/* For struct plugin_env. */
struct spawner *spawner_loop_spawner(const struct spawner_loop *loop);
/* After each step of the loop: starts what is wanted and does not run, if this is the time for it. */
void spawner_loop_tend(struct spawner_loop *loop, bool calm);

#endif
