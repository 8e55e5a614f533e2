/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request to systemd to restart one unit, made over D-Bus by a thread of its own.
 *
 * The thread is started when the configuration is loaded and sleeps until it is needed. It does
 * everything that may block or fork: connecting, authentication, entering a container's namespaces
 * (sd_bus_open_system_machine() forks and waits), the call, hanging up. So the event loop neither
 * waits nor allocates for it, and no connection is kept that could wake a quiet machine.
 */
#ifndef ACT_UNIT_RESTART_H
#define ACT_UNIT_RESTART_H

#include <stdbool.h>

#include "plugins/plugin.h"

#define UNIT_RESTART_TIMEOUT_S 25  /* sd-bus's own, which oomd waited for */
#define UNIT_RESTART_TEXT      512

struct unit_restart;

/* What came of it. */
struct unit_restart_answer {
	int err;		      /* 0, or -errno */
	char text[UNIT_RESTART_TEXT]; /* the path of systemd's job, or what went wrong; not cleaned */
};

/*
 * Starts the thread. machine: "" is this one, else as machinectl names it. env->evaluate() is
 * called, by the thread, when an answer is there. 0 or -errno.
 */
int unit_restart_new(const char *service, const char *machine, const struct plugin_env *env,
		     struct unit_restart **ret_restart);
/* Never waits: a thread that hangs goes, with its memory, when it comes back. NULL is fine. */
void unit_restart_free(struct unit_restart *restart);

/* Asks. false: the request before has not been answered, or its answer not been taken. */
bool unit_restart_begin(struct unit_restart *restart);
/* true once for each request, as soon as there is an answer. */
bool unit_restart_take(struct unit_restart *restart, struct unit_restart_answer *ret_answer);

#endif
