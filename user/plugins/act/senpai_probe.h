/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * senpai's arithmetic (oomd.md 1.4, Senpai.cpp): numbers in, numbers out.
 *
 * How far a cgroup's memory can be pushed down is found out by trying: its limit is lowered bit by
 * bit while it hardly stalls, and raised as soon as it does. Both steps grow with the square of how
 * far the pressure is from what is wanted. Whole numbers are used where oomd uses them.
 */
#ifndef ACT_SENPAI_PROBE_H
#define ACT_SENPAI_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#define SENPAI_LIMIT_MAX INT64_MAX /* no limit */

struct senpai_settings {
	int64_t limit_min_bytes, limit_max_bytes;
	int64_t pressure_ms;		/* the stall that is wanted between two steps; > 0 */
	double max_probe, max_backoff;	/* the most that the limit changes by, as parts of itself */
	double coeff_probe, coeff_backoff; /* how many times too little, too much: the most; > 0 */
	double swap_threshold;		/* part of its swap that a cgroup may use */
	int64_t swapout_bps_threshold;	/* bytes a second that the machine may swap out */
};

/* A cgroup's files and what it could swap out. */
struct senpai_facts {
	int64_t current_bytes, min_bytes;
	int64_t max_bytes; /* memory.max, or less; SENPAI_LIMIT_MAX: none */
	int64_t active_file_bytes, inactive_file_bytes, active_anon_bytes, inactive_anon_bytes;
	int64_t swap_free_bytes; /* to this cgroup; 0 also where nothing is swapped */
	int64_t memory_total_bytes;
};

/* It has stalled too much: by what part of itself the limit goes up. */
double senpai_backoff_factor(const struct senpai_settings *settings, uint64_t stalled_us);
/* It has not: by what part it goes down (negative). */
double senpai_probe_factor(const struct senpai_settings *settings, uint64_t stalled_us);
/* Its least memory: what nobody can reclaim and limit_min_bytes, memory.min at least. */
int64_t senpai_least_bytes(const struct senpai_settings *settings,
			   const struct senpai_facts *facts);
/* The new limit: within its bounds (the lower one wins), a multiple of 4 KiB. */
int64_t senpai_adjusted_limit(const struct senpai_settings *settings,
			      const struct senpai_facts *facts, int64_t limit_bytes,
			      double factor);
/* immediate_backoff: how much to reclaim now; 0: nothing. */
int64_t senpai_reclaim_bytes(const struct senpai_settings *settings,
			     const struct senpai_facts *facts);

/* Swap as one cgroup has it: the least that it and all above it have left; see senpai_swap.h. */
struct senpai_swap {
	int64_t free_bytes;
	double used_part; /* 0 to 1 */
	bool has_swap;	  /* there is some that it may use */
};

/* swap_validation: there is enough left (oomd has it the wrong way round, oomd.md 0.22). */
bool senpai_swap_suffices(const struct senpai_settings *settings, const struct senpai_swap *swap);
/* modulate_swappiness: what vm.swappiness is multiplied by, 0 to 1. swapout_bps: of the machine. */
double senpai_swappiness_factor(const struct senpai_settings *settings,
				const struct senpai_swap *swap, double swapout_bps);

#endif
