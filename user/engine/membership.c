/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done when cgroups came or went: clones of per-cgroup rulesets, and watches.
 *
 * All of it may allocate and go through the file system, so it comes after the rulesets have run. A
 * new clone runs in the same evaluation that made it, as in oomd; its own first kill is the only
 * one that can have an allocation before it.
 *
 * Many at once are made bit by bit, with an evaluation after each, so that records and the other
 * rulesets have their turn.
 *
 * It is done when a record says so (100 ms after a mkdir, rmdir or, where there is an xattr_filter,
 * after an xattr was set or removed), when the engine polls (nobody tells then), and at each tick.
 */
#include "engine/clones.h"
#include "engine/ruleset.h"
#include "engine/state.h"

static size_t count_clones(const struct rules *rules)
{
	size_t nr = 0;

	for (struct ruleset *r = rules_next(rules, NULL); r; r = rules_next(rules, r))
		nr += r->clones ? r->clones->nr_items : 0;
	return nr;
}

/* All rules together have as many clones as there may be cgroups. */
static void follow_clones(struct engine *engine, struct ruleset *ruleset, struct moment *now)
{
	size_t nr_others = count_clones(engine->rules) - ruleset->clones->nr_items;
	size_t max = engine->options.max_cgroups;

	if (clones_follow(ruleset->clones, now, engine->options.source->cgroup_fs,
			  nr_others < max ? max - nr_others : 0))
		ruleset_run_fresh(ruleset, now, !engine->verification.running,
				  engine_retry_ns(engine), engine_acted, engine);
	if (ruleset->clones->unfinished) {
		engine->membership_changed = true;
		engine_make_due(engine, &(struct boomd_record){ 0 });
	}
}

void engine_follow_membership(struct engine *engine, struct moment *now)
{
	const struct engine_options *options = &engine->options;
	const struct rules *rules = engine->rules;

	if (!engine->membership_changed && !options->poll_ns && !options->tick_ns)
		return;
	engine->membership_changed = false;
	engine->membership_ns = UINT64_MAX;
	for (struct ruleset *r = rules_next(rules, NULL); r; r = rules_next(rules, r))
		if (r->clones)
			follow_clones(engine, r, now);
	watches_apply(engine->watches, options->source, engine->tree);
}
