/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which prekill hook is fired for whom (oomd.md 1.2, 5.4, CgroupPathTest). In the place of each hook
 * stands one that notes its name: "base#2" is the second of the configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "plugins/hook/hook.h"
#include "unit/conformance/machine.h"

#define SAME NULL, NULL
#define HOOK(cgroup) "{\"name\": \"dummy_prekill_hook\", \"args\": {\"cgroup\": \"" cgroup "\"}}"
#define HOOKS(hooks) "\"prekill_hooks\": [" hooks "]"
#define CONFIG(victim, hooks)                                                                      \
	.config = "{\"rulesets\": [{\"name\": \"r\", \"post_action_delay\": 0, \"detectors\": "    \
		  "[[\"g\", {\"name\": \"continue\"}]], \"actions\": [{\"name\": "                 \
		  "\"kill_by_io_cost\", \"args\": {\"cgroup\": \"" victim "\"}}]}], " HOOKS(hooks) "}"
#define DROP_IN(hooks) "{" HOOKS(hooks) "}"
#define WORKLOAD       CGROUPS(CGROUP("workload.slice", .current = 1))
#define FOUR	       HOOK("/irrelevant") "," HOOK("/workload.slice") "," HOOK("/workload.slice") "," \
		       HOOK("/")

struct noting {
	char name[48];
};

static char fired[CONFORMANCE_TEXT_MAX];

static void noting_fire(void *state, const struct moment *now, const struct hook_target *target,
			struct hook_run *run, struct spawn_result *ret_result)
{
	const struct noting *noting = state;

	(void)now, (void)target, (void)run;
	strcat(strcat(fired, *fired ? " " : ""), noting->name);
	*ret_result = (struct spawn_result){ .end = SPAWN_EXITED };
}

static const struct hook_ops noting_ops = { .fire = noting_fire };

static const struct plugin plugin_noting = {
	.api = PLUGIN_API, .kind = PLUGIN_HOOK, .name = "noting", .about = "",
	.state_size = sizeof(struct noting), .hook = &noting_ops,
};

/* The patterns stay where they are, with the instance. */
static void note(struct hook_list *hooks, const char *whose)
{
	for (size_t i = 0; i < hooks->nr_items; i++) {
		struct noting *noting = calloc(1, sizeof(*noting));

		cr_assert(noting != NULL);
		snprintf(noting->name, sizeof(noting->name), "%.16s#%zu", whose, i + 1);
		free(hooks->items[i].state);
		hooks->items[i].state = noting;
		hooks->items[i].plugin = &plugin_noting;
	}
}

static void note_base(struct rules *rules)
{
	*fired = '\0';
	note(&rules->hooks, "base");
}

static void note_drop_in(struct drop_in *drop_in)
{
	note(&drop_in->hooks, drop_in->tag);
}

static void tell_none(const struct machine_play *play)
{
	(void)play;
	if (!*fired)
		strcpy(fired, "none");
}

#define NOTED                                                                                      \
	.prepare = note_base, .prepare_drop_in = note_drop_in, .text = fired, .finish = tell_none
#define MATCHES(victim, pattern)                                                                   \
	{ CONFIG(victim, HOOK(pattern)), .ticks = { CGROUPS(CGROUP(victim, .current = 1)) }, NOTED }

static const struct {
	struct conformance is;
	struct machine_play play;
} hooks[] = {
	{ { "CompilerTest.PrekillHook", "one for each of three kills", "base#1 base#1 base#1", SAME },
	  { CONFIG("workload.slice", HOOK("/")), .ticks = { WORKLOAD }, .nr_ticks = 3, NOTED } },
	{ { "PrekillHookDropinTest.DropinsTakePrecedence", "the first of the configuration that "
	    "matches, then the drop-in's", "base#2 dropin-1#1", SAME },
	  { CONFIG("workload.slice", FOUR), .ticks = { WORKLOAD }, .nr_ticks = 2,
	    .drop_ins = { { 1, "dropin-1", DROP_IN(HOOK("/")) } }, NOTED } },
	{ { "PrekillHookDropinTest.MostRecentWins", "the newest drop-in's first that matches; when the "
	    "older goes, then the newer", "base#1 dropin-1#1 dropin-2#2 dropin-2#2 base#1", SAME },
	  { CONFIG("workload.slice", HOOK("/") "," HOOK("/")), .ticks = { WORKLOAD }, .nr_ticks = 5,
	    .drop_ins = { { 1, "dropin-1", DROP_IN(HOOK("/")) }, { 2, "dropin-2", DROP_IN(FOUR) },
			  { 3, "dropin-1", NULL }, { 4, "dropin-2", NULL } }, NOTED } },
	{ { "PrekillHookDropinTest.RemoveAndReAddBumpsPriority", "one of two is removed and comes "
	    "again", "dropin-2#1 dropin-1#1", SAME },
	  { CONFIG("workload.slice", HOOK("/")), .ticks = { WORKLOAD }, .nr_ticks = 2,
	    .drop_ins = { { 0, "dropin-1", DROP_IN(HOOK("/")) }, { 0, "dropin-2", DROP_IN(HOOK("/")) },
			  { 1, "dropin-1", NULL }, { 1, "dropin-1", DROP_IN(HOOK("/")) } }, NOTED } },
	{ { "CgroupPathTest (prefix match)", "\"/\" means everybody", "base#1", SAME },
	  MATCHES("foo/bar", "/") },
	{ { "CgroupPathTest (prefix match)", "the same path", "base#1", SAME },
	  MATCHES("foo/bar", "foo/bar") },
	{ { "CgroupPathTest (prefix match)", "one above it", "base#1", SAME },
	  MATCHES("foo/bar", "foo") },
	{ { "CgroupPathTest (prefix match)", "one below it", "base#1", SAME },
	  MATCHES("foo/bar", "foo/bar/baz") },
	{ { "CgroupPathTest (prefix match)", "another", "none", SAME }, MATCHES("foo/bar", "foo/baz") },
	{ { "CgroupPathTest (prefix match)", "a part of a name", "none", SAME },
	  MATCHES("foo/bar", "fo") },
	{ { "CgroupPathTest (prefix match)", "* is a component", "base#1", SAME },
	  MATCHES("foo/bar", "*/bar") },
	{ { "CgroupPathTest (prefix match)", "* is not two of them", "none", SAME },
	  MATCHES("foo/x/bar", "*/bar") },
};

CONFORMANCE(hooks, "5.4, 5.7 Prekill hooks (PrekillHookDropinTest, CgroupPathTest)", hooks, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
