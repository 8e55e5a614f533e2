/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine in memory for tests of plugins: cgroups from a table of paths and values, a moment to
 * show them in, a killer that records, and plugins made from a line of arguments, all by the same
 * code that makes them in the daemon.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "cgroup/tree.h"
#include "plugins/instance.h"
#include "report/decision.h"
#include "unit/plugins/recording_killer.h"

/* What is not given is what a cgroup in which nothing is going on has. Ends with a NULL path. */
struct world_row {
	const char *path; /* "" is the root; parents are made when they are not in the table */
	uint64_t memory_bytes; /* also anonymous, unless anon_bytes or no_anon says otherwise */
	uint64_t anon_bytes, file_bytes, swap_bytes, low_bytes;
	uint64_t average_bytes;	   /* 0: as memory_bytes */
	double memory_full[3];	   /* percent, the three windows */
	double io_full[3];
	uint64_t memory_some_us, memory_full_us; /* PSI totals */
	double io_cost_rate;
	uint64_t pgscan_pages, pgscan_rate_pages;
	uint32_t nr_dying;
	bool first_sight; /* no history */
	bool no_stat;	  /* its cgroup.stat cannot be read */
	enum preference preference;
	bool oom_group;
	bool empty;   /* populated 0 */
	bool no_anon; /* memory.stat says 0 */
};

struct world {
	struct boomd_row *rows;
	char (*names)[BOOMD_NAME_MAX];
	const char **name_list;
	size_t nr_rows;
	struct snapshot snapshot;
	struct cgroup_tree *tree;
	struct arena arena;
	struct decision decision;
	struct evaluation evaluation;
	struct recording_killer recorder;
	struct moment now;
};

#define WORLD_CGROUPS_MAX 8192
#define WORLD_START_NS	  1000000000000ULL /* the time is not 0 when a world begins */
#define WORLD_SECOND_NS	  1000000000ULL
#define WORLD_TICK_NS	  (5 * WORLD_SECOND_NS)
#define WORLD_MIB	  (1ULL << 20)

void world_open(struct world *world, const struct world_row *rows);
void world_close(struct world *world);
/* Other cgroups from now on; an id belongs to a path as long as the world lasts. */
void world_load(struct world *world, const struct world_row *rows);
/* Time goes on; a new evaluation begins. */
void world_pass_ms(struct world *world, uint64_t ms);
/* boomd itself lives there. */
void world_live_in(struct world *world, const char *path);
/* Leaves this many bytes of the arena free. */
void world_leave_arena(struct world *world, size_t bytes);

/*
 * A plugin with these arguments, "cgroup=a,b/x;recursive=true": filled in by config/args.c and
 * init()ed. 0 or -errno as they say; ret_error is init()'s.
 */
int world_try_plugin(const struct plugin *plugin, const char *args, struct instance *ret_instance,
		     struct plugin_error *ret_error);
/* The same, with something to run in (plugin.h). */
int world_try_plugin_in(const struct plugin_env *env, const struct plugin *plugin, const char *args,
			struct instance *ret_instance, struct plugin_error *ret_error);
/* The same where it must work. */
struct instance world_plugin(const struct plugin *plugin, const char *args);
struct instance world_plugin_named(const char *name, const char *args);

enum verdict world_run(struct world *world, struct instance *instance);

#endif
