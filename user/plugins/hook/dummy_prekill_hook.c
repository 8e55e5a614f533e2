/* SPDX-License-Identifier: GPL-2.0-only */
/* dummy_prekill_hook: says that it was fired, and is over at once (oomd DummyPrekillHook.h). */
#include "clock.h"
#include "log.h"
#include "plugins/hook/hook.h"

static void dummy_fire(void *state, const struct moment *now, const struct hook_target *target,
		       struct hook_run *run, struct spawn_result *ret_result)
{
	uint64_t now_ns = clock_now_ns();
	char label[PLUGIN_LABEL_SIZE];

	(void)state, (void)run;
	if (!now->silent)
		log_info("Prekill hook fired on %s", plugin_label(target->cgroup, label));
	*ret_result = (struct spawn_result){ .end = SPAWN_EXITED, .started_ns = now_ns,
					     .finished_ns = now_ns };
}

/* It never runs on, so nobody ever asks. */
static bool dummy_take(struct hook_run *run, struct spawn_result *ret_result)
{
	(void)run;
	*ret_result = (struct spawn_result){ .end = SPAWN_LOST };
	return true;
}

static void dummy_cancel(struct hook_run *run)
{
	(void)run;
}

static const struct hook_ops dummy_ops = { dummy_fire, dummy_take, dummy_cancel };

const struct plugin plugin_dummy_prekill_hook = {
	.api = PLUGIN_API,
	.kind = PLUGIN_HOOK,
	.name = "dummy_prekill_hook",
	.about = "says that it was fired",
	.hook = &dummy_ops,
};
