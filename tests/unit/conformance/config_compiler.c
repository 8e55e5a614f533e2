/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How rulesets run (oomd.md 5.4). oomd's test has plugins of its own; here what counts is a kill plugin
 * with always_continue, whose kills are counted, a detector that is switched on and off is a pressure
 * that comes and goes, and only the action that pauses three times is a plugin of the test's.
 */
#include <string.h>

#include "plugins/registry.h"
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
#define ON		 CGROUPS(CGROUP("switch", .current = 1, .io_full = { 50, 50, 50, 0 }))
#define PAUSES		 3
#define ACTIONS_IN "\"drop-in\": {\"actions\": true}, "
#define BOTH_IN	   "\"drop-in\": {\"actions\": true, \"detectors\": true}, \"post_action_delay\": 0, "
#define KILL(whom) "{\"name\": \"kill_by_io_cost\", \"args\": {\"cgroup\": \"" whom "\"}}"
#define ABN	   CGROUPS(CGROUP("a", .current = 1), CGROUP("b", .current = 1), CGROUP("n", .current = 1))
#define DISABLES   "\"drop-in\": {\"actions\": true, \"disable-on-drop-in\": true}, "
#define DROP_IN(rulesets)		  "{\"rulesets\": [" rulesets "]}"
#define REPLACE(name, actions)		  "{\"name\": \"" name "\", \"actions\": [" actions "]}"
#define REPLACE_DETECTORS(name, detector) "{\"name\": \"" name "\", \"detectors\": [[\"d\", " detector "]]}"
#define COUNTING "{\"name\": \"counting\"}"
#define PAUSING	 "{\"name\": \"pausing\"}"
#define LONG_OF_CLONES                                                                             \
	COUNTING "," COUNTING "," PAUSING "," COUNTING "," COUNTING "," COUNTING "," PAUSING ","    \
	COUNTING "," STOP
#define SHORT_OF_CLONES                                                                            \
	COUNTING "," COUNTING "," COUNTING "," PAUSING "," COUNTING "," COUNTING
#define TWO_OFF CGROUPS(FOLDER("two/a"), FOLDER("two/b"), CGROUP("switch", .current = 1))
#define PER_CGROUP(patterns)		  "\"cgroup\": \"" patterns "\", "
#define SLICES                                                                                     \
	CGROUPS(CGROUP("n", .current = 1), FOLDER("a.slice"), FOLDER("b.slice"),                   \
		FOLDER("system.slice/a.service"), FOLDER("system.slice/b.service"),                \
		FOLDER("system.slice/c.service"), FOLDER("system.slice/d.service"),                \
		FOLDER("system.slice/e.scope"))

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

static size_t nr_counted, nr_preruns;

static enum verdict counting_run(void *state, const struct moment *now)
{
	(void)state, (void)now;
	nr_counted++;
	return VERDICT_CONTINUE;
}

static void counting_prerun(void *state, const struct moment *now)
{
	(void)state, (void)now;
	nr_preruns++;
}

/* Counts as INC does, without killing anybody. */
static const struct plugin plugin_counting = {
	.api = PLUGIN_API, .kind = PLUGIN_ACT, .name = "counting", .about = "", .any_args = true,
	.state_size = 1, .prerun = counting_prerun, .run = counting_run,
};

static int put(struct instance *instance, const struct plugin *plugin)
{
	const struct plugin_env env = { 0 };
	struct plugin_error error;

	instance_free(instance);
	cr_assert(zero(int, instance_new(plugin, instance)));
	return instance_init(instance, &env, &error);
}

static int put_pausing(struct ruleset *ruleset, struct instance *instance, void *user)
{
	(void)ruleset, (void)user;
	return strcmp(instance->plugin->name, "exists") ? 0 : put(instance, &plugin_pausing);
}

static int put_counting(struct ruleset *ruleset, struct instance *instance, void *user)
{
	(void)ruleset, (void)user;
	return instance->kill ? put(instance, &plugin_counting) : 0;
}

static void with_pauses(struct rules *rules)
{
	cr_assert(zero(int, rules_for_each(rules, put_pausing, NULL)));
}

