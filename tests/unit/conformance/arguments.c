/* SPDX-License-Identifier: GPL-2.0-only */
/* Amounts and plugin arguments as text (oomd.md 5.7). */
#include <inttypes.h>
#include <string.h>

#include "config/args.h"
#include "config/config.h"
#include "unit/conformance/catalogue.h"

#define SAME NULL, NULL

static const struct {
	struct conformance is;
	const char *text;
	uint64_t total;
} sizes[] = {
	{ { "UtilTest.ParseSize", "\"8K\"", "8192", SAME }, "8K", 100 },
	{ { "UtilTest.ParseSize", "\"1.5M 32K 512\"", "1606144", SAME }, "1.5M 32K 512", 100 },
	{ { "UtilTest.ParseSize", "\"8192\"", "8589934592", "8192", "a number alone is MiB in every "
	    "argument of oomd too (ParseSizeOrPercent); its ParseSize alone is not used for any" },
	  "8192", 100 },
	{ { "UtilTest.ParseSize", "\"1.5MK\"", "refused", SAME }, "1.5MK", 100 },
	{ { "UtilTest.ParseSize", "\"??\"", "refused", SAME }, "??", 100 },
	{ { "UtilTest.ParseSize", "\"+-123M\"", "refused", SAME }, "+-123M", 100 },
	{ { "UtilTest.ParseSizeOrPercent", "\"1%\" of 100", "1", SAME }, "1%", 100 },
	{ { "UtilTest.ParseSizeOrPercent", "\"5M\"", "5242880", SAME }, "5M", 100 },
	{ { "UtilTest.ParseSizeOrPercent", "\"5\", which is MiB", "5242880", SAME }, "5", 100 },
	{ { "UtilTest.ParseSizeOrPercent", "\"5K\"", "5120", SAME }, "5K", 100 },
	{ { "UtilTest.ParseSizeOrPercent", "\"5%z\"", "refused", SAME }, "5%z", 100 },
	{ { "oomd.md 1.0 (size grammar)", "\"1.5%\" of 100", "1", SAME }, "1.5%", 100 },
	{ { "oomd.md 1.0 (size grammar)", "\"101%\"", "refused", SAME }, "101%", 100 },
	{ { "oomd.md 1.0 (size grammar)", "\"1GB\"", "refused", SAME }, "1GB", 100 },
	{ { "oomd.md 1.0 (size grammar)", "\".5G\"", "refused", SAME }, ".5G", 100 },
	{ { "oomd.md 1.0 (size grammar)", "\"1536.0\", which is bytes", "1536", SAME }, "1536.0",
	  100 },
	{ { "oomd.md 1.0 (size grammar)", "\"-1\", which is always exceeded", "-1048576", SAME }, "-1",
	  100 },
};

CONFORMANCE(sizes, "5.7 Amounts (UtilTest)", sizes, row)
{
	char found[32] = "refused";
	const char *why;
	int64_t bytes;

	if (!size_parse(row->text, row->total, &bytes, &why))
		snprintf(found, sizeof(found), "%" PRId64, bytes);
	conformance_expect(&row->is, found);
}

struct everything {
	struct cgroup_patterns patterns;
	int64_t i, u, needed;
	double d;
	bool b;
	char *s;
	enum boomd_resource resource;
};

#define ARG(member) .offset = offsetof(struct everything, member)

static enum verdict run_nothing(void *state, const struct moment *now)
{
	(void)state, (void)now;
	return VERDICT_CONTINUE;
}

static const struct plugin_arg everything_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(patterns), .help = "" },
	{ "int", ARG_INT, ARG(i), .help = "" },
	{ "unsigned", ARG_UINT, ARG(u), .help = "" },
	{ "double", ARG_DOUBLE, ARG(d), .help = "" },
	{ "bool", ARG_BOOL, ARG(b), .help = "" },
	{ "string", ARG_STRING, ARG(s), .help = "" },
	{ "resource", ARG_RESOURCE, ARG(resource), .help = "" },
	{ "needed", ARG_INT, ARG(needed), .required = true, .help = "a number" },
	{ 0 },
};

static const struct plugin plugin_everything = {
	.api = PLUGIN_API, .kind = PLUGIN_DETECT, .name = "everything", .about = "",
	.args = everything_args, .state_size = sizeof(struct everything), .run = run_nothing,
};

#define WITH(arg) "\"needed\": 1, " arg

