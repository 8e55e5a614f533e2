/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values to types, by tables: for each type what is taken and what is refused, and with what
 * words. The tables are this file's own; only the kill plugins' common one is the real one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/args.h"
#include "table_test.h"
#include "unit/config/messages.h"

#define GIB (1LL << 30)
#define MIB (1LL << 20)

struct state {
	bool flag;
	int64_t whole, positive, percent;
	double real, ratio;
	char *text;
	enum boomd_resource resource;
	enum boomd_stall stall;
	struct cgroup_patterns cgroup;
	int64_t size, swap, small;
};

#define ARG(member) .offset = offsetof(struct state, member)

static const struct plugin_arg args[] = {
	{ "flag", ARG_BOOL, ARG(flag), .fallback = "true" },
	{ "whole", ARG_INT, ARG(whole), .fallback = "-77" },
	{ "positive", ARG_UINT, ARG(positive), .fallback = "-1" },
	{ "percent", ARG_INT, ARG(percent), .fallback = "80", .min = 0, .max = 99 },
	{ "real", ARG_DOUBLE, ARG(real), .fallback = "1.25" },
	{ "ratio", ARG_DOUBLE, ARG(ratio), .fallback = "0.85", .min = 0, .max = 1 },
	{ "text", ARG_STRING, ARG(text), .fallback = "default" },
	{ "resource", ARG_RESOURCE, ARG(resource), .fallback = "io" },
	{ "stall", ARG_STALL, ARG(stall), .fallback = "full" },
	{ "cgroup", ARG_PATTERNS, ARG(cgroup) },
	{ "size", ARG_SIZE_OF_MEMORY, ARG(size), .fallback = "1536" },
	{ "swap", ARG_SIZE_OF_SWAP, ARG(swap), .fallback = "50%" },
	{ "small", ARG_SIZE_OF_MEMORY, ARG(small), .fallback = "1K", .min = 4096, .max = 8192 },
	{ "ignored", ARG_NONE, .offset = 0 },
	{ 0 },
};

static const struct plugin plugin = { .name = "p", .args = args, .state_size = sizeof(struct state) };
static const struct plugin_env env = { .memory_total_bytes = 8 * GIB, .swap_total_bytes = 4 * GIB };

static void state_free(struct state *state)
{
	free(state->text);
	cgroup_patterns_free(&state->cgroup);
	*state = (struct state){ 0 };
}

/* Parses one action with these members of "args" and fills an instance from it. */
struct filled {
	struct parsed parsed;
	struct state state;
	struct kill_args kill;
	int err;
};

static struct filled fill(const struct plugin *table, const char *members, bool kills, bool strict)
{
	struct filled filled = { 0 };
	struct instance instance = { .plugin = table };
	static char text[4096];

	snprintf(text, sizeof(text),
		 "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"g\",{\"name\":\"d\"}]],\"actions\":[{\n"
		 "\"name\":\"p\",\"args\":{\n%s}}]}]}",
		 members);
	filled.parsed = parsed_new_bytes(text, strlen(text), strict);
	cr_assert(zero(int, filled.parsed.err), "%s: %s", members, filled.parsed.messages);
	instance.state = &filled.state;
	instance.kill = kills ? &filled.kill : NULL;
	filled.err = args_fill(&instance, &filled.parsed.config->rulesets[0].actions[0], &env,
			       &filled.parsed.diagnostics);
	messages_collect(&filled.parsed.diagnostics, filled.parsed.messages,
			 sizeof(filled.parsed.messages));
	return filled;
}

static void filled_free(struct filled *filled)
{
	cgroup_patterns_free(&filled->kill.cgroup);
	cgroup_patterns_free(&filled->kill.ruleset_cgroup);
	state_free(&filled->state);
	parsed_free(&filled->parsed);
}

