/* SPDX-License-Identifier: GPL-2.0-only */
/* From the options to compiled rules: which file, every message, the built-in default. */
#ifndef USER_CONFIGURE_H
#define USER_CONFIGURE_H

#include "engine/rules.h"
#include "options.h"

#ifndef CONFIGURE_INSTALLED /* the Makefile's SYSCONFDIR */
#define CONFIGURE_INSTALLED "/etc/boomd/boomd.json"
#endif

/* Where a configuration is looked for without --config, best first; NULL ends it. */
extern const char *const configure_places[];
/* The first of these that exists, readable or not; NULL: none. */
const char *configure_find(const char *const *places);

/*
 * Loads options->config, or the first of the places, or the built-in default, and compiles it.
 * Everything that is to be said about it has been said. 0 or -errno.
 */
int configure(const struct options *options, const struct plugin_env *env,
	      struct rules **ret_rules);

#endif
