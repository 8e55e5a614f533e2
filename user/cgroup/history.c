/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two tables that change roles: each sample fills the new one from the tree and, where the cgroup
 * was there before, from the old one. What is not in the tree is forgotten by not being copied.
 *
 * An entry belongs to an id, a parent and a name: inode numbers of a directory tree are used again
 * (kernel ids are not), and the past of a removed cgroup is not that of its successor.
 */
#include "cgroup/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cgroup/index.h"

#define TICK_NS_DEFAULT 5000000000ULL
#define DECAY_PER_TICK	0.75 /* oomd's average: three quarters of what it was */

/* Counters that only grow, at one instant. */
struct counters {
	uint64_t time_ns;
	uint64_t pgscan_pages;
	double io_cost;
};

struct entry {
	uint64_t parent_id, name_hash;
	uint64_t first_ns, last_ns;
	uint64_t average_bytes;
	struct counters older, newer; /* what rates are taken against; see history.h */
};

struct table {
	struct id_index index; /* id -> number in entries */
	struct entry *entries;
	uint32_t nr_entries;
};

struct history {
	struct history_options options;
	struct table now, before;
	uint64_t last_ns;
};

static int table_init(struct table *table, size_t max)
{
	table->entries = calloc(max, sizeof(*table->entries));
	return table->entries ? id_index_init(&table->index, max) : -ENOMEM;
}

static void table_fini(struct table *table)
{
	id_index_fini(&table->index);
	free(table->entries);
}

int history_new(const struct history_options *options, struct history **ret_history)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return -ENOMEM;
	history->options = *options;
	if (!history->options.tick_ns)
		history->options.tick_ns = TICK_NS_DEFAULT;
	if (table_init(&history->now, options->max_cgroups) ||
	    table_init(&history->before, options->max_cgroups)) {
		history_free(history);
		return -ENOMEM;
	}
	*ret_history = history;
	return 0;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	table_fini(&history->now);
	table_fini(&history->before);
	free(history);
}

/* FNV-1a */
static uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3ULL;
	return hash;
}

static struct counters counters_of(const struct history *history, const struct boomd_row *row,
				   uint64_t now_ns)
{
	struct counters counters = { .time_ns = now_ns, .pgscan_pages = row->pgscan_pages };

	for (size_t i = 0; i < BOOMD_DEVICE_CLASSES; i++) {
		const struct io_coefficients *cost = &history->options.io[i];
		const struct boomd_io *io = &row->io[i];

		counters.io_cost += (double)io->read_ios * cost->read_ios +
				    (double)io->read_bytes * cost->read_bytes +
				    (double)io->write_ios * cost->write_ios +
				    (double)io->write_bytes * cost->write_bytes +
				    (double)io->discard_ios * cost->discard_ios +
				    (double)io->discard_bytes * cost->discard_bytes;
	}
	return counters;
}

/* oomd's formula, with its truncation to whole bytes, for the time that passed. */
static uint64_t average_after(uint64_t average, uint64_t usage, double elapsed_ticks)
{
	double keep = pow(DECAY_PER_TICK, elapsed_ticks);
	double next = (double)average * keep + (double)usage * (1.0 - keep);

	/* the largest double below 2^64: usage is what a file said and may be anything */
	return next < 18446744073709549568.0 ? (uint64_t)next : UINT64_MAX;
}

/* Finds what is known about the cgroup; NULL: first sight. */
static const struct entry *history_find(const struct history *history, const struct cgroup *cgroup,
					uint64_t hash)
{
	const struct entry *entry;
	uint32_t number;

	if (!id_index_get(&history->before.index, cgroup->row->id, &number))
		return NULL;
	entry = &history->before.entries[number];
	if (entry->parent_id != cgroup->row->parent_id || entry->name_hash != hash)
		return NULL;
	return entry;
}

/* What the cgroup's entry is after this sample. */
static struct entry history_entry(const struct history *history, const struct cgroup *cgroup,
				  const struct counters *counters)
{
	const uint64_t tick_ns = history->options.tick_ns, now_ns = counters->time_ns;
	uint64_t usage = cgroup->row->memory_bytes, hash = name_hash(cgroup->name);
	const struct entry *known = history_find(history, cgroup, hash);
	struct entry entry;

	if (!known)
		return (struct entry){
			.parent_id = cgroup->row->parent_id,
			.name_hash = hash,
			.first_ns = now_ns,
			.last_ns = now_ns,
			.average_bytes =
				history->options.oomd_warm_up ? average_after(0, usage, 1) : usage,
			.older = *counters,
			.newer = *counters,
		};
	entry = *known;
	entry.average_bytes = average_after(known->average_bytes, usage,
					    (double)(now_ns - known->last_ns) / (double)tick_ns);
	entry.last_ns = now_ns;
	if (now_ns - known->newer.time_ns >= (tick_ns + 1) / 2) {
		entry.older = known->newer;
		entry.newer = *counters;
	}
	return entry;
}

/* Counters go backwards when a device is taken away: then nothing is known to have happened. */
static void history_fill(struct cgroup *cgroup, const struct entry *entry,
			 const struct counters *counters)
{
	uint64_t pgscan = entry->older.pgscan_pages;

	cgroup->average_bytes = entry->average_bytes;
	cgroup->pgscan_rate_pages =
		counters->pgscan_pages > pgscan ? counters->pgscan_pages - pgscan : 0;
	cgroup->io_cost = counters->io_cost;
	cgroup->io_cost_rate = fmax(counters->io_cost - entry->older.io_cost, 0);
	cgroup->has_history = entry->last_ns > entry->first_ns;
}

void history_sample(struct history *history, struct cgroup_tree *tree, uint64_t now_ns)
{
	size_t max = history->options.max_cgroups, nr = cgroup_tree_size(tree);
	struct table old = history->before;
	struct table *now = &history->now;
	struct cgroup *cgroup;

	/* Time does not go backwards; should it seem to, nothing has happened meanwhile. */
	if (now_ns < history->last_ns)
		now_ns = history->last_ns;
	history->last_ns = now_ns;
	history->before = history->now;
	history->now = old;
	now->nr_entries = 0;
	id_index_reset(&now->index, nr < max ? nr : max);
	for (size_t i = 0; (cgroup = cgroup_tree_at(tree, i)); i++) {
		struct counters counters = counters_of(history, cgroup->row, now_ns);
		struct entry entry = history_entry(history, cgroup, &counters);

		history_fill(cgroup, &entry, &counters);
		if (now->nr_entries < max &&
		    id_index_put(&now->index, cgroup->row->id, now->nr_entries))
			now->entries[now->nr_entries++] = entry;
	}
}
