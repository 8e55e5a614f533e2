/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin: one file that ends in one table.
 *
 * Detectors say CONTINUE (the condition holds) or STOP. Kill plugins rank siblings and say why;
 * everything else about killing is the base's (plugins/kill/base.c). The state is a struct of the
 * plugin's own; it is zeroed, then filled from the configuration by the argument table, then
 * init() may check it. What is passed to a callback belongs to boomd and is gone when the callback
 * returns. On the kill path (prerun, run, rank, log) nothing may allocate, block or loop unbounded.
 */
#ifndef PLUGINS_PLUGIN_H
#define PLUGINS_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "cgroup/pattern.h"
#include "cgroup/swap_out.h"
#include "cgroup/tree.h"
#include "source/source.h"

struct decision;
struct hook_ops;
struct hooks;
struct killer;
struct spawner;

#define PLUGIN_MAJOR 1
#define PLUGIN_API   (PLUGIN_MAJOR << 16 | (uint32_t)sizeof(struct plugin))

enum plugin_kind { PLUGIN_DETECT, PLUGIN_KILL, PLUGIN_ACT, PLUGIN_HOOK };

enum verdict {
	VERDICT_CONTINUE, /* detector: the condition holds; action: go on with the next one */
	VERDICT_STOP,	  /* detector: it does not; action: done, pause the ruleset */
	/* action: not finished, call again; a kill plugin only while a detector group fires */
	VERDICT_PAUSED,
};

/* What an argument is, and the C type at its offset. oomd's grammar: oomd.md 1.0. */
enum plugin_arg_type {
	ARG_NONE,
	ARG_BOOL,	    /* bool: true/True/1, false/False/0 */
	ARG_INT,	    /* int64_t */
	ARG_UINT,	    /* int64_t, never negative from a configuration */
	ARG_DOUBLE,	    /* double */
	ARG_STRING,	    /* char *, freed by boomd */
	ARG_RESOURCE,	    /* enum boomd_resource: memory, io */
	ARG_STALL,	    /* enum boomd_stall: some, full */
	ARG_PATTERNS,	    /* struct cgroup_patterns, freed by boomd */
	ARG_SIZE_OF_MEMORY, /* int64_t bytes: size grammar, % is of MemTotal, bare number is MiB */
	ARG_SIZE_OF_SWAP,   /* the same, % is of SwapTotal */
};

struct plugin_arg {
	const char *name; /* NULL ends the table */
	enum plugin_arg_type type;
	size_t offset; /* in the state */
	bool required;
	/*
	 * When not given; parsed alike, but not range-checked; NULL: zero. A negative one stands for
	 * "not given" where zero would mean something, and is not listed.
	 */
	const char *fallback;
	double min, max;      /* inclusive, for numbers; both 0: any, but whole ones fit an int */
	const char *help;     /* one line */
};

/*
 * What init() may know and keep. From cgroup_fs on, all of it is 0 where nothing will run
 * (--check-config), so init() must do without; else it stays valid as long as the plugin.
 */
struct plugin_env {
	uint64_t memory_total_bytes, swap_total_bytes;
	const char *kernel_panic_file; /* NULL: not allowed (--allow-kernel-panic) */
	const char *cgroup_fs;	       /* where cgroup2 is mounted, no trailing slash */
	struct spawner *spawner;       /* runs commands of hooks */
	/* Evaluate soon: what a plugin waited for is there. For any thread; never blocks. */
	void (*evaluate)(void *user);
	void *user;
};

/* Why init() refused; name the argument if there is one. */
struct plugin_error {
	const char *arg; /* NULL: the plugin as a whole */
	char text[160];  /* what was expected */
};

/* What a plugin waits for; the engine turns it into rows, masks and triggers. */
enum watch_kind {
	WATCH_RECORDS, /* unconditional records of these kinds */
	WATCH_ROW,     /* a threshold the kernel side evaluates */
	WATCH_TRIGGER, /* a kernel PSI trigger */
};

struct watch {
	enum watch_kind kind;
	const struct cgroup_patterns *cgroups;	      /* where */
	bool below_ruleset_cgroup;		      /* cgroups are relative to the ruleset's */
	uint32_t record_kinds;			      /* WATCH_RECORDS: BOOMD_KIND_BIT()s */
	struct boomd_watch row;			      /* WATCH_ROW */
	struct psi_trigger trigger;		      /* WATCH_TRIGGER */
};

/* What may change during one evaluation. The engine reads it afterwards. */
struct evaluation {
	struct arena *arena;	     /* for lists; reset before the next evaluation */
	struct killer *killer;
	struct decision *decision;   /* filled by the kill base */
	struct decision *paused;     /* one that waits for a hook; the engine adds what woke it */
	uint64_t wake_ns;	     /* evaluate again then at the latest; UINT64_MAX: no need */
	int64_t pause_s;	     /* a plugin's own post_action_delay; -1: the ruleset's */
	uint64_t nr_compared;	     /* comparisons by rank_by_keys(): what ranking costs */
};