/* Members start in line 3, column 1; the value of the one under test is written as JSON. */
static const struct {
	const char *members, *messages;
} refused[] = {
	{ "\"flag\":\"\"", "3:8: error: Arg \"flag\" of plugin \"p\": expected true or false, found \"\"" },
	{ "\"flag\":\"TRUE\"",
	  "3:8: error: Arg \"flag\" of plugin \"p\": expected true or false, found \"TRUE\"" },
	{ "\"flag\":\"yes\"",
	  "3:8: error: Arg \"flag\" of plugin \"p\": expected true or false, found \"yes\"" },
	{ "\"flag\":2", "3:8: error: Arg \"flag\" of plugin \"p\": expected true or false, found \"2\"" },
	{ "\"flag\":\" true\"",
	  "3:8: error: Arg \"flag\" of plugin \"p\": expected true or false, found \" true\"" },
	{ "\"whole\":\"\"",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected a whole number, e.g. 60, found \"\"" },
	{ "\"whole\":\"abc\"",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected a whole number, e.g. 60, found \"abc\"" },
	{ "\"whole\":\".5\"",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected a whole number, e.g. 60, found \".5\"" },
	{ "\"whole\":\"- 5\"",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected a whole number, e.g. 60, found \"- 5\"" },
	{ "\"whole\":true",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected a whole number, e.g. 60, found \"true\"" },
	{ "\"whole\":2147483648",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected -2147483648 to 2147483647, "
	  "found \"2147483648\"" },
	{ "\"whole\":-2147483649",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected -2147483648 to 2147483647, "
	  "found \"-2147483649\"" },
	{ "\"whole\":\"99999999999999999999999\"",
	  "3:9: error: Arg \"whole\" of plugin \"p\": expected -2147483648 to 2147483647, "
	  "found \"99999999999999999999999\"" },
	{ "\"positive\":-1",
	  "3:12: error: Arg \"positive\" of plugin \"p\": expected 0 to 2147483647, found \"-1\"" },
	{ "\"positive\":\"-123\"",
	  "3:12: error: Arg \"positive\" of plugin \"p\": expected 0 to 2147483647, found \"-123\"" },
	{ "\"percent\":100",
	  "3:11: error: Arg \"percent\" of plugin \"p\": expected 0 to 99, found \"100\"" },
	{ "\"percent\":-1",
	  "3:11: error: Arg \"percent\" of plugin \"p\": expected 0 to 99, found \"-1\"" },
	{ "\"real\":\"abc\"",
	  "3:8: error: Arg \"real\" of plugin \"p\": expected a number, e.g. 0.85, found \"abc\"" },
	{ "\"real\":\"\"",
	  "3:8: error: Arg \"real\" of plugin \"p\": expected a number, e.g. 0.85, found \"\"" },
	{ "\"real\":\"nan\"",
	  "3:8: error: Arg \"real\" of plugin \"p\": expected a number, e.g. 0.85, found \"nan\"" },
	{ "\"real\":\"-inf\"",
	  "3:8: error: Arg \"real\" of plugin \"p\": expected a number, e.g. 0.85, found \"-inf\"" },
	{ "\"real\":\"1e999\"",
	  "3:8: error: Arg \"real\" of plugin \"p\": expected a smaller number, found \"1e999\"" },
	{ "\"ratio\":1.5", "3:9: error: Arg \"ratio\" of plugin \"p\": expected 0 to 1, found \"1.5\"" },
	{ "\"ratio\":\"-1e999\"",
	  "3:9: error: Arg \"ratio\" of plugin \"p\": expected 0 to 1, found \"-1e999\"" },
	{ "\"resource\":\"Memory\"",
	  "3:12: error: Arg \"resource\" of plugin \"p\": expected \"memory\" or \"io\", "
	  "found \"Memory\"" },
	{ "\"resource\":\"\"",
	  "3:12: error: Arg \"resource\" of plugin \"p\": expected \"memory\" or \"io\", found \"\"" },
	{ "\"stall\":\"any\"",
	  "3:9: error: Arg \"stall\" of plugin \"p\": expected \"some\" or \"full\", found \"any\"" },
	{ "\"size\":\"5%z\"",
	  "3:8: error: Arg \"size\" of plugin \"p\": expected an amount like \"80%\", \"1536\" (MiB) or "
	  "\"1.5G 512K\", found \"5%z\"" },
	{ "\"size\":\"101%\"",
	  "3:8: error: Arg \"size\" of plugin \"p\": expected 0% to 100%, found \"101%\"" },
	{ "\"small\":\"1K\"",
	  "3:9: error: Arg \"small\" of plugin \"p\": expected 4096 to 8192 bytes, found \"1K\"" },
	{ "\"flga\":true",
	  "3:1: error: Unknown arg \"flga\" in plugin \"p\", did you mean \"flag\"?" },
	{ "\"xyzzy\":true", "3:1: error: Unknown arg \"xyzzy\" in plugin \"p\"" },
	/* common to kill plugins, but this is none */
	{ "\"recursive\":true", "3:1: error: Unknown arg \"recursive\" in plugin \"p\"" },
};

TABLE_TEST(config_args, refused, refused, row)
{
	struct filled filled = fill(&plugin, row->members, false, false);
	char expected[512];

	snprintf(expected, sizeof(expected), "t:%s\n", row->messages);
	cr_expect(eq(int, filled.err, -EINVAL), "%s", row->members);
	cr_expect(eq(str, filled.parsed.messages, expected), "%s", row->members);
	filled_free(&filled);
}

