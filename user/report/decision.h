/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision record: one per kill or attempt. What fired, who was looked at, who was chosen and
 * why, what was done to it and what came of that, with the time of each step.
 *
 * It has a fixed size, no pointers, and is taken at start: it is filled in on the kill path, and can
 * be written out, read back and compared. Every later report (log line, kmsg, journal,
 * statistics) is made of it and of nothing else.
 */
#ifndef REPORT_DECISION_H
#define REPORT_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"
#include "kill/killer.h"
#include "spawn/result.h"

#define DECISION_NAME_MAX	64
#define DECISION_PATH_MAX	256 /* longer paths keep their tail, after "..." */
#define DECISION_CANDIDATES_MAX 32  /* best first; nr_candidates counts all */
#define DECISION_LINES_MAX	16
#define DECISION_LINE_MAX	256
#define DECISION_KEYS_MAX	3
#define DECISION_VICTIM_MAX	4096 /* the whole path: xattrs and messages need it */

enum decision_outcome {
	DECISION_NONE = 0,    /* nothing was tried */
	DECISION_DRY,	      /* would have killed */
	DECISION_PENDING,     /* signals sent, exits awaited */
	DECISION_RECOVERED,   /* everybody exited */
	DECISION_STUCK,	      /* somebody has not exited in time */
	DECISION_FAILED,      /* candidates, but none could be killed */
	DECISION_NO_CANDIDATE, /* no cgroup matched, or all were empty */
	DECISION_GONE	       /* the victim went by itself while its prekill hook ran */
};

enum candidate_fate {
	CANDIDATE_NOT_TRIED = 0,
	CANDIDATE_CHOSEN,
	CANDIDATE_DESCENDED, /* recursive: one of its children was taken instead */
	CANDIDATE_EMPTY,     /* nobody in it, or no anonymous memory */
	CANDIDATE_PROTECTED, /* it holds boomd itself */
	CANDIDATE_FAILED,    /* the kill failed: see error */
	CANDIDATE_GONE	     /* it went by itself while its prekill hook ran */
};

struct decision_candidate {
	uint64_t id;
	char path[DECISION_PATH_MAX];
	double keys[DECISION_KEYS_MAX]; /* what it was ranked by, most important first */
	int32_t preference;		/* enum preference */
	int32_t fate;			/* enum candidate_fate */
	int32_t error;			/* -errno of the kill, or 0 */
	int32_t level;			/* depth at which it was compared */
	uint64_t memory_bytes, swap_bytes, anon_bytes;
	double memory_full_avg10; /* percent */
};

/* The last prekill hook that was fired. */
struct decision_hook {
	char name[DECISION_NAME_MAX]; /* "": none was */
	uint64_t cgroup_id;	      /* for whom: not the victim when that kill failed */
	uint64_t fired_ns;
	struct spawn_result result; /* all 0: not known; output is as the command wrote it */
};

struct decision {
	char uuid[KILL_UUID_SIZE];
	char ruleset[DECISION_NAME_MAX], group[DECISION_NAME_MAX], plugin[DECISION_NAME_MAX];
	bool dry, kernelkill;
	bool silent; /* silence-logs has "plugins": people hear nothing, the kernel log does */
	int32_t outcome; /* enum decision_outcome */

	/* what woke boomd: the record, all 0 when it was a timer */
	struct boomd_record trigger;

	size_t nr_candidates; /* all that were ranked */
	struct decision_candidate candidates[DECISION_CANDIDATES_MAX];

	uint64_t victim_id;
	char victim[DECISION_VICTIM_MAX];
	uint64_t victim_memory_bytes, victim_swap_bytes; /* when it was chosen */
	double victim_memory_full[BOOMD_WINDOWS];	 /* percent, for the kill line */

	size_t nr_lines;
	char lines[DECISION_LINES_MAX][DECISION_LINE_MAX]; /* what the plugin's log() said */

	size_t nr_hooks; /* fired, for one target after the other */
	struct decision_hook hook;

	struct kill_result kill;
	struct kill_progress progress;

	/* CLOCK_MONOTONIC, ns; 0: did not happen. In the order in which they happen. */
	uint64_t event_ns;     /* the kernel's event: trigger.time_ns */
	uint64_t drained_ns;   /* boomd took the record */
	uint64_t snapshot_ns;  /* the snapshot was complete */
	uint64_t decided_ns;   /* the victim was chosen */
	uint64_t signalled_ns; /* first SIGKILL was sent */
	uint64_t exited_ns;    /* the last process exited */
	uint64_t recovered_ns; /* memory was looked at again */

	uint64_t memory_after_bytes, swap_after_bytes; /* the victim's, then */
	uint64_t available_before_bytes, available_after_bytes; /* the machine's MemAvailable */
};

/* The candidate's place in the record, or NULL when it did not make the list. */
struct decision_candidate *decision_find(struct decision *decision, uint64_t id);
/* Copies path; a long one keeps its tail. */
void decision_set_path(char *dst, size_t size, const char *path);
const char *decision_outcome_name(enum decision_outcome outcome);
const char *candidate_fate_name(enum candidate_fate fate);

#endif
