/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cgroup that senpai looks after, and what it decides for it at each tick: numbers of a
 * snapshot in, an order to the worker out (oomd.md 1.4: tick, immediate_backoff).
 */
#ifndef ACT_SENPAI_STUDENT_H
#define ACT_SENPAI_STUDENT_H

#include "plugins/act/senpai_ledger.h"
#include "plugins/plugin.h"

/* How it is done; from the plugin's arguments. */
struct senpai_way {
	struct senpai_settings settings;
	bool immediate_backoff, swap_validation, modulate_swappiness;
	double pressure_pct, io_pressure_pct; /* percent */
	int64_t interval;		      /* ticks */
};

/* A cgroup that is looked after. */
struct student {
	struct senpai_entry *entry; /* NULL: free */
	uint64_t id;
	bool seen;	    /* in this tick; the list's */
	bool result_is_due; /* an order was given */
	bool has_limit;	    /* limit_bytes is what we made memory.high */
	uint64_t limit_bytes;
	uint64_t total_us, stalled_us; /* PSI some: when last looked at, since the last step */
	int64_t ticks;		       /* until the next step */
	uint64_t nr_probes, probed_bytes; /* since the last line of the log */
	int told_err;
};

/* At first sight, or anew. The entry must be idle, also below. */
void student_begin(struct student *student, const struct senpai_way *way,
		   const struct cgroup *cgroup, const struct moment *now);
/* Takes what the worker has found, and gives the next order if it is time to. */
void student_tick(struct student *student, const struct senpai_way *way,
		  const struct cgroup *cgroup, const struct moment *now);
/* Every log_interval: what was tried since the last time. */
void student_log(struct student *student, const struct moment *now);

#endif