enum field { FLAG, WHOLE, POSITIVE, PERCENT, SIZE, SWAP, SMALL };

static int64_t field_of(const struct state *state, enum field field)
{
	const int64_t values[] = {
		[FLAG] = state->flag,	  [WHOLE] = state->whole, [POSITIVE] = state->positive,
		[PERCENT] = state->percent, [SIZE] = state->size,   [SWAP] = state->swap,
		[SMALL] = state->small,
	};

	return values[field];
}

static const struct {
	const char *members;
	enum field field;
	int64_t value;
	const char *messages; /* "": none */
} taken[] = {
	{ "", FLAG, 1, "" },
	{ "", WHOLE, -77, "" },
	{ "", POSITIVE, -1, "" },
	{ "", PERCENT, 80, "" },
	{ "", SIZE, 1536 * MIB, "" },
	{ "", SWAP, 2 * GIB, "" },
	{ "", SMALL, 1024, "" },
	{ "\"flag\":true", FLAG, 1, "" },
	{ "\"flag\":\"True\"", FLAG, 1, "" },
	{ "\"flag\":1", FLAG, 1, "" },
	{ "\"flag\":false", FLAG, 0, "" },
	{ "\"flag\":\"False\"", FLAG, 0, "" },
	{ "\"flag\":\"0\"", FLAG, 0, "" },
	{ "\"whole\":\"60\"", WHOLE, 60, "" },
	{ "\"whole\":60.0", WHOLE, 60, "" },
	{ "\"whole\":1e3", WHOLE, 1000, "" },
	{ "\"whole\":\" 7\"", WHOLE, 7, "" },
	{ "\"whole\":\"7 \"", WHOLE, 7, "" },
	{ "\"whole\":\"+7\"", WHOLE, 7, "" },
	{ "\"whole\":\"007\"", WHOLE, 7, "" },
	{ "\"whole\":-5", WHOLE, -5, "" },
	{ "\"whole\":2147483647", WHOLE, 2147483647, "" },
	{ "\"whole\":-2147483648", WHOLE, -2147483648LL, "" },
	{ "\"whole\":\"15abc\"", WHOLE, 15,
	  "t:3:9: warning: Arg \"whole\" of plugin \"p\": only 15 counts, expected a whole number, "
	  "found \"15abc\"\n" },
	{ "\"whole\":5.9", WHOLE, 5,
	  "t:3:9: warning: Arg \"whole\" of plugin \"p\": only 5 counts, expected a whole number, "
	  "found \"5.9000000000000004\"\n" },
	{ "\"whole\":\"5%\"", WHOLE, 5,
	  "t:3:9: warning: Arg \"whole\" of plugin \"p\": only 5 counts, expected a whole number, "
	  "found \"5%\"\n" },
	{ "\"whole\":\"1e3\"", WHOLE, 1,
	  "t:3:9: warning: Arg \"whole\" of plugin \"p\": only 1 counts, expected a whole number, "
	  "found \"1e3\"\n" },
	{ "\"whole\":\"0x10\"", WHOLE, 0,
	  "t:3:9: warning: Arg \"whole\" of plugin \"p\": only 0 counts, expected a whole number, "
	  "found \"0x10\"\n" },
	{ "\"positive\":0", POSITIVE, 0, "" },
	{ "\"percent\":0", PERCENT, 0, "" },
	{ "\"percent\":99", PERCENT, 99, "" },
	{ "\"size\":\"10%\"", SIZE, 8 * GIB / 10, "" },
	{ "\"swap\":\"10%\"", SWAP, 4 * GIB / 10, "" },
	{ "\"size\":1536", SIZE, 1536 * MIB, "" },
	{ "\"size\":1536.0", SIZE, 1536,
	  "t:3:8: warning: Arg \"size\" of plugin \"p\": without a unit and not whole, this is bytes "
	  "(a whole number alone is MiB), found \"1536.0\"\n" },
	{ "\"size\":\"1.5%\"", SIZE, 8 * GIB / 100,
	  "t:3:8: warning: Arg \"size\" of plugin \"p\": only the whole number in front of the % "
	  "counts, found \"1.5%\"\n" },
	{ "\"small\":\"8K\"", SMALL, 8192, "" },
	{ "\"ignored\":\"whatever\"", FLAG, 1, "" },
};

