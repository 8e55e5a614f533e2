/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Patterns of cgroups: taken apart once, at start, and matched against the tree level by level.
 *
 * Names are matched by fnmatch, in the C locale that boomd runs in: one byte is one character,
 * nothing is allocated, and a pattern with many stars goes back to its last star only.
 */
#include "cgroup/pattern.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static size_t count_char(const char *text, char c)
{
	size_t count = 0;

	while ((text = strchr(text, c))) {
		count++;
		text++;
	}
	return count;
}

/* One piece between two commas, not empty; *ret_bad is where a ".." begins. */
static int pattern_parse(const char *piece, size_t len, struct cgroup_pattern *pattern,
			 const char **ret_bad)
{
	const char *end = piece + len;

	/* at most one component for every two characters */
	pattern->components = calloc(len / 2 + 1, sizeof(*pattern->components));
	if (!pattern->components)
		return -ENOMEM;
	for (size_t part; piece < end; piece += part + 1) {
		part = strcspn(piece, "/,");
		if (!part || (part == 1 && *piece == '.'))
			continue;
		if (part == 2 && !strncmp(piece, "..", 2)) {
			*ret_bad = piece;
			return -EINVAL;
		}
		pattern->components[pattern->nr_components] = strndup(piece, part);
		if (!pattern->components[pattern->nr_components])
			return -ENOMEM;
		pattern->nr_components++;
	}
	return 0;
}

int cgroup_patterns_parse(const char *text, struct cgroup_patterns *ret_patterns,
			  const char **ret_why, size_t *ret_offset)
{
	struct cgroup_patterns patterns = {
		.items = calloc(count_char(text, ',') + 1, sizeof(*patterns.items)),
		.text = strdup(text),
	};
	const char *bad = text;
	int err = patterns.items && patterns.text ? 0 : -ENOMEM;

	for (const char *piece = text; !err && *piece; piece += *piece == ',') {
		size_t len = strcspn(piece, ",");

		if (len)
			err = pattern_parse(piece, len, &patterns.items[patterns.nr_items++], &bad);
		piece += len;
	}
	if (err) {
		cgroup_patterns_free(&patterns);
		if (err == -EINVAL) {
			*ret_why = "'..' would leave the cgroup root";
			*ret_offset = (size_t)(bad - text);
		}
		return err;
	}
	*ret_patterns = patterns;
	return 0;
}

void cgroup_patterns_free(struct cgroup_patterns *patterns)
{
	if (!patterns)
		return;
	for (size_t i = 0; i < patterns->nr_items; i++) {
		for (size_t j = 0; j < patterns->items[i].nr_components; j++)
			free(patterns->items[i].components[j]);
		free(patterns->items[i].components);
	}
	free(patterns->items);
	free(patterns->text);
	*patterns = (struct cgroup_patterns){ 0 };
}

static bool component_match(const char *component, const char *name)
{
	return !fnmatch(component, name, FNM_PERIOD);
}

const struct cgroup *cgroup_pattern_base(const struct cgroup_pattern *pattern,
					 const struct cgroup *cgroup)
{
	for (size_t i = pattern->nr_components; i > 0; i--, cgroup = cgroup->parent)
		if (!cgroup->parent || !component_match(pattern->components[i - 1], cgroup->name))
			return NULL;
	return cgroup;
}

bool cgroup_patterns_match(const struct cgroup_patterns *patterns, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < patterns->nr_items; i++) {
		const struct cgroup *base = cgroup_pattern_base(&patterns->items[i], cgroup);

		if (base && !base->parent)
			return true;
	}
	return false;
}

static bool pattern_touch(const struct cgroup_pattern *pattern, const struct cgroup *cgroup)
{
	size_t depth = 0;

	for (const struct cgroup *c = cgroup; c->parent; c = c->parent)
		depth++;
	for (; depth > 0; depth--, cgroup = cgroup->parent)
		if (depth <= pattern->nr_components &&
		    !component_match(pattern->components[depth - 1], cgroup->name))
			return false;
	return true;
}

bool cgroup_patterns_touch(const struct cgroup_patterns *patterns, const struct cgroup *cgroup)
{
	for (size_t i = 0; i < patterns->nr_items; i++)
		if (pattern_touch(&patterns->items[i], cgroup))
			return true;
	return false;
}

/*
 * Marks what matches below parent from component depth on, by its place behind first. Goes only
 * where the components so far have matched, and so never deeper than the pattern has components.
 */
static void pattern_mark(const struct cgroup_pattern *pattern, size_t depth,
			 const struct cgroup *parent, const struct cgroup *first, bool *marks)
{
	if (depth == pattern->nr_components) {
		marks[parent - first] = true;
		return;
	}
	for (const struct cgroup *child = parent->first_child; child; child = child->next_sibling)
		if (component_match(pattern->components[depth], child->name))
			pattern_mark(pattern, depth + 1, child, first, marks);
}

/* The marked ones of nr_cgroups from first on, in the tree's order. */
static int list_from_marks(struct cgroup *first, size_t nr_cgroups, const bool *marks,
			   struct arena *arena, struct cgroup_list *ret_list)
{
	size_t nr_marks = 0;
	struct cgroup_list list = { 0 };

	for (size_t i = 0; i < nr_cgroups; i++)
		nr_marks += marks[i];
	list.items = arena_alloc(arena, nr_marks * sizeof(struct cgroup *));
	if (!list.items)
		return -ENOMEM;
	for (size_t i = 0; i < nr_cgroups; i++)
		if (marks[i])
			list.items[list.nr_items++] = first + i;
	*ret_list = list;
	return 0;
}

int cgroup_patterns_resolve(const struct cgroup_patterns *patterns, const struct cgroup_tree *tree,
			    const struct cgroup *base, struct arena *arena,
			    struct cgroup_list *ret_list)
{
	struct cgroup *root = cgroup_tree_root(tree), *first;
	size_t nr_cgroups;
	bool *marks;

	if (!root || !patterns->nr_items) {
		*ret_list = (struct cgroup_list){ 0 };
		return 0;
	}
	first = base ? root + (base - root) : root;
	nr_cgroups = cgroup_tree_nr_below(tree, first);
	marks = arena_alloc(arena, nr_cgroups * sizeof(*marks));
	if (!marks)
		return -ENOMEM;
	for (size_t i = 0; i < patterns->nr_items; i++)
		pattern_mark(&patterns->items[i], 0, first, first, marks);
	return list_from_marks(first, nr_cgroups, marks, arena, ret_list);
}

int cgroup_list_union(const struct cgroup_list *a, const struct cgroup_list *b, struct arena *arena,
		      struct cgroup_list *ret_list)
{
	struct cgroup_list list = { 0 };
	size_t i = 0, j = 0;

	list.items = arena_alloc(arena, (a->nr_items + b->nr_items) * sizeof(struct cgroup *));
	if (!list.items)
		return -ENOMEM;
	/* the tree's order is the order of addresses: see tree.c */
	while (i < a->nr_items || j < b->nr_items) {
		struct cgroup *left = i < a->nr_items ? a->items[i] : NULL;
		struct cgroup *right = j < b->nr_items ? b->items[j] : NULL;

		if (!right || (left && left <= right)) {
			list.items[list.nr_items++] = left;
			i++;
			j += left == right;
		} else {
			list.items[list.nr_items++] = right;
			j++;
		}
	}
	*ret_list = list;
	return 0;
}
