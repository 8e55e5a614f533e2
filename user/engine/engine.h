/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: from records and time to evaluations, from evaluations to kills.
 *
 * It evaluates when a record asks for it, when a time asked for has come, and, with a tick, at
 * every tick; never just because. Time comes in as an argument. One evaluation is: one
 * snapshot, one tree, one history sample, prerun of every plugin, then every ruleset in order.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup/history.h"
#include "engine/drop_in.h"
#include "engine/rules.h"
#include "kill/killer.h"
#include "report/decision.h"
#include "source/source.h"

/* What the engine tells; every callback may be NULL. Pointers end with the call. */
struct engine_listener {
	void *user;
	void (*record)(void *user, const struct boomd_record *record, const char *path);
	void (*decision)(void *user, const struct decision *decision); /* tried */
	void (*outcome)(void *user, const struct decision *decision);  /* over */
};

struct engine_options {
	struct source *source;
	struct killer *killer;
	bool real_killer;	 /* killer came from killer_new(): kills are verified */
	uint64_t tick_ns;	 /* oomd's fixed tick: records wake nobody; 0: by events */
	uint64_t poll_ns;	 /* by events, but also this often (no BPF); 0: never */
	bool dry_run;
	uint64_t own_cgroup_id;	 /* never a victim; 0: unknown */
	size_t max_cgroups;
	struct history_options history; /* max_cgroups and tick_ns are filled in */
	struct engine_listener listener;
};

struct engine;

/* Takes everything that is needed later from the heap now. 0 or -errno. */
int engine_new(const struct engine_options *options, struct engine **ret_engine);
void engine_free(struct engine *engine);

/* Runs these rules from now on, and frees the ones before. Evaluates at the next engine_run(). */
void engine_set_rules(struct engine *engine, struct rules *rules);

const struct rules *engine_rules(const struct engine *engine);
/*
 * Adds a drop-in made for these rules, in front of the others; one of its tag goes. The state of
 * all other rulesets stays as it is. Not while engine_run() runs.
 */
void engine_add_drop_in(struct engine *engine, struct drop_in *drop_in);
/* False: there was none of that tag. */
bool engine_remove_drop_in(struct engine *engine, const char *tag);

/* Takes the records that wait. */
int engine_drain(struct engine *engine, uint64_t now_ns);
/* Evaluates if it is time to; looks after a kill that is being verified. */
void engine_run(struct engine *engine, uint64_t now_ns);
/* Evaluate at the next engine_run(), as if a record had asked for it (with a tick: at the tick). */
void engine_ask(struct engine *engine);
/* When engine_run() must be called again at the latest; UINT64_MAX: only after a record. */
uint64_t engine_wake_ns(const struct engine *engine);

/* Records can no longer be taken: evaluate by time instead. */
void engine_poll_from_now_on(struct engine *engine);

/*
 * The last evaluation saw no shortage of memory of the machine as a whole, and no kill is being
 * verified: a time for what may wait.
 */
bool engine_is_calm(const struct engine *engine);

/* How many evaluations there were; for tests and statistics. */
uint64_t engine_evaluations(const struct engine *engine);

#endif
