/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of declared watches and its application to cgroups. A set of ids remembers which
 * cgroups have been told, so that a new one costs one look-up for each old one and no call.
 *
 * Of a ruleset that runs per cgroup the template declares, once for all its clones: they were given
 * the same arguments. So the table does not grow with the clones, and when one comes or goes
 * nothing has to be told anew of the others. Which clone an entry means follows from the cgroup: the
 * one in whose cgroup the pattern begins.
 */
#include "engine/watches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clones.h"
#include "log.h"

#define ENTRIES_MAX	 256
#define PER_INSTANCE_MAX 8

struct entry {
	struct instance *instance;
	const struct clones *clones; /* then instance is the template's; NULL: not per cgroup */
	size_t place;		     /* of the instance in its ruleset */
	struct watch watch;
	uint32_t row; /* WATCH_ROW: its number */
};

struct watches {
	struct entry entries[ENTRIES_MAX];
	size_t nr_entries;
	struct boomd_watch rows[BOOMD_WATCHES_MAX];
	size_t nr_rows;
	const struct clones *per_cgroup[ENTRIES_MAX]; /* each ruleset's that runs per cgroup */
	size_t nr_per_cgroup;
	const struct ruleset *ruleset; /* the one being added */
	size_t place;		       /* of the next instance of it */
	bool need_polling;
	bool told_full;
	bool applied;	     /* since watches_set() */
	bool triggers_armed; /* every one that was declared, wherever its pattern matched */
	size_t nr_slots;	  /* a power of two, twice the cgroups at least */
	uint64_t *told, *told_before; /* ids, 0 is free */
};

int watches_new(size_t max_cgroups, struct watches **ret_watches)
{
	struct watches *watches = calloc(1, sizeof(*watches));

	if (!watches)
		return -ENOMEM;
	for (watches->nr_slots = 64; watches->nr_slots < 2 * max_cgroups;)
		watches->nr_slots *= 2;
	watches->told = calloc(watches->nr_slots, sizeof(uint64_t));
	watches->told_before = calloc(watches->nr_slots, sizeof(uint64_t));
	if (!watches->told || !watches->told_before) {
		watches_free(watches);
		return -ENOMEM;
	}
	*ret_watches = watches;
	return 0;
}

void watches_free(struct watches *watches)
{
	if (!watches)
		return;
	free(watches->told);
	free(watches->told_before);
	free(watches);
}

/* The slot of id, or the free one where it belongs. The set is never full: see watches_new(). */
static uint64_t *slot_of(const struct watches *watches, uint64_t *set, uint64_t id)
{
	size_t i = (size_t)(id * 0x9e3779b97f4a7c15ULL >> 20) & (watches->nr_slots - 1);

	while (set[i] && set[i] != id)
		i = (i + 1) & (watches->nr_slots - 1);
	return &set[i];
}

/* Rows that ask the same are one row: a mask has only 64 bits. */
static int add_row(struct watches *watches, const struct boomd_watch *row, uint32_t *ret_row)
{
	for (size_t i = 0; i < watches->nr_rows; i++) {
		if (!memcmp(&watches->rows[i], row, sizeof(*row))) {
			*ret_row = (uint32_t)i;
			return 0;
		}
	}
	if (watches->nr_rows == BOOMD_WATCHES_MAX)
		return -ENOSPC;
	*ret_row = (uint32_t)watches->nr_rows;
	watches->rows[watches->nr_rows++] = *row;
	return 0;
}

static void too_many(struct watches *watches, const char *name)
{
	if (!watches->told_full)
		log_warn("more watches than the kernel side takes, \"%s\" is polled instead", name);
	watches->told_full = watches->need_polling = true;
}

static void add_watch(struct watches *watches, struct instance *instance, const struct watch *watch)
{
	struct entry *entry = &watches->entries[watches->nr_entries];
	const struct clones *clones = watches->ruleset->clones;

	if (watch->below_ruleset_cgroup && !clones) /* there is no such place */
		return;
	if (watches->nr_entries == ENTRIES_MAX ||
	    (watch->kind == WATCH_ROW && add_row(watches, &watch->row, &entry->row))) {
		too_many(watches, instance->plugin->name);
		return;
	}
	entry->instance = instance;
	entry->clones = clones;
	entry->place = watches->place;
	entry->watch = *watch;
	watches->nr_entries++;
}

