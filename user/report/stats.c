/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of counters. */
#include "report/stats.h"

#include <stdbool.h>
#include <stddef.h>

#define COUNTER_NAME(id, name) name,
static const char *const names[] = { STATS_COUNTERS(COUNTER_NAME) };

static int64_t counts[STATS_NR];
static bool restarts_shown;

void stats_add(enum stats_counter counter, int64_t n)
{
	counts[counter] += n;
}

void stats_show_restarts(void)
{
	restarts_shown = true;
}

int64_t stats_get(enum stats_counter counter)
{
	return counts[counter];
}

const char *stats_name(enum stats_counter counter)
{
	return counter == STATS_RESTARTS && !restarts_shown ? NULL : names[counter];
}

void stats_reset(void)
{
	for (size_t i = 0; i < STATS_NR; i++)
		counts[i] = 0;
}
