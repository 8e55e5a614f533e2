/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How rulesets run (oomd.md 5.4). oomd's test has plugins of its own; here what counts is a kill plugin
 * with always_continue, whose kills are counted, a detector that is switched on and off is a pressure
 * that comes and goes, and only the action that pauses three times is a plugin of the test's.
 */
#include <string.h>

#include "unit/conformance/machine.h"

#define SAME	 NULL, NULL
#define INC	 "{\"name\": \"kill_by_io_cost\", \"args\": {\"cgroup\": \"n\", \"always_continue\": true}}"
#define CONTINUE "{\"name\": \"continue\", \"args\": {}}"
#define STOP	 "{\"name\": \"stop\", \"args\": {}}"
#define PAUSE	 "{\"name\": \"exists\", \"args\": {\"cgroup\": \"pause\"}}"
#define SWITCH                                                                                     \
	"{\"name\": \"pressure_above\", \"args\": {\"cgroup\": \"switch\", \"resource\": \"io\", " \
	"\"threshold\": 1, \"duration\": 0}}"
#define RULESET(name, more, detectors, actions)                                                    \
	"{\"name\": \"" name "\", " more "\"detectors\": [[\"g\", " detectors "]], "               \
	"\"actions\": [" actions "]}"
#define CONFIG(rulesets) .config = "{\"rulesets\": [" rulesets "]}"
#define AT_ONCE		 "\"post_action_delay\": \"0\", "
#define LONG_CHAIN	 INC "," INC "," PAUSE "," INC "," INC "," INC "," PAUSE "," INC "," STOP
#define SHORT_CHAIN	 INC "," INC "," INC "," PAUSE "," INC "," INC
#define N		 CGROUPS(CGROUP("n", .current = 1))
#define OFF		 CGROUPS(CGROUP("n", .current = 1), CGROUP("switch", .current = 1))
#define ON		 CGROUPS(CGROUP("switch", .current = 1, .io_full = { 50, 50, 50 }))
#define PAUSES		 3

struct pausing {
	int nr_left;
};

static int pausing_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	(void)env, (void)ret_error;
	((struct pausing *)state)->nr_left = PAUSES;
	return 0;
}

static enum verdict pausing_run(void *state, const struct moment *now)
{
	struct pausing *pausing = state;

	(void)now;
	if (pausing->nr_left-- > 0)
		return VERDICT_PAUSED;
	pausing->nr_left = PAUSES;
	return VERDICT_CONTINUE;
}

static const struct plugin plugin_pausing = {
	.api = PLUGIN_API, .kind = PLUGIN_ACT, .name = "pausing", .about = "", .any_args = true,
	.state_size = sizeof(struct pausing), .init = pausing_init, .run = pausing_run,
};

static int put_pausing(struct ruleset *ruleset, struct instance *instance, void *user)
{
	const struct plugin_env env = { 0 };
	struct plugin_error error;

	(void)ruleset, (void)user;
	if (strcmp(instance->plugin->name, "exists"))
		return 0;
	instance_free(instance);
	cr_assert(zero(int, instance_new(&plugin_pausing, instance)));
	return instance_init(instance, &env, &error);
}

static void with_pauses(struct rules *rules)
{
	cr_assert(zero(int, rules_for_each(rules, put_pausing, NULL)));
}

static const struct {
	struct conformance is;
	struct machine_play play;
} config_compiler[] = {
	{ { "CompilerTest.IncrementCount", "a detector that continues, an action that counts",
	    "1, 1, 1", SAME },
	  { CONFIG(RULESET("a", "", CONTINUE, INC)), .ticks = { N }, .nr_ticks = 3 } },
	{ { "CompilerTest.MultiGroupIncrementCount", "three rulesets, the detector of one stops",
	    "2, 2, 2", SAME },
	  { CONFIG(RULESET("a", "", CONTINUE, INC) "," RULESET("b", "", STOP, INC) ","
		   RULESET("c", "", CONTINUE, INC)), .ticks = { N }, .nr_ticks = 3 } },
	{ { "CompilerTest.AsyncAction", "inc inc pause inc inc inc pause inc stop, beside one that "
	    "counts always; a pause takes three ticks", "3, 1, 1, 4, 1, 1, 2, 3, 1, 1, 4, 1, 1, 2, "
	    "3, 1, 1, 4, 1, 1, 2", SAME },
	  { CONFIG(RULESET("a", AT_ONCE, CONTINUE, LONG_CHAIN) "," RULESET("b", AT_ONCE, CONTINUE, INC)),
	    .ticks = { N }, .nr_ticks = 21, .prepare = with_pauses } },
	{ { "CompilerTest.TwoChainsIndependentlyPaused", "a chain that pauses goes on although its "
	    "detector is off again", "2, 0, 3, 3, 0, 2, 1", SAME },
	  { CONFIG(RULESET("a", AT_ONCE, CONTINUE, LONG_CHAIN) ","
		   RULESET("b", AT_ONCE, SWITCH, SHORT_CHAIN)),
	    .ticks = { OFF, OFF, ON, OFF }, .nr_ticks = 7, .prepare = with_pauses } },
	{ { "CompilerTest.IncrementCountNoop", "one detector of the group stops", "0, 0, 0", SAME },
	  { CONFIG(RULESET("a", "", CONTINUE "," STOP, INC)), .ticks = { N }, .nr_ticks = 3 } },
	{ { "CompilerTest.NoInitPlugin", "a plugin whose init() fails",
	    "refused: plugin \"memory_above\", argument threshold: one of threshold and "
	    "threshold_anon is needed", "no engine", "says what is wrong, and where" },
	  { CONFIG(RULESET("a", "", "{\"name\": \"memory_above\", \"args\": {\"cgroup\": \"n\", "
				    "\"duration\": 0}}", INC)), .ticks = { N } } },
	{ { "CompilerTest.SilenceLogsParse", "\"engine,plugins\"", "1", SAME },
	  { CONFIG(RULESET("a", "\"silence-logs\": \"engine,plugins\", ", CONTINUE, INC)),
	    .ticks = { N } } },
	{ { "CompilerTest.SilenceLogsParse", "\"  engine, plugins \\n\"", "1", SAME },
	  { CONFIG(RULESET("a", "\"silence-logs\": \"  engine, plugins \\n\", ", CONTINUE, INC)),
	    .ticks = { N } } },
	{ { "CompilerTest.SilenceLogsParse", "\"engine,asdf\"", "refused: Unrecognized log "
	    "source=asdf: expected \"engine\", \"plugins\" or both with a comma between",
	    "no engine (Unrecognized log source=asdf)", "the same, with what was expected" },
	  { CONFIG(RULESET("a", "\"silence-logs\": \"engine,asdf\", ", CONTINUE, INC)),
	    .ticks = { N } } },
};

CONFORMANCE(config_compiler, "5.4 Rulesets (ConfigCompilerTest)", config_compiler, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
