/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What boomd sees of cgroups in files, as text: a machine of files without rules, looked at tick by
 * tick through source, tree and history.
 */
#ifndef TESTS_CONFORMANCE_LOOK_H
#define TESTS_CONFORMANCE_LOOK_H

#include "cgroup/history.h"
#include "unit/conformance/machine.h"

struct look {
	struct fixture *fixture;
	struct source *source;
	struct cgroup_tree *tree;
	struct history *history;
	struct snapshot snapshot;
	size_t nr_ticks;
};

/* With one device, 1:10, whose reads and writes count as in oomd's test of io cost. */
void look_open(struct look *look);
void look_close(struct look *look);
/* The next tick: a new snapshot, tree and sample of the history. */
void look_again(struct look *look);
/*
 * "field=value field=value" of a cgroup, for the fields named in `fields`, separated by blanks; what
 * the files do not say is "absent". Appended to buf.
 */
void look_show(const struct look *look, const char *path, const char *fields,
	       char buf[CONFORMANCE_TEXT_MAX]);

#endif