TABLE_TEST(config_args, taken, taken, row)
{
	struct filled filled = fill(&plugin, row->members, false, false);

	cr_expect(zero(int, filled.err), "%s", row->members);
	cr_expect(eq(i64, field_of(&filled.state, row->field), row->value), "%s", row->members);
	cr_expect(eq(str, filled.parsed.messages, (char *)row->messages), "%s", row->members);
	filled_free(&filled);
}

/* What is a warning otherwise is then an error, and the result says so. */
TABLE_TEST(config_args, strict, taken, row)
{
	struct filled filled = fill(&plugin, row->members, false, true);

	cr_expect(eq(int, filled.err, *row->messages ? -EINVAL : 0), "%s", row->members);
	filled_free(&filled);
}

static const struct {
	const char *members;
	double real, ratio;
	const char *messages;
} reals[] = {
	{ "", 1.25, 0.85, "" },
	{ "\"real\":0.85,\"ratio\":0", 0.85, 0, "" },
	{ "\"real\":\"-.5\",\"ratio\":\"1\"", -0.5, 1, "" },
	{ "\"real\":1e3,\"ratio\":1e-1", 1000, 0.1, "" },
	{ "\"real\":\" 2.5 \"", 2.5, 0.85, "" },
	{ "\"real\":\"2.5x\"", 2.5, 0.85,
	  "t:3:8: warning: Arg \"real\" of plugin \"p\": only 2.5 counts, expected a number, "
	  "found \"2.5x\"\n" },
};

TABLE_TEST(config_args, reals, reals, row)
{
	struct filled filled = fill(&plugin, row->members, false, false);

	cr_expect(zero(int, filled.err), "%s", row->members);
	cr_expect(eq(dbl, filled.state.real, row->real), "%s", row->members);
	cr_expect(eq(dbl, filled.state.ratio, row->ratio), "%s", row->members);
	cr_expect(eq(str, filled.parsed.messages, (char *)row->messages), "%s", row->members);
	filled_free(&filled);
}

Test(config_args, words_and_texts)
{
	struct filled filled = fill(&plugin,
				    "\"text\": 5.0, \"resource\": \"memory\", \"stall\": \"some\", "
				    "\"cgroup\": \"a/*,/,b-[0-9]\"",
				    false, false);

	cr_assert(zero(int, filled.err), "%s", filled.parsed.messages);
	cr_expect(eq(str, filled.state.text, (char *)"5.0"));
	cr_expect(eq(int, filled.state.resource, BOOMD_RESOURCE_MEMORY));
	cr_expect(eq(int, filled.state.stall, BOOMD_STALL_SOME));
	cr_assert(eq(sz, filled.state.cgroup.nr_items, 3));
	cr_expect(eq(str, filled.state.cgroup.items[0].components[1], (char *)"*"));
	cr_expect(zero(sz, filled.state.cgroup.items[1].nr_components));
	filled_free(&filled);

	filled = fill(&plugin, "", false, false);
	cr_expect(eq(str, filled.state.text, (char *)"default"));
	cr_expect(eq(int, filled.state.resource, BOOMD_RESOURCE_IO));
	cr_expect(eq(int, filled.state.stall, BOOMD_STALL_FULL));
	cr_expect(zero(sz, filled.state.cgroup.nr_items));
	filled_free(&filled);
}

/* A pattern that leaves the root: the message points at it, unless escapes hide where it is. */
static const struct {
	const char *why, *members;
	unsigned column;
} patterns[] = {
	{ "at the front", "\"cgroup\":\"..\"", 10 },
	{ "in a list", "\"cgroup\":\"a,b/../c\"", 15 },
	{ "behind characters of several bytes", "\"cgroup\":\"\xc3\xa9\xe2\x82\xac/..\"", 14 },
	{ "behind an escape", "\"cgroup\":\"a\\u0062/..\"", 10 },
};

TABLE_TEST(config_args, patterns, patterns, row)
{
	struct filled filled = fill(&plugin, row->members, false, false);
	const struct diagnostic *error = filled.parsed.diagnostics.items;

	cr_assert(eq(int, filled.err, -EINVAL), "%s", row->why);
	cr_assert(eq(sz, filled.parsed.diagnostics.nr_errors, 1), "%s", row->why);
	cr_expect(eq(uint, error->at.line, 3), "%s", row->why);
	cr_expect(error->at.column == row->column || error->at.column == row->column + 1,
		  "%s: column %u", row->why, error->at.column);
	cr_expect(not(zero(ptr, strstr(error->text, "\"cgroup\""))), "%s", error->text);
	cr_expect(not(zero(ptr, strstr(error->text, ".."))), "%s", error->text);
	filled_free(&filled);
}

