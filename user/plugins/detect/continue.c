/* SPDX-License-Identifier: GPL-2.0-only */
/* continue: a condition that always holds; as an action, one that does nothing. */
#include "plugins/plugin.h"

/* Whatever wakes its neighbours will do. */
static size_t continue_watches(const void *state, struct watch *ret_watches, size_t max)
{
	(void)state;
	(void)ret_watches;
	(void)max;
	return 0;
}

static enum verdict continue_run(void *state, const struct moment *now)
{
	(void)state;
	(void)now;
	return VERDICT_CONTINUE;
}

const struct plugin plugin_continue = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "continue",
	.about = "always goes on",
	.any_args = true,
	.watches = continue_watches,
	.run = continue_run,
};
