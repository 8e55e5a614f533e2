/* SPDX-License-Identifier: GPL-2.0-only */
/* See world.h. */
#include "unit/plugins/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "config/args.h"
#include "log.h"
#include "plugins/registry.h"

#define NAME_HASH_PRIME 0x100000001b3ULL

/* The same path has the same id in every load; the root's is 1. */
static uint64_t id_of(const char *path, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)path[i]) * NAME_HASH_PRIME;
	return length ? hash | 2 : 1;
}

static struct boomd_row *find_row(struct world *world, uint64_t id)
{
	for (size_t i = world->nr_rows; i-- > 0;)
		if (world->rows[i].id == id)
			return &world->rows[i];
	return NULL;
}

static struct boomd_row *add_row(struct world *world, const char *path, size_t length)
{
	size_t parent = length, i = world->nr_rows;
	struct boomd_row *row = find_row(world, id_of(path, length));

	if (row)
		return row;
	while (parent && path[parent - 1] != '/')
		parent--;
	cr_assert(i < WORLD_CGROUPS_MAX);
	if (length)
		i = (size_t)(add_row(world, path, parent ? parent - 1 : 0) - world->rows);
	row = &world->rows[world->nr_rows];
	*row = (struct boomd_row){ .id = id_of(path, length) };
	if (length) {
		row->parent_id = world->rows[i].id;
		row->level = world->rows[i].level + 1;
	}
	memcpy(world->names[world->nr_rows], path + parent, length - parent);
	world->names[world->nr_rows][length - parent] = '\0';
	world->name_list[world->nr_rows] = world->names[world->nr_rows];
	row->high_bytes = row->max_bytes = row->swap_max_bytes = BOOMD_MAX;
	row->flags = BOOMD_ROW_HAS_POPULATED | BOOMD_ROW_POPULATED;
	world->nr_rows++;
	return row;
}

static void set_psi(struct boomd_row *row, enum boomd_resource resource, const double percent[3])
{
	for (int window = 0; window < BOOMD_WINDOWS; window++)
		row->psi[resource][BOOMD_STALL_FULL].avg[window] =
			(uint32_t)(percent[window] * (1 << BOOMD_PSI_FIXED_SHIFT) + 0.5);
}

static void fill_row(struct boomd_row *row, const struct world_row *from)
{
	row->memory_bytes = from->memory_bytes;
	row->file_bytes = from->file_bytes;
	row->swap_bytes = from->swap_bytes;
	row->low_bytes = from->low_bytes;
	row->pgscan_pages = from->pgscan_pages;
	row->nr_dying = from->nr_dying;
	if (!from->no_stat)
		row->flags |= BOOMD_ROW_HAS_DYING;
	row->anon_bytes = from->anon_bytes ? from->anon_bytes : from->memory_bytes;
	if (from->memory_bytes)
		row->flags |= BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_STAT;
	if (from->no_anon) {
		row->anon_bytes = 0;
		row->flags |= BOOMD_ROW_HAS_STAT;
	}
	if (from->empty)
		row->flags &= ~BOOMD_ROW_POPULATED;
	if (from->oom_group)
		row->flags |= BOOMD_ROW_OOM_GROUP;
	set_psi(row, BOOMD_RESOURCE_MEMORY, from->memory_full);
	set_psi(row, BOOMD_RESOURCE_IO, from->io_full);
	row->psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_FULL].total_us = from->memory_full_us;
	row->psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_SOME].total_us = from->memory_some_us;
	if (from->preference == PREFERENCE_PREFER)
		row->preference = BOOMD_TRUSTED_PREFER;
	else if (from->preference == PREFERENCE_AVOID)
		row->preference = BOOMD_USER_AVOID;
}

void world_load(struct world *world, const struct world_row *rows)
{
	world->nr_rows = 0;
	add_row(world, "", 0);
	for (const struct world_row *row = rows; row->path; row++)
		fill_row(add_row(world, row->path, strlen(row->path)), row);
	world->snapshot.nr_rows = world->nr_rows;
	cr_assert(cgroup_tree_build(world->tree, &world->snapshot) == (int)world->nr_rows);
	for (const struct world_row *row = rows; row->path; row++) {
		struct cgroup *cgroup = cgroup_tree_by_id(world->tree,
							  id_of(row->path, strlen(row->path)));

		cgroup->average_bytes = row->average_bytes ? row->average_bytes : row->memory_bytes;
		cgroup->io_cost_rate = row->io_cost_rate;
		cgroup->pgscan_rate_pages = row->pgscan_rate_pages;
		cgroup->has_history = !row->first_sight;
	}
}

