/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What boomd counts. One table for the whole process, of a fixed size: counting is an addition.
 * oomd's counters keep oomd's names and meanings (oomd.md 3.4), boomd's own begin with "boomd.".
 * To be counted and read on the event loop's thread only.
 */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include <stdint.h>

/* A new counter is one line here, and the place that counts. */
#define STATS_COUNTERS(X)                                                                          \
	/* kills that signalled somebody; no dry ones */                                           \
	X(KILLS, "oomd.kills")                                                                     \
	/* rulesets of drop-ins in force: +n when added, -n when removed */                        \
	X(DROPIN_ADDED, "oomd.dropin.added")                                                       \
	/* action chains of drop-ins that ran to their end */                                      \
	X(DROPIN_FIRED, "oomd.dropin.fired")                                                       \
	/* by systemd_restart, no dry ones; see stats_show_restarts() */                            \
	X(RESTARTS, "oomd.restarts")                                                               \
	/* snapshots that the rulesets judged */                                                   \
	X(EVALUATIONS, "boomd.evaluations")                                                        \
	/* records taken from the source, and how often some were lost before */                   \
	X(RECORDS, "boomd.records")                                                                \
	X(RECORDS_LOST, "boomd.records_lost")                                                      \
	/* decisions that had candidates of whom none died */                                      \
	X(KILLS_FAILED, "boomd.kills_failed")                                                      \
	/* kills whose processes were not gone in time */                                          \
	X(KILLS_STUCK, "boomd.kills_stuck")

#define STATS_ENUM(id, name) STATS_##id,
enum stats_counter { STATS_COUNTERS(STATS_ENUM) STATS_NR };
#undef STATS_ENUM

/* n may be negative: a counter of what is in force goes down, too. */
void stats_add(enum stats_counter counter, int64_t n);
/* oomd.restarts is left out until a systemd_restart is configured, which calls this. */
void stats_show_restarts(void);

/* What was counted since the start or the last reset. */
int64_t stats_get(enum stats_counter counter);
/* NULL: not to be shown. */
const char *stats_name(enum stats_counter counter);
void stats_reset(void);

#endif
