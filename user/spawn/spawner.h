/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spawner: a small process beside boomd that runs the commands of hooks, so that nothing is
 * forked, executed or waited for between a record and a kill.
 *
 * It is boomd's own program, executed again (--hook-spawner): it shares no memory, keeps no
 * descriptor but its end of a socket pair and standard error, and ends when that socket does. For
 * each command it forks a process that looks after it (run.c). On the kill path boomd sends one
 * packet and takes answers, without ever waiting for either; the kernel copies the packet into
 * memory of its own, a few hundred bytes.
 */
#ifndef SPAWN_SPAWNER_H
#define SPAWN_SPAWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spawn/result.h"

#define SPAWN_RUNS_MAX 8 /* at a time */

/* What to run, and the victim it is told about. Texts are copied. */
struct spawn_request {
	const char *command; /* absolute path and arguments, split at blanks; no shell */
	const char *cgroup;  /* relative to the cgroup root */
	const char *ruleset, *group, *plugin, *uuid;
	bool dry;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC: killed then, with all its children */
	uint64_t cgroup_id, memory_bytes, swap_bytes;
	double memory_full_avg10; /* percent */
};

struct spawner;

/* Starts nothing yet. program: boomd's own, "/proc/self/exe". 0 or -ENOMEM. */
int spawner_new(const char *program, struct spawner **ret_spawner);
/* Ends the process, and with it all that it runs. */
void spawner_free(struct spawner *spawner);

/* Somebody's configuration needs it: spawner_start() is due. */
void spawner_want(struct spawner *spawner);
bool spawner_wanted(const struct spawner *spawner);
bool spawner_running(const struct spawner *spawner);
/* Starts the process; not on the kill path. 0, -EALREADY when it runs, or -errno. */
int spawner_start(struct spawner *spawner);

/* Becomes readable when somebody has an answer, or the process has died; -1: not running. */
int spawner_fd(const struct spawner *spawner);
/*
 * Takes the answers; never waits. -ECONNRESET: the process has died (all runs are SPAWN_LOST);
 * told once.
 */
int spawner_drain(struct spawner *spawner);

/*
 * Asks for a run; never waits. 0: *ret_number is its number, to be given back with spawner_take()
 * or spawner_abandon(). -ENOTCONN: not running; -EBUSY: SPAWN_RUNS_MAX run; -E2BIG: too much text.
 */
int spawner_fire(struct spawner *spawner, const struct spawn_request *request,
		 uint64_t *ret_number);
/*
 * What is known of a run by now, in *ret_result. true: it is over, and its number forgotten; false:
 * it still runs. A number that is not known any more is SPAWN_LOST.
 */
bool spawner_take(struct spawner *spawner, uint64_t number, struct spawn_result *ret_result);
/* Nobody waits for it any more: it is killed. */
void spawner_abandon(struct spawner *spawner, uint64_t number);

/* The spawner's own main(); its end of the pair is `fd`. Returns the exit status. */
int spawner_main(int fd);
#define SPAWNER_FD 3

#endif
