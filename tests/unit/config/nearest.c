/* SPDX-License-Identifier: GPL-2.0-only */
/* Suggestions: help for a slip of the finger, silence for nonsense. */
#include "config/diagnostics.h"
#include "table_test.h"

static const char *const names[] = {
	"cgroup",     "ruleset_cgroup", "recursive",		      "post_action_delay", "dry",
	"debug",      "threshold",	"threshold_anon",	      "silence-logs",	   "x",
	"pressure_above", "memory_above", "kill_by_memory_size_or_growth", "kill_by_pressure", NULL,
};

static const struct {
	const char *name, *near;
} suggestions[] = {
	{ "", NULL },
	{ "q", NULL },
	{ "xyzzy", NULL },
	{ "on", NULL },
	{ "y", NULL },
	{ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", NULL },
	{ "\xff\xfe\x01", NULL },
	{ "deubg", "debug" },
	{ "dyr", "dry" },
	{ "cgroups", "cgroup" },
	{ "cgruop", "cgroup" },
	{ "Cgroup", "cgroup" },
	{ "treshold", "threshold" },
	{ "thresholds", "threshold" },
	{ "threshold_anonymous", "threshold_anon" },
	{ "post-action-delay", "post_action_delay" },
	{ "postactiondelay", "post_action_delay" },
	{ "silence_logs", "silence-logs" },
	{ "PRESSURE_ABOVE", "pressure_above" },
	{ "presure_abov", "pressure_above" },
	{ "memory_below", NULL },
	{ "kill_by_mem", "kill_by_memory_size_or_growth" },
	{ "kill", "kill_by_memory_size_or_growth" },
	{ "kil", NULL },
	{ "kill_by_presure", "kill_by_pressure" },
};

TABLE_TEST(config_nearest, suggestions, suggestions, row)
{
	const char *near = nearest_name(row->name, names);

	if (row->near) {
		cr_assert(not(zero(ptr, (void *)near)), "%s", row->name);
		cr_expect(eq(str, (char *)near, (char *)row->near), "%s", row->name);
	} else {
		cr_expect(zero(ptr, (void *)near), "\"%s\" gave %s", row->name, near);
	}
}

Test(config_nearest, no_names)
{
	const char *const none[] = { NULL };

	cr_expect(zero(ptr, (void *)nearest_name("debug", none)));
}
