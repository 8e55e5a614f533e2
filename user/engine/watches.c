/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of declared watches and its application to cgroups. A set of ids remembers which
 * cgroups have been told, so that a new one costs one look-up for each old one and no call.
 */
#include "engine/watches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define ENTRIES_MAX	 256
#define PER_INSTANCE_MAX 8

struct entry {
	struct instance *instance;
	struct watch watch;
	uint32_t row; /* WATCH_ROW: its number */
};

struct watches {
	struct entry entries[ENTRIES_MAX];
	size_t nr_entries;
	struct boomd_watch rows[BOOMD_WATCHES_MAX];
	size_t nr_rows;
	bool need_polling;
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

static void add_watch(struct watches *watches, struct instance *instance, const struct watch *watch)
{
	struct entry *entry = &watches->entries[watches->nr_entries];

	if (watch->below_ruleset_cgroup) /* only rulesets that run per cgroup have such a place */
		return;
	if (watches->nr_entries == ENTRIES_MAX ||
	    (watch->kind == WATCH_ROW && add_row(watches, &watch->row, &entry->row))) {
		log_warn("more watches than the kernel side takes, \"%s\" is polled instead",
			 instance->plugin->name);
		watches->need_polling = true;
		return;
	}
	entry->instance = instance;
	entry->watch = *watch;
	watches->nr_entries++;
}

static int add_instance(struct instance *instance, void *user)
{
	const struct plugin *plugin = instance->plugin;
	struct watch declared[PER_INSTANCE_MAX];
	struct watches *watches = user;
	size_t nr;

	if (!plugin->watches) {
		/* a detector whose answer is constant (any_args) changes with nothing */
		if (plugin->kind == PLUGIN_DETECT && !plugin->any_args) {
			if (!watches->need_polling)
				log_info("%s waits for no record, evaluating once a second",
					 plugin->name);
			watches->need_polling = true;
		}
		return 0;
	}
	memset(declared, 0, sizeof(declared));
	nr = instance_watches(instance, declared, PER_INSTANCE_MAX);
	for (size_t i = 0; i < nr; i++)
		add_watch(watches, instance, &declared[i]);
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
	watches->nr_entries = watches->nr_rows = 0;
	watches->need_polling = false;
	watches->applied = watches->triggers_armed = false;
	memset(watches->told, 0, watches->nr_slots * sizeof(uint64_t));
	rules_for_each(rules, add_instance, watches);
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

static void tell(struct watches *watches, struct source *source, const struct cgroup *cgroup)
{
	uint32_t kinds = 0;
	uint64_t mask = 0;
	int err = 0;

	for (size_t i = 0; i < watches->nr_entries; i++) {
		const struct entry *entry = &watches->entries[i];

		if (!cgroup_patterns_match(entry->watch.cgroups, cgroup))
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

void watches_apply(struct watches *watches, struct source *source, const struct cgroup_tree *tree)
{
	uint64_t *before = watches->told;
	const struct cgroup *cgroup;

	if (!watches->applied)
		watches->applied = watches->triggers_armed = true;
	watches->told = watches->told_before;
	watches->told_before = before;
	memset(watches->told, 0, watches->nr_slots * sizeof(uint64_t));
	for (size_t i = 0; (cgroup = cgroup_tree_at(tree, i)); i++) {
		uint64_t id = cgroup->row->id;

		if (*slot_of(watches, before, id) != id)
			tell(watches, source, cgroup);
		*slot_of(watches, watches->told, id) = id;
	}
}

void watches_notice(struct watches *watches, const struct boomd_record *record)
{
	struct instance *instance;

	if (record->detail >= watches->nr_entries)
		return;
	instance = watches->entries[record->detail].instance;
	if (instance->plugin->notice)
		instance->plugin->notice(instance->state, record);
}

bool watches_triggers_armed(const struct watches *watches)
{
	return watches->triggers_armed;
}

bool watches_need_polling(const struct watches *watches)
{
	return watches->need_polling;
}
