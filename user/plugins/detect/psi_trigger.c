/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * psi_trigger: some cgroup was stalled for threshold_ms within window_ms just now.
 *
 * The kernel itself watches (Documentation/accounting/psi.rst) and tells within the window, where
 * an average needs seconds; a notice counts for one window. Where it cannot watch, the stall times
 * of consecutive evaluations are compared instead (psi_samples.h).
 */
#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "plugins/detect/psi_samples.h"
#include "plugins/detect/watch.h"

#define MS_NS 1000000ULL

struct psi_trigger_state {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	enum boomd_resource resource;
	enum boomd_stall stall;
	int64_t threshold_ms, window_ms;
	bool kernel_watches; /* it has sent a notice once */
	bool noticed;
	uint64_t noticed_ns, said_ns; /* each notice is worth one line */
	struct psi_samples samples;
};

#define ARG(member) .offset = offsetof(struct psi_trigger_state, member)

static const struct plugin_arg psi_trigger_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "where to look" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "resource", ARG_RESOURCE, ARG(resource), .required = true, .help = "what is short" },
	{ "stall", ARG_STALL, ARG(stall), .fallback = "full",
	  .help = "some tasks, or all of them" },
	{ "threshold_ms", ARG_INT, ARG(threshold_ms), .required = true, .min = 1, .max = 9999,
	  .help = "stalled at least this long, shorter than window_ms" },
	{ "window_ms", ARG_INT, ARG(window_ms), .required = true, .min = 500, .max = 10000,
	  .help = "within a time this long" },
	{ 0 },
};

static int psi_trigger_init(void *state, const struct plugin_env *env,
			    struct plugin_error *ret_error)
{
	const struct psi_trigger_state *p = state;

	(void)env;
	if (p->window_ms < 500 || p->window_ms > 10000) {
		ret_error->arg = "window_ms";
		snprintf(ret_error->text, sizeof(ret_error->text),
			 "the kernel takes windows of 500 to 10000 ms, not %lld",
			 (long long)p->window_ms);
		return -EINVAL;
	}
	if (p->threshold_ms < 1 || p->threshold_ms >= p->window_ms) {
		ret_error->arg = "threshold_ms";
		snprintf(ret_error->text, sizeof(ret_error->text),
			 "at least 1 and less than window_ms (%lld), not %lld",
			 (long long)p->window_ms, (long long)p->threshold_ms);
		return -EINVAL;
	}
	return 0;
}

static void psi_trigger_notice(void *state, const struct boomd_record *record)
{
	struct psi_trigger_state *p = state;

	p->kernel_watches = true;
	if (!p->noticed || record->time_ns > p->noticed_ns)
		p->noticed_ns = record->time_ns;
	p->noticed = true;
}

/* Looks at every cgroup, also when one has been found: each needs its sample. */
static bool psi_trigger_poll(struct psi_trigger_state *p, const struct moment *now)
{
	const struct psi_condition condition = {
		.resource = p->resource,
		.stall = p->stall,
		.threshold_us = (uint64_t)p->threshold_ms * 1000,
		.window_us = (uint64_t)p->window_ms * 1000,
	};
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	bool found = false;

	if (plugin_resolve(now, &p->cgroup, &p->ruleset_cgroup, &list))
		log_warn("psi_trigger: no room to list cgroups, none is looked at");
	psi_samples_begin(&p->samples, now->now_ns);
	for (size_t i = 0; i < list.nr_items; i++)
		found |= psi_samples_judge(&p->samples, &condition, list.items[i], now);
	arena_release(arena, mark);
	return found;
}

static enum verdict psi_trigger_run(void *state, const struct moment *now)
{
	struct psi_trigger_state *p = state;
	bool fresh;

	if (!now->triggers_armed && !p->kernel_watches && psi_trigger_poll(p, now)) {
		p->noticed = true;
		p->noticed_ns = now->now_ns;
	}
	/* a notice may be younger than the moment: it was taken while the snapshot was */
	fresh = p->noticed && (now->now_ns < p->noticed_ns ||
			       now->now_ns - p->noticed_ns <= (uint64_t)p->window_ms * MS_NS);
	if (!fresh)
		return VERDICT_STOP;
	if (!now->silent && p->said_ns != p->noticed_ns)
		log_info("stalled for %lld ms within %lld ms", (long long)p->threshold_ms,
			 (long long)p->window_ms);
	p->said_ns = p->noticed_ns;
	return VERDICT_CONTINUE;
}

static size_t psi_trigger_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct psi_trigger_state *p = state;
	const struct watch watch = {
		.kind = WATCH_TRIGGER,
		.trigger = {
			.resource = p->resource,
			.stall = p->stall,
			.threshold_us = (uint32_t)p->threshold_ms * 1000,
			.window_us = (uint32_t)p->window_ms * 1000,
		},
	};

	return watch_both(&watch, &p->cgroup, &p->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_psi_trigger = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "psi_trigger",
	.about = "the kernel says that a cgroup was stalled for so long within a time",
	.args = psi_trigger_args,
	.state_size = sizeof(struct psi_trigger_state),
	.init = psi_trigger_init,
	.watches = psi_trigger_watches,
	.notice = psi_trigger_notice,
	.run = psi_trigger_run,
};
