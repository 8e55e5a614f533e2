/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything about every candidate, in oomd's words (OomdContext.cpp:165-231), for those who want
 * to know: with debug about all of them, with --verbose about those that are worth a look. Without
 * either it costs nothing, and the record of the decision has what is needed afterwards.
 */
#include "log.h"
#include "plugins/kill/search.h"

static double psi(const struct cgroup *cgroup, enum boomd_resource resource,
		  enum boomd_window window)
{
	return cgroup_psi_percent(cgroup, resource, BOOMD_STALL_FULL, window);
}

/* Under any pressure, or more than a thousandth of the machine's memory or swap. */
static bool is_noteworthy(const struct cgroup *cgroup, const struct system_facts *system)
{
	for (int window = 0; window < BOOMD_WINDOWS; window++)
		for (int resource = 0; resource < BOOMD_RESOURCES; resource++)
			if (psi(cgroup, (enum boomd_resource)resource,
				(enum boomd_window)window) >= 1)
				return true;
	return !system || cgroup->row->memory_bytes > system->memory_total_bytes / 1000 ||
	       cgroup->average_bytes > system->memory_total_bytes / 1000 ||
	       cgroup->row->swap_bytes > system->swap_total_bytes / 1000;
}

static unsigned long long mb(uint64_t bytes)
{
	return bytes >> 20;
}

/* oomd's number for no limit */
static unsigned long long limit_mb(uint64_t bytes)
{
	return mb(bytes == BOOMD_MAX ? INT64_MAX : bytes);
}

static void dump_cgroup(enum log_level level, const struct cgroup *cgroup)
{
	const struct boomd_row *row = cgroup->row;
	char label[PLUGIN_LABEL_SIZE];

	log_line(level, "name=%s", plugin_label(cgroup, label));
	log_line(level, "  pressure=%g:%g:%g-%g:%g:%g",
		 psi(cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_AVG10),
		 psi(cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_AVG60),
		 psi(cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_AVG300),
		 psi(cgroup, BOOMD_RESOURCE_IO, BOOMD_AVG10),
		 psi(cgroup, BOOMD_RESOURCE_IO, BOOMD_AVG60),
		 psi(cgroup, BOOMD_RESOURCE_IO, BOOMD_AVG300));
	log_line(level,
		 "  mem=%lluMB mem_avg=%lluMB mem_low=%lluMB mem_min=%lluMB mem_high=%lluMB "
		 "mem_max=%lluMB mem_prot=%lluMB anon=%lluMB swap_usage=%lluMB",
		 mb(row->memory_bytes), mb(cgroup->average_bytes), limit_mb(row->low_bytes),
		 limit_mb(row->min_bytes), limit_mb(row->high_bytes), limit_mb(row->max_bytes),
		 mb(cgroup->protection_bytes), mb(row->anon_bytes), mb(row->swap_bytes));
	log_line(level, "  io_cost_cumulative=%g io_cost_rate=%g", cgroup->io_cost,
		 cgroup->io_cost_rate);
	log_line(level, "  pg_scan_cumulative=%llu pg_scan_rate=%llu",
		 (unsigned long long)row->pgscan_pages,
		 (unsigned long long)cgroup->pgscan_rate_pages);
	log_line(level, "  kill_preference=%s", preference_name(cgroup_preference(cgroup)));
}

void dump_level(const struct search *search, const struct level *level)
{
	bool debug = search->instance->kill->debug;
	/* who asks for debug gets it, however quiet the rest is */
	enum log_level at = debug ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;

	if (search->now->silent || log_get_level() < at)
		return;
	log_line(at, "Dumping OomdContext: ");
	for (size_t i = 0; i < level->nr_ranked; i++)
		if (debug || is_noteworthy(level->ranked[i].cgroup, search->now->system))
			dump_cgroup(at, level->ranked[i].cgroup);
}
