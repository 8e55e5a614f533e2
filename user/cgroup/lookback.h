/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a number was about one tick ago, when it is looked at now and then.
 *
 * oomd compares with the tick before. Evaluations that come in a hurry would compare a number with
 * itself, so the older of two samples is what counts, and it is replaced once half a tick has passed:
 * it is half a tick to a tick and a half old as long as somebody looks. One tick apart it is the
 * sample before. After a longer rest it is as old as that.
 */
#ifndef CGROUP_LOOKBACK_H
#define CGROUP_LOOKBACK_H

#include <stdint.h>

struct lookback {
	struct {
		uint64_t time_ns;
		double value;
	} older, newer;
};

/* Now it is value; a later look compares with lookback.older. */
static inline void lookback_put(struct lookback *lookback, uint64_t now_ns, uint64_t tick_ns,
				double value)
{
	if (now_ns - lookback->newer.time_ns < (tick_ns + 1) / 2)
		return;
	lookback->older = lookback->newer;
	lookback->newer.time_ns = now_ns;
	lookback->newer.value = value;
}

#endif
