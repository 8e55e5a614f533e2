/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ruleset of the configuration. Where oomd makes the same check, the message begins with oomd's
 * own words, so that they can be searched for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/number.h"
#include "config/parse.h"

#define DEFAULT_POST_ACTION_DELAY_S    15
#define DEFAULT_PREKILL_HOOK_TIMEOUT_S 5

static void ruleset_name(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;

	ruleset->at = node->at;
	parse_text(parser, node, &ruleset->name);
}

/* Seconds as oomd reads them; an empty text leaves the default. */
static void parse_seconds(struct parser *parser, const struct node *node, int64_t *seconds)
{
	const char *expected = "a whole number of seconds, 0 to 2147483647, e.g. 15";
	char *text = NULL;
	const char *rest;
	int64_t value;
	int err;

	parse_text(parser, node, &text);
	if (!text || !*text) {
		free(text);
		return;
	}
	err = number_int(text, &value, &rest);
	if (err || value < 0 || value > INT32_MAX) {
		parse_wrong(parser, node, expected);
	} else {
		*seconds = value;
		if (*rest)
			diagnostics_add(parser->diagnostics, SEVERITY_WARNING, node->at,
					"key \"%s\": only %lld counts, expected %s, found \"%s\"",
					node->key, (long long)value, expected, text);
	}
	free(text);
}

static void ruleset_delay(struct parser *parser, const struct node *node, void *target)
{
	parse_seconds(parser, node, &((struct config_ruleset *)target)->post_action_delay_s);
}

static void ruleset_timeout(struct parser *parser, const struct node *node, void *target)
{
	parse_seconds(parser, node, &((struct config_ruleset *)target)->prekill_hook_timeout_s);
}

/* "engine, plugins": words between commas, spaces around them do not count. */
static void ruleset_silence(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;
	char *text = NULL, *rest, *word;

	parse_text(parser, node, &text);
	rest = text;
	while (rest && (word = strsep(&rest, ","))) {
		char *start = word + strspn(word, " \t\r\n"), *end = start + strlen(start);

		while (end > start && strchr(" \t\r\n", end[-1]))
			*--end = '\0';
		if (strcmp(start, "engine") == 0)
			ruleset->silence_engine = true;
		else if (strcmp(start, "plugins") == 0)
			ruleset->silence_plugins = true;
		else if (*word) /* two commas in a row are fine, as in oomd */
			diagnostics_add(parser->diagnostics, SEVERITY_ERROR, node->at,
					"Unrecognized log source=%s: expected \"engine\", "
					"\"plugins\" or both with a comma between",
					start);
	}
	free(text);
}

static void parse_flag(struct parser *parser, const struct node *node, bool *flag)
{
	char *text = NULL;

	/* oomd takes numbers too; others than 0 and 1 are more likely a mistake. */
	if (!node_is_string(node) && !node_is_list(node) && !node_is_object(node))
		parse_text(parser, node, &text);
	if (text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0))
		*flag = true;
	else if (text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0))
		*flag = false;
	else
		parse_wrong(parser, node, "true or false");
	free(text);
}

static void drop_in_detectors(struct parser *parser, const struct node *node, void *target)
{
	parse_flag(parser, node, &((struct config_ruleset *)target)->drop_in_detectors);
}

static void drop_in_actions(struct parser *parser, const struct node *node, void *target)
{
	parse_flag(parser, node, &((struct config_ruleset *)target)->drop_in_actions);
}

static void drop_in_disable(struct parser *parser, const struct node *node, void *target)
{
	parse_flag(parser, node, &((struct config_ruleset *)target)->disable_on_drop_in);
}

static const struct parse_key drop_in_keys[] = {
	{ "detectors", drop_in_detectors },
	{ "actions", drop_in_actions },
	{ "disable-on-drop-in", drop_in_disable },
	{ NULL, NULL },
};

