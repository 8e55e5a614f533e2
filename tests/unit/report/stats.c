/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters: names are oomd's, reset is for all of them. */
#include "report/stats.h"

#include <string.h>

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