/* An evaluation as plugins see it. Time is an argument: nothing here reads a clock. */
struct moment {
	uint64_t now_ns;  /* CLOCK_MONOTONIC */
	uint64_t tick_ns; /* oomd's interval, by events 5 s: what is "per tick" means this time */
	const struct cgroup_tree *tree;
	const struct system_facts *system;
	struct swap_out swap_out; /* for plugins that need vmstat (needs_vmstat) */
	const struct cgroup *ruleset_cgroup; /* NULL, unless the ruleset runs per cgroup */
	const char *ruleset, *group;	     /* names; group: the first that fired, "" before */
	const struct boomd_record *record;   /* what woke us, NULL: a timer */
	uint64_t own_cgroup_id;		     /* boomd's own: never a victim */
	bool dry_run;			     /* --dry-run: every kill is dry */
	bool silent;			     /* silence-logs has "plugins" */
	bool triggers_armed;		     /* the kernel watches WATCH_TRIGGERs: do not poll */
	struct hooks *hooks;		     /* what may be fired before a kill; NULL: nothing */
	uint64_t hooks_until_ns;	     /* no hook is fired or waited for then and later */
	struct evaluation *evaluation;
};

/* Ask for another evaluation at this time (a duration runs out, a delay ends). */
static inline void moment_wake_at(const struct moment *now, uint64_t wake_ns)
{
	if (wake_ns < now->evaluation->wake_ns)
		now->evaluation->wake_ns = wake_ns;
}

#define CANDIDATE_KEYS_MAX 3

/* One of the siblings to be ranked. The base sets cgroup; rank() sets the rest. */
struct candidate {
	const struct cgroup *cgroup;
	double keys[CANDIDATE_KEYS_MAX]; /* compared in order, highest dies first */
	int phase;			 /* the plugin's own, for log() */
};

struct plugin {
	uint32_t api; /* PLUGIN_API as the plugin was built; checked first */
	enum plugin_kind kind;
	const char *name;
	const char *about;		/* one line, for --list-plugins */
	const struct plugin_arg *args;	/* ends with a NULL name; NULL: none */
	bool any_args;			/* takes and ignores whatever is given (continue, stop) */
	size_t state_size;

	int (*init)(void *state, const struct plugin_env *env, struct plugin_error *ret_error);
	void (*fini)(void *state);
	/*
	 * Fills up to max watches, returns how many; NULL: the engine polls for it. Depends on the
	 * arguments only: in a ruleset that runs per cgroup one instance declares for all.
	 */
	size_t (*watches)(const void *state, struct watch *ret_watches, size_t max);
	/*
	 * With these arguments, does it look at moment.swap_out, or at what system has of
	 * /proc/vmstat? NULL: no. When nobody does, nobody reads it.
	 */
	bool (*needs_vmstat)(const void *state);
	/* A record of this plugin's own trigger arrived (WATCH_TRIGGER only). */
	void (*notice)(void *state, const struct boomd_record *record);
	/* Every evaluation, also when the ruleset is paused: look at temporal counters. */
	void (*prerun)(void *state, const struct moment *now);
	/* Detectors and other actions; kill plugins: PAUSED if it is too early to rank, or NULL. */
	enum verdict (*run)(void *state, const struct moment *now);

	/* Kill plugins: order siblings, best victim first; returns how many stay in the list. */
	size_t (*rank)(void *state, const struct moment *now, struct candidate *siblings, size_t nr);
	/* Kill plugins: why this one, given the peers it was chosen among. */
	void (*log)(void *state, const struct moment *now, const struct candidate *target,
		    const struct candidate *peers, size_t nr_peers, char *buf, size_t size);
	/*
	 * Kill plugins: every evaluation, for each cgroup that run() could look at: those of the
	 * patterns and, when recursive, those below them down to memory.oom.group. For counters of
	 * a plugin's own; those of struct cgroup are sampled for every cgroup anyway.
	 */
	void (*prerun_cgroup)(void *state, const struct moment *now, const struct cgroup *cgroup);

	/* Give up what run() returned VERDICT_PAUSED for: the chain is dropped. NULL: nothing to do. */
	void (*cancel)(void *state);

	const struct hook_ops *hook; /* prekill hooks: plugins/hook/hook.h */
};

/*
 * Sorts siblings by (preference, keys...), highest first, stable; honours prefer and avoid.
 * What kill plugins end their rank() with. Scratch from the moment's arena; without it siblings
 * are sorted in place, ties in the tree's order.
 */
void rank_by_keys(const struct moment *now, struct candidate *siblings, size_t nr);

/*
 * The cgroups of a plugin's two pattern arguments: those of `cgroup` below the root and, when the
 * ruleset runs per cgroup, those of `ruleset_cgroup` below that one. In the tree's order, without
 * doubles, from the moment's arena (mark it before, release it after). -ENOMEM: used up.
 */
int plugin_resolve(const struct moment *now, const struct cgroup_patterns *cgroup,
		   const struct cgroup_patterns *ruleset_cgroup, struct cgroup_list *ret_list);

#define PLUGIN_LABEL_SIZE 144 /* leaves room for the reason in a line of the decision record */

/* A cgroup's path fit to print: control bytes as \xNN, and a long one keeps its tail. */
const char *plugin_label(const struct cgroup *cgroup, char buf[PLUGIN_LABEL_SIZE]);

#endif