static void add_ruleset(struct watches *watches, const struct ruleset *ruleset)
{
	watches->ruleset = ruleset;
	watches->place = 0;
	if (!ruleset->clones)
		return;
	if (watches->nr_per_cgroup == ENTRIES_MAX)
		too_many(watches, ruleset->name);
	else
		watches->per_cgroup[watches->nr_per_cgroup++] = ruleset->clones;
}

static void add_instance(struct watches *watches, struct instance *instance)
{
	const struct plugin *plugin = instance->plugin;
	struct watch declared[PER_INSTANCE_MAX];
	size_t nr;

	if (!plugin->watches) {
		/* a detector whose answer is constant (any_args) changes with nothing */
		if (plugin->kind == PLUGIN_DETECT && !plugin->any_args) {
			if (!watches->need_polling)
				log_info("%s waits for no record, evaluating once a second",
					 plugin->name);
			watches->need_polling = true;
		}
		return;
	}
	memset(declared, 0, sizeof(declared));
	nr = instance_watches(instance, declared, PER_INSTANCE_MAX);
	for (size_t i = 0; i < nr; i++)
		add_watch(watches, instance, &declared[i]);
}

static int add_instance_of(struct ruleset *ruleset, struct instance *instance, void *user)
{
	struct watches *watches = user;

	if (ruleset != watches->ruleset)
		add_ruleset(watches, ruleset);
	add_instance(watches, instance);
	watches->place++;
	return 0;
}

/* What the kernel side does not take costs wake-ups, never protection. */
static void poll_instead(struct watches *watches, const char *what, int err)
{
	if (!watches->need_polling)
		log_warn("%s (%s), evaluating once a second", what, strerror(-err));
	watches->need_polling = true;
}

void watches_set(struct watches *watches, struct source *source, struct rules *rules)
{
	int err;

	source->ops->disarm_triggers(source);
	watches->nr_entries = watches->nr_rows = watches->nr_per_cgroup = 0;
	watches->need_polling = watches->told_full = false;
	watches->ruleset = NULL;
	watches->applied = watches->triggers_armed = false;
	memset(watches->told, 0, watches->nr_slots * sizeof(uint64_t));
	rules_for_each(rules, add_instance_of, watches);
	err = source->ops->set_watches(source, watches->rows, watches->nr_rows);
	if (err)
		poll_instead(watches, "the kernel side does not take the watches", err);
}

static void arm(struct watches *watches, struct source *source, const struct cgroup *cgroup,
		uint32_t tag)
{
	const struct psi_trigger *trigger = &watches->entries[tag].watch.trigger;
	char path[CGROUP_PATH_MAX];
	int err;

	cgroup_path(cgroup, path, sizeof(path));
	err = source->ops->arm_trigger(source, cgroup->row->id, path, trigger, tag);
	if (!err || err == -ENOENT) /* gone already: nothing left to watch */
		return;
	watches->triggers_armed = false;
	watches->need_polling = true;
	log_warn("%s: cannot arm a PSI trigger (%s), its stall times are compared instead",
		 *path ? path : "/", strerror(-err));
}

/* The clone that cgroup belongs to by the i-th of the entry's patterns, or NULL. */
static struct clone *clone_of(const struct entry *entry, size_t i, const struct cgroup *cgroup)
{
	const struct cgroup *base =
		cgroup_pattern_base(&entry->watch.cgroups->items[i], cgroup);

	return base ? clones_find(entry->clones, base->row->id) : NULL;
}

static bool applies(const struct entry *entry, const struct cgroup *cgroup)
{
	if (!entry->watch.below_ruleset_cgroup)
		return cgroup_patterns_match(entry->watch.cgroups, cgroup);
	for (size_t i = 0; i < entry->watch.cgroups->nr_items; i++)
		if (clone_of(entry, i, cgroup))
			return true;
	return false;
}

/* An xattr there may make a clone, or drop one. */
static bool filter_applies(const struct watches *watches, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < watches->nr_per_cgroup; i++)
		if (clones_have_filter(watches->per_cgroup[i]) &&
		    cgroup_patterns_match(&watches->per_cgroup[i]->cgroups, cgroup))
			return true;
	return false;
}

