/* SPDX-License-Identifier: GPL-2.0-only */
/* stop: a condition that never holds; as an action, the end of the chain and a pause. */
#include "plugins/plugin.h"

/* Whatever wakes its neighbours will do. */
static size_t stop_watches(const void *state, struct watch *ret_watches, size_t max)
{
	(void)state;
	(void)ret_watches;
	(void)max;
	return 0;
}

static enum verdict stop_run(void *state, const struct moment *now)
{
	(void)state;
	(void)now;
	return VERDICT_STOP;
}

const struct plugin plugin_stop = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "stop",
	.about = "never goes on",
	.any_args = true,
	.watches = stop_watches,
	.run = stop_run,
};
