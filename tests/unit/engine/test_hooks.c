/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a configuration with prekill hooks to a kill: the window, the wake-ups, the record, and what
 * becomes of a hook that runs when the rules change. Commands are real, as is the spawner; time is
 * an argument, and what is waited for is an answer.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine/engine.h"
#include "table_test.h"
#include "unit/fake_source.h"
#include "unit/plugins/recording_killer.h"
#include "unit/spawn/commands.h"

#define S 1000000000ULL

#define RULES(timeout, hooks) RULES_WHEN("{ \"name\": \"continue\" }", timeout, hooks)
#define RULES_WHEN(detector, timeout, hooks)                                                       \
	"{ \"rulesets\": [ { \"name\": \"r\", \"prekill_hook_timeout\": \"" timeout "\",\n"        \
	"\"detectors\": [ [ \"g\", " detector " ] ],\n"                                           \
	"\"actions\": [ { \"name\": \"kill_by_memory_size_or_growth\",\n"                          \
	"\"args\": { \"cgroup\": \"*\" } } ] } ],\n"                                               \
	"\"prekill_hooks\": [\n" hooks " ] }"
#define PG_SCAN_RULES(hook)                                                                        \
	"{ \"rulesets\": [ { \"name\": \"r\", \"prekill_hook_timeout\": \"3600\",\n"             \
	"\"detectors\": [ [ \"g\", { \"name\": \"continue\" } ] ],\n"                              \
	"\"actions\": [ { \"name\": \"kill_by_pg_scan\", \"args\": { \"cgroup\": \"*\" } } ] } ],\n" \
	"\"prekill_hooks\": [ " hook " ] }"
#define EXEC(command)                                                                              \
	"{ \"name\": \"exec\", \"args\": { \"cgroup\": \"/\", \"command\": \"" command "\" } }"

static struct fake_source fake;
static struct recording_killer recorder;
static struct spawner *spawner;
static struct engine *engine;
static struct decision decided;
static char said[4096];

static void take_decision(void *user, const struct decision *decision)
{
	(void)user;
	decided = *decision;
}

static void tell_diagnostics(const struct diagnostics *diagnostics)
{
	size_t used = 0;

	for (size_t i = 0; i < diagnostics->nr_items; i++) {
		diagnostic_format(diagnostics, &diagnostics->items[i], said + used,
				  sizeof(said) - used - 2);
		used += strlen(said + used);
		said[used++] = '\n';
	}
	said[used] = '\0';
}

static int compile(const char *text, struct rules **ret_rules)
{
	const struct plugin_env env = { .memory_total_bytes = 1ULL << 30, .spawner = spawner };
	struct diagnostics diagnostics;
	struct config *config = NULL;
	int err;

	diagnostics_init(&diagnostics, "t", false);
	err = config_parse("t", text, strlen(text), &diagnostics, &config);
	if (!err)
		err = rules_compile(config, &env, &diagnostics, ret_rules);
	tell_diagnostics(&diagnostics);
	diagnostics_fini(&diagnostics);
	if (err)
		config_free(config);
	return err;
}

static void use_rules(const char *text)
{
	struct rules *rules;

	cr_assert(zero(int, compile(text, &rules)), "%s", said);
	engine_set_rules(engine, rules);
}

static struct boomd_row *add_cgroup(uint64_t id, const char *name, uint64_t bytes)
{
	struct boomd_row *row = fake_cgroup(&fake, id, 1, name);

	row->memory_bytes = row->anon_bytes = bytes;
	return row;
}

static void setup(void)
{
	const struct engine_options options = {
		.source = &fake.source,
		.killer = &recorder.killer,
		.max_cgroups = FAKE_ROWS_MAX,
		.listener.decision = take_decision,
	};

	commands_begin(&spawner);
	fake_source_init(&fake);
	fake.source.cgroup_fs = "/nonexistent";
	recording_killer_init(&recorder);
	cr_assert(zero(int, engine_new(&options, &engine)));
	add_cgroup(10, "big", 100 << 20);
	add_cgroup(11, "small", 50 << 20);
}

static void teardown(void)
{
	engine_free(engine);
	commands_end(spawner);
}

TestSuite(engine_hooks, .init = setup, .fini = teardown, .timeout = 120);

