/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump_cgroup_overview: never stops anything; says once a tick how those cgroups are that are under
 * pressure, or how all of them are (oomd DumpCgroupOverview.cpp).
 */
#include "log.h"
#include "plugins/detect/watch.h"
#include "plugins/detect/worst.h"

struct overview {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	bool always;
	bool said;
	uint64_t said_ns;
};

#define ARG(member) .offset = offsetof(struct overview, member)

static const struct plugin_arg overview_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "whom to look at" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "always", ARG_BOOL, ARG(always), .fallback = "false",
	  .help = "also of those under no pressure" },
	{ 0 },
};

static bool needs_vmstat(const void *state)
{
	(void)state;
	return true;
}

static double psi(const struct cgroup *cgroup, enum boomd_window window)
{
	return cgroup_psi_percent(cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL, window);
}

static bool is_under_pressure(const struct cgroup *cgroup)
{
	return psi(cgroup, BOOMD_AVG10) >= 1 && psi(cgroup, BOOMD_AVG60) > 0;
}

static void say(const struct cgroup *cgroup, const struct system_facts *system)
{
	char label[PLUGIN_LABEL_SIZE];

	log_info("cgroup=%s total=%lluMB pressure=%.2f:%.2f:%.2f swapfree=%lluMB/%lluMB pgscan=%llu",
		 plugin_label(cgroup, label), (unsigned long long)cgroup->row->memory_bytes >> 20,
		 psi(cgroup, BOOMD_AVG10), psi(cgroup, BOOMD_AVG60), psi(cgroup, BOOMD_AVG300),
		 (unsigned long long)system->swap_free_bytes >> 20,
		 (unsigned long long)system->swap_total_bytes >> 20,
		 (unsigned long long)system->scanned_pages);
}

static bool said_within_a_tick(const struct overview *overview, const struct moment *now)
{
	return overview->said && now->now_ns - overview->said_ns < now->tick_ns;
}

static enum verdict overview_run(void *state, const struct moment *now)
{
	struct overview *overview = state;
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	bool silent = now->silent || said_within_a_tick(overview, now), any = false;

	if (plugin_resolve(now, &overview->cgroup, &overview->ruleset_cgroup, &list))
		log_warn("dump_cgroup_overview: no room to list cgroups, none is looked at");
	for (size_t i = 0; i < list.nr_items; i++) {
		bool pressed = is_under_pressure(list.items[i]);

		any |= pressed;
		if ((pressed || overview->always) && !silent) {
			say(list.items[i], now->system);
			overview->said = true;
			overview->said_ns = now->now_ns;
		}
	}
	arena_release(arena, mark);
	if (any) /* always: what a machine at rest looks like is no reason to wake it */
		moment_wake_at(now, now->now_ns + now->tick_ns);
	return VERDICT_CONTINUE;
}

static size_t overview_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct overview *overview = state;
	struct watch watch = worst_watch(BOOMD_RESOURCE_MEMORY, BOOMD_AVG10, 1);

	watch.row.threshold--; /* at least 1, not above it */
	return watch_both(&watch, &overview->cgroup, &overview->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_dump_cgroup_overview = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "dump_cgroup_overview",
	.about = "always goes on, and says how cgroups under pressure are",
	.args = overview_args,
	.state_size = sizeof(struct overview),
	.watches = overview_watches,
	.needs_vmstat = needs_vmstat,
	.run = overview_run,
};
