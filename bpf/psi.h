/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a pressure file would say now of a cgroup that rests.
 *
 * The kernel folds averages only while somebody runs; for a resting cgroup it catches up when the
 * file is read, filling in the missed periods with zeroes. Without the same step here, a cgroup
 * that was killed in the middle of its stall would look stalled for ever. The arithmetic must give
 * the kernel's numbers to the last bit (fixed point, 11 bits of fraction), rounding included.
 *
 * Plain C for both sides of the border: the unit tests run it too.
 */
#ifndef BOOMD_PSI_H
#define BOOMD_PSI_H

#include "bpf/events.h"

/*
 * In BPF the steps are global functions: the verifier checks such a one once and for all, and not
 * again on each of the many ways through a row.
 */
#ifdef __bpf__
#define PSI_STEP __attribute__((noinline))
__u64 psi_power(__u64 x, __u64 n);
__u64 psi_step(__u64 load, __u64 keep, __u64 active);
#else
#define PSI_STEP static inline
#endif

#define PSI_ONE (1ULL << BOOMD_PSI_FIXED_SHIFT)

/* e^(-2 s / window), in fixed point, for windows of 10, 60 and 300 s. */
#define PSI_KEEP_10S  1677
#define PSI_KEEP_60S  1981
#define PSI_KEEP_300S 2034

/* Missed periods beyond which even the longest average is 0: 2034^2048 rounds to 0. */
#define PSI_MISSED_BITS 11

/* How a group's averages have aged since its last fold; the same for all its lines. */
struct psi_age {
	__u64 stale;		   /* 0: the last fold is still valid, nothing below is set */
	__u64 missed;		   /* whole periods without a fold */
	__u64 period_ns;	   /* of the one sample that ends now */
	__u64 keep[BOOMD_WINDOWS]; /* what is left of each average after the missed periods */
};

/* x^n, rounded in each step as the kernel does; n below 2^PSI_MISSED_BITS. */
PSI_STEP __u64 psi_power(__u64 x, __u64 n)
{
	__u64 result = PSI_ONE;

	for (int bit = 0; bit < PSI_MISSED_BITS; bit++) {
		if (n >> bit & 1)
			result = (result * x + PSI_ONE / 2) >> BOOMD_PSI_FIXED_SHIFT;
		x = (x * x + PSI_ONE / 2) >> BOOMD_PSI_FIXED_SHIFT;
	}
	return result;
}

/* One step of an average towards active, rounded up on the way up. */
PSI_STEP __u64 psi_step(__u64 load, __u64 keep, __u64 active)
{
	__u64 next = load * keep + active * (PSI_ONE - keep);

	if (active >= load)
		next += PSI_ONE - 1;
	return next >> BOOMD_PSI_FIXED_SHIFT;
}

/*
 * All times in ns of the scheduler's clock; fold_ns is the kernel's period, a bit over 2 s.
 * will_fold says that somebody runs there and a fold is due: it comes a little late, with a sample
 * that only the kernel has, and is waited for. Only when whole periods were missed did it rest
 * before.
 */
static inline __attribute__((always_inline)) void psi_age(struct psi_age *ret, __u64 now_ns,
							  __u64 last_ns, __u64 next_ns,
							  __u64 fold_ns, __u64 will_fold)
{
	__u64 missed;

	ret->stale = fold_ns && (__s64)(now_ns - next_ns) >= 0;
	if (!ret->stale)
		return;
	missed = (now_ns - next_ns) / fold_ns;
	if (will_fold && !missed) {
		ret->stale = 0;
		return;
	}
	ret->missed = missed;
	ret->period_ns = now_ns - (last_ns + missed * fold_ns);
	if (missed >> PSI_MISSED_BITS) {
		ret->keep[BOOMD_AVG10] = ret->keep[BOOMD_AVG60] = ret->keep[BOOMD_AVG300] = 0;
		return;
	}
	ret->keep[BOOMD_AVG10] = psi_power(PSI_KEEP_10S, missed);
	ret->keep[BOOMD_AVG60] = psi_power(PSI_KEEP_60S, missed);
	ret->keep[BOOMD_AVG300] = psi_power(PSI_KEEP_300S, missed);
}

/* Brings one line up to now; sample_ns is the stall since the last fold. */
static inline __attribute__((always_inline)) void
psi_catch_up(const struct psi_age *age, __u64 sample_ns, __u32 avg[BOOMD_WINDOWS])
{
	__u64 ten = avg[BOOMD_AVG10], minute = avg[BOOMD_AVG60], five = avg[BOOMD_AVG300];
	__u64 active;

	if (!age->stale || !age->period_ns)
		return;
	if (sample_ns > age->period_ns)
		sample_ns = age->period_ns;
	active = sample_ns * 100 / age->period_ns * PSI_ONE;
	if (age->missed) {
		ten = psi_step(ten, age->keep[BOOMD_AVG10], 0);
		minute = psi_step(minute, age->keep[BOOMD_AVG60], 0);
		five = psi_step(five, age->keep[BOOMD_AVG300], 0);
	}
	avg[BOOMD_AVG10] = (__u32)psi_step(ten, PSI_KEEP_10S, active);
	avg[BOOMD_AVG60] = (__u32)psi_step(minute, PSI_KEEP_60S, active);
	avg[BOOMD_AVG300] = (__u32)psi_step(five, PSI_KEEP_300S, active);
}

#endif
