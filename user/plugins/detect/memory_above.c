/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_above: some cgroup has used more memory than it should, for long enough. Given
 * threshold_anon, only anonymous memory counts and threshold does not (oomd MemoryAbove.cpp).
 */
#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "plugins/detect/held.h"
#include "plugins/detect/watch.h"

/* A size that nobody would ask for; one below zero is legal and always exceeded. */
#define NOT_GIVEN_MIB -8796093022207
#define STRING(number) #number
#define TEXT(number)   STRING(number)

static const int64_t not_given_bytes = NOT_GIVEN_MIB * (1LL << 20);

struct memory_above {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	int64_t threshold, threshold_anon; /* bytes */
	int64_t duration;		   /* s */
	bool debug;
	char *meminfo_location; /* oomd's own tests used it; taken and ignored */
	struct held held;
};

#define ARG(member) .offset = offsetof(struct memory_above, member)

static const struct plugin_arg memory_above_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "where to look; / is the machine" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "threshold", ARG_SIZE_OF_MEMORY, ARG(threshold), .fallback = TEXT(NOT_GIVEN_MIB),
	  .help = "more than this in use" },
	{ "threshold_anon", ARG_SIZE_OF_MEMORY, ARG(threshold_anon),
	  .fallback = TEXT(NOT_GIVEN_MIB), .help = "more than this in anonymous use, instead" },
	{ "duration", ARG_INT, ARG(duration), .required = true, .help = "seconds it must last" },
	{ "debug", ARG_BOOL, ARG(debug), .fallback = "false",
	  .help = "say each time what was seen" },
	{ "meminfo_location", ARG_STRING, ARG(meminfo_location), .help = "ignored" },
	{ 0 },
};

static bool counts_anon(const struct memory_above *m)
{
	return m->threshold_anon != not_given_bytes;
}

static int64_t limit_bytes(const struct memory_above *m)
{
	return counts_anon(m) ? m->threshold_anon : m->threshold;
}

static int memory_above_init(void *state, const struct plugin_env *env,
			     struct plugin_error *ret_error)
{
	const struct memory_above *m = state;

	(void)env;
	if (limit_bytes(m) != not_given_bytes)
		return 0;
	ret_error->arg = "threshold";
	snprintf(ret_error->text, sizeof(ret_error->text),
		 "one of threshold and threshold_anon is needed");
	return -EINVAL;
}

/* The most that any one cgroup uses; a missing one uses nothing. */
struct most {
	uint64_t memory_bytes, anon_bytes;
};

static struct most find_most(const struct memory_above *m, const struct moment *now)
{
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	struct most most = { 0 };

	if (plugin_resolve(now, &m->cgroup, &m->ruleset_cgroup, &list))
		log_warn("memory_above: no room to list cgroups, none is looked at");
	for (size_t i = 0; i < list.nr_items; i++) {
		const struct boomd_row *row = list.items[i]->row;

		if (row->memory_bytes > most.memory_bytes)
			most.memory_bytes = row->memory_bytes;
		if (row->anon_bytes > most.anon_bytes)
			most.anon_bytes = row->anon_bytes;
	}
	arena_release(arena, mark);
	return most;
}

static bool exceeds(uint64_t used_bytes, int64_t limit)
{
	return limit < 0 || used_bytes > (uint64_t)limit;
}

static enum verdict memory_above_run(void *state, const struct moment *now)
{
	struct memory_above *m = state;
	struct most most = find_most(m, now);
	uint64_t used_bytes = counts_anon(m) ? most.anon_bytes : most.memory_bytes;
	bool above = exceeds(used_bytes, limit_bytes(m)), held;

	held = held_for(&m->held, now, above, m->duration);
	if (m->debug && !now->silent)
		log_info("memory_above: %lluMB in use, %lluMB of it anonymous, threshold %lldMB%s: "
			 "%s",
			 (unsigned long long)most.memory_bytes >> 20,
			 (unsigned long long)most.anon_bytes >> 20, (long long)limit_bytes(m) >> 20,
			 counts_anon(m) ? " (anonymous)" : "",
			 held ? "fires" : above ? "above, but not for long enough" : "not above");
	return held ? VERDICT_CONTINUE : VERDICT_STOP;
}

static size_t memory_above_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct memory_above *m = state;
	int64_t limit = limit_bytes(m);
	struct watch watch = {
		.kind = WATCH_ROW,
		.row = { .metric = counts_anon(m) ? BOOMD_METRIC_ANON : BOOMD_METRIC_MEMORY,
			 .threshold = limit > 0 ? (uint64_t)limit : 0 },
	};

	return watch_both(&watch, &m->cgroup, &m->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_memory_above = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "memory_above",
	.about = "a cgroup uses more memory than a threshold for a while",
	.args = memory_above_args,
	.state_size = sizeof(struct memory_above),
	.init = memory_above_init,
	.watches = memory_above_watches,
	.run = memory_above_run,
};
