/* SPDX-License-Identifier: GPL-2.0-only */
/* A detector group of a ruleset: ["name", {plugin}, {plugin}, ...]. */
#include <errno.h>
#include <stdlib.h>

#include "config/parse.h"

void parse_group(struct parser *parser, const struct node *node, void *target)
{
	struct config_group *group = target;
	struct node *nodes;
	size_t nr, first;

	group->at = node->at;
	if (!node_is_list(node)) {
		parse_wrong(parser, node, "a detector group [\"name\", {plugin}, ...]");
		parse_default_text(parser, &group->name, "");
		return;
	}
	if (node_children(node, &nodes, &nr)) {
		parser->err = -ENOMEM;
		return;
	}
	first = nr && node_is_string(&nodes[0]);
	if (first) {
		group->at = nodes[0].at;
		parse_text(parser, &nodes[0], &group->name);
	}
	parse_default_text(parser, &group->name, "");
	if (group->name && !*group->name)
		diagnostics_add(parser->diagnostics, SEVERITY_ERROR, group->at,
				"DetectorGroup is missing name: expected it as the first element");
	if (nr == first)
		diagnostics_add(parser->diagnostics, SEVERITY_ERROR, group->at,
				"DetectorGroup is missing Detectors: expected a plugin after the name");
	group->detectors = nr > first ? calloc(nr - first, sizeof(*group->detectors)) : NULL;
	if (nr > first && !group->detectors)
		parser->err = -ENOMEM;
	for (size_t i = first; i < nr && group->detectors; i++)
		parse_plugin(parser, &nodes[i], &group->detectors[group->nr_detectors++]);
	free(nodes);
}
