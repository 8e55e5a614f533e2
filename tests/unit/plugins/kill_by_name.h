/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kill plugin for tests of the base: names rank in descending order, "zz" names are not ranked
 * at all, and it remembers what it was shown and asked.
 */
#ifndef TESTS_KILL_BY_NAME_H
#define TESTS_KILL_BY_NAME_H

#include "plugins/plugin.h"

struct kill_by_name {
	size_t nr_ranked, nr_rank_calls, nr_log_calls, nr_preruns;
	char prerun[1024]; /* paths shown to prerun_cgroup(), separated by blanks */
	bool wrong_peers;  /* log() was given a target that is not among its peers */
};

extern const struct plugin plugin_kill_by_name;

#endif
