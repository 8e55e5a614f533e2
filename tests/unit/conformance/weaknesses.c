/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What oomd does wrong (oomd.md 0 and 6.2) and boomd must not, each by its name. Where other tests
 * prove the same from another side, the row names them ("also ...").
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/engine.h"
#include "log.h"
#include "unit/conformance/look.h"
#include "unit/fake_source.h"
#include "unit/kill/scripted.h"
#include "unit/plugins/recording_killer.h"
#include "unit/plugins/world.h"

#define S 1000000000ULL

#define MANY		 200 /* cgroups, with fewer descriptors */
#define FEW_DESCRIPTORS	 64
#define RULE(actions)                                                                              \
	"{\"rulesets\": [{\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": \"continue\"}]], "   \
	"\"actions\": [" actions "]}]}"

static struct rules *compiled(const char *text)
{
	const struct plugin_env env = { .memory_total_bytes = FIXTURE_MEMORY_TOTAL };
	struct diagnostics diagnostics;
	struct config *config = NULL;
	struct rules *rules = NULL;

	diagnostics_init(&diagnostics, "test", false);
	cr_assert(zero(int, config_parse("test", text, strlen(text), &diagnostics, &config)));
	cr_assert(zero(int, rules_compile(config, &env, &diagnostics, &rules)));
	diagnostics_fini(&diagnostics);
	return rules;
}

static struct rlimit descriptors_before;

static void take_descriptors(struct rules *rules)
{
	struct rlimit few;

	(void)rules;
	cr_assert(zero(int, getrlimit(RLIMIT_NOFILE, &descriptors_before)));
	few = (struct rlimit){ FEW_DESCRIPTORS, descriptors_before.rlim_max };
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &few)));
}

static void give_descriptors(const struct machine_play *play)
{
	(void)play;
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &descriptors_before)));
}

static void more_cgroups_than_descriptors(char *buf)
{
	static struct machine_cgroup cgroups[MANY + 1];
	static char paths[MANY][16];
	const struct machine_play play = {
		.action = "kill_by_memory_size_or_growth", .args = "\"cgroup\": \"s/*\"",
		.ticks = { cgroups }, .prepare = take_descriptors, .finish = give_descriptors,
	};

	for (size_t i = 0; i < MANY; i++) {
		snprintf(paths[i], sizeof(paths[i]), "s/%zu", i);
		cgroups[i] = (struct machine_cgroup)CGROUP(paths[i], .current = 1 + i);
	}
	machine_play(&play, buf);
}

/*
 * A snapshot in the middle of a removal: "s1" went away after the row of "s1/victim" was read. The
 * sibling level has to be found all the same.
 */
static void cgroup_vanishing_during_a_pattern(char *buf)
{
	static struct recording_killer recorder;
	static struct fake_source fake;
	const struct engine_options options = {
		.source = &fake.source, .killer = &recorder.killer, .tick_ns = 5 * S,
		.max_cgroups = FAKE_ROWS_MAX,
	};
	struct engine *engine;

	log_set_level(LOG_LEVEL_ERR);
	recording_killer_init(&recorder);
	fake_source_init(&fake);
	fake_cgroup(&fake, 2, 99, "victim"); /* 99, its parent, has no row any more */
	fake_cgroup(&fake, 3, 1, "s2");
	fake_cgroup(&fake, 4, 3, "victim");
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, compiled(RULE("{\"name\": \"kill_by_io_cost\", \"args\": "
					       "{\"cgroup\": \"s*/*\"}}")));
	engine_run(engine, 100 * S);
	snprintf(buf, CONFORMANCE_TEXT_MAX, "killed: ");
	recording_killer_paths(&recorder, buf + strlen(buf), CONFORMANCE_TEXT_MAX - strlen(buf));
	engine_free(engine);
}

static void pid_0(char *buf)
{
	const struct machine_play play = {
		.action = "kill_by_io_cost", .args = "\"cgroup\": \"a\"",
		.ticks = { CGROUPS(CGROUP("a", .current = 1, .procs = "0\n123\n")) },
	};

	machine_play(&play, buf);
}

static void own_cgroup_in_the_pattern(char *buf)
{
	const struct machine_play play = {
		.action = "kill_by_memory_size_or_growth", .args = "\"cgroup\": \"system.slice/*\"",
		.own = "system.slice/boomd.service",
		.ticks = { CGROUPS(CGROUP("system.slice/boomd.service", .current = 900),
				   CGROUP("system.slice/web.service", .current = 100)) },
	};

	machine_play(&play, buf);
}

static void the_root_in_the_pattern(char *buf)
{
	const struct machine_play play = {
		.action = "kill_by_memory_size_or_growth", .args = "\"cgroup\": \"/\"",
		.own = "system.slice/boomd.service",
		.ticks = { CGROUPS(CGROUP("system.slice/boomd.service", .current = 900)) },
	};

	machine_play(&play, buf);
}

