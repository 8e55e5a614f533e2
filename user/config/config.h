/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration as written: oomd's JSON (oomd.md 2.1), with the place of everything, so that
 * every message can name file, line and column. What it means (plugins, patterns, watches) is made of
 * it later, by config/args.h and the engine.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostics.h"

struct config_arg {
	char *key, *value; /* value as oomd sees it: numbers and booleans as text */
	struct where key_at, value_at;
	bool verbatim; /* a string without escapes: see config_place_in() */
};

struct config_plugin {
	char *name;
	struct where at; /* of its name */
	struct config_arg *args;
	size_t nr_args;
};

struct config_group {
	char *name;
	struct where at;
	struct config_plugin *detectors;
	size_t nr_detectors;
};

struct config_ruleset {
	char *name;
	struct where at;
	int64_t post_action_delay_s;	/* default 15 */
	int64_t prekill_hook_timeout_s; /* default 5 */
	bool silence_engine, silence_plugins;
	bool drop_in_detectors, drop_in_actions, disable_on_drop_in;
	bool is_drop_in; /* made by config_merge() */
	char *cgroup, *xattr_filter; /* "" when not given */
	struct where cgroup_at;
	bool cgroup_verbatim;
	struct config_group *groups;
	size_t nr_groups;
	struct config_plugin *actions;
	size_t nr_actions;
};

struct config {
	char *file; /* as given; "(built in)" for the default */
	struct config_ruleset *rulesets;
	size_t nr_rulesets;
	struct config_plugin *prekill_hooks;
	size_t nr_prekill_hooks;
};

/*
 * 0, or -EINVAL with at least one error in diagnostics, or -errno when the file cannot be read
 * (also told to diagnostics), or -ENOMEM. Unknown keys are warned about with the nearest known
 * name; what plugins there are is not known here: unknown ones are for the engine to tell.
 * Nothing of a configuration with an error is returned.
 */
int config_load(const char *file, struct diagnostics *diagnostics, struct config **ret_config);
/* The same from memory; file is only for messages. */
int config_parse(const char *file, const char *text, size_t length,
		 struct diagnostics *diagnostics, struct config **ret_config);
/*
 * The same for a drop-in (oomd.md 2.3): detectors and actions may be missing, and keys that only
 * count in the base ruleset are warned about. What it changes there is for the engine to find out.
 */
int config_parse_drop_in(const char *file, const char *text, size_t length,
			 struct diagnostics *diagnostics, struct config **ret_config);
/*
 * The text of a file, to be freed; of one that is too large, or never ends, only as much as makes
 * config_parse() say so. 0 or -errno.
 */
int config_read(int fd, char **ret_text, size_t *ret_length);
/* The one that is compiled in (user/config/default.json). */
int config_default(struct diagnostics *diagnostics, struct config **ret_config);
void config_free(struct config *config);

/* NULL when the argument is not given. */
const struct config_arg *config_find_arg(const struct config_plugin *plugin, const char *name);
/*
 * The place of byte `offset` of a value that stands at value_at; the value's own place when
 * escapes in it (not verbatim) make that unknowable.
 */
struct where config_place_in(struct where value_at, bool verbatim, const char *value,
			     size_t offset);

#endif
