/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin of the configuration: {"name": "exists", "args": {"cgroup": "/"}}. Whether there is
 * such a plugin, and what its arguments mean, is found out later (config/args.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/parse.h"

/* oomd takes a name that is no string for none. */
static void plugin_name(struct parser *parser, const struct node *node, void *target)
{
	struct config_plugin *plugin = target;

	if (!node_is_string(node)) {
		parse_wrong(parser, node, "the name of a plugin as a string");
		return;
	}
	plugin->at = node->at;
	parse_text(parser, node, &plugin->name);
}

/*
 * Differs from oomd on purpose: there, a null, list or object as a value silently drops this and
 * every alphabetically later argument of the plugin (oomd.md 0.20). Here it is an error.
 */
static void plugin_arg(struct parser *parser, const struct node *node, struct config_arg *arg)
{
	arg->key_at = node->key_at;
	arg->value_at = node->at;
	arg->verbatim = node_is_verbatim(node);
	arg->key = strdup(node->key);
	if (!arg->key)
		parser->err = -ENOMEM;
	if (!node->value || node_is_list(node) || node_is_object(node))
		parse_wrong(parser, node, "a string, a number, true or false");
	else
		parse_text(parser, node, &arg->value);
	parse_default_text(parser, &arg->value, "");
}

static void plugin_args(struct parser *parser, const struct node *node, void *target)
{
	struct config_plugin *plugin = target;
	struct node *members;
	size_t nr;

	if (!node_is_object(node)) {
		parse_wrong(parser, node, "an object of arguments, e.g. {\"cgroup\": \"/\"}");
		return;
	}
	if (node_children(node, &members, &nr)) {
		parser->err = -ENOMEM;
		return;
	}
	plugin->args = nr ? calloc(nr, sizeof(*plugin->args)) : NULL;
	if (nr && !plugin->args)
		parser->err = -ENOMEM;
	for (size_t i = 0; i < nr && plugin->args; i++)
		plugin_arg(parser, &members[i], &plugin->args[plugin->nr_args++]);
	free(members);
}

static const struct parse_key plugin_keys[] = {
	{ "name", plugin_name },
	{ "args", plugin_args },
	{ NULL, NULL },
};

void parse_plugin(struct parser *parser, const struct node *node, void *target)
{
	struct config_plugin *plugin = target;

	plugin->at = node->at;
	parse_object(parser, node, "a plugin {\"name\": ..., \"args\": {...}}", plugin_keys, plugin);
	if (node_is_object(node) && node_lacks(node, "name"))
		diagnostics_add(parser->diagnostics, SEVERITY_ERROR, node->at,
				"Plugin is missing name: expected a key \"name\" with a text");
	parse_default_text(parser, &plugin->name, "");
}
