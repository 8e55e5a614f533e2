/* SPDX-License-Identifier: GPL-2.0-only */
/* Clones of a ruleset that runs per cgroup, sorted by cgroup id: see clones.h. */
#include "engine/clones.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/compile.h"
#include "log.h"
#include "source/xattr.h"

int clones_new(const struct config_ruleset *written, const struct plugin_env *env,
	       struct diagnostics *diagnostics, struct clones **ret_clones)
{
	struct clones *clones = calloc(1, sizeof(*clones));
	const char *why;
	size_t offset;
	int err;

	if (!clones)
		return -ENOMEM;
	clones->written = written;
	clones->env = *env;
	err = cgroup_patterns_parse(written->cgroup, &clones->cgroups, &why, &offset);
	if (err == -EINVAL)
		diagnostics_add(diagnostics, SEVERITY_ERROR,
				config_place_in(written->cgroup_at, written->cgroup_verbatim,
						written->cgroup, offset),
				"key \"cgroup\": expected patterns of cgroups: %s", why);
	if (err) {
		free(clones);
		return err;
	}
	*ret_clones = clones;
	return 0;
}

static void clone_free(struct clone *clone)
{
	if (!clone)
		return;
	ruleset_free(&clone->ruleset);
	free(clone->cgroup);
	free(clone);
}

static void forget_pauses(struct clones *clones)
{
	free(clones->pauses);
	clones->pauses = NULL;
	clones->nr_pauses = 0;
}

void clones_free(struct clones *clones)
{
	if (!clones)
		return;
	for (size_t i = 0; i < clones->nr_items; i++)
		clone_free(clones->items[i]);
	free(clones->items);
	forget_pauses(clones);
	cgroup_patterns_free(&clones->cgroups);
	free(clones);
}

bool clones_have_filter(const struct clones *clones)
{
	return *clones->written->xattr_filter;
}

/* --- by id --- */

