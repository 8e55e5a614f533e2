/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arguments through the tables: see args.h. Rows are visited first (what is given, what is
 * missing, what falls back), then whatever the configuration has besides.
 */
#include "config/args.h"

#include <errno.h>
#include <string.h>

#include "config/arg_value.h"

#define NAMES_MAX 64 /* of a plugin's arguments, for suggestions */

struct filling {
	const struct config_plugin *plugin;
	const struct plugin_env *env;
	struct diagnostics *diagnostics;
	int err; /* -ENOMEM */
};

static void fill_given(struct filling *fill, const struct plugin_arg *row,
		       const struct config_arg *given, void *target)
{
	struct arg_remark remark;
	int err = arg_value_parse(row, given->value, fill->env, true, target, &remark);
	struct where at = config_place_in(given->value_at, given->verbatim && remark.offset,
					  given->value, remark.offset);

	if (err == -ENOMEM)
		fill->err = err;
	else if (remark.text[0])
		diagnostics_add(fill->diagnostics, err ? SEVERITY_ERROR : SEVERITY_WARNING, at,
				"Arg \"%s\" of plugin \"%s\": %s, found \"%s\"", row->name,
				fill->plugin->name, remark.text, given->value);
}

/* A wrong fallback is the plugin author's mistake, and told as such. */
static void fill_fallback(struct filling *fill, const struct plugin_arg *row, void *target)
{
	struct arg_remark remark;
	int err = arg_value_parse(row, row->fallback, fill->env, false, target, &remark);

	if (err == -ENOMEM)
		fill->err = err;
	else if (err)
		diagnostics_add(fill->diagnostics, SEVERITY_ERROR, fill->plugin->at,
				"the default of arg \"%s\" of plugin \"%s\" is wrong: %s, "
				"found \"%s\"",
				row->name, fill->plugin->name, remark.text, row->fallback);
}

static void fill_table(struct filling *fill, const struct plugin_arg *table, void *base)
{
	for (const struct plugin_arg *row = table; row && row->name; row++) {
		const struct config_arg *given = config_find_arg(fill->plugin, row->name);
		void *target = (char *)base + row->offset;

		if (given)
			fill_given(fill, row, given, target);
		else if (row->required)
			diagnostics_add(fill->diagnostics, SEVERITY_ERROR, fill->plugin->at,
					"Required arg \"%s\" missing in plugin \"%s\": %s",
					row->name, fill->plugin->name, row->help ? row->help : "");
		else if (row->fallback)
			fill_fallback(fill, row, target);
	}
}

/* Appends the names of a table; returns how many there are then. */
static size_t list_names(const struct plugin_arg *table, const char **names, size_t nr)
{
	for (const struct plugin_arg *row = table; row && row->name && nr < NAMES_MAX; row++)
		names[nr++] = row->name;
	return nr;
}

static bool is_listed(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static void refuse_unknown(struct filling *fill, const struct plugin_arg *own,
			   const struct plugin_arg *common)
{
	const char *names[NAMES_MAX + 1];
	size_t nr = list_names(common, names, list_names(own, names, 0));

	names[nr] = NULL;
	for (size_t i = 0; i < fill->plugin->nr_args; i++) {
		const struct config_arg *arg = &fill->plugin->args[i];
		const char *near;

		if (is_listed(arg->key, names))
			continue;
		near = nearest_name(arg->key, names);
		diagnostics_add(fill->diagnostics, SEVERITY_ERROR, arg->key_at,
				"Unknown arg \"%s\" in plugin \"%s\"%s%s%s", arg->key,
				fill->plugin->name, near ? ", did you mean \"" : "",
				near ? near : "", near ? "\"?" : "");
	}
}

int args_fill(struct instance *instance, const struct config_plugin *plugin,
	      const struct plugin_env *env, struct diagnostics *diagnostics)
{
	struct filling fill = { .plugin = plugin, .env = env, .diagnostics = diagnostics };
	const struct plugin_arg *common = instance->kill ? kill_arg_table :
					  instance->hook ? hook_arg_table : NULL;
	void *values = instance->kill ? (void *)instance->kill : instance->hook;
	size_t nr_errors = diagnostics->nr_errors;

	if (instance->plugin->any_args)
		return 0;
	fill_table(&fill, instance->plugin->args, instance->state);
	fill_table(&fill, common, values);
	refuse_unknown(&fill, instance->plugin->args, common);
	if (fill.err)
		return fill.err;
	return diagnostics->nr_errors > nr_errors ? -EINVAL : 0;
}
