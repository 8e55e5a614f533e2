/* SPDX-License-Identifier: GPL-2.0-only */
/* Which plugins there are, what their tables say, and how instances come and go. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/redirect.h>

#include "log.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/kill_by_name.h"
#include "unit/plugins/world.h"

static const struct {
	const char *name;
	enum plugin_kind kind;
	bool there;
} names[] = {
	{ "continue", PLUGIN_DETECT, true },
	{ "exists", PLUGIN_DETECT, true },
	{ "kernel_panic", PLUGIN_ACT, true },
	{ "kill_by_io_cost", PLUGIN_KILL, true },
	{ "kill_by_memory_size_or_growth", PLUGIN_KILL, true },
	{ "kill_by_pressure", PLUGIN_KILL, true },
	{ "memory_above", PLUGIN_DETECT, true },
	{ "pressure_above", PLUGIN_DETECT, true },
	{ "psi_trigger", PLUGIN_DETECT, true },
	{ "senpai", PLUGIN_ACT, true },
	{ "stop", PLUGIN_DETECT, true },
	{ "systemd_restart", PLUGIN_ACT, true },
	{ "", PLUGIN_DETECT, false },
	{ "Stop", PLUGIN_DETECT, false },
	{ "stop ", PLUGIN_DETECT, false },
	{ "kill_by_", PLUGIN_DETECT, false },
};

TABLE_TEST(plugins, find, names, row)
{
	const struct plugin *plugin = registry_find(row->name);

	cr_assert(eq(int, plugin != NULL, row->there), "%s", row->name);
	if (!plugin)
		return;
	cr_expect(eq(str, (char *)plugin->name, (char *)row->name));
	cr_expect(eq(int, plugin->kind, (int)row->kind), "%s", row->name);
}

Test(plugins, sorted)
{
	size_t nr = 0;

	for (; registry_at(nr); nr++)
		cr_expect(nr == 0 || strcmp(registry_at(nr - 1)->name, registry_at(nr)->name) < 0,
			  "%s is not in its place", registry_at(nr)->name);
	cr_expect(eq(sz, nr, 19));
	cr_expect(registry_at(nr + 1) == NULL);
	cr_expect(registry_at((size_t)-1) == NULL);
}

Test(plugins, nearest)
{
	cr_expect(eq(str, (char *)registry_nearest("pressure_abov"), "pressure_above"));
	cr_expect(eq(str, (char *)registry_nearest("kill_by_presure"), "kill_by_pressure"));
	cr_expect(registry_nearest("xyzzy_plugh_nothing") == NULL);
}

static void expect_sound_table(const char *owner, const struct plugin_arg *args)
{
	for (const struct plugin_arg *arg = args; arg && arg->name; arg++) {
		cr_expect(arg->type != ARG_NONE, "%s.%s has no type", owner, arg->name);
		cr_expect(arg->help && *arg->help, "%s.%s has no help", owner, arg->name);
		cr_expect(arg->fallback == NULL || !arg->required, "%s.%s is required and has a default",
			  owner, arg->name);
		cr_expect(arg->min <= arg->max, "%s.%s: range", owner, arg->name);
		for (const struct plugin_arg *other = args; other < arg; other++)
			cr_expect(strcmp(other->name, arg->name) != 0, "%s.%s twice", owner,
				  arg->name);
		for (const struct plugin_arg *common = kill_arg_table; common->name; common++)
			cr_expect(args == kill_arg_table ||
					  registry_find(owner)->kind != PLUGIN_KILL ||
					  strcmp(common->name, arg->name) != 0,
				  "%s.%s hides the base's", owner, arg->name);
	}
}

Test(plugins, tables)
{
	expect_sound_table("kill", kill_arg_table);
	for (size_t i = 0; registry_at(i); i++)
		expect_sound_table(registry_at(i)->name, registry_at(i)->args);
}

/* The list is made of the tables: each plugin and each argument has its line. */
Test(plugins, print)
{
	static char list[16384];
	size_t used;
	FILE *out;

	cr_redirect_stdout();
	registry_print();
	fflush(stdout);
	out = cr_get_redirected_stdout();
	used = fread(list, 1, sizeof(list) - 1, out);
	list[used] = '\0';
	for (size_t i = 0; registry_at(i); i++) {
		const struct plugin *plugin = registry_at(i);
		char line[256];

		snprintf(line, sizeof(line), "%s (%s): %s\n", plugin->name,
			 plugin->kind == PLUGIN_KILL ? "kill action" :
			 plugin->kind == PLUGIN_ACT  ? "action" :
						       "detector",
			 plugin->about);
		cr_expect(strstr(list, line) != NULL, "%s is not in\n%s", line, list);
		for (const struct plugin_arg *arg = plugin->args; arg && arg->name; arg++)
			cr_expect(strstr(list, arg->help) != NULL, "%s.%s", plugin->name, arg->name);
	}
	cr_expect(strstr(list, "dummy_prekill_hook (prekill hook): ") != NULL, "hooks are listed, too");
	cr_expect(strstr(list, "exec (prekill hook): ") != NULL);
	cr_expect(strstr(list, "every prekill hook also takes:\n    cgroup ") != NULL);
	cr_expect(strstr(list, "post_action_delay       integer >= 0 ") != NULL);
	cr_expect(strstr(list, "(0 to 99) [default 80]") != NULL);
	cr_expect(strstr(list, "resource                memory|io          what is short [required]") != NULL);
	cr_expect(strstr(list, "8796093022207") == NULL, "a default that stands for none is listed");
}