static void tell(struct watches *watches, struct source *source, const struct cgroup *cgroup)
{
	uint32_t kinds = filter_applies(watches, cgroup) ? BOOMD_KIND_BIT(BOOMD_RECORD_XATTR) : 0;
	uint64_t mask = 0;
	int err = 0;

	for (size_t i = 0; i < watches->nr_entries; i++) {
		const struct entry *entry = &watches->entries[i];

		if (!applies(entry, cgroup))
			continue;
		switch (entry->watch.kind) {
		case WATCH_RECORDS:
			kinds |= entry->watch.record_kinds;
			break;
		case WATCH_ROW:
			mask |= 1ULL << entry->row;
			break;
		case WATCH_TRIGGER:
			kinds |= BOOMD_KIND_BIT(BOOMD_RECORD_PSI_TRIGGER);
			arm(watches, source, cgroup, (uint32_t)i);
			break;
		}
	}
	if (mask || kinds)
		err = source->ops->watch_cgroup(source, cgroup->row->id, mask, kinds);
	if (err && err != -ENOENT) /* gone already: nothing left to watch */
		poll_instead(watches, "a cgroup cannot be watched", err);
}

/* A clone has just been made here, and its patterns begin here. */
static bool has_fresh_clone(const struct watches *watches, uint64_t id)
{
	for (size_t i = 0; i < watches->nr_per_cgroup; i++) {
		const struct clone *clone = clones_find(watches->per_cgroup[i], id);

		if (clone && clone->is_fresh)
			return true;
	}
	return false;
}

/*
 * What was told before is told again below a new clone, whose cgroup may be old (an xattr was set):
 * masks and kinds replace what was there, and a trigger that stands is not armed twice. What a
 * dropped clone had asked for stays asked for until its cgroup goes: that costs a wake-up.
 */
void watches_apply(struct watches *watches, struct source *source, const struct cgroup_tree *tree)
{
	uint64_t *before = watches->told;
	const struct cgroup *cgroup;
	size_t again = 0; /* so many of those to come are below a new clone */

	if (!watches->applied)
		watches->applied = watches->triggers_armed = true;
	watches->told = watches->told_before;
	watches->told_before = before;
	memset(watches->told, 0, watches->nr_slots * sizeof(uint64_t));
	for (size_t i = 0; (cgroup = cgroup_tree_at(tree, i)); i++) {
		uint64_t id = cgroup->row->id;

		if (has_fresh_clone(watches, id) && again < cgroup_tree_nr_below(tree, cgroup))
			again = cgroup_tree_nr_below(tree, cgroup);
		if (again || *slot_of(watches, before, id) != id)
			tell(watches, source, cgroup);
		*slot_of(watches, watches->told, id) = id;
		again -= again > 0;
	}
}

static void notice(struct instance *instance, const struct boomd_record *record)
{
	if (instance->plugin->notice)
		instance->plugin->notice(instance->state, record);
}

static void notice_clone(const struct entry *entry, const struct clone *clone,
			 const struct boomd_record *record)
{
	notice(ruleset_instance_at(&clone->ruleset, entry->place), record);
}

static void notice_clones(const struct entry *entry, const struct cgroup_tree *tree,
			  const struct boomd_record *record)
{
	const struct cgroup *cgroup = cgroup_tree_by_id(tree, record->cgroup_id);

	if (!entry->watch.below_ruleset_cgroup)
		for (size_t i = 0; i < entry->clones->nr_items; i++)
			notice_clone(entry, entry->clones->items[i], record);
	else if (cgroup)
		for (size_t i = 0; i < entry->watch.cgroups->nr_items; i++) {
			const struct clone *clone = clone_of(entry, i, cgroup);

			if (clone)
				notice_clone(entry, clone, record);
		}
}

void watches_notice(struct watches *watches, const struct cgroup_tree *tree,
		    const struct boomd_record *record)
{
	const struct entry *entry;

	if (record->detail >= watches->nr_entries)
		return;
	entry = &watches->entries[record->detail];
	if (entry->clones)
		notice_clones(entry, tree, record);
	else
		notice(entry->instance, record);
}

bool watches_triggers_armed(const struct watches *watches)
{
	return watches->triggers_armed;
}

bool watches_need_polling(const struct watches *watches)
{
	return watches->need_polling;
}