static void ruleset_drop_in(struct parser *parser, const struct node *node, void *target)
{
	parse_object(parser, node, "an object of drop-in flags", drop_in_keys, target);
}

static void ruleset_cgroup(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;

	ruleset->cgroup_at = node->at;
	ruleset->cgroup_verbatim = node_is_verbatim(node);
	parse_text(parser, node, &ruleset->cgroup);
}

static void ruleset_xattr_filter(struct parser *parser, const struct node *node, void *target)
{
	parse_text(parser, node, &((struct config_ruleset *)target)->xattr_filter);
}

static void ruleset_detectors(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;

	parse_list(parser, node, "a list of detector groups", sizeof(*ruleset->groups), parse_group,
		   (void **)&ruleset->groups, &ruleset->nr_groups);
}

static void ruleset_actions(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;

	parse_list(parser, node, "a list of plugins", sizeof(*ruleset->actions), parse_plugin,
		   (void **)&ruleset->actions, &ruleset->nr_actions);
}

static const struct parse_key ruleset_keys[] = {
	{ "name", ruleset_name },
	{ "detectors", ruleset_detectors },
	{ "actions", ruleset_actions },
	{ "post_action_delay", ruleset_delay },
	{ "prekill_hook_timeout", ruleset_timeout },
	{ "silence-logs", ruleset_silence },
	{ "drop-in", ruleset_drop_in },
	{ "cgroup", ruleset_cgroup },
	{ "xattr_filter", ruleset_xattr_filter },
	{ NULL, NULL },
};

/* oomd checks these and then takes the base ruleset's, without a word (oomd.md 0.24). */
static void warn_ignored(struct parser *parser, const struct node *node)
{
	static const char *const used[] = { "name", "detectors", "actions" };
	struct node *members;
	size_t nr;

	if (node_children(node, &members, &nr)) {
		parser->err = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < nr; i++) {
		bool counts = !parse_find_key(ruleset_keys, members[i].key); /* unknown: warned about already */

		for (size_t j = 0; j < sizeof(used) / sizeof(used[0]); j++)
			counts |= strcmp(members[i].key, used[j]) == 0;
		if (!counts)
			diagnostics_add(parser->diagnostics, SEVERITY_WARNING, members[i].key_at,
					"key \"%s\" of a drop-in is ignored: the base ruleset's "
					"counts", members[i].key);
	}
	free(members);
}

static void check_ruleset(struct parser *parser, const struct node *node)
{
	bool no_groups = node_lacks(node, "detectors"), no_actions = node_lacks(node, "actions");

	if (node_lacks(node, "name"))
		diagnostics_add(parser->diagnostics, SEVERITY_ERROR, node->at,
				"Ruleset is missing name: expected a key \"name\" with a text");
	if (parser->drop_in)
		warn_ignored(parser, node);
	else if (no_groups || no_actions)
		diagnostics_add(parser->diagnostics, SEVERITY_ERROR, node->at,
				"Ruleset is missing DetectorGroups or missing Actions: "
				"expected something in %s%s%s",
				no_groups ? "\"detectors\"" : "",
				no_groups && no_actions ? " and " : "",
				no_actions ? "\"actions\"" : "");
}

void parse_ruleset(struct parser *parser, const struct node *node, void *target)
{
	struct config_ruleset *ruleset = target;

	ruleset->at = node->at;
	ruleset->post_action_delay_s = DEFAULT_POST_ACTION_DELAY_S;
	ruleset->prekill_hook_timeout_s = DEFAULT_PREKILL_HOOK_TIMEOUT_S;
	parse_object(parser, node, "a ruleset {...}", ruleset_keys, ruleset);
	if (node_is_object(node))
		check_ruleset(parser, node);
	parse_default_text(parser, &ruleset->name, "");
	parse_default_text(parser, &ruleset->cgroup, "");
	parse_default_text(parser, &ruleset->xattr_filter, "");
}
