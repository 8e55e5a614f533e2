/* SPDX-License-Identifier: GPL-2.0-only */
/* What a drop-in makes of the base configuration (oomd.md 2.3). */
#ifndef CONFIG_MERGE_H
#define CONFIG_MERGE_H

#include "config/config.h"

/* The first of that name; NULL when there is none. */
const struct config_ruleset *config_find_ruleset(const struct config *config, const char *name);

/*
 * One ruleset for each of the drop-in's: the base's of that name, with detectors and actions taken
 * from the drop-in where it has some and the base allows it. The drop-in's hooks come along.
 * The result owns all it holds; its file is the drop-in's, and what comes from the base has no
 * place in that, so its places are 0.
 *
 * 0, or -EINVAL with every mistake told to diagnostics, or -ENOMEM.
 */
int config_merge(const struct config *base, const struct config *drop_in,
		 struct diagnostics *diagnostics, struct config **ret_merged);

#endif