/* Calls of read(2) by this process so far; 0: not counted here. */
static unsigned long long nr_reads(void)
{
	unsigned long long nr = 0;
	char line[128];
	FILE *file = fopen("/proc/self/io", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "syscr: %llu", &nr) == 1)
			break;
	if (file)
		fclose(file);
	return nr;
}

struct cost {
	unsigned long long reads, comparisons;
};

/* Of one look and one search for a victim among so many siblings, every one of them refused. */
static struct cost cost_of_siblings(size_t nr)
{
	struct instance killer = world_plugin_named("kill_by_memory_size_or_growth", "cgroup=s/*");
	static struct recording_killer recorder;
	static struct decision decision;
	struct arena arena = { 0 };
	struct evaluation evaluation = { .arena = &arena, .killer = &recorder.killer,
					 .decision = &decision, .wake_ns = UINT64_MAX };
	struct moment moment = { .now_ns = S, .ruleset = "r", .group = "g",
				 .evaluation = &evaluation };
	struct look look;
	struct cost cost;
	char path[64];

	look_open(&look);
	for (size_t i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "s/c%04zu/memory.current", i * 7919 % nr);
		fixture_write(look.fixture, path, "%zu\n", i + 1);
	}
	recording_killer_init(&recorder);
	recording_killer_refuse(&recorder, "*", 0);
	cr_assert(zero(int, arena_init(&arena, FIXTURE_CGROUPS_MAX * 256)));
	cost.reads = nr_reads();
	look_again(&look);
	moment.tree = look.tree;
	moment.system = &look.snapshot.system;
	instance_run(&killer, &moment);
	cost.reads = nr_reads() - cost.reads;
	cost.comparisons = evaluation.nr_compared;
	cr_expect(eq(sz, recorder.nr_kills, nr), "each was tried");
	arena_fini(&arena);
	look_close(&look);
	instance_free(&killer);
	return cost;
}

/* Ten times as many siblings: ten times the reads; n log n comparisons, in whatever order they come. */
static void thousand_siblings(char *buf)
{
	struct cost hundred = cost_of_siblings(100), thousand = cost_of_siblings(1000);

	if (thousand.reads > 10 * hundred.reads || hundred.comparisons > 100 * 7 ||
	    thousand.comparisons > 1000 * 10)
		snprintf(buf, CONFORMANCE_TEXT_MAX, "reads %llu, then %llu; comparisons %llu, then %llu",
			 hundred.reads, thousand.reads, hundred.comparisons, thousand.comparisons);
	else
		strcpy(buf, "reads grow as n, comparisons as n log n");
}

/* Two rulesets that fire at once, over two real processes in cgroups of files. */
struct two_rulesets {
	struct fixture *fixture;
	struct source *source;
	struct scripted children;
	struct killer *killer;
	struct engine *engine;
	int nr_decisions, nr_outcomes;
};

static void count_decision(void *user, const struct decision *decision)
{
	struct two_rulesets *two = user;

	two->nr_decisions += decision->outcome == DECISION_PENDING;
}

static void count_outcome(void *user, const struct decision *decision)
{
	(void)decision;
	((struct two_rulesets *)user)->nr_outcomes++;
}

static void two_rulesets_cgroup(struct two_rulesets *two, size_t i, double percent, bool empty)
{
	char procs[16], path[] = { (char)('a' + i), '\0' };

	snprintf(procs, sizeof(procs), "%d\n", two->children.children[i].pid);
	fixture_cgroup(two->fixture, path, (struct fixture_cgroup){
		.current = 200 - i, .procs = empty ? "" : procs, .empty = empty,
		.memory_full = { percent, percent, percent, 0 },
	});
}

static void two_rulesets_open(struct two_rulesets *two)
{
	struct source_options where = { .proc = "/proc", .max_cgroups = FIXTURE_CGROUPS_MAX };
	struct engine_options options = {
		.real_killer = true, .tick_ns = 5 * S, .max_cgroups = FIXTURE_CGROUPS_MAX,
		.listener = { two, .decision = count_decision, .outcome = count_outcome },
	};
	const char *rule = "{\"name\": \"%s\", \"post_action_delay\": 60, \"detectors\": [[\"g\", "
			   "{\"name\": \"pressure_above\", \"args\": {\"cgroup\": \"*\", \"resource\": "
			   "\"memory\", \"threshold\": 50, \"duration\": 0}}]], \"actions\": [{\"name\": "
			   "\"kill_by_memory_size_or_growth\", \"args\": {\"cgroup\": \"*\"}}]}";
	char one[512], other[512], text[1200];

	log_set_level(LOG_LEVEL_ERR);
	two->fixture = fixture_new();
	scripted_init(&two->children, fixture_cgroup_fs(two->fixture));
	scripted_spawn(&two->children, 2);
	for (size_t i = 0; i < 2; i++)
		two_rulesets_cgroup(two, i, 90, false);
	where.cgroup_fs = fixture_cgroup_fs(two->fixture);
	cr_assert(zero(int, source_cgroupfs_open(&where, &two->source)));
	cr_assert(zero(int, killer_new(two->source, &two->killer)));
	options.source = two->source;
	options.killer = two->killer;
	cr_assert(zero(int, engine_new(&options, &two->engine)));
	snprintf(one, sizeof(one), rule, "one");
	snprintf(other, sizeof(other), rule, "other");
	snprintf(text, sizeof(text), "{\"rulesets\": [%s, %s]}", one, other);
	engine_set_rules(two->engine, compiled(text));
}

