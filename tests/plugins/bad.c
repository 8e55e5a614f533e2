/* SPDX-License-Identifier: GPL-2.0-only */
/* Plugins with one thing wrong each: the Makefile builds this file once with each -D. */
#include "plugins/export.h"

__attribute__((unused)) static enum verdict run(void *state, const struct moment *now)
{
	(void)state;
	(void)now;
	return VERDICT_CONTINUE;
}

#ifdef UNDEFINED
void there_is_no_such_function(void *state);
#endif

static const struct plugin bad = {
#if defined(WRONG_SIZE)
	.api = PLUGIN_API - 8,
#elif defined(WRONG_MAJOR)
	.api = PLUGIN_API + (1 << 16),
#else
	.api = PLUGIN_API,
#endif
#if defined(HOOK)
	.kind = PLUGIN_HOOK,
#else
	.kind = PLUGIN_DETECT,
#endif
#if defined(TAKEN)
	.name = "kill_by_pressure",
#else
	.name = "good",
#endif
	.about = "for tests",
#if defined(UNDEFINED)
	.fini = there_is_no_such_function,
#endif
#if !defined(INCOMPLETE)
	.run = run,
#endif
};

#if defined(NO_EXPORT)
const struct plugin *const another_name = &bad;
#elif defined(NULL_EXPORT)
const struct plugin *const boomd_plugin = NULL;
const struct plugin *const another_name = &bad;
#elif defined(NO_LAYOUT)
const struct plugin *const boomd_plugin = &bad;
#elif defined(WRONG_LAYOUT)
const struct plugin *const boomd_plugin = &bad;
const size_t boomd_plugin_layout[] = { sizeof(struct plugin_arg), 1, 2, 3, 0 };
#else
PLUGIN_EXPORT(bad);
#endif
