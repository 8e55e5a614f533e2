/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast the machine swaps out: now and as averages over 60 and 300 s (oomd Oomd.cpp:60-90).
 *
 * oomd divides by its nominal interval and takes 4 KiB for a page; here it is the time that really
 * passed and the page as it is. The averages decay by e^(-elapsed/window), so they do not depend on
 * how often a sample is taken. "Now" is since about a tick ago (lookback.h), and not known when
 * nobody looked for two ticks: pages that went out some time in an hour say nothing about now.
 */
#ifndef CGROUP_SWAP_OUT_H
#define CGROUP_SWAP_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup/lookback.h"

/* Bytes per second. All 0 at first sight. */
struct swap_out {
	bool known; /* now_bps is a rate, and not 0 for want of a sample */
	double now_bps, avg60_bps, avg300_bps;
};

/* What it is computed from; zeroed at first. */
struct swap_out_meter {
	struct lookback bytes;
	uint64_t last_ns, last_pages;
	struct swap_out rates;
};

/*
 * Takes a sample and returns what is known by it. Two calls with the same now_ns are one sample; a
 * counter or a clock that went backwards begins anew.
 */
struct swap_out swap_out_sample(struct swap_out_meter *meter, uint64_t pages, uint64_t page_bytes,
				uint64_t now_ns, uint64_t tick_ns);

#endif
