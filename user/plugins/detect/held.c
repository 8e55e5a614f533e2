/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations: see held.h. */
#include "plugins/detect/held.h"

#define SECOND_NS 1000000000ULL

bool held_for(struct held *held, const struct moment *now, bool holds, int64_t duration_s)
{
	uint64_t elapsed_ns;

	if (!holds) {
		held->set = false;
		return false;
	}
	if (!held->set || held->since_ns > now->now_ns)
		*held = (struct held){ .set = true, .since_ns = now->now_ns };
	elapsed_ns = now->now_ns - held->since_ns;
	if (duration_s <= 0 || elapsed_ns / SECOND_NS >= (uint64_t)duration_s)
		return true;
	/* a duration that reaches past the end of time is never over */
	if ((uint64_t)duration_s < (UINT64_MAX - held->since_ns) / SECOND_NS)
		moment_wake_at(now, held->since_ns + (uint64_t)duration_s * SECOND_NS);
	return false;
}
