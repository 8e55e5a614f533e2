/* SPDX-License-Identifier: GPL-2.0-only */
/* When an evaluation is due, and what one does. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "engine/clones.h"
#include "engine/ruleset.h"
#include "engine/state.h"
#include "log.h"
#include "report/stats.h"

#define NS_PER_S  1000000000ULL

/* A group that goes on firing without anybody killed is tried again after this. */
#define RETRY_NS NS_PER_S
#define RUNGS_MAX 32
/* Stalled for less of the last 10 s: memory is not short. */
#define CALM_PERCENT 1
/* Ranking needs a few lists of candidates for each cgroup on the way down. */
#define ARENA_BYTES_PER_CGROUP 256

/* Something that a detector may wait for is told by no record here (source.h: capabilities). */
static bool ladder_polls(struct source *source)
{
	struct capability rungs[RUNGS_MAX];
	size_t nr = source->ops->capabilities(source, rungs, RUNGS_MAX);

	for (size_t i = 0; i < nr && i < RUNGS_MAX; i++)
		if (!strcmp(rungs[i].rung, "polling") || !strcmp(rungs[i].rung, "none"))
			return true;
	return false;
}

int engine_new(const struct engine_options *options, struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->options = *options;
	engine->options.history.max_cgroups = options->max_cgroups;
	engine->options.history.tick_ns = options->tick_ns ? options->tick_ns : 5 * NS_PER_S;
	engine->wake_ns = engine->membership_ns = UINT64_MAX;
	if (!options->poll_ns && ladder_polls(options->source))
		engine->options.poll_ns = RETRY_NS;
	err = cgroup_tree_new(options->max_cgroups, &engine->tree);
	if (!err)
		err = history_new(&engine->options.history, &engine->history);
	if (!err)
		err = watches_new(options->max_cgroups, &engine->watches);
	if (!err)
		err = hooks_new(options->source->cgroup_fs, &engine->hooks);
	if (!err)
		err = arena_init(&engine->arena, options->max_cgroups * ARENA_BYTES_PER_CGROUP);
	if (err) {
		engine_free(engine);
		return err;
	}
	*ret_engine = engine;
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	rules_free(engine->rules);
	hooks_free(engine->hooks);
	watches_free(engine->watches);
	history_free(engine->history);
	cgroup_tree_free(engine->tree);
	arena_fini(&engine->arena);
	free(engine);
}

static void keep_pause(const struct ruleset *before, struct ruleset *ruleset)
{
	ruleset->pause_until_ns = before->pause_until_ns;
	if (before->clones && ruleset->clones)
		clones_keep_pauses(ruleset->clones, before->clones);
}

/* A reload must not cut a rest short: rulesets of the same name go on resting. */
static void keep_pauses(const struct rules *before, struct rules *rules)
{
	for (size_t i = 0; i < before->nr_rulesets; i++)
		for (size_t j = 0; j < rules->nr_rulesets; j++)
			if (!strcmp(before->rulesets[i].name, rules->rulesets[j].name))
				keep_pause(&before->rulesets[i], &rules->rulesets[j]);
}

/* The same for the rulesets of a drop-in that was there before. */
static void keep_drop_in_pauses(const struct rules *before, struct rules *rules)
{
	for (struct drop_in *now = rules->drop_ins; now; now = now->older) {
		const struct drop_in *then = rules_find_drop_in(before, now->tag);

		for (size_t i = 0; then && i < then->nr_rulesets && i < now->nr_rulesets; i++)
			if (!strcmp(then->rulesets[i].name, now->rulesets[i].name))
				keep_pause(&then->rulesets[i], &now->rulesets[i]);
	}
}

static int needs_vmstat(struct ruleset *ruleset, struct instance *instance, void *user)
{
	(void)ruleset, (void)user;
	return instance->plugin->needs_vmstat && instance->plugin->needs_vmstat(instance->state);
}

/* Those of drop-ins first, the newest before the others, and those of the configuration last. */
static void follow_hooks(struct engine *engine)
{
	struct rules *rules = engine->rules;

	for (struct drop_in *d = rules->drop_ins; d; d = d->older)
		d->hooks.next = d->older ? &d->older->hooks : &rules->hooks;
	hooks_set(engine->hooks, rules->drop_ins ? &rules->drop_ins->hooks : &rules->hooks);
}

/* Who waits for what has to be found out again. All plugins' states stay as they are. */
static void follow_rules(struct engine *engine)
{
	engine->options.source->wants_vmstat = rules_for_each(engine->rules, needs_vmstat, NULL);
	watches_set(engine->watches, engine->options.source, engine->rules);
	follow_hooks(engine);
	engine->membership_changed = true;
}

