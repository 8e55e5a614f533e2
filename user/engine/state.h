/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's inside, shared by engine.c (evaluations), intake.c (records) and membership.c (what
 * cgroups that came or went change).
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include "arena.h"
#include "engine/engine.h"
#include "engine/verification.h"
#include "engine/watches.h"

struct engine {
	struct engine_options options;
	struct rules *rules;
	struct watches *watches;
	struct cgroup_tree *tree;
	struct history *history;
	struct hooks *hooks;
	struct swap_out_meter swap_out;
	struct arena arena;
	struct decision decision; /* the one being made */
	struct verification verification;

	uint64_t wake_ns;	/* somebody asked for an evaluation then */
	uint64_t membership_ns; /* cgroups came or went: look then */
	bool membership_changed;
	bool due;		     /* a record asks for an evaluation now */
	struct boomd_record trigger; /* the first such record; kind NONE: a timer */
	uint64_t drained_ns;
	/*
	 * The first record since boomd was last at rest, for kills that a timer decides (a duration
	 * that ran out, a pause that ended): what began it all.
	 */
	struct boomd_record cause;
	uint64_t cause_drained_ns;
	bool told_too_many;
	uint64_t snapshot_ns;
	uint64_t nr_evaluations;
};

/* This record asks for an evaluation; the first one since the last evaluation is the cause. */
void engine_make_due(struct engine *engine, const struct boomd_record *record);

/* For ruleset_run(): takes what an action did; false while a kill is being verified. */
bool engine_acted(void *user, const struct moment *now);
uint64_t engine_retry_ns(const struct engine *engine);

/*
 * At the end of an evaluation: if cgroups may have come or gone, makes and drops the clones of
 * rulesets that run per cgroup, runs the new ones, and tells the source what to watch.
 */
void engine_follow_membership(struct engine *engine, struct moment *now);

#endif
