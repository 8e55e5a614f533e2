/* SPDX-License-Identifier: GPL-2.0-only */
/* What a configuration says, and what is no configuration (oomd.md 2.1 and 5.5). */
#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "unit/conformance/catalogue.h"

#define SAME  NULL, NULL
#define ABORT "aborts (SIGABRT)", "a bad file must not end the daemon, and the message says where"
#define GROUPS "\"detectors\": [[\"g\", {\"name\": \"continue\"}]], \"actions\": [{\"name\": \"stop\"}]"
#define ONE(more) "{\"rulesets\": [{\"name\": \"r\", " more GROUPS "}]}"

static void tell_plugins(const struct config_plugin *plugins, size_t nr, char *buf)
{
	for (size_t i = 0; i < nr; i++) {
		strcat(strcat(buf, i ? " " : ""), plugins[i].name);
		for (size_t j = 0; j < plugins[i].nr_args; j++) {
			strcat(strcat(buf, j ? "," : "("), plugins[i].args[j].key);
			strcat(strcat(buf, "="), plugins[i].args[j].value);
		}
		strcat(buf, plugins[i].nr_args ? ")" : "");
	}
}

static void tell_names(const struct config_ruleset *r, char *buf)
{
	strcat(buf, r->name);
	for (size_t i = 0; i < r->nr_groups; i++) {
		strcat(strcat(strcat(buf, " ["), r->groups[i].name), ": ");
		tell_plugins(r->groups[i].detectors, r->groups[i].nr_detectors, buf);
		strcat(buf, "]");
	}
	strcat(buf, " -> ");
	tell_plugins(r->actions, r->nr_actions, buf);
}

static void tell_settings(const struct config_ruleset *r, char *buf)
{
	snprintf(buf, CONFORMANCE_TEXT_MAX,
		 "silence %s%s, delay %" PRId64 ", hook timeout %" PRId64 ", drop-in %s%s%s, "
		 "cgroup \"%s\", xattr_filter \"%s\"",
		 r->silence_engine ? "e" : "", r->silence_plugins ? "p" : "",
		 r->post_action_delay_s, r->prekill_hook_timeout_s,
		 r->disable_on_drop_in ? "T" : "F", r->drop_in_detectors ? "T" : "F",
		 r->drop_in_actions ? "T" : "F", r->cgroup, r->xattr_filter);
}

static void tell_first_names(const struct config *config, char *buf)
{
	tell_names(&config->rulesets[0], buf);
}

static void tell_first_settings(const struct config *config, char *buf)
{
	tell_settings(&config->rulesets[0], buf);
}

static void tell_counts(const struct config *config, char *buf)
{
	snprintf(buf, CONFORMANCE_TEXT_MAX, "%zu rulesets, %zu hooks", config->nr_rulesets,
		 config->nr_prekill_hooks);
}

static const char whole[] =
	"// a comment\n"
	"{ /* of both kinds */ \"rulesets\": [\n"
	"  { \"name\": \"first\", \"silence-logs\": \"engine,plugins\", \"post_action_delay\": \"10\",\n"
	"    \"prekill_hook_timeout\": \"40\",\n"
	"    \"drop-in\": { \"disable-on-drop-in\": true, \"detectors\": false, \"actions\": true },\n"
	"    \"detectors\": [\n"
	"      [ \"one\", { \"name\": \"pressure_above\", \"args\": { \"cgroup\": \"a\", "
	"\"threshold\": 80 } },\n"
	"               { \"name\": \"exists\", \"args\": { \"negate\": true } } ],\n"
	"      [ \"two\", { \"name\": \"continue\", \"args\": {} } ] ],\n"
	"    \"actions\": [ { \"name\": \"stop\", \"args\": {} } ] },\n"
	"  { \"name\": \"second\", " GROUPS " } ],\n"
	"  \"prekill_hooks\": [ { \"name\": \"dummy_prekill_hook\", \"args\": { \"cgroup\": \"/\" } } ] }";

