/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_reclaim: some cgroup's pages were scanned for reclaim in the last seconds (oomd
 * MemoryReclaim.cpp).
 *
 * The sum over all cgroups is compared with the one before, so a scan is dated when it is seen. A
 * row tells when scanning begins, and from then on every fold is looked at until nothing has changed
 * for a while: a scan that is seen late would count as new, and a sum that stands still may only
 * wait for the kernel to add it up, or hide behind a cgroup that has gone. As in oomd, the first
 * seconds of the machine's uptime count too.
 */
#include "log.h"
#include "plugins/detect/held.h"
#include "plugins/detect/watch.h"

#define SECOND_NS 1000000000ULL
#define CALM_NS	  (2 * PSI_FOLD_NS) /* no change for this long: the row tells of the next one */

struct memory_reclaim {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	int64_t duration; /* s */
	uint64_t pages;	     /* scanned by all of them, when last looked at */
	uint64_t seen_ns;    /* when it last had grown; 0: boot */
	uint64_t changed_ns; /* when it last had changed at all */
};

#define ARG(member) .offset = offsetof(struct memory_reclaim, member)

static const struct plugin_arg memory_reclaim_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "whose pages" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "duration", ARG_INT, ARG(duration), .required = true,
	  .help = "seconds for which a scan counts" },
	{ 0 },
};

static uint64_t scanned_pages(const struct memory_reclaim *m, const struct moment *now)
{
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	uint64_t pages = 0;

	if (plugin_resolve(now, &m->cgroup, &m->ruleset_cgroup, &list))
		log_warn("memory_reclaim: no room to list cgroups, none is looked at");
	for (size_t i = 0; i < list.nr_items; i++)
		pages += list.items[i]->row->pgscan_pages;
	arena_release(arena, mark);
	return pages;
}

static enum verdict memory_reclaim_run(void *state, const struct moment *now)
{
	struct memory_reclaim *m = state;
	uint64_t pages = scanned_pages(m, now);

	if (pages > m->pages)
		m->seen_ns = now->now_ns;
	if (pages != m->pages)
		m->changed_ns = now->now_ns;
	if (m->changed_ns && now->now_ns - m->changed_ns <= CALM_NS)
		look_after_fold(now);
	m->pages = pages;
	if (m->duration < 0 || (now->now_ns - m->seen_ns) / SECOND_NS > (uint64_t)m->duration)
		return VERDICT_STOP;
	return VERDICT_CONTINUE;
}

static size_t memory_reclaim_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct memory_reclaim *m = state;
	const struct watch watch = { .kind = WATCH_ROW, .row = { .metric = BOOMD_METRIC_PGSCAN } };

	return watch_both(&watch, &m->cgroup, &m->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_memory_reclaim = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "memory_reclaim",
	.about = "pages of a cgroup were scanned for reclaim a short while ago",
	.args = memory_reclaim_args,
	.state_size = sizeof(struct memory_reclaim),
	.watches = memory_reclaim_watches,
	.run = memory_reclaim_run,
};
