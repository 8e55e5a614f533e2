/* SPDX-License-Identifier: GPL-2.0-only */
/* exists: one of these cgroups is there; with negate, none of them is (oomd Exists.cpp). */
#include "log.h"
#include "plugins/detect/watch.h"

struct exists {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	bool negate, debug;
};

#define ARG(member) .offset = offsetof(struct exists, member)

static const struct plugin_arg exists_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "which; any one of them will do" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "negate", ARG_BOOL, ARG(negate), .fallback = "false", .help = "none of them is there" },
	{ "debug", ARG_BOOL, ARG(debug), .fallback = "false", .help = "ignored, as by oomd" },
	{ 0 },
};

static enum verdict exists_run(void *state, const struct moment *now)
{
	const struct exists *exists = state;
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	int err = plugin_resolve(now, &exists->cgroup, &exists->ruleset_cgroup, &list);

	arena_release(arena, mark);
	if (err) {
		log_warn("exists: no room to list cgroups, neither there nor missing");
		return VERDICT_STOP;
	}
	return (list.nr_items > 0) != exists->negate ? VERDICT_CONTINUE : VERDICT_STOP;
}

static size_t exists_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct exists *exists = state;
	const struct watch watch = {
		.kind = WATCH_RECORDS,
		.record_kinds = BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_MADE) |
				BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_FREED),
	};

	return watch_both(&watch, &exists->cgroup, &exists->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_exists = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "exists",
	.about = "a cgroup exists, or none of several does",
	.args = exists_args,
	.state_size = sizeof(struct exists),
	.watches = exists_watches,
	.run = exists_run,
};
