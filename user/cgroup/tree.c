/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From rows in no order to a tree in one: rows are sorted by id (by digits, which is linear), each
 * is hung into its parent's list, and the lists are walked from the root. What the walk does not
 * reach has no parent in this snapshot, or has garbage for one, a cycle included, and is left out.
 *
 * Cgroups lie in one array in the order of that walk: a parent, its first child with all below it,
 * the next child. Children are in the order of their ids, so the same machine gives the same tree.
 */
#include "cgroup/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/index.h"
#include "cgroup/protection.h"
#include "log.h"

#define NONE UINT32_MAX

/* By row number: the tree before it has its order. */
struct link {
	uint32_t parent, first_child, next_sibling;
	uint32_t place; /* in cgroups, or NONE: left out */
};

struct id_row {
	uint64_t id;
	uint32_t row;
};

struct cgroup_tree {
	struct cgroup *cgroups; /* nr_cgroups of them, parents first */
	size_t nr_cgroups, max_cgroups;
	struct id_index index; /* id -> row number */
	struct link *links;
	struct id_row *by_id, *scratch; /* nr_ids of them */
	size_t nr_ids;
};

int cgroup_tree_new(size_t max_cgroups, struct cgroup_tree **ret_tree)
{
	struct cgroup_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -ENOMEM;
	tree->max_cgroups = max_cgroups;
	tree->cgroups = calloc(max_cgroups, sizeof(*tree->cgroups));
	tree->links = calloc(max_cgroups, sizeof(*tree->links));
	tree->by_id = calloc(max_cgroups, sizeof(*tree->by_id));
	tree->scratch = calloc(max_cgroups, sizeof(*tree->scratch));
	if (!tree->cgroups || !tree->links || !tree->by_id || !tree->scratch ||
	    id_index_init(&tree->index, max_cgroups)) {
		cgroup_tree_free(tree);
		return -ENOMEM;
	}
	*ret_tree = tree;
	return 0;
}

void cgroup_tree_free(struct cgroup_tree *tree)
{
	if (!tree)
		return;
	id_index_fini(&tree->index);
	free(tree->scratch);
	free(tree->by_id);
	free(tree->links);
	free(tree->cgroups);
	free(tree);
}

/* Takes the rows that have an id of their own; of two with the same id the first counts. */
static void tree_take(struct cgroup_tree *tree, const struct boomd_row *rows, size_t nr_rows)
{
	id_index_reset(&tree->index, nr_rows);
	tree->nr_ids = 0;
	for (uint32_t i = 0; i < nr_rows; i++) {
		tree->links[i] = (struct link){ NONE, NONE, NONE, NONE };
		if (id_index_put(&tree->index, rows[i].id, i))
			tree->by_id[tree->nr_ids++] = (struct id_row){ rows[i].id, i };
		else
			log_debug("cgroup id %llu is no id or there twice: row %u left out",
				  (unsigned long long)rows[i].id, i);
	}
}

/* One pass of a radix sort: by_id into scratch by the digit at shift, and the two change roles. */
static void tree_sort_digit(struct cgroup_tree *tree, unsigned int shift)
{
	size_t starts[257] = { 0 };
	struct id_row *sorted = tree->scratch;

	for (size_t i = 0; i < tree->nr_ids; i++)
		starts[(tree->by_id[i].id >> shift & 0xff) + 1]++;
	for (size_t digit = 1; digit < 257; digit++)
		starts[digit] += starts[digit - 1];
	for (size_t i = 0; i < tree->nr_ids; i++)
		sorted[starts[tree->by_id[i].id >> shift & 0xff]++] = tree->by_id[i];
	tree->scratch = tree->by_id;
	tree->by_id = sorted;
}

static void tree_sort(struct cgroup_tree *tree)
{
	uint64_t differ = 0; /* bits that are not the same in all ids */

	for (size_t i = 1; i < tree->nr_ids; i++)
		differ |= tree->by_id[i].id ^ tree->by_id[0].id;
	for (unsigned int shift = 0; shift < 64; shift += 8)
		if (differ >> shift & 0xff)
			tree_sort_digit(tree, shift);
}