static int compare_ids(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_clones(const void *a, const void *b)
{
	return compare_ids((*(struct clone *const *)a)->cgroup_id,
			   (*(struct clone *const *)b)->cgroup_id);
}

static int compare_id_to_clone(const void *id, const void *clone)
{
	return compare_ids(*(const uint64_t *)id, (*(struct clone *const *)clone)->cgroup_id);
}

static int compare_id_to_pause(const void *id, const void *pause)
{
	return compare_ids(*(const uint64_t *)id, ((const struct kept_pause *)pause)->cgroup_id);
}

/* Among the first nr_items, which are in order. */
static struct clone *find_among(const struct clones *clones, size_t nr_items, uint64_t cgroup_id)
{
	struct clone **found;

	if (!nr_items)
		return NULL;
	found = bsearch(&cgroup_id, clones->items, nr_items, sizeof(struct clone *),
			compare_id_to_clone);
	return found ? *found : NULL;
}

struct clone *clones_find(const struct clones *clones, uint64_t cgroup_id)
{
	return find_among(clones, clones->nr_items, cgroup_id);
}

/* --- pauses over a reload --- */

void clones_keep_pauses(struct clones *clones, const struct clones *before)
{
	forget_pauses(clones);
	if (!before->nr_items)
		return;
	clones->pauses = calloc(before->nr_items, sizeof(*clones->pauses));
	if (!clones->pauses) {
		log_warn("out of memory, the pauses of ruleset \"%s\" end early",
			 clones->written->name);
		return;
	}
	for (size_t i = 0; i < before->nr_items; i++)
		clones->pauses[clones->nr_pauses++] = (struct kept_pause){
			before->items[i]->cgroup_id,
			before->items[i]->ruleset.pause_until_ns,
		};
}

static uint64_t kept_pause_of(const struct clones *clones, uint64_t cgroup_id)
{
	const struct kept_pause *pause = NULL;

	if (clones->nr_pauses)
		pause = bsearch(&cgroup_id, clones->pauses, clones->nr_pauses, sizeof(*pause),
				compare_id_to_pause);
	return pause ? pause->until_ns : 0;
}

/* --- follow --- */

/* "/sys/fs/cgroup/a/b" fit to print, on the heap, or NULL. */
static char *label_of(const struct cgroup *cgroup, const char *cgroup_fs)
{
	char path[CGROUP_PATH_MAX], whole[CGROUP_PATH_MAX + 256], clean[CGROUP_PATH_MAX + 256];

	cgroup_path(cgroup, path, sizeof(path));
	snprintf(whole, sizeof(whole), "%.254s%s%s", cgroup_fs, *path ? "/" : "", path);
	return strdup(log_clean(whole, clean, sizeof(clean)));
}

static int clone_new(const struct clones *clones, const struct cgroup *cgroup,
		     const char *cgroup_fs, struct clone **ret_clone)
{
	struct clone *clone = calloc(1, sizeof(*clone));
	int err;

	if (!clone)
		return -ENOMEM;
	clone->cgroup = label_of(cgroup, cgroup_fs);
	err = clone->cgroup ? ruleset_compile_clone(clones->written, &clones->env, &clone->ruleset)
			    : -ENOMEM;
	if (err) {
		clone_free(clone);
		return err;
	}
	clone->cgroup_id = cgroup->row->id;
	clone->is_fresh = true;
	clone->ruleset.cgroup = clone->cgroup;
	clone->ruleset.pause_until_ns = kept_pause_of(clones, clone->cgroup_id);
	*ret_clone = clone;
	return 0;
}

static int make_place(struct clones *clones)
{
	size_t nr_places = clones->nr_places ? 2 * clones->nr_places : 16;
	struct clone **items;

	if (clones->nr_items < clones->nr_places)
		return 0;
	items = realloc(clones->items, nr_places * sizeof(struct clone *));
	if (!items)
		return -ENOMEM;
	clones->items = items;
	clones->nr_places = nr_places;
	return 0;
}

/* Appends it, out of order. */
static void add(struct clones *clones, const struct cgroup *cgroup, const char *cgroup_fs)
{
	struct clone *clone;
	int err = make_place(clones);

	if (!err)
		err = clone_new(clones, cgroup, cgroup_fs, &clone);
	if (err) {
		if (!clones->told_failure)
			log_warn("ruleset \"%s\" cannot be made to run for a cgroup (%s), trying again",
				 clones->written->name, strerror(-err));
		clones->told_failure = true;
		return;
	}
	log_info("Adding runnable ruleset for cgroup: %s", clone->cgroup);
	clones->items[clones->nr_items++] = clone;
}

/* 1 or 0, or -errno: nobody knows. */
static int passes_filter(struct clones *clones, const struct cgroup *cgroup, const char *cgroup_fs)
{
	const char *filter = clones->written->xattr_filter;
	char path[CGROUP_PATH_MAX];
	int found;

	if (!*filter)
		return 1;
	cgroup_path(cgroup, path, sizeof(path));
	found = xattr_is_set(cgroup_fs, path, cgroup->row->id, filter);
	if (found < 0 && !clones->told_failure) {
		log_warn("ruleset \"%s\": cannot read xattr_filter of a cgroup (%s), trying again",
			 clones->written->name, strerror(-found));
		clones->told_failure = true;
	}
	return found;
}

static void mark_those_that_match(struct clones *clones, const struct cgroup_list *list,
				  const char *cgroup_fs)
{
	for (size_t i = 0; i < clones->nr_items; i++)
		clones->items[i]->matches = clones->items[i]->is_fresh = false;
	for (size_t i = 0; i < list->nr_items; i++) {
		struct clone *clone = clones_find(clones, list->items[i]->row->id);

		if (clone)
			clone->matches = passes_filter(clones, list->items[i], cgroup_fs);
	}
}

static void drop_the_others(struct clones *clones)
{
	size_t nr_kept = 0;

	for (size_t i = 0; i < clones->nr_items; i++) {
		struct clone *clone = clones->items[i];

		if (clone->matches) {
			clones->items[nr_kept++] = clone;
			continue;
		}
		log_info("Dropping runnable ruleset for cgroup: %s", clone->cgroup);
		clone_free(clone);
	}
	clones->nr_items = nr_kept;
}

static size_t make_the_missing(struct clones *clones, const struct cgroup_list *list,
			       const char *cgroup_fs, size_t max)
{
	size_t nr_known = clones->nr_items;

	clones->unfinished = false;
	for (size_t i = 0; i < list->nr_items && !clones->unfinished; i++) {
		const struct cgroup *cgroup = list->items[i];

		if (find_among(clones, nr_known, cgroup->row->id) ||
		    passes_filter(clones, cgroup, cgroup_fs) <= 0)
			continue;
		if (clones->nr_items >= max) {
			if (!clones->told_full)
				log_warn("ruleset \"%s\": more cgroups match than --max-cgroups lets "
					 "run, the others have no ruleset of their own",
					 clones->written->name);
			clones->told_full = true;
			break;
		}
		add(clones, cgroup, cgroup_fs);
		clones->unfinished = clones->nr_items == nr_known + CLONES_AT_A_TIME;
	}
	if (clones->nr_items > nr_known)
		qsort(clones->items, clones->nr_items, sizeof(struct clone *), compare_clones);
	return clones->nr_items - nr_known;
}

size_t clones_follow(struct clones *clones, const struct moment *now, const char *cgroup_fs,
		     size_t max)
{
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena), nr_made;
	struct cgroup_list list = { 0 };

	if (cgroup_patterns_resolve(&clones->cgroups, now->tree, NULL, arena, &list)) {
		log_warn("ruleset \"%s\": no room to list its cgroups", clones->written->name);
		arena_release(arena, mark);
		return 0;
	}
	mark_those_that_match(clones, &list, cgroup_fs);
	drop_the_others(clones);
	nr_made = make_the_missing(clones, &list, cgroup_fs, max);
	if (!clones->unfinished)
		forget_pauses(clones);
	arena_release(arena, mark);
	return nr_made;
}
