/* SPDX-License-Identifier: GPL-2.0-only */
/* The formulas: see senpai_probe.h. */
#include "plugins/act/senpai_probe.h"

#define US_PER_MS	 1000
#define PAGE_MASK	 ((int64_t)4095) /* oomd's, whatever the page is */
#define BIGGEST_LIMIT	 4e18		 /* fits an int64_t; nobody has that much memory */

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* (error / coefficient) squared, as a part of max, and never more than max */
static double step(int64_t error, double coefficient, double max)
{
	double factor = (double)error / coefficient;

	factor *= factor;
	return factor < 1 ? factor * max : max;
}

double senpai_backoff_factor(const struct senpai_settings *settings, uint64_t stalled_us)
{
	int64_t error = (int64_t)stalled_us / (settings->pressure_ms * US_PER_MS);

	return step(error, settings->coeff_backoff, settings->max_backoff);
}

double senpai_probe_factor(const struct senpai_settings *settings, uint64_t stalled_us)
{
	int64_t error = settings->pressure_ms * US_PER_MS / larger((int64_t)stalled_us, 1);

	return -step(error, settings->coeff_probe, settings->max_probe);
}

int64_t senpai_least_bytes(const struct senpai_settings *settings,
			   const struct senpai_facts *facts)
{
	int64_t anon = facts->active_anon_bytes + facts->inactive_anon_bytes;
	int64_t reclaimable = facts->active_file_bytes + facts->inactive_file_bytes +
			      smaller(larger(facts->swap_free_bytes, 0), anon);
	/* the files are not read at one instant: there may seem to be more than all */
	int64_t unreclaimable = larger(facts->current_bytes - reclaimable, 0);

	return larger(settings->limit_min_bytes + unreclaimable, facts->min_bytes);
}

static int64_t most_bytes(const struct senpai_settings *settings, const struct senpai_facts *facts)
{
	int64_t most = facts->memory_total_bytes;

	if (settings->limit_max_bytes < most - facts->current_bytes)
		most = facts->current_bytes + settings->limit_max_bytes;
	return smaller(most, facts->max_bytes);
}

int64_t senpai_adjusted_limit(const struct senpai_settings *settings,
			      const struct senpai_facts *facts, int64_t limit_bytes, double factor)
{
	double wanted = (double)limit_bytes + (double)limit_bytes * factor;
	int64_t limit = wanted < BIGGEST_LIMIT ? (int64_t)wanted : (int64_t)BIGGEST_LIMIT;

	limit = larger(senpai_least_bytes(settings, facts),
		       smaller(most_bytes(settings, facts), limit));
	return larger(limit, 0) & ~PAGE_MASK;
}

int64_t senpai_reclaim_bytes(const struct senpai_settings *settings,
			     const struct senpai_facts *facts)
{
	int64_t least = senpai_least_bytes(settings, facts);
	double above;

	if (facts->current_bytes <= least)
		return 0;
	above = (double)(facts->current_bytes - least) * settings->max_probe;
	return (above < BIGGEST_LIMIT ? (int64_t)above : (int64_t)BIGGEST_LIMIT) & ~PAGE_MASK;
}

bool senpai_swap_suffices(const struct senpai_settings *settings, const struct senpai_swap *swap)
{
	return !swap->has_swap || swap->used_part < settings->swap_threshold;
}

double senpai_swappiness_factor(const struct senpai_settings *settings,
				const struct senpai_swap *swap, double swapout_bps)
{
	double by_rate, by_use;

	if (swapout_bps >= (double)settings->swapout_bps_threshold ||
	    swap->used_part >= settings->swap_threshold)
		return 0;
	by_rate = 1 - swapout_bps / (double)settings->swapout_bps_threshold;
	by_use = 1 - swap->used_part / settings->swap_threshold;
	return by_rate < by_use ? by_rate : by_use;
}