static void two_rulesets_close(struct two_rulesets *two)
{
	engine_free(two->engine);
	killer_free(two->killer);
	two->source->ops->close(two->source);
	fixture_free(two->fixture);
}

/* Runs until the kill that is on is over; the files then say what is left. */
static void two_rulesets_await(struct two_rulesets *two, int nr_outcomes, uint64_t now_ns)
{
	struct pollfd exits = { .fd = killer_exit_fd(two->killer), .events = POLLIN };

	while (two->nr_outcomes < nr_outcomes) {
		cr_assert(eq(int, poll(&exits, 1, 20000), 1));
		engine_run(two->engine, now_ns);
	}
}

static void two_rulesets_in_one_tick(char *buf, double percent_afterwards)
{
	static struct two_rulesets two;
	int at_once, ended_by;

	two = (struct two_rulesets){ 0 };
	two_rulesets_open(&two);
	engine_run(two.engine, 100 * S);
	at_once = two.nr_decisions;
	two_rulesets_cgroup(&two, 0, 0, true);
	two_rulesets_cgroup(&two, 1, percent_afterwards, false);
	two_rulesets_await(&two, 1, 101 * S);
	engine_run(two.engine, 106 * S); /* the next tick: is there still pressure? */
	ended_by = two.nr_decisions > 1 ? scripted_ended_by(&two.children, 1) :
					  scripted_survived(&two.children, 1);
	snprintf(buf, CONFORMANCE_TEXT_MAX, "%d at once; then the second %s", at_once,
		 ended_by == SIGKILL ? "too" : "lives");
	two_rulesets_close(&two);
}

static void two_rulesets_pressure_gone(char *buf)
{
	two_rulesets_in_one_tick(buf, 0);
}

static void two_rulesets_pressure_stays(char *buf)
{
	two_rulesets_in_one_tick(buf, 90);
}

static const struct {
	struct conformance is;
	void (*run)(char *buf);
} weaknesses[] = {
	{ { "more cgroups than descriptors", "200 siblings, RLIMIT_NOFILE 64 (also "
	    "cgroupfs::more_cgroups_than_descriptors)", "S; killed: s/199",
	    "C; killed: nobody, and nothing is said", "a descriptor is closed before the next is "
	    "opened" }, more_cgroups_than_descriptors },
	{ { "a cgroup vanishing during a multi-level pattern", "s*/*, while s1 is removed (also "
	    "cgroupfs::cgroups_that_come_and_go)", "killed: s2/victim", "killed: nobody",
	    "what is there is looked at, whatever else went away" },
	  cgroup_vanishing_during_a_pattern },
	{ { "pid 0", "cgroup.procs has a process of another PID namespace (also kill_bounds and "
	    "parse::numbers)", "S; killed: 123", "S; killed: its own process group",
	    "0 is no process" }, pid_0 },
	{ { "own cgroup in the pattern", "boomd's is the largest of system.slice/*",
	    "S; killed: system.slice/web.service", "S; killed: system.slice/oomd.service",
	    "who kills itself protects nobody" }, own_cgroup_in_the_pattern },
	{ { "the root in the pattern", "\"/\"", "C; killed: nobody", "S; killed: /",
	    "boomd and PID 1 are in it" }, the_root_in_the_pattern },
	{ { "1,000 siblings", "the cost of a look and a search, 100 and 1,000 siblings (also "
	    "base::cost)", "reads grow as n, comparisons as n log n", "reads grow as n * n",
	    "what is protected is computed once for all siblings" }, thousand_siblings },
	{ { "two rulesets in one tick", "both fire; the first kill ends the pressure",
	    "1 at once; then the second lives", "2 at once", "while a kill is verified nobody else is "
	    "killed, then the detectors are asked again" }, two_rulesets_pressure_gone },
	{ { "two rulesets in one tick", "both fire; the pressure stays",
	    "1 at once; then the second too", "2 at once", "as above" },
	  two_rulesets_pressure_stays },
};

CONFORMANCE(weaknesses, "6.2 Weaknesses of oomd that boomd must not have", weaknesses, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "";

	row->run(found);
	conformance_expect(&row->is, found);
}