void engine_set_rules(struct engine *engine, struct rules *rules)
{
	struct rules *before = engine->rules;

	if (before) {
		keep_pauses(before, rules);
		keep_drop_in_pauses(before, rules);
	}
	engine->rules = rules;
	follow_rules(engine);
	rules_free(before);
	engine->due = true;
}

const struct rules *engine_rules(const struct engine *engine)
{
	return engine->rules;
}

void engine_add_drop_in(struct engine *engine, struct drop_in *drop_in)
{
	struct drop_in *before = rules_take_drop_in(engine->rules, drop_in->tag);

	rules_add_drop_in(engine->rules, drop_in);
	follow_rules(engine);
	drop_in_free(before);
	engine_make_due(engine, &(struct boomd_record){ 0 });
}

bool engine_remove_drop_in(struct engine *engine, const char *tag)
{
	struct drop_in *before = rules_take_drop_in(engine->rules, tag);

	if (!before)
		return false;
	follow_rules(engine);
	drop_in_free(before);
	engine_make_due(engine, &(struct boomd_record){ 0 });
	return true;
}

/* What woke boomd, into the record: this evaluation's record, or the one that began it all. */
static void fill_in_cause(const struct engine *engine, struct decision *decision)
{
	bool now = engine->trigger.kind != BOOMD_RECORD_NONE;

	if (decision->snapshot_ns) /* it was paused: what woke boomd then began it */
		return;
	decision->trigger = now ? engine->trigger : engine->cause;
	decision->event_ns = decision->trigger.time_ns;
	if (decision->trigger.kind)
		decision->drained_ns = now ? engine->drained_ns : engine->cause_drained_ns;
	decision->snapshot_ns = engine->snapshot_ns;
}

bool engine_acted(void *user, const struct moment *now)
{
	struct engine *engine = user;
	const struct engine_listener *listener = &engine->options.listener;
	struct decision *decision = &engine->decision;

	if (now->evaluation->paused)
		fill_in_cause(engine, now->evaluation->paused);
	now->evaluation->paused = NULL;
	if (decision->outcome == DECISION_NONE)
		return true;
	decision->silent = now->silent;
	fill_in_cause(engine, decision);
	decision->available_before_bytes = now->system->memory_available_bytes;
	if (listener->decision)
		listener->decision(listener->user, decision);
	if (decision->outcome == DECISION_PENDING && engine->options.real_killer)
		verification_begin(&engine->verification, decision, clock_now_ns());
	memset(decision, 0, sizeof(*decision));
	return !engine->verification.running;
}

uint64_t engine_retry_ns(const struct engine *engine)
{
	return engine->options.tick_ns ? engine->options.tick_ns : RETRY_NS;
}

static void run_rulesets(struct engine *engine, struct moment *now)
{
	uint64_t retry_ns = engine_retry_ns(engine);
	struct rules *rules = engine->rules;

	for (struct ruleset *r = rules_next(rules, NULL); r; r = rules_next(rules, r))
		ruleset_prerun(r, now);
	for (struct ruleset *r = rules_next(rules, NULL); r; r = rules_next(rules, r))
		ruleset_run(r, now, !engine->verification.running, retry_ns, engine_acted, engine);
}

/* A time asked for, the tick, the poll: whichever comes first. */
static void set_next_wake(struct engine *engine, const struct evaluation *evaluation,
			  uint64_t now_ns)
{
	uint64_t poll_ns = engine->options.poll_ns;

	engine->wake_ns = evaluation->wake_ns;
	if (!poll_ns && watches_need_polling(engine->watches))
		poll_ns = RETRY_NS;
	if (engine->options.tick_ns)
		engine->wake_ns = now_ns + engine->options.tick_ns;
	else if (poll_ns && now_ns + poll_ns < engine->wake_ns)
		engine->wake_ns = now_ns + poll_ns;
}

static int look(struct engine *engine, struct snapshot *snapshot)
{
	struct source *source = engine->options.source;
	int err = source->ops->snapshot(source, snapshot);

	if (err)
		return err;
	engine->snapshot_ns = clock_now_ns();
	err = cgroup_tree_build(engine->tree, snapshot);
	if (err == -E2BIG && !engine->told_too_many)
		log_warn("more cgroups than --max-cgroups, the rest is not looked at");
	engine->told_too_many = err == -E2BIG;
	return err < 0 && err != -E2BIG ? err : 0;
}