static const struct plugin_arg strict_args[] = {
	{ "threshold", ARG_INT, ARG(whole), .required = true, .help = "percent" },
	{ "resource", ARG_RESOURCE, ARG(resource), .required = true, .help = "what is short" },
	{ "duration", ARG_UINT, ARG(positive), .required = true },
	{ 0 },
};

Test(config_args, every_mistake_in_one_run)
{
	const struct plugin needy = { .name = "p", .args = strict_args };
	struct filled filled =
		fill(&needy, "\"treshold\":60,\n\t\"duration\":\"abc\"", false, false);

	cr_expect(eq(int, filled.err, -EINVAL));
	cr_expect(eq(str, filled.parsed.messages,
		     (char *)"t:2:8: error: Required arg \"threshold\" missing in plugin \"p\": percent\n"
			     "t:2:8: error: Required arg \"resource\" missing in plugin \"p\": what is "
			     "short\n"
			     "t:4:13: error: Arg \"duration\" of plugin \"p\": expected a whole number, "
			     "e.g. 60, found \"abc\"\n"
			     "t:3:1: error: Unknown arg \"treshold\" in plugin \"p\", did you mean "
			     "\"threshold\"?\n"));
	filled_free(&filled);
}

/* continue and stop: whatever is given, as in oomd. */
Test(config_args, any_args)
{
	const struct plugin careless = { .name = "p", .args = strict_args, .any_args = true };
	struct filled filled = fill(&careless, "\"threshold\":\"abc\",\"x\":1", false, true);

	cr_expect(zero(int, filled.err));
	cr_expect(eq(str, filled.parsed.messages, (char *)""));
	cr_expect(zero(i64, filled.state.whole));
	filled_free(&filled);
}

Test(config_args, no_table)
{
	const struct plugin bare = { .name = "p" };
	struct filled filled = fill(&bare, "", false, false);

	cr_expect(zero(int, filled.err));
	filled_free(&filled);
	filled = fill(&bare, "\"x\":1", false, false);
	cr_expect(eq(int, filled.err, -EINVAL));
	filled_free(&filled);
}

/* A plugin author's mistake must not pass for a zero. */
Test(config_args, wrong_fallback)
{
	static const struct plugin_arg wrong[] = {
		{ "whole", ARG_INT, ARG(whole), .fallback = "many" },
		{ 0 },
	};
	const struct plugin sloppy = { .name = "p", .args = wrong };
	struct filled filled = fill(&sloppy, "", false, false);

	cr_expect(eq(int, filled.err, -EINVAL));
	cr_expect(eq(str, filled.parsed.messages,
		     (char *)"t:2:8: error: the default of arg \"whole\" of plugin \"p\" is wrong: "
			     "expected a whole number, e.g. 60, found \"many\"\n"));
	filled_free(&filled);
}

/* Kill plugins: their own table into the state, the common one into the base's. */
Test(config_args, kill_plugins_take_both)
{
	struct filled filled = fill(&plugin, "\"whole\":3,\"recursive\":true,\"reap_memory\":\"False\"",
				    true, false);

	cr_assert(zero(int, filled.err), "%s", filled.parsed.messages);
	cr_expect(eq(i64, filled.state.whole, 3));
	cr_expect(eq(int, filled.kill.recursive, true));
	cr_expect(eq(int, filled.kill.reap_memory, false));
	cr_expect(eq(int, filled.kill.dry, false));
	cr_expect(eq(i64, filled.kill.post_action_delay_s, -1));
	filled_free(&filled);

	filled = fill(&plugin, "\"post_action_delay\":0,\"dry\":1", true, false);
	cr_expect(zero(int, filled.err));
	cr_expect(zero(i64, filled.kill.post_action_delay_s));
	cr_expect(eq(int, filled.kill.dry, true));
	cr_expect(eq(int, filled.kill.reap_memory, true));
	filled_free(&filled);

	filled = fill(&plugin, "\"recursiv\":true", true, false);
	cr_expect(eq(int, filled.err, -EINVAL));
	cr_expect(not(zero(ptr, strstr(filled.parsed.messages, "did you mean \"recursive\"?"))));
	filled_free(&filled);
}

/* A value that was there already is given back, not leaked (ASan would see it). */
Test(config_args, filled_twice)
{
	struct filled filled = fill(&plugin, "\"text\":\"a\",\"cgroup\":\"b\"", false, false);
	struct instance instance = { .plugin = &plugin, .state = &filled.state };

	cr_expect(zero(int, args_fill(&instance, &filled.parsed.config->rulesets[0].actions[0], &env,
				      &filled.parsed.diagnostics)));
	cr_expect(eq(str, filled.state.text, (char *)"a"));
	filled_free(&filled);
}
