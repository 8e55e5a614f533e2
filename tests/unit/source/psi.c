/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's arithmetic of averages, against the kernel's own words.
 *
 * Expected numbers come from a plain second implementation here (loops, one period at a time, the
 * formulas of Documentation/accounting), and from facts: e^(-2/10) is 0.8187, a full stall tends to
 * 100 %, the averages of what rests go to 0.
 */
#include "bpf/psi.h"

#include <math.h>

#include "table_test.h"

#define FOLD_NS 2004000000ULL
#define FULL	(100U << BOOMD_PSI_FIXED_SHIFT)

static void age_by(struct psi_age *age, uint64_t last, uint64_t now)
{
	psi_age(age, now, last, last + FOLD_NS, FOLD_NS, 0);
}

static const struct {
	const char *why;
	uint64_t now_ns; /* since the last fold */
	uint64_t stale, missed, period_ns;
} ages[] = {
	{ "the clock stands before the last fold", -1000000, 0, 0, 0 },
	{ "just folded", 0, 0, 0, 0 },
	{ "a ns before the next", FOLD_NS - 1, 0, 0, 0 },
	{ "due", FOLD_NS, 1, 0, FOLD_NS },
	{ "a bit over", FOLD_NS + 5, 1, 0, FOLD_NS + 5 },
	{ "one period missed", 2 * FOLD_NS, 1, 1, FOLD_NS },
	{ "one and a half", 2 * FOLD_NS + FOLD_NS / 2, 1, 1, FOLD_NS + FOLD_NS / 2 },
	{ "a day", 86400000000000ULL, 1, 43112, 86400000000000ULL - 43112 * FOLD_NS },
};

TABLE_TEST(psi, ages, ages, row)
{
	struct psi_age age = {};

	age_by(&age, 1000000000, 1000000000 + row->now_ns);
	cr_expect(eq(u64, age.stale, row->stale), "%s", row->why);
	cr_expect(eq(u64, age.missed, row->missed), "%s", row->why);
	cr_expect(eq(u64, age.period_ns, row->period_ns), "%s", row->why);
}

Test(psi, without_a_period_nothing_is_stale)
{
	struct psi_age age = {};

	psi_age(&age, 1000, 0, 1, 0, 0);
	cr_expect(zero(u64, age.stale));
}

Test(psi, a_fold_that_is_a_little_late_is_waited_for)
{
	struct psi_age age = {};

	psi_age(&age, FOLD_NS + 1000000, 0, FOLD_NS, FOLD_NS, 1);
	cr_expect(zero(u64, age.stale));
	psi_age(&age, 2 * FOLD_NS, 0, FOLD_NS, FOLD_NS, 1);
	cr_expect(eq(u64, age.stale, 1), "it rested a whole period and has just woken up");
}

Test(psi, power_is_a_power)
{
	static const uint64_t keep[] = { PSI_KEEP_10S, PSI_KEEP_60S, PSI_KEEP_300S };

	for (size_t i = 0; i < ARRAY_SIZE(keep); i++) {
		cr_expect(eq(u64, psi_power(keep[i], 0), PSI_ONE));
		cr_expect(eq(u64, psi_power(keep[i], 1), keep[i]));
		for (unsigned int n = 2; n < 1U << PSI_MISSED_BITS; n++) {
			double exact = pow((double)keep[i] / (double)PSI_ONE, n) * (double)PSI_ONE;
			double got = (double)psi_power(keep[i], n);

			/* each squaring rounds by half a step, which the next ones enlarge */
			cr_assert(le(dbl, fabs(got - exact), 2 + n / 16.0), "%u", n);
		}
		cr_expect(zero(u64, psi_power(keep[i], (1U << PSI_MISSED_BITS) - 1)));
	}
}

Test(psi, what_rests_fades_and_ends_at_nothing)
{
	uint32_t avg[BOOMD_WINDOWS] = { FULL, FULL, FULL };
	struct psi_age age = {};

	age_by(&age, 0, 5 * FOLD_NS); /* 10 s */
	psi_catch_up(&age, 0, avg);
	cr_expect(le(dbl, fabs(avg[BOOMD_AVG10] / (double)PSI_ONE - 100 * exp(-1)), 0.5));
	cr_expect(le(dbl, fabs(avg[BOOMD_AVG60] / (double)PSI_ONE - 100 * exp(-10 / 60.0)), 0.5));
	cr_expect(le(dbl, fabs(avg[BOOMD_AVG300] / (double)PSI_ONE - 100 * exp(-10 / 300.0)), 0.5));
	age_by(&age, 0, 100000 * FOLD_NS);
	psi_catch_up(&age, 0, avg);
	for (int i = 0; i < BOOMD_WINDOWS; i++)
		cr_expect(zero(u32, avg[i]));
}

Test(psi, a_stall_that_was_not_folded_yet_counts)
{
	uint32_t avg[BOOMD_WINDOWS] = {};
	struct psi_age age = {};

	age_by(&age, 0, FOLD_NS);
	psi_catch_up(&age, FOLD_NS, avg);
	cr_expect(le(dbl, fabs(avg[BOOMD_AVG10] / (double)PSI_ONE - 100 * (1 - exp(-0.2))), 0.5));
	/* more stall than time is a full stall, not more */
	for (int i = 0; i < 5000; i++)
		psi_catch_up(&age, 50 * FOLD_NS, avg);
	for (int i = 0; i < BOOMD_WINDOWS; i++)
		cr_expect(eq(u32, avg[i], FULL));
}

Test(psi, what_is_not_stale_stays)
{
	uint32_t avg[BOOMD_WINDOWS] = { 1, 2, 3 };
	struct psi_age age = {};

	age_by(&age, 0, FOLD_NS - 1);
	psi_catch_up(&age, FOLD_NS, avg);
	cr_expect(eq(u32, avg[0], 1));
	cr_expect(eq(u32, avg[1], 2));
	cr_expect(eq(u32, avg[2], 3));
}