static struct swap_out sample_swap_out(struct engine *engine, const struct system_facts *system,
				       uint64_t now_ns)
{
	if (!system->has_vmstat)
		return (struct swap_out){ 0 };
	return swap_out_sample(&engine->swap_out, system->swapped_out_pages,
			       (uint64_t)sysconf(_SC_PAGESIZE), now_ns,
			       engine->options.history.tick_ns);
}

static void evaluate(struct engine *engine, uint64_t now_ns)
{
	struct evaluation evaluation = {
		.arena = &engine->arena,
		.killer = engine->options.killer,
		.decision = &engine->decision,
		.wake_ns = UINT64_MAX,
		.pause_s = -1,
	};
	struct snapshot snapshot;
	struct moment now = {
		.now_ns = now_ns,
		.tick_ns = engine->options.history.tick_ns,
		.tree = engine->tree,
		.system = &snapshot.system,
		.record = engine->trigger.kind ? &engine->trigger : NULL,
		.hooks = engine->hooks,
		.own_cgroup_id = engine->options.own_cgroup_id,
		.dry_run = engine->options.dry_run,
		.triggers_armed = watches_triggers_armed(engine->watches),
		.evaluation = &evaluation,
	};
	int err = look(engine, &snapshot);

	engine->due = false;
	if (err) {
		log_err("cannot take a snapshot (%s), trying again", strerror(-err));
		engine->wake_ns = now_ns + RETRY_NS;
		return;
	}
	engine->nr_evaluations++;
	stats_add(STATS_EVALUATIONS, 1);
	history_sample(engine->history, engine->tree, now_ns);
	now.swap_out = sample_swap_out(engine, &snapshot.system, now_ns);
	arena_reset(&engine->arena);
	if (engine->trigger.kind && !engine->cause.kind) {
		engine->cause = engine->trigger;
		engine->cause_drained_ns = engine->drained_ns;
	}
	run_rulesets(engine, &now);
	engine_follow_membership(engine, &now);
	if (evaluation.wake_ns == UINT64_MAX && !engine->verification.running)
		memset(&engine->cause, 0, sizeof(engine->cause)); /* nobody waits for anything */
	memset(&engine->trigger, 0, sizeof(engine->trigger));
	set_next_wake(engine, &evaluation, now_ns); /* a watch that was refused is polled from now on */
}

static void check_verification(struct engine *engine, uint64_t now_ns)
{
	const struct engine_listener *listener = &engine->options.listener;
	struct verification *verification = &engine->verification;
	struct snapshot snapshot;
	int err;

	if (!verification_over(verification, engine->options.killer, now_ns))
		return;
	err = look(engine, &snapshot);
	if (err)
		log_warn("cannot look at memory after the kill: %s", strerror(-err));
	verification_end(verification, engine->options.killer, err ? NULL : &snapshot);
	if (listener->outcome)
		listener->outcome(listener->user, &verification->decision);
	engine_make_due(engine, &(struct boomd_record){ 0 }); /* is there still pressure? */
}

void engine_run(struct engine *engine, uint64_t now_ns)
{
	if (!engine->rules)
		return;
	check_verification(engine, now_ns);
	if (engine->membership_ns <= now_ns) {
		engine->membership_ns = UINT64_MAX;
		engine->membership_changed = true;
		engine_make_due(engine, &(struct boomd_record){ 0 });
	}
	if (engine->due || engine->wake_ns <= now_ns)
		evaluate(engine, now_ns);
}

void engine_ask(struct engine *engine)
{
	engine_make_due(engine, &(struct boomd_record){ 0 });
}

uint64_t engine_wake_ns(const struct engine *engine)
{
	uint64_t wake_ns = engine->wake_ns;

	if (engine->due)
		return 0;
	if (!engine->options.tick_ns && engine->membership_ns < wake_ns)
		wake_ns = engine->membership_ns;
	if (engine->verification.running && engine->verification.deadline_ns < wake_ns)
		wake_ns = engine->verification.deadline_ns;
	return wake_ns;
}

void engine_poll_from_now_on(struct engine *engine)
{
	if (!engine->options.poll_ns)
		engine->options.poll_ns = RETRY_NS;
	engine->due = true;
}

bool engine_is_calm(const struct engine *engine)
{
	const struct cgroup *root = cgroup_tree_root(engine->tree);

	if (engine->verification.running)
		return false;
	return !root || cgroup_psi_percent(root, BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL,
					   BOOMD_AVG10) < CALM_PERCENT;
}

uint64_t engine_evaluations(const struct engine *engine)
{
	return engine->nr_evaluations;
}
