/* SPDX-License-Identifier: GPL-2.0-only */
/* Swap-out rates over real time: oomd's numbers at its tick, and none that depend on ours. */
#include "cgroup/swap_out.h"

#include <math.h>

#include "table_test.h"

#define MS   1000000ULL
#define S    1000000000ULL
#define TICK (5 * S)
#define PAGE 4096

static struct swap_out sample(struct swap_out_meter *meter, uint64_t pages, uint64_t at_ns)
{
	return swap_out_sample(meter, pages, PAGE, 1000 * S + at_ns, TICK);
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-6 * (1 + fabs(b));
}

Test(swap_out, nothing_is_known_at_first_sight)
{
	struct swap_out_meter meter = { 0 };
	struct swap_out rates = sample(&meter, 1000000, 0);

	cr_expect(not(rates.known));
	cr_expect(near(rates.now_bps, 0) && near(rates.avg60_bps, 0) && near(rates.avg300_bps, 0));
}

/* oomd.md 3.3, with an interval of 5 s and 4 KiB pages */
Test(swap_out, one_tick_apart_it_is_oomds)
{
	struct swap_out_meter meter = { 0 };
	double avg60 = 0, avg300 = 0;
	uint64_t pages = 500;

	sample(&meter, pages, 0);
	for (uint64_t tick = 1; tick <= 30; tick++) {
		uint64_t swapped = tick * 37 % 11 * 100;
		double bps = (double)swapped * 4096 / 5;
		struct swap_out rates;

		pages += swapped;
		avg60 = bps + exp(-5.0 / 60) * (avg60 - bps);
		avg300 = bps + exp(-5.0 / 300) * (avg300 - bps);
		rates = sample(&meter, pages, tick * TICK);
		cr_expect(rates.known);
		cr_expect(near(rates.now_bps, bps), "tick %d", (int)tick);
		cr_expect(near(rates.avg60_bps, avg60), "tick %d", (int)tick);
		cr_expect(near(rates.avg300_bps, avg300), "tick %d", (int)tick);
	}
}

/* 100 pages a second for a minute, looked at in steps of this length */
static const uint64_t steps_ms[] = { 10, 100, 700, 2000, 5000, 10000 };

TABLE_TEST(swap_out, averages_do_not_depend_on_how_often_one_looks, steps_ms, step_ms)
{
	struct swap_out_meter meter = { 0 };
	struct swap_out rates = { 0 };
	double bps = 100.0 * PAGE, seconds = 0;

	for (uint64_t ms = 0; ms <= 60000; ms += *step_ms) {
		rates = sample(&meter, ms / 10, ms * MS);
		seconds = (double)ms / 1000;
	}
	cr_expect(near(rates.now_bps, bps), "%f", rates.now_bps);
	cr_expect(near(rates.avg60_bps, bps * (1 - exp(-seconds / 60))), "%f", rates.avg60_bps);
	cr_expect(near(rates.avg300_bps, bps * (1 - exp(-seconds / 300))), "%f", rates.avg300_bps);
}

Test(swap_out, what_was_swapped_out_some_time_in_an_hour_is_no_rate)
{
	struct swap_out_meter meter = { 0 };
	struct swap_out rates;

	sample(&meter, 0, 0);
	rates = sample(&meter, 10000000, 3600 * S);
	cr_expect(not(rates.known));
	cr_expect(near(rates.now_bps, 0));
	rates = sample(&meter, 10000000 + 10, 3600 * S + 100 * MS);
	cr_expect(not(rates.known), "nor is it soon after");
	rates = sample(&meter, 10000000 + 100, 3600 * S + TICK / 2);
	cr_expect(rates.known);
	cr_expect(near(rates.now_bps, 100 * PAGE / 2.5), "%f", rates.now_bps);
}

Test(swap_out, the_same_instant_is_one_sample_and_backwards_begins_anew)
{
	struct swap_out_meter meter = { 0 };

	sample(&meter, 0, 0);
	sample(&meter, 500, TICK);
	cr_expect(near(sample(&meter, 9000, TICK).now_bps, 500.0 * PAGE / 5));
	cr_expect(not(sample(&meter, 100, 2 * TICK).known), "fewer pages");
	cr_expect(sample(&meter, 200, 3 * TICK).known);
	cr_expect(not(sample(&meter, 300, TICK).known), "an earlier time");
}