static const struct {
	struct conformance is;
	const char *text;
	void (*tell)(const struct config *config, char *buf);
} json_parser[] = {
	{ { "JsonConfigParserTest.LoadIR", "rulesets and hooks", "2 rulesets, 1 hooks", SAME }, whole,
	  tell_counts },
	{ { "JsonConfigParserTest.LoadIR", "names, groups and arguments",
	    "first [one: pressure_above(cgroup=a,threshold=80) exists(negate=true)] [two: continue] "
	    "-> stop", SAME }, whole, tell_first_names },
	{ { "JsonConfigParserTest.LoadIR", "silence, delays, drop-in flags", "silence ep, delay 10, "
	    "hook timeout 40, drop-in TFT, cgroup \"\", xattr_filter \"\"", SAME }, whole,
	  tell_first_settings },
	{ { "JsonConfigParserTest.LoadIRBadInput", "\"not a json string\"",
	    "refused: expected true, false or null, in small letters, found \"not\"", ABORT },
	  "not a json string", tell_counts },
	{ { "oomd.md 2.1 (defaults)", "nothing given", "silence , delay 15, hook timeout 5, drop-in "
	    "FFF, cgroup \"\", xattr_filter \"\"", SAME }, ONE(""), tell_first_settings },
	{ { "oomd.md 2.1 (accepted)", "trailing commas, garbage behind the end, a BOM",
	    "1 rulesets, 0 hooks", SAME }, "\xef\xbb\xbf{\"rulesets\": [{\"name\": \"r\", " GROUPS
	  ",},],} and more", tell_counts },
	{ { "oomd.md 2.1 (accepted)", "a key given twice: the last counts", "silence , delay 7, hook "
	    "timeout 5, drop-in FFF, cgroup \"\", xattr_filter \"\"", SAME },
	  ONE("\"post_action_delay\": 3, \"post_action_delay\": 7, "), tell_first_settings },
	{ { "oomd.md 2.1 (accepted)", "unknown keys", "1 rulesets, 0 hooks", SAME },
	  ONE("\"colour\": \"blue\", "), tell_counts },
	{ { "oomd.md 2.1 (accepted)", "{}", "0 rulesets, 0 hooks", SAME }, "{}", tell_counts },
	{ { "oomd.md 2.1 (accepted)", "a list given as an object: in the order of its keys",
	    "r [g: continue] -> stop continue", SAME },
	  "{\"rulesets\": {\"x\": {\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": \"continue\"}]], "
	  "\"actions\": {\"2\": {\"name\": \"continue\"}, \"1\": {\"name\": \"stop\"}}}}}",
	  tell_first_names },
	{ { "oomd.md 2.1 (coercion)", "0.85, 5.0, 1e3, 15, true as arguments",
	    "r [g: continue] -> stop(a=0.84999999999999998,b=5.0,c=1000.0,d=15,e=true)", SAME },
	  "{\"rulesets\": [{\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": \"continue\"}]], "
	  "\"actions\": [{\"name\": \"stop\", \"args\": {\"a\": 0.85, \"b\": 5.0, \"c\": 1e3, "
	  "\"d\": 15, \"e\": true}}]}]}", tell_first_names },
	{ { "oomd.md 2.1 (coercion)", "post_action_delay \"10abc\"", "silence , delay 10, hook "
	    "timeout 5, drop-in FFF, cgroup \"\", xattr_filter \"\"", SAME },
	  ONE("\"post_action_delay\": \"10abc\", "), tell_first_settings },
	{ { "oomd.md 2.1 (coercion)", "post_action_delay null", "silence , delay 15, hook "
	    "timeout 5, drop-in FFF, cgroup \"\", xattr_filter \"\"", SAME },
	  ONE("\"post_action_delay\": null, "), tell_first_settings },
	{ { "oomd.md 2.1 (rejected)", "a list at the top", "refused: expected a configuration "
	    "{\"rulesets\": [...]}, found a list [...]", ABORT }, "[]", tell_counts },
	{ { "oomd.md 2.1 (rejected)", "a comment with #", "refused: comments begin with // or stand "
	    "between /* and */", ABORT }, "# no\n{}", tell_counts },
	{ { "oomd.md 2.1 (rejected)", "post_action_delay \"soon\"", "refused: key "
	    "\"post_action_delay\": expected a whole number of seconds, 0 to 2147483647, e.g. 15, "
	    "found \"soon\"", ABORT }, ONE("\"post_action_delay\": \"soon\", "), tell_counts },
	{ { "oomd.md 2.1 (rejected)", "post_action_delay -1", "refused: key "
	    "\"post_action_delay\": expected a whole number of seconds, 0 to 2147483647, e.g. 15, "
	    "found -1", "refused", "says which and why" }, ONE("\"post_action_delay\": -1, "),
	  tell_counts },
	{ { "oomd.md 2.1 (rejected)", "a list for silence-logs", "refused: key \"silence-logs\": "
	    "expected a single value, found a list [...]", ABORT },
	  ONE("\"silence-logs\": [\"engine\"], "), tell_counts },
	{ { "oomd.md 2.1 (rejected)", "\"yes\" for a drop-in flag", "refused: key \"actions\": "
	    "expected true or false, found \"yes\"", ABORT },
	  ONE("\"drop-in\": {\"actions\": \"yes\"}, "), tell_counts },
	{ { "oomd.md 2.1 (rejected)", "a ruleset without a name", "refused: Ruleset is missing name: "
	    "expected a key \"name\" with a text", "refused: Ruleset is missing name", "the same, "
	    "with what was expected" }, "{\"rulesets\": [{" GROUPS "}]}",
	  tell_counts },
};

CONFORMANCE(json_parser, "5.5 The file (JsonConfigParserTest), and oomd.md 2.1", json_parser, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "";
	struct diagnostics diagnostics;
	struct config *config = NULL;

	diagnostics_init(&diagnostics, "test", false);
	if (!config_parse("test", row->text, strlen(row->text), &diagnostics, &config))
		row->tell(config, found);
	for (size_t i = 0; i < diagnostics.nr_items && !*found; i++)
		if (diagnostics.items[i].severity == SEVERITY_ERROR)
			snprintf(found, sizeof(found), "refused: %s", diagnostics.items[i].text);
	config_free(config);
	diagnostics_fini(&diagnostics);
	conformance_expect(&row->is, found);
}
