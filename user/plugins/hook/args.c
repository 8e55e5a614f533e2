/* SPDX-License-Identifier: GPL-2.0-only */
/* What every hook takes besides its own arguments (oomd engine/PrekillHook.h). */
#include "plugins/instance.h"

#define ARG(member) .offset = offsetof(struct hook_args, member)

const struct plugin_arg hook_arg_table[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup),
	  .help = "victims that match, as far as both have components; \"/\": all" },
	{ "xattr", ARG_STRING, ARG(xattr), .help = "or whose folder has this extended attribute" },
	{ 0 },
};
