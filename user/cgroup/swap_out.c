/* SPDX-License-Identifier: GPL-2.0-only */
/* Swap-out rates: see swap_out.h. */
#include "cgroup/swap_out.h"

#include <math.h>

#define NS_PER_S  1e9
#define TICKS_MAX 2 /* over a longer time than this a rate is not one of now */

static double rate_bps(const struct swap_out_sample *from, const struct swap_out_sample *to,
		       uint64_t page_bytes)
{
	return (double)(to->pages - from->pages) * (double)page_bytes /
	       ((double)(to->time_ns - from->time_ns) / NS_PER_S);
}

static double decayed(double average, double rate, double elapsed_s, double window_s)
{
	return rate + exp(-elapsed_s / window_s) * (average - rate);
}

static void averages_update(struct swap_out_meter *meter, const struct swap_out_sample *now,
			    uint64_t page_bytes)
{
	double elapsed_s = (double)(now->time_ns - meter->last.time_ns) / NS_PER_S;
	double rate = rate_bps(&meter->last, now, page_bytes);

	meter->rates.avg60_bps = decayed(meter->rates.avg60_bps, rate, elapsed_s, 60);
	meter->rates.avg300_bps = decayed(meter->rates.avg300_bps, rate, elapsed_s, 300);
	meter->last = *now;
}

static void rate_update(struct swap_out_meter *meter, const struct swap_out_sample *now,
			uint64_t page_bytes, uint64_t tick_ns)
{
	uint64_t age_ns;

	if (now->time_ns - meter->newer.time_ns >= (tick_ns + 1) / 2) {
		meter->older = meter->newer;
		meter->newer = *now;
	}
	age_ns = now->time_ns - meter->older.time_ns;
	meter->rates.known = age_ns && age_ns <= TICKS_MAX * tick_ns;
	meter->rates.now_bps = meter->rates.known ? rate_bps(&meter->older, now, page_bytes) : 0;
}

struct swap_out swap_out_sample(struct swap_out_meter *meter, uint64_t pages, uint64_t page_bytes,
				uint64_t now_ns, uint64_t tick_ns)
{
	const struct swap_out_sample now = { now_ns, pages };

	if (!meter->last.time_ns || now_ns < meter->last.time_ns || pages < meter->last.pages)
		*meter = (struct swap_out_meter){ .older = now, .newer = now, .last = now };
	if (now_ns == meter->last.time_ns)
		return meter->rates;
	averages_update(meter, &now, page_bytes);
	rate_update(meter, &now, page_bytes, tick_ns);
	return meter->rates;
}