static int refuse(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	(void)state;
	(void)env;
	(void)ret_error;
	return -EINVAL;
}

static int nr_finis;

static void count_fini(void *state)
{
	(void)state;
	nr_finis++;
}

static enum verdict run_nothing(void *state, const struct moment *now)
{
	(void)state;
	(void)now;
	return VERDICT_CONTINUE;
}

struct text_state {
	char *text;
};

static const struct plugin_arg text_args[] = {
	{ "text", ARG_STRING, offsetof(struct text_state, text), .fallback = "fallback", .help = "x" },
	{ 0 },
};

/* fini() is for what init() made: once, and not after a failed init(). */
Test(instance, fini_follows_init)
{
	struct plugin plugin = { .api = PLUGIN_API, .kind = PLUGIN_DETECT, .name = "x", .about = "x",
				 .args = text_args, .state_size = sizeof(struct text_state),
				 .fini = count_fini, .run = run_nothing };
	struct instance instance = world_plugin(&plugin, "text=something");
	struct plugin_error error = { 0 };

	cr_expect(eq(str, ((struct text_state *)instance.state)->text, "something"));
	instance_free(&instance);
	cr_expect(eq(int, nr_finis, 1));
	instance_free(&instance);
	cr_expect(eq(int, nr_finis, 1));

	plugin.init = refuse;
	cr_expect(eq(int, world_try_plugin(&plugin, "text=something", &instance, &error), -EINVAL));
	instance_free(&instance);
	cr_expect(eq(int, nr_finis, 1));
}

static const struct {
	const char *why;
	struct plugin plugin;
} incomplete[] = {
	{ "another version", { .api = PLUGIN_API + 1, .name = "x", .about = "x", .run = run_nothing } },
	{ "no version", { .name = "x", .about = "x", .run = run_nothing } },
	{ "no name", { .api = PLUGIN_API, .about = "x", .run = run_nothing } },
	{ "no about", { .api = PLUGIN_API, .name = "x", .run = run_nothing } },
	{ "a detector that does nothing", { .api = PLUGIN_API, .name = "x", .about = "x" } },
	{ "a hook that cannot be fired",
	  { .api = PLUGIN_API, .kind = PLUGIN_HOOK, .name = "x", .about = "x", .run = run_nothing } },
	{ "a kill plugin that cannot rank",
	  { .api = PLUGIN_API, .kind = PLUGIN_KILL, .name = "x", .about = "x", .run = run_nothing } },
};

