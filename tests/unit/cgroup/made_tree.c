/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows by path: see made_tree.h. */
#include "unit/cgroup/made_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"

void made_tree_init(struct made_tree *made)
{
	memset(made, 0, sizeof(*made));
	cr_assert(zero(int, cgroup_tree_new(MADE_ROWS_MAX, &made->tree)));
	made_tree_row(made, "", (struct boomd_row){ .id = 1, .flags = BOOMD_ROW_HAS_MEMORY });
}

void made_tree_fini(struct made_tree *made)
{
	cgroup_tree_free(made->tree);
	for (size_t i = 0; i < made->nr_rows; i++)
		free((char *)made->names[i]);
	memset(made, 0, sizeof(*made));
}

struct boomd_row *made_tree_row(struct made_tree *made, const char *name, struct boomd_row row)
{
	cr_assert(lt(sz, made->nr_rows, MADE_ROWS_MAX));
	made->names[made->nr_rows] = strdup(name);
	made->rows[made->nr_rows] = row;
	return &made->rows[made->nr_rows++];
}

struct boomd_row *made_tree_add(struct made_tree *made, const char *path)
{
	struct boomd_row *row = &made->rows[0];
	char name[BOOMD_NAME_MAX];

	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/"), i;

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		path += len;
		for (i = 0; i < made->nr_rows; i++)
			if (made->rows[i].parent_id == row->id && !strcmp(made->names[i], name))
				break;
		row = i < made->nr_rows
			      ? &made->rows[i]
			      : made_tree_row(made, name,
					      (struct boomd_row){ .id = made->nr_rows + 1,
								  .parent_id = row->id,
								  .level = row->level + 1,
								  .flags = BOOMD_ROW_HAS_MEMORY });
	}
	return row;
}

int made_tree_build(struct made_tree *made)
{
	made->snapshot = (struct snapshot){
		.nr_rows = made->nr_rows,
		.rows = made->rows,
		.names = made->names,
	};
	return cgroup_tree_build(made->tree, &made->snapshot);
}

const char *made_tree_paths(const struct made_tree *made, char *buf, size_t size)
{
	char path[CGROUP_PATH_MAX];
	struct cgroup *cgroup;
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; (cgroup = cgroup_tree_at(made->tree, i)) && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s ",
					 cgroup->parent ? cgroup_path(cgroup, path, sizeof(path))
							: "/");
	return buf;
}
