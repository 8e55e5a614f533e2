/* SPDX-License-Identifier: GPL-2.0-only */
/* One ruleset at one moment: detectors, and if a group fires, the chain of actions. */
#ifndef ENGINE_RULESET_H
#define ENGINE_RULESET_H

#include "engine/rules.h"

/*
 * Told after each action; user is the caller's. False: something was killed and is being verified,
 * so the rest of the chain has to wait until that is over.
 */
typedef bool (*ruleset_acted_fn)(void *user, const struct moment *now);

/* Of a ruleset that runs per cgroup, here and below: its clones, and not it itself. */
void ruleset_prerun(struct ruleset *ruleset, struct moment *now);

/*
 * All detectors of all groups run, always (oomd Ruleset.cpp); then, unless the ruleset is paused or
 * may_act is false (an earlier kill is still being verified), the chain runs. Asks for the next
 * evaluation through moment_wake_at: at the end of a pause, or after retry_ns while a group fires
 * and nothing stopped the chain.
 */
void ruleset_run(struct ruleset *ruleset, struct moment *now, bool may_act, uint64_t retry_ns,
		 ruleset_acted_fn acted, void *user);
/* Prerun and run of those clones only that clones_follow() has just made. */
void ruleset_run_fresh(struct ruleset *ruleset, struct moment *now, bool may_act,
		       uint64_t retry_ns, ruleset_acted_fn acted, void *user);

#endif