static void with_pauses_and_counts(struct rules *rules)
{
	with_pauses(rules);
	cr_assert(zero(int, rules_for_each(rules, put_counting, NULL)));
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
		   RULESET("b", AT_ONCE, SWITCH, SHORT_CHAIN)), .ticks = { OFF, OFF, ON, OFF },
	    .nr_ticks = 7, .prepare = with_pauses_and_counts, .counter = &nr_counted } },
	{ { "0.15 (actions do not ask the detectors again)", "the same, where each that counts kills",
	    "2, 0, 3, 3, 0, 0, 1", "2, 0, 3, 3, 0, 2, 1", "what has begun goes on, but nobody is "
	    "killed while no group fires" },
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

static const struct {
	struct conformance is;
	struct machine_play play;
} per_cgroup[] = {
	{ { "CompilerTest.RulesetWildcardCGroup", "\"*.slice,system.slice/*.service\": three slices "
	    "and four services", "7, 7", SAME },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP("*.slice,system.slice/*.service"), CONTINUE, INC)),
	    .ticks = { SLICES }, .nr_ticks = 2 } },
	{ { "CompilerTest.RulesetCGroup", "\".\", the root", "1, 1", SAME },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP("."), CONTINUE, INC)), .ticks = { SLICES },
	    .nr_ticks = 2 } },
	{ { "CompilerTest.RulesetCGroupXattrfilter", "nobody has the xattr", "0, 0", SAME },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP("*") "\"xattr_filter\": \"user.no_such\", ",
			   CONTINUE, INC)), .ticks = { SLICES }, .nr_ticks = 2 } },
	{ { "CompilerTest.RulesetCGroupCount", "preruns of two plugins for each of two cgroups", "4, 4",
	    SAME },
	  { CONFIG(RULESET("a", PER_CGROUP("two/*"), COUNTING, COUNTING)), .ticks = { TWO_OFF },
	    .nr_ticks = 2, .counter = &nr_preruns } },
	{ { "CompilerTest.RulesetCGroupTwoChainsIndependentlyPaused", "the two chains from above, the "
	    "long one for each of two cgroups", "4, 0, 3, 6, 0, 2, 2", SAME },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP("two/*"), CONTINUE, LONG_OF_CLONES) ","
		   RULESET("b", AT_ONCE, SWITCH, SHORT_OF_CLONES)),
	    .ticks = { TWO_OFF, TWO_OFF, ON, TWO_OFF }, .nr_ticks = 7, .counter = &nr_counted } },
	{ { "CompilerTest (cgroup \".*\")", "oomd's tests use it for two cgroups", "0, 0", "2, 2",
	    "for oomd it matches \".\" and \"..\", and \"..\" is outside" },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP(".*"), CONTINUE, INC)), .ticks = { SLICES },
	    .nr_ticks = 2 } },
	{ { "0.5 (a per-cgroup ruleset losing its cgroup)", "a.slice goes, comes back",
	    "1, 0, 0, 1", "1, crash", "a clone lives as long as its cgroup" },
	  { CONFIG(RULESET("a", AT_ONCE PER_CGROUP("a.slice"), CONTINUE, INC)),
	    .ticks = { SLICES, CGROUPS(GONE("a.slice")), CGROUPS(FOLDER("x")),
		       CGROUPS(FOLDER("a.slice")) } } },
};

CONFORMANCE(per_cgroup, "5.4 Rulesets per cgroup (ConfigCompilerTest)", per_cgroup, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	/* clones are made by the names of their plugins */
	cr_assert(zero(int, registry_add(&plugin_counting)));
	cr_assert(zero(int, registry_add(&plugin_pausing)));
	conformance_expect(&row->is, machine_play(&row->play, found));
}