TABLE_TEST(instance, incomplete, incomplete, row)
{
	struct instance instance = { 0 };

	cr_expect(eq(int, instance_new(&row->plugin, &instance), -ENOTSUP), "%s", row->why);
	cr_expect(instance.state == NULL, "%s", row->why);
}

/* Every line of log that plugins write themselves, as it reaches standard error. */
static const struct {
	const char *why, *plugin, *args;
	bool silent, debug; /* of the ruleset; --verbose */
	const char *said;   /* what is in it; "": nothing is said */
} said[] = {
	{ "oomd's words for pressure", "pressure_above", "cgroup=a;resource=memory;threshold=80;duration=0",
	  false, false,
	  "10s pressure 85.50 is over the threshold of 80 for 0 seconds , total usage is 300MB\n" },
	{ "silence-logs", "pressure_above", "cgroup=a;resource=memory;threshold=80;duration=0", true,
	  false, "" },
	{ "not above, not a word", "pressure_above", "cgroup=a;resource=memory;threshold=90;duration=0",
	  false, false, "" },
	{ "memory speaks only when asked", "memory_above", "cgroup=a;threshold=1M;duration=0", false,
	  false, "" },
	{ "debug asks", "memory_above", "cgroup=a;threshold=1M;duration=0;debug=true", false, false,
	  "memory_above: 300MB in use, 300MB of it anonymous, threshold 1MB: fires\n" },
	{ "kill plugins leave it to the report", "kill_by_io_cost", "cgroup=*", false, false, "" },
	{ "debug: everything about every candidate", "kill_by_io_cost", "cgroup=*;debug=true", false,
	  false,
	  "Dumping OomdContext: \nname=a\n  pressure=85.5:0:0-0:0:0\n  mem=300MB mem_avg=300MB "
	  "mem_low=0MB mem_min=0MB mem_high=8796093022207MB mem_max=8796093022207MB mem_prot=0MB "
	  "anon=300MB swap_usage=0MB\n  io_cost_cumulative=0 io_cost_rate=7\n  pg_scan_cumulative=0 "
	  "pg_scan_rate=0\n  kill_preference=NORMAL\nname=idle\n" },
	{ "--verbose: what is worth a look", "kill_by_io_cost", "cgroup=*", false, true,
	  "Dumping OomdContext: \nname=a\n" },
	{ "--verbose, silenced", "kill_by_io_cost", "cgroup=*", true, true, "" },
	{ "nobody to look for", "exists", "cgroup=", false, false,
	  "exists is given no cgroup and will never find one\n" },
};

TABLE_TEST(log, said, said, row)
{
	static struct world world;
	static char text[8192];
	static const struct world_row rows[] = {
		{ .path = "a", .memory_bytes = 300 * WORLD_MIB, .memory_full = { 85.5 },
		  .io_cost_rate = 7 },
		{ .path = "idle" }, { 0 },
	};
	struct instance instance;
	FILE *err;

	cr_redirect_stderr();
	instance = world_plugin_named(row->plugin, row->args);
	instance_warn_if_blind(&instance);
	world_open(&world, rows);
	world.now.silent = row->silent;
	log_set_level(row->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	world_run(&world, &instance);
	err = cr_get_redirected_stderr();
	text[fread(text, 1, sizeof(text) - 1, err)] = '\0';
	if (*row->said)
		cr_expect(strstr(text, row->said) != NULL, "%s: said \"%s\"", row->why, text);
	else
		cr_expect(eq(str, text, ""), "%s", row->why);
	if (row->debug && *row->said)
		cr_expect(strstr(text, "name=idle") == NULL, "%s", row->why);
	instance_free(&instance);
	world_close(&world);
}
