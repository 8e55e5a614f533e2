/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plugins that do as the test says, and rules made of them without a configuration.
 */
#ifndef TESTS_UNIT_ENGINE_PUPPETS_H
#define TESTS_UNIT_ENGINE_PUPPETS_H

#include "engine/rules.h"

/* What a puppet will say, and how often it was asked. One per plugin instance. */
struct puppet {
	enum verdict verdict;
	int nr_pauses; /* say PAUSED this often first */
	int64_t pause_s; /* set evaluation->pause_s unless -1 */
	int reports; /* fill in a decision record with this outcome; DECISION_NONE: no */
	bool kills;  /* ask the killer for cgroup 7 first */
	uint64_t wake_after_ns; /* ask to be woken; 0: no */
	int nr_runs, nr_preruns, nr_notices;
	int turn; /* of all runs of all puppets, its last one's number */
	const char *group_seen;
};

/* One ruleset "r" with one group "g" of nr_detectors, then nr_actions; all driven by puppets. */
struct rules *puppet_rules(size_t nr_detectors, size_t nr_actions);
struct puppet *puppet_detector(struct rules *rules, size_t ruleset, size_t group, size_t i);
struct puppet *puppet_action(struct rules *rules, size_t ruleset, size_t i);
/* Another ruleset like the first; returns its number. */
size_t puppet_add_ruleset(struct rules *rules, size_t nr_detectors, size_t nr_actions);
/* Another group "g<n>" of one detector. */
size_t puppet_add_group(struct rules *rules, size_t ruleset);

/* Makes every plugin of a ruleset, compiled as it may be, a puppet that says CONTINUE. */
void puppet_take_over(struct ruleset *ruleset);
/* Runs of all puppets that stand for actions, so far; also of those that are gone. */
int puppet_actions_run(void);

#endif