/* From the last id to the first, each in front of its parent's list; returns the root's row. */
static uint32_t tree_link(struct cgroup_tree *tree, const struct boomd_row *rows)
{
	uint32_t root = NONE;

	for (size_t i = tree->nr_ids; i-- > 0;) {
		uint32_t row = tree->by_id[i].row, parent;

		if (!rows[row].parent_id && !rows[row].level) {
			root = row;
		} else if (id_index_get(&tree->index, rows[row].parent_id, &parent)) {
			tree->links[row].parent = parent;
			tree->links[row].next_sibling = tree->links[parent].first_child;
			tree->links[parent].first_child = row;
		}
	}
	return root;
}

/* The row behind this one in the walk. */
static uint32_t tree_next(const struct cgroup_tree *tree, uint32_t row)
{
	if (tree->links[row].first_child != NONE)
		return tree->links[row].first_child;
	while (row != NONE && tree->links[row].next_sibling == NONE)
		row = tree->links[row].parent;
	return row == NONE ? NONE : tree->links[row].next_sibling;
}

static struct cgroup *tree_placed(const struct cgroup_tree *tree, uint32_t row)
{
	if (row == NONE || tree->links[row].place == NONE)
		return NULL;
	return &tree->cgroups[tree->links[row].place];
}

static void tree_place(struct cgroup_tree *tree, const struct snapshot *snapshot, uint32_t root)
{
	tree->nr_cgroups = 0;
	for (uint32_t row = root; row != NONE; row = tree_next(tree, row)) {
		const char *name = snapshot->names ? snapshot->names[row] : NULL;

		tree->links[row].place = (uint32_t)tree->nr_cgroups;
		tree->cgroups[tree->nr_cgroups++] = (struct cgroup){
			.row = &snapshot->rows[row],
			.name = name ? name : "",
		};
	}
	for (uint32_t row = root; row != NONE; row = tree_next(tree, row)) {
		struct cgroup *cgroup = tree_placed(tree, row);

		cgroup->parent = tree_placed(tree, tree->links[row].parent);
		cgroup->first_child = tree_placed(tree, tree->links[row].first_child);
		cgroup->next_sibling = tree_placed(tree, tree->links[row].next_sibling);
	}
}

int cgroup_tree_build(struct cgroup_tree *tree, const struct snapshot *snapshot)
{
	bool cut = snapshot->nr_rows > tree->max_cgroups;

	tree_take(tree, snapshot->rows, cut ? tree->max_cgroups : snapshot->nr_rows);
	tree_sort(tree);
	tree_place(tree, snapshot, tree_link(tree, snapshot->rows));
	protection_fill(tree);
	return cut ? -E2BIG : (int)tree->nr_cgroups;
}

size_t cgroup_tree_size(const struct cgroup_tree *tree)
{
	return tree->nr_cgroups;
}

struct cgroup *cgroup_tree_at(const struct cgroup_tree *tree, size_t i)
{
	return i < tree->nr_cgroups ? &tree->cgroups[i] : NULL;
}

size_t cgroup_tree_nr_below(const struct cgroup_tree *tree, const struct cgroup *cgroup)
{
	const struct cgroup *up = cgroup;

	while (up && !up->next_sibling)
		up = up->parent;
	return (size_t)((up ? up->next_sibling : tree->cgroups + tree->nr_cgroups) - cgroup);
}

struct cgroup *cgroup_tree_root(const struct cgroup_tree *tree)
{
	return cgroup_tree_at(tree, 0);
}

struct cgroup *cgroup_tree_by_id(const struct cgroup_tree *tree, uint64_t id)
{
	uint32_t row;

	if (!tree->nr_cgroups || !id_index_get(&tree->index, id, &row))
		return NULL;
	return tree_placed(tree, row);
}

struct cgroup *cgroup_tree_by_path(const struct cgroup_tree *tree, const char *path)
{
	struct cgroup *cgroup = cgroup_tree_root(tree);

	while (cgroup && *(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		for (cgroup = cgroup->first_child; cgroup; cgroup = cgroup->next_sibling)
			if (!strncmp(cgroup->name, path, len) && !cgroup->name[len])
				break;
		path += len;
	}
	return cgroup;
}
