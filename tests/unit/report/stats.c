/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters: names are oomd's, reset is for all of them. */
#include "report/stats.h"

#include <string.h>

#include "report/report.h"
#include "said.h"
#include "table_test.h"

static const struct {
	enum stats_counter counter;
	const char *name;
} oomds[] = {
	{ STATS_KILLS, "oomd.kills" },
	{ STATS_DROPIN_ADDED, "oomd.dropin.added" },
	{ STATS_DROPIN_FIRED, "oomd.dropin.fired" },
};

TABLE_TEST(stats, oomds_names, oomds, row)
{
	cr_expect(eq(str, (char *)stats_name(row->counter), (char *)row->name));
}

Test(stats, the_others_are_boomds_own)
{
	for (enum stats_counter i = STATS_RESTARTS + 1; i < STATS_NR; i++)
		cr_expect(strncmp(stats_name(i), "boomd.", 6) == 0, "%s", stats_name(i));
}

Test(stats, restarts_are_shown_where_there_is_somebody_to_restart)
{
	cr_expect(zero(ptr, (void *)stats_name(STATS_RESTARTS)));
	stats_show_restarts();
	cr_expect(eq(str, (char *)stats_name(STATS_RESTARTS), "oomd.restarts"));
}

Test(stats, reset_is_for_all)
{
	stats_add(STATS_DROPIN_ADDED, 3);
	stats_add(STATS_DROPIN_ADDED, -1);
	stats_add(STATS_KILLS_STUCK, 1);
	cr_expect(eq(i64, stats_get(STATS_DROPIN_ADDED), 2));
	cr_expect(eq(i64, stats_get(STATS_KILLS_STUCK), 1));
	cr_expect(zero(i64, stats_get(STATS_KILLS)));
	stats_reset();
	for (enum stats_counter i = 0; i < STATS_NR; i++)
		cr_expect(zero(i64, stats_get(i)), "%d", (int)i);
}

static const struct {
	const char *why;
	enum decision_outcome outcome;
	bool dry;
	int64_t kills, failed, stuck;
} decisions[] = {
	{ "nothing was tried", DECISION_NONE, false, 0, 0, 0 },
	{ "oomd does not count dry ones", DECISION_DRY, true, 0, 0, 0 },
	{ "signals are sent", DECISION_PENDING, false, 1, 0, 0 },
	{ "nobody could be killed", DECISION_FAILED, false, 0, 1, 0 },
	{ "nobody is there", DECISION_NO_CANDIDATE, false, 0, 0, 0 },
	{ "somebody does not die", DECISION_STUCK, false, 1, 0, 1 },
};

/* The first report of a kill is of what was tried, the second of what came of it. */
TABLE_TEST(stats, decisions_are_counted, decisions, row)
{
	static struct decision decision;

	decision.outcome = row->outcome == DECISION_STUCK ? DECISION_PENDING : row->outcome;
	decision.dry = row->dry;
	decision.silent = true; /* counted all the same */
	said_begin();
	report_decision(&decision);
	decision.outcome = row->outcome;
	report_outcome(&decision);
	said_end();
	cr_expect(eq(i64, stats_get(STATS_KILLS), row->kills), "%s", row->why);
	cr_expect(eq(i64, stats_get(STATS_KILLS_FAILED), row->failed), "%s", row->why);
	cr_expect(eq(i64, stats_get(STATS_KILLS_STUCK), row->stuck), "%s", row->why);
}
