/* SPDX-License-Identifier: GPL-2.0-only */
/* Swap-out rates: see swap_out.h. */
#include "cgroup/swap_out.h"

#include <math.h>

#define NS_PER_S  1e9
#define TICKS_MAX 2 /* over a longer time than this a rate is not one of now */

static double decayed(double average, double rate, double elapsed_s, double window_s)
{
	return rate + exp(-elapsed_s / window_s) * (average - rate);
}

static void update_averages(struct swap_out *rates, double bytes, uint64_t elapsed_ns)
{
	double elapsed_s = (double)elapsed_ns / NS_PER_S, rate = bytes / elapsed_s;

	rates->avg60_bps = decayed(rates->avg60_bps, rate, elapsed_s, 60);
	rates->avg300_bps = decayed(rates->avg300_bps, rate, elapsed_s, 300);
}

static void update_now(struct swap_out_meter *meter, double bytes, uint64_t now_ns,
		       uint64_t tick_ns)
{
	uint64_t age_ns;

	lookback_put(&meter->bytes, now_ns, tick_ns, bytes);
	age_ns = now_ns - meter->bytes.older.time_ns;
	meter->rates.known = age_ns <= TICKS_MAX * tick_ns;
	meter->rates.now_bps = meter->rates.known ? (bytes - meter->bytes.older.value) /
							    ((double)age_ns / NS_PER_S)
						  : 0;
}

static struct swap_out_meter begin(double bytes, uint64_t now_ns)
{
	struct swap_out_meter meter = { 0 };

	meter.bytes.newer.time_ns = now_ns;
	meter.bytes.newer.value = bytes;
	return meter;
}

struct swap_out swap_out_sample(struct swap_out_meter *meter, uint64_t pages, uint64_t page_bytes,
				uint64_t now_ns, uint64_t tick_ns)
{
	double bytes = (double)pages * (double)page_bytes;

	if (meter->last_ns && now_ns == meter->last_ns)
		return meter->rates;
	if (!meter->last_ns || now_ns < meter->last_ns || pages < meter->last_pages) {
		*meter = begin(bytes, now_ns);
	} else {
		update_averages(&meter->rates,
				(double)(pages - meter->last_pages) * (double)page_bytes,
				now_ns - meter->last_ns);
		update_now(meter, bytes, now_ns, tick_ns);
	}
	meter->last_ns = now_ns;
	meter->last_pages = pages;
	return meter->rates;
}
