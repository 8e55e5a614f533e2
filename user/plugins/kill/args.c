/* SPDX-License-Identifier: GPL-2.0-only */
/* What every kill plugin takes besides its own arguments (oomd BaseKillPlugin.cpp:77-107). */
#include "plugins/instance.h"

#define ARG(member) .offset = offsetof(struct kill_args, member)

const struct plugin_arg kill_arg_table[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "who may be killed" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "recursive", ARG_BOOL, ARG(recursive), .fallback = "false",
	  .help = "walk down to the worst leaf" },
	{ "dry", ARG_BOOL, ARG(dry), .fallback = "false", .help = "say it, do not do it" },
	{ "always_continue", ARG_BOOL, ARG(always_continue), .fallback = "false",
	  .help = "go on with the next action also after a kill" },
	{ "post_action_delay", ARG_UINT, ARG(post_action_delay_s), .fallback = "-1",
	  .help = "seconds of rest after a kill, in place of the ruleset's" },
	{ "reap_memory", ARG_BOOL, ARG(reap_memory), .fallback = "true",
	  .help = "free the victims' memory before they get to it" },
	{ "kernelkill", ARG_BOOL, ARG(kernelkill), .fallback = "false",
	  .help = "freeze the cgroup and kill it through cgroup.kill" },
	{ "debug", ARG_BOOL, ARG(debug), .fallback = "false",
	  .help = "say all about every candidate" },
	{ "log_kmemalloc_prekill", ARG_BOOL, ARG(log_kmemalloc_prekill), .fallback = "false",
	  .help = "ignored" },
	{ 0 },
};
