/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A configuration made ready to run: rulesets with live plugin instances. Compiled as a whole or
 * not at all, so that a bad configuration never replaces a good one.
 */
#ifndef ENGINE_RULES_H
#define ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "config/diagnostics.h"
#include "plugins/hook/hooks.h"
#include "plugins/instance.h"

struct drop_in;

struct detector_group {
	char *name;
	struct instance *detectors;
	size_t nr_detectors;
};

struct clones;

/* One ruleset and where it stands. Only ruleset.c changes the state below the line. */
struct ruleset {
	const struct config_ruleset *written; /* lives as long as the rules */
	char *name;
	int64_t post_action_delay_s, prekill_hook_timeout_s;
	bool silence_engine, silence_plugins;
	struct detector_group *groups;
	size_t nr_groups;
	struct instance *actions;
	size_t nr_actions;
	struct clones *clones; /* it runs per cgroup: these do, it does not (clones.h) */
	const char *cgroup;    /* a clone's, absolute and fit to print; NULL: none */
	bool disable_on_drop_in; /* does not run while it has drop-ins */
	bool is_drop_in;
	struct ruleset *drop_ins;     /* a base ruleset's, newest first */
	struct ruleset *base;	      /* a drop-in's */
	struct ruleset *next_drop_in; /* of the same base, older */
	/* --- */
	uint64_t pause_until_ns; /* no action before that */
	uint64_t hooks_until_ns; /* the window for prekill hooks of the chain that runs */
	size_t resume_action;	 /* action to be called again, nr_actions: none */
	const char *resume_group; /* the group that had fired then */
	uint64_t quiet_since_ns;  /* a kill waits for a group to fire again; 0: none does */
};

struct rules {
	struct config *config; /* what they were made of: a ruleset may be compiled again */
	struct plugin_env env;
	struct ruleset *rulesets; /* the base rulesets; never moved */
	size_t nr_rulesets;
	struct hook_list hooks; /* prekill hooks; those of drop-ins are theirs */
	struct drop_in *drop_ins; /* newest first: see drop_in.h */
};

/*
 * Takes config over when it succeeds, and only then.
 * 0, or -EINVAL with every mistake told to diagnostics (unknown plugin, wrong argument), or
 * -ENOMEM. Allocates; runs at start and at reload.
 */
int rules_compile(struct config *config, const struct plugin_env *env,
		  struct diagnostics *diagnostics, struct rules **ret_rules);
void rules_free(struct rules *rules);

/*
 * The rulesets that run, in that order: for each base ruleset its drop-ins, newest first, then itself
 * unless they disable it. NULL gives the first; NULL comes after the last.
 */
struct ruleset *rules_next(const struct rules *rules, const struct ruleset *ruleset);

/*
 * Every instance, group by group, then the actions; fn's first non-zero return ends it. Of a
 * ruleset that runs per cgroup those of the template, which its clones were made like.
 */
int rules_for_each(struct rules *rules,
		   int (*fn)(struct ruleset *ruleset, struct instance *instance, void *user),
		   void *user);
/* The one at this place in that order; NULL past the end. */
struct instance *ruleset_instance_at(const struct ruleset *ruleset, size_t place);

#endif