static void begin_evaluation(struct world *world)
{
	arena_reset(&world->arena);
	memset(&world->decision, 0, sizeof(world->decision));
	world->evaluation = (struct evaluation){
		.arena = &world->arena,
		.killer = &world->recorder.killer,
		.decision = &world->decision,
		.wake_ns = UINT64_MAX,
		.pause_s = -1,
	};
}

void world_open(struct world *world, const struct world_row *rows)
{
	log_set_level(LOG_LEVEL_ERR); /* hundreds of detectors that fire are no news */
	memset(world, 0, sizeof(*world));
	world->rows = calloc(WORLD_CGROUPS_MAX, sizeof(*world->rows));
	world->names = calloc(WORLD_CGROUPS_MAX, sizeof(*world->names));
	world->name_list = calloc(WORLD_CGROUPS_MAX, sizeof(*world->name_list));
	cr_assert(world->rows && world->names && world->name_list);
	cr_assert(!cgroup_tree_new(WORLD_CGROUPS_MAX, &world->tree));
	cr_assert(!arena_init(&world->arena, WORLD_CGROUPS_MAX * 256));
	recording_killer_init(&world->recorder);
	world->snapshot = (struct snapshot){
		.rows = world->rows,
		.names = world->name_list,
		.system = { .memory_total_bytes = 8ULL << 30, .memory_available_bytes = 1 << 30 },
	};
	world->now = (struct moment){
		.now_ns = WORLD_START_NS,
		.tick_ns = WORLD_TICK_NS,
		.tree = world->tree,
		.system = &world->snapshot.system,
		.ruleset = "ruleset",
		.group = "group",
		.evaluation = &world->evaluation,
	};
	world_load(world, rows);
	begin_evaluation(world);
}

void world_close(struct world *world)
{
	arena_fini(&world->arena);
	cgroup_tree_free(world->tree);
	free(world->name_list);
	free(world->names);
	free(world->rows);
}

void world_pass_ms(struct world *world, uint64_t ms)
{
	world->now.now_ns += ms * 1000000;
	begin_evaluation(world);
}

void world_live_in(struct world *world, const char *path)
{
	world->now.own_cgroup_id = id_of(path, strlen(path));
}

void world_leave_arena(struct world *world, size_t bytes)
{
	cr_assert(arena_alloc(&world->arena, world->arena.size - bytes));
}

/* Splits "a=b;c=d"; text is changed and must outlive the result. */
static void split_args(char *text, struct config_plugin *ret_plugin)
{
	char *more = NULL;

	for (char *arg = strtok_r(text, ";", &more); arg; arg = strtok_r(NULL, ";", &more)) {
		char *value = strchr(arg, '=');

		cr_assert(value, "no '=' in %s", arg);
		*value++ = '\0';
		ret_plugin->args[ret_plugin->nr_args++] =
			(struct config_arg){ .key = arg, .value = value };
	}
}

int world_try_plugin(const struct plugin *plugin, const char *args, struct instance *ret_instance,
		     struct plugin_error *ret_error)
{
	const struct plugin_env env = { .memory_total_bytes = 8ULL << 30,
					.swap_total_bytes = 4ULL << 30 };

	return world_try_plugin_in(&env, plugin, args, ret_instance, ret_error);
}

int world_try_plugin_in(const struct plugin_env *env, const struct plugin *plugin, const char *args,
			struct instance *ret_instance, struct plugin_error *ret_error)
{
	struct config_arg items[16] = { 0 };
	struct config_plugin written = { .name = (char *)plugin->name, .args = items };
	struct diagnostics diagnostics;
	char *text = strdup(args);
	int err;

	diagnostics_init(&diagnostics, "test", false);
	split_args(text, &written);
	err = instance_new(plugin, ret_instance);
	if (!err)
		err = args_fill(ret_instance, &written, env, &diagnostics);
	if (err && diagnostics.nr_items)
		snprintf(ret_error->text, sizeof(ret_error->text), "%s", diagnostics.items[0].text);
	if (!err)
		err = instance_init(ret_instance, env, ret_error);
	diagnostics_fini(&diagnostics);
	free(text);
	return err;
}

struct instance world_plugin(const struct plugin *plugin, const char *args)
{
	struct plugin_error error = { 0 };
	struct instance instance = { 0 };

	cr_assert(!world_try_plugin(plugin, args, &instance, &error), "%s(%s): %s", plugin->name,
		  args, error.text);
	return instance;
}

struct instance world_plugin_named(const char *name, const char *args)
{
	const struct plugin *plugin = registry_find(name);

	cr_assert(plugin, "no plugin %s", name);
	return world_plugin(plugin, args);
}

enum verdict world_run(struct world *world, struct instance *instance)
{
	instance_prerun(instance, &world->now);
	return instance_run(instance, &world->now);
}
