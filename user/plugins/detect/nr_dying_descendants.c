/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nr_dying_descendants: some cgroup has few removed cgroups below it that still hold memory or,
 * with lte=false, many (oomd NrDyingDescendants.cpp).
 *
 * It goes up with rmdir and down when the last page of a removed cgroup is gone. Both are told.
 */
#include "log.h"
#include "plugins/detect/watch.h"

struct nr_dying_descendants {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	int64_t count;
	bool lte, debug;
};

#define ARG(member) .offset = offsetof(struct nr_dying_descendants, member)

static const struct plugin_arg nr_dying_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "where to look; any one of them will do" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "count", ARG_UINT, ARG(count), .required = true, .help = "how many" },
	{ "lte", ARG_BOOL, ARG(lte), .fallback = "true",
	  .help = "at most that many, or else more" },
	{ "debug", ARG_BOOL, ARG(debug), .fallback = "false", .help = "say which one" },
	{ 0 },
};

static bool holds(const struct nr_dying_descendants *n, const struct cgroup *cgroup)
{
	const struct boomd_row *row = cgroup->row;

	if (!(row->flags & BOOMD_ROW_HAS_DYING))
		return false;
	return n->lte ? row->nr_dying <= n->count : row->nr_dying > n->count;
}

static void say(const struct nr_dying_descendants *n, const struct cgroup *cgroup)
{
	char label[PLUGIN_LABEL_SIZE];

	log_info("nr_dying_descendants: \"%s\" has %u, %s %lld", plugin_label(cgroup, label),
		 cgroup->row->nr_dying, n->lte ? "at most" : "more than", (long long)n->count);
}

static enum verdict nr_dying_run(void *state, const struct moment *now)
{
	const struct nr_dying_descendants *n = state;
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena), i = 0;
	struct cgroup_list list = { 0 };

	if (plugin_resolve(now, &n->cgroup, &n->ruleset_cgroup, &list))
		log_warn("nr_dying_descendants: no room to list cgroups, none is looked at");
	while (i < list.nr_items && !holds(n, list.items[i]))
		i++;
	if (i < list.nr_items && n->debug && !now->silent)
		say(n, list.items[i]);
	arena_release(arena, mark);
	return i < list.nr_items ? VERDICT_CONTINUE : VERDICT_STOP;
}

static size_t nr_dying_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct nr_dying_descendants *n = state;
	const struct watch watch = {
		.kind = WATCH_RECORDS,
		.record_kinds = BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_FREED) |
				(n->lte ? BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_RELEASED) : 0),
	};

	return watch_both(&watch, &n->cgroup, &n->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_nr_dying_descendants = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "nr_dying_descendants",
	.about = "a cgroup has few, or many, removed cgroups below it that still hold memory",
	.args = nr_dying_args,
	.state_size = sizeof(struct nr_dying_descendants),
	.watches = nr_dying_watches,
	.run = nr_dying_run,
};
