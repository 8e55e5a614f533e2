/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroups of one senpai: what is to be done to each, and what was changed and must be given
 * back. A ledger is shared by the event loop, which gives orders, and the worker
 * (senpai_worker.c), which carries them out. An entry belongs to whoever its state says, so the
 * loop never waits for the worker: a cgroup whose order is not done yet is left alone.
 */
#ifndef ACT_SENPAI_LEDGER_H
#define ACT_SENPAI_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup/tree.h"
#include "plugins/act/senpai_probe.h"

enum senpai_order {
	SENPAI_RESET,	/* memory.high = memory.current, within the bounds: probing begins */
	SENPAI_ADJUST,	/* memory.high changes by a part of itself */
	SENPAI_RECLAIM, /* immediate_backoff: reclaim some, leave memory.high as it is */
};

struct senpai_request {
	enum senpai_order order;
	double factor;		 /* ADJUST: see senpai_backoff_factor(), senpai_probe_factor() */
	double swappiness_factor; /* RECLAIM: 1: as the machine has it */
	int64_t swap_free_bytes; /* struct senpai_facts */
};

struct senpai_result {
	int err; /* 0 or -errno: nothing is known then */
	uint64_t before_bytes, limit_bytes; /* memory.high as we had and have set it */
	uint64_t found_bytes;		    /* as it was; not before_bytes: somebody else's, left alone */
	int64_t reclaimed_bytes; /* RECLAIM: asked of the kernel; 0: it has not more than its least */
};

enum senpai_entry_state {
	ENTRY_FREE,    /* the loop's */
	ENTRY_IDLE,    /* the loop's: a cgroup, no order or a result */
	ENTRY_ORDERED, /* the worker's */
	ENTRY_LEAVING, /* the worker's: give back, then it is free */
};

struct senpai_entry {
	atomic_int state; /* enum senpai_entry_state */
	uint64_t cgroup_id;
	char path[CGROUP_PATH_MAX];
	struct senpai_request request;
	struct senpai_result result;

	/* the worker's */
	bool changed;		 /* memory.high is ours */
	uint64_t original_bytes; /* what it was before; BOOMD_MAX: max */
	uint64_t ours_bytes;	 /* what it was when we had written it */
};

struct senpai_ledger {
	struct senpai_settings settings;
	const char *cgroup_fs, *proc;
	int64_t memory_total_bytes;
	int64_t high_timeout_ms; /* a write to memory.high ends after that; 0: when it has reclaimed */
	size_t nr_entries;
	struct senpai_entry *entries;
	atomic_size_t nr_used; /* beyond that no entry, and no page of it, has ever been touched */

	/* the worker's */
	struct senpai_ledger *next;
	size_t cursor;
	bool closed; /* under the worker's lock */
};

/* --- the worker: senpai_worker.c --- */

/*
 * Starts the worker if there is none, and makes it known to it. The strings of settings must last
 * as long as the process. 0 or -errno.
 */
int senpai_ledger_open(const struct senpai_ledger *settings, size_t nr_entries,
		       struct senpai_ledger **ret_ledger);
/*
 * Gives every cgroup its memory.high back and frees the ledger, all in the worker: returns at once.
 * What another ledger orders from now on is done after that. The process does not end before it is
 * done, or 2 s are over. NULL is fine.
 */
void senpai_ledger_close(struct senpai_ledger *ledger);
/* Waits for it, of every ledger that was closed. false: it takes longer. */
bool senpai_ledgers_await_closed(int timeout_s);

/* The entry of this number for this cgroup, idle; NULL: it is not free yet. */
struct senpai_entry *senpai_entry_claim(struct senpai_ledger *ledger, size_t number,
					const struct cgroup *cgroup);
/* The entry must be idle; its request is filled in. */
void senpai_entry_order(struct senpai_entry *entry);
/* Gives its memory.high back. The entry must be idle, and is no longer the caller's. */
void senpai_entry_leave(struct senpai_entry *entry);
/* Its order, if it had any, is done. */
bool senpai_entry_is_idle(const struct senpai_entry *entry);

/* --- what the worker does: senpai_files.c --- */

/* Writing to files that reclaim is ended after this time by a signal to the calling thread. */
struct senpai_alarm;

/* Carries out entry->request. May block for long. */
void senpai_carry_out(const struct senpai_ledger *ledger, struct senpai_entry *entry,
		      struct senpai_alarm *alarm);
/* memory.high as it was, unless somebody else has set it since. */
void senpai_give_back(const struct senpai_ledger *ledger, struct senpai_entry *entry);

#endif