static const struct {
	struct conformance is;
	const char *args; /* members of a JSON object */
} arguments[] = {
	{ { "PluginArgParserTest (cgroup list)", "\"cg1,cg2\"", "cg1 cg2", SAME },
	  WITH("\"cgroup\": \"cg1,cg2\"") },
	{ { "PluginArgParserTest (unsigned)", "\"123\"", "123", SAME },
	  WITH("\"unsigned\": \"123\"") },
	{ { "PluginArgParserTest (unsigned)", "\"-123\"", "Arg \"unsigned\" of plugin \"everything\": "
	    "expected 0 to 2147483647, found \"-123\"", "refused", "says which and why" },
	  WITH("\"unsigned\": \"-123\"") },
	{ { "PluginArgParserTest (types)", "int -7", "-7", SAME }, WITH("\"int\": \"-7\"") },
	{ { "PluginArgParserTest (types)", "double 1.5", "1.5", SAME }, WITH("\"double\": \"1.5\"") },
	{ { "PluginArgParserTest (types)", "string", "text", SAME }, WITH("\"string\": \"text\"") },
	{ { "PluginArgParserTest (resource)", "io", "io", SAME }, WITH("\"resource\": \"io\"") },
	{ { "PluginArgParserTest (resource)", "memory", "memory", SAME },
	  WITH("\"resource\": \"memory\"") },
	{ { "PluginArgParserTest (resource)", "anything else", "Arg \"resource\" of plugin "
	    "\"everything\": expected \"memory\" or \"io\", found \"cpu\"", "refused",
	    "says which and why" }, WITH("\"resource\": \"cpu\"") },
	{ { "PluginArgParserTest (bool)", "\"true\"", "true", SAME }, WITH("\"bool\": \"true\"") },
	{ { "PluginArgParserTest (bool)", "\"True\"", "true", SAME }, WITH("\"bool\": \"True\"") },
	{ { "PluginArgParserTest (bool)", "\"1\"", "true", SAME }, WITH("\"bool\": \"1\"") },
	{ { "PluginArgParserTest (bool)", "\"false\"", "false", SAME }, WITH("\"bool\": \"false\"") },
	{ { "PluginArgParserTest (bool)", "\"False\"", "false", SAME }, WITH("\"bool\": \"False\"") },
	{ { "PluginArgParserTest (bool)", "\"0\"", "false", SAME }, WITH("\"bool\": \"0\"") },
	{ { "PluginArgParserTest (bool)", "\"TRUE\"", "Arg \"bool\" of plugin \"everything\": expected "
	    "true or false, found \"TRUE\"", "refused", "says which and why" },
	  WITH("\"bool\": \"TRUE\"") },
	{ { "PluginArgParserTest (unknown)", "an argument that there is not",
	    "Unknown arg \"pattern\" in plugin \"everything\"", SAME }, WITH("\"pattern\": 1") },
	{ { "PluginArgParserTest (missing)", "a required one is not given",
	    "Required arg \"needed\" missing in plugin \"everything\": a number",
	    "Required arg \"needed\" missing in plugin \"everything\"", "says what it is" },
	  "\"int\": 1" },
	{ { "PluginArgParserTest (bad int)", "\"abc\"", "Arg \"int\" of plugin \"everything\": expected "
	    "a whole number, e.g. 60, found \"abc\"", "refused", "says which and why" },
	  WITH("\"int\": \"abc\"") },
	{ { "oomd.md 1.0 (int)", "\"15abc\" is 15", "15", SAME }, WITH("\"int\": \"15abc\"") },
	{ { "oomd.md 1.0 (int)", "5.9 is 5", "5", SAME }, WITH("\"int\": 5.9") },
	{ { "oomd.md 1.0 (int)", "\" 7\" is 7", "7", SAME }, WITH("\"int\": \" 7\"") },
	{ { "oomd.md 0.20 (wrong type)", "[\"a\", \"b\"] for cgroup", "key \"cgroup\": expected a "
	    "string, a number, true or false, found a list [...]", "drops this and every "
	    "alphabetically later argument, silently", "a configuration that is not meant must not "
	    "run" }, WITH("\"cgroup\": [\"a\", \"b\"]") },
	{ { "oomd.md 0.20 (wrong type)", "null for cgroup", "key \"cgroup\": expected a string, a "
	    "number, true or false, found null", "drops this and every alphabetically later "
	    "argument, silently", "the same" }, WITH("\"cgroup\": null") },
};

/* The one that was given, beside "needed". */
static void tell_value(const struct everything *e, const struct config_plugin *written, char *buf)
{
	static const char *const resources[] = { "memory", "io" };
	const char *key = written->args[written->nr_args - 1].key;
	size_t size = CONFORMANCE_TEXT_MAX;

	if (!strcmp(key, "cgroup"))
		for (size_t i = 0; i < e->patterns.nr_items; i++)
			strcat(strcat(buf, i ? " " : ""), e->patterns.items[i].components[0]);
	else if (!strcmp(key, "unsigned"))
		snprintf(buf, size, "%" PRId64, e->u);
	else if (!strcmp(key, "int"))
		snprintf(buf, size, "%" PRId64, e->i);
	else if (!strcmp(key, "double"))
		snprintf(buf, size, "%g", e->d);
	else if (!strcmp(key, "bool"))
		snprintf(buf, size, "%s", e->b ? "true" : "false");
	else if (!strcmp(key, "string"))
		snprintf(buf, size, "%s", e->s);
	else if (!strcmp(key, "resource"))
		snprintf(buf, size, "%s", resources[e->resource]);
}

static void try_arguments(const struct config_plugin *written, struct diagnostics *diagnostics,
			  char *buf)
{
	const struct plugin_env env = { 0 };
	struct instance instance = { 0 };

	cr_assert(zero(int, instance_new(&plugin_everything, &instance)));
	if (!args_fill(&instance, written, &env, diagnostics))
		tell_value(instance.state, written, buf);
	instance_free(&instance);
}

CONFORMANCE(arguments, "5.7 Arguments of plugins (PluginArgParserTest)", arguments, row)
{
	char text[512], found[CONFORMANCE_TEXT_MAX] = "";
	struct diagnostics diagnostics;
	struct config *config = NULL;

	snprintf(text, sizeof(text),
		 "{\"rulesets\": [{\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": \"continue\"}]], "
		 "\"actions\": [{\"name\": \"everything\", \"args\": {%s}}]}]}", row->args);
	diagnostics_init(&diagnostics, "test", false);
	if (!config_parse("test", text, strlen(text), &diagnostics, &config))
		try_arguments(&config->rulesets[0].actions[0], &diagnostics, found);
	for (size_t i = 0; i < diagnostics.nr_items && !*found; i++)
		if (diagnostics.items[i].severity == SEVERITY_ERROR)
			snprintf(found, sizeof(found), "%s", diagnostics.items[i].text);
	config_free(config);
	diagnostics_fini(&diagnostics);
	conformance_expect(&row->is, found);
}