static const struct {
	struct conformance is;
	struct machine_play play;
} drop_ins[] = {
	{ { "DropInCompilerTest.DropInConfig", "an action is replaced by one that counts", "0, 1",
	    SAME },
	  { CONFIG(RULESET("rs", ACTIONS_IN, CONTINUE, CONTINUE)), .ticks = { N }, .nr_ticks = 2,
	    .drop_ins = { { 1, "0", DROP_IN(REPLACE("rs", INC)) } } } },
	{ { "DropInCompilerTest.MultipleDropInConfigOrdering", "the newest runs first: it kills b, "
	    "the older one a, the base n", "b a n", SAME },
	  { CONFIG(RULESET("rs", ACTIONS_IN, CONTINUE, INC)), .ticks = { ABN },
	    .drop_ins = { { 0, "0", DROP_IN(REPLACE("rs", KILL("a"))) },
			  { 0, "1", DROP_IN(REPLACE("rs", KILL("b"))) } }, .whom = true } },
	{ { "DropInCompilerTest.DisablesBase", "disable-on-drop-in", "1, 0", SAME },
	  { CONFIG(RULESET("rs", DISABLES, CONTINUE, INC)), .ticks = { N }, .nr_ticks = 2,
	    .drop_ins = { { 1, "0", DROP_IN(REPLACE("rs", CONTINUE)) } } } },
	{ { "DropInCompilerTest.PermissionDenied", "the base allows no drop-ins",
	    "1; refused: Action drop-in configs disabled: expected \"drop-in\": {\"actions\": true} in "
	    "ruleset \"rs\" of test", "refused (Error: Action drop-in configs disabled)",
	    "says what is missing, and where" },
	  { CONFIG(RULESET("rs", "", CONTINUE, INC)), .ticks = { N },
	    .drop_ins = { { 0, "0", DROP_IN(REPLACE("rs", CONTINUE)) } } } },
	{ { "DropInCompilerTest.RemoveDropIn", "the base counts two, the drop-in one more while it "
	    "is there", "2, 3, 2", SAME },
	  { CONFIG(RULESET("rs", ACTIONS_IN, CONTINUE, INC "," INC)), .ticks = { N }, .nr_ticks = 3,
	    .drop_ins = { { 1, "0", DROP_IN(REPLACE("rs", INC)) }, { 2, "0", NULL } } } },
	{ { "DropInCompilerTest.MultipleRulesetDropin", "one file for two rulesets goes as one",
	    "0, 2, 0", SAME },
	  { CONFIG(RULESET("rs", DISABLES, CONTINUE, CONTINUE) ","
		   RULESET("rs2", DISABLES, CONTINUE, CONTINUE)), .ticks = { N }, .nr_ticks = 3,
	    .drop_ins = { { 1, "0", DROP_IN(REPLACE("rs", INC) "," REPLACE("rs2", INC)) },
			  { 2, "0", NULL } } } },
	{ { "DropInServiceAdaptorTest.AddRemove", "detectors replaced, then actions by another file; "
	    "both run, then go one by one", "0, 1, 2, 1, 0", SAME },
	  { CONFIG(RULESET("rs", BOTH_IN, STOP, INC)), .ticks = { N }, .nr_ticks = 5,
	    .drop_ins = { { 1, "d", DROP_IN(REPLACE_DETECTORS("rs", CONTINUE)) },
			  { 2, "e", DROP_IN(REPLACE_DETECTORS("rs", CONTINUE)) },
			  { 3, "d", NULL }, { 4, "e", NULL } } } },
	{ { "DropInServiceAdaptorTest.QueuedAddRemove", "added and removed before it ran", "0", SAME },
	  { CONFIG(RULESET("rs", BOTH_IN, STOP, INC)), .ticks = { N },
	    .drop_ins = { { 0, "d", DROP_IN(REPLACE_DETECTORS("rs", CONTINUE)) }, { 0, "d", NULL } } } },
	{ { "DropInServiceAdaptorTest.QueuedAddRemove", "removed and added again: it is there", "1",
	    SAME },
	  { CONFIG(RULESET("rs", BOTH_IN, STOP, INC)), .ticks = { N },
	    .drop_ins = { { 0, "d", DROP_IN(REPLACE_DETECTORS("rs", CONTINUE)) }, { 0, "d", NULL },
			  { 0, "d", DROP_IN(REPLACE_DETECTORS("rs", CONTINUE)) } } } },
	{ { "DropInServiceAdaptorTest.AddFail", "an unknown plugin", "0; refused: Could not locate "
	    "plugin=nix, expected one of --list-plugins", "refused", "says which" },
	  { CONFIG(RULESET("rs", BOTH_IN, STOP, INC)), .ticks = { N },
	    .drop_ins = { { 0, "d", DROP_IN(REPLACE_DETECTORS("rs", "{\"name\": \"nix\"}")) } } } },
	{ { "DropInServiceAdaptorTest.AddFail", "a ruleset that there is not", "0; refused: Could not "
	    "locate targeted ruleset=other: expected the name of a ruleset in test",
	    "refused (Could not locate targeted ruleset=other)", "the same, with what was expected" },
	  { CONFIG(RULESET("rs", BOTH_IN, STOP, INC)), .ticks = { N },
	    .drop_ins = { { 0, "d", DROP_IN(REPLACE_DETECTORS("other", CONTINUE)) } } } },
};

CONFORMANCE(drop_ins, "5.4, 5.8 Drop-ins (ConfigCompilerTest, DropInServiceAdaptorTest)", drop_ins,
	    row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