/* What the event loop does when the spawner's socket becomes readable. */
static void await_answer(void)
{
	struct pollfd fd = { .fd = spawner_fd(spawner), .events = POLLIN };

	cr_assert(eq(int, poll(&fd, 1, -1), 1));
	(void)spawner_drain(spawner);
	engine_ask(engine);
}

/* Its two steps are over when the hook is fired: an answer must not begin them anew. */
Test(engine_hooks, kill_by_pg_scan_kills_when_its_hook_answers)
{
	uint64_t now_ns = clock_now_ns();

	use_rules(PG_SCAN_RULES(EXEC("/bin/echo farewell")));
	engine_run(engine, now_ns);
	fake.rows[1].pgscan_pages += 100;
	now_ns += 5 * S;
	engine_run(engine, now_ns);
	cr_expect(zero(sz, recorder.nr_kills), "its hook runs");
	await_answer();
	engine_run(engine, now_ns + 1);
	cr_assert(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(str, recorder.kills[0].path, "big"));
}

Test(engine_hooks, a_kill_waits_for_its_hook_and_has_its_output)
{
	uint64_t now_ns = clock_now_ns();

	use_rules(RULES("3600", EXEC("/bin/echo farewell")));
	engine_run(engine, now_ns);
	cr_expect(zero(sz, recorder.nr_kills));
	cr_expect(eq(u64, engine_wake_ns(engine), now_ns + S), "retried, and woken before by the answer");
	await_answer();
	engine_run(engine, now_ns + 1);
	cr_assert(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(str, recorder.kills[0].path, "big"));
	cr_expect(eq(str, decided.hook.name, "exec"));
	cr_expect(eq(int, decided.hook.result.end, SPAWN_EXITED));
	cr_expect(eq(str, decided.hook.result.output, "farewell\n"));
	cr_expect(eq(sz, decided.nr_candidates, 2));
}

Test(engine_hooks, a_hook_that_hangs_is_killed_at_the_end_of_the_window)
{
	uint64_t now_ns = clock_now_ns();
	static char text[2048];

	snprintf(text, sizeof(text), RULES("3600", EXEC("%s")),
		 commands_script("exec 3>$FIFO; echo x >&3; sleep 1000"));
	use_rules(text);
	engine_run(engine, now_ns);
	commands_await_fifo();
	engine_run(engine, now_ns + 3599 * S);
	cr_expect(zero(sz, recorder.nr_kills));
	cr_expect(eq(u64, engine_wake_ns(engine), now_ns + 3600 * S), "one window, from the beginning");
	engine_run(engine, now_ns + 3600 * S);
	cr_assert(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(int, decided.hook.result.end, SPAWN_TIMED_OUT));
	commands_await_fifo_end();
}

/* One window for all hooks of a chain: the second one's does not begin anew. */
Test(engine_hooks, the_hook_of_the_next_best_has_what_is_left_of_the_window)
{
	uint64_t now_ns = clock_now_ns();

	recording_killer_refuse(&recorder, "big", -EPERM);
	use_rules(RULES("3600", EXEC("/bin/true")));
	engine_run(engine, now_ns);
	await_answer();
	engine_run(engine, now_ns + 3000 * S);
	cr_expect(eq(sz, recorder.nr_kills, 1), "big is tried, and small has a hook now");
	engine_run(engine, now_ns + 3600 * S);
	cr_expect(eq(sz, recorder.nr_kills, 2));
	cr_expect(eq(str, decided.victim, "small"));
	cr_expect(eq(sz, decided.nr_hooks, 2));
	cr_expect(eq(int, decided.hook.result.end, SPAWN_TIMED_OUT), "nobody took its answer");
}

Test(engine_hooks, a_window_of_zero_fires_no_hook)
{
	use_rules(RULES("0", EXEC("/bin/echo x")));
	engine_run(engine, clock_now_ns());
	cr_expect(eq(sz, recorder.nr_kills, 1));
	cr_expect(zero(sz, decided.nr_hooks));
}

/* The record that began it is the one in which the hook was fired. */
Test(engine_hooks, what_woke_boomd_is_what_woke_it_before_the_pause)
{
	uint64_t now_ns = clock_now_ns();

	use_rules(RULES_WHEN("{ \"name\": \"exists\", \"args\": { \"cgroup\": \"go\" } }", "3600",
			     EXEC("/bin/true")));
	engine_run(engine, now_ns - S);
	add_cgroup(12, "go", 0);
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 10, 0);
	engine_drain(engine, now_ns);
	engine_run(engine, now_ns);
	await_answer();
	fake_record(&fake, BOOMD_RECORD_MEMORY_EVENTS, 11, 0);
	engine_drain(engine, now_ns + S);
	engine_run(engine, now_ns + S);
	cr_assert(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(u32, decided.trigger.kind, BOOMD_RECORD_WATCH_ABOVE));
	cr_expect(eq(u64, decided.drained_ns, now_ns));
	cr_expect(le(u64, decided.snapshot_ns, decided.hook.fired_ns));
	cr_expect(le(u64, decided.hook.result.finished_ns, decided.decided_ns));
}

Test(engine_hooks, a_reload_kills_the_hook_and_spares_the_victim)
{
	uint64_t now_ns = clock_now_ns();
	static char text[2048];

	snprintf(text, sizeof(text), RULES("3600", EXEC("%s")),
		 commands_script("exec 3>$FIFO; echo x >&3; sleep 1000"));
	use_rules(text);
	engine_run(engine, now_ns);
	commands_await_fifo();
	use_rules(RULES("5", "{ \"name\": \"dummy_prekill_hook\", \"args\": { \"cgroup\": \"none\" } }"));
	commands_await_fifo_end();
	cr_expect(zero(sz, recorder.nr_kills));
	engine_run(engine, now_ns + S);
	cr_expect(eq(sz, recorder.nr_kills, 1), "the new rules decide anew");
	cr_expect(zero(sz, decided.nr_hooks));
}

Test(engine_hooks, without_its_spawner_kills_go_on)
{
	struct rules *rules;
	const char *text = RULES("3600", EXEC("/bin/true"));
	const struct plugin_env none = { .memory_total_bytes = 1ULL << 30 };
	struct diagnostics diagnostics;
	struct config *config = NULL;

	diagnostics_init(&diagnostics, "t", false);
	cr_assert(zero(int, config_parse("t", text, strlen(text), &diagnostics, &config)));
	cr_assert(zero(int, rules_compile(config, &none, &diagnostics, &rules)));
	diagnostics_fini(&diagnostics);
	engine_set_rules(engine, rules);
	engine_run(engine, clock_now_ns());
	cr_expect(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(int, decided.hook.result.end, SPAWN_NOT_STARTED));
	cr_expect(eq(int, decided.hook.result.status, -ENOTCONN));
}

/* --- drop-ins --- */

static void add_drop_in(const char *tag, const char *hooks)
{
	struct diagnostics diagnostics;
	struct config *written = NULL;
	struct drop_in *drop_in;
	char text[1024];

	snprintf(text, sizeof(text), "{ \"rulesets\": [], \"prekill_hooks\": [ %s ] }", hooks);
	diagnostics_init(&diagnostics, tag, false);
	cr_assert(zero(int, config_parse(tag, text, strlen(text), &diagnostics, &written)));
	cr_assert(zero(int, drop_in_compile(tag, written, engine_rules(engine), &diagnostics,
					    &drop_in)));
	engine_add_drop_in(engine, drop_in);
	config_free(written);
	diagnostics_fini(&diagnostics);
}

static const char *next_output(uint64_t now_ns)
{
	engine_run(engine, now_ns);
	await_answer();
	engine_run(engine, now_ns + 1);
	return decided.hook.result.output;
}

Test(engine_hooks, those_of_drop_ins_come_first_the_newest_before_the_others)
{
	uint64_t now_ns = clock_now_ns();

	use_rules(RULES("3600", EXEC("/bin/echo base")));
	add_drop_in("a", EXEC("/bin/echo a"));
	cr_expect(eq(str, (char *)next_output(now_ns), "a\n"), "before the configuration's");
	add_drop_in("b", EXEC("/bin/echo b"));
	cr_expect(eq(str, (char *)next_output(now_ns + 100 * S), "b\n"), "the newest");
	add_drop_in("a", EXEC("/bin/echo a2"));
	cr_expect(eq(str, (char *)next_output(now_ns + 200 * S), "a2\n"), "added again, to the front");
	engine_remove_drop_in(engine, "a");
	cr_expect(eq(str, (char *)next_output(now_ns + 300 * S), "b\n"), "falls back");
	engine_remove_drop_in(engine, "b");
	cr_expect(eq(str, (char *)next_output(now_ns + 400 * S), "base\n"));
}

/* The drop-in goes while its hook runs: the kill still has the hook's end. */
Test(engine_hooks, a_hook_outlives_its_drop_in)
{
	uint64_t now_ns = clock_now_ns();

	use_rules(RULES("3600", EXEC("/bin/echo base")));
	add_drop_in("a", EXEC("/bin/echo a"));
	engine_run(engine, now_ns);
	engine_remove_drop_in(engine, "a");
	await_answer();
	engine_run(engine, now_ns + 1);
	cr_expect(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(str, decided.hook.result.output, "a\n"));
}

/* --- configuration --- */

static const struct {
	const char *hooks, *says[2], *why;
} bad[] = {
	{ "{ \"name\": \"exce\", \"args\": {} }",
	  { "t:6:11: error: Could not locate plugin=exce", "did you mean \"exec\"" }, "unknown" },
	{ "{ \"name\": \"kill_by_pressure\", \"args\": {} }",
	  { "t:6:11: error: Could not locate plugin=kill_by_pressure" }, "an action is no hook" },
	{ "{ \"name\": \"exec\", \"args\": { \"cgroup\": \"/\" } }",
	  { "t:6:11: error: Required arg \"command\" missing in plugin \"exec\"" }, "no command" },
	{ "{ \"name\": \"exec\", \"args\": { \"cgroup\": \"/\",\n\"command\": \"echo x\" } }",
	  { "t:7:12: error: plugin \"exec\", argument command: expected an absolute path" },
	  "a relative path" },
	{ "{ \"name\": \"exec\", \"args\": { \"cgroup\": \"/\",\n\"command\": \"\" } }",
	  { "t:7:12: error: plugin \"exec\", argument command: expected an absolute path" },
	  "an empty one" },
	{ "{ \"name\": \"exec\", \"args\": { \"command\": \"/bin/true\", \"timeout\": \"-1\" } }",
	  { "t:6:", "Arg \"timeout\" of plugin \"exec\"" }, "a negative time-out" },
	{ "{ \"name\": \"dummy_prekill_hook\", \"args\": { \"cgroups\": \"/\" } }",
	  { "Unknown arg \"cgroups\" in plugin \"dummy_prekill_hook\"", "did you mean \"cgroup\"" },
	  "an unknown argument" },
	{ "{ \"name\": \"dummy_prekill_hook\", \"args\": { \"cgroup\": \"a/../b\" } }",
	  { "t:6:", "'..' would leave the cgroup root" }, "a pattern that leaves the root" },
	{ "{ \"name\": \"one\" }, { \"name\": \"two\" }", { "plugin=one", "plugin=two" },
	  "every mistake" },
};

TABLE_TEST(engine_hooks, bad_hooks_are_refused_at_their_place, bad, row)
{
	struct rules *rules = NULL;
	char text[1024];

	snprintf(text, sizeof(text), RULES("5", "%s"), row->hooks);
	cr_expect(eq(int, compile(text, &rules), -EINVAL), "%s", row->why);
	cr_expect(zero(ptr, rules), "%s", row->why);
	for (size_t i = 0; i < 2 && row->says[i]; i++)
		cr_expect(strstr(said, row->says[i]) != NULL, "%s: \"%s\" is not in:\n%s", row->why,
			  row->says[i], said);
}

Test(engine_hooks, only_exec_wants_a_spawner)
{
	struct rules *rules;

	cr_assert(zero(int, compile(RULES("5", "{ \"name\": \"dummy_prekill_hook\" }"), &rules)));
	rules_free(rules);
	cr_expect(zero(int, spawner_wanted(spawner)));
	cr_assert(zero(int, compile(RULES("5", EXEC("/bin/true")), &rules)));
	rules_free(rules);
	cr_expect(eq(int, spawner_wanted(spawner), true));
}
