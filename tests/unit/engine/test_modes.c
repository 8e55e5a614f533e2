/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * By events and by tick, boomd decides alike: over random lives of a small machine, both are held
 * against one that looks all the time (every 100 ms). What that one sees hold for longer than a tick
 * and a fold, each mode says within that time; and what a mode says is true, but for dips that
 * are shorter. Events wake it only as the kernel side would send them, so a detector that does not
 * declare or ask for what it needs is late here.
 *
 * Of 300 lives five disagree for one detector or another: four in which a cgroup that goes hides a
 * scan in the sum of all, for less than one fold more, and one fall so near its ratio that the folds
 * decide.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "log.h"
#include "table_test.h"
#include "unit/engine/machine.h"
#include "unit/engine/puppets.h"
#include "unit/plugins/world.h"

#define S	 1000000000ULL
#define LIFE_NS	 (240 * S)
#define QUIET_NS (600 * S) /* long enough for every average of a minute to be forgotten */
#define NR_LIVES 30
#define LOOKS_MAX 4096

/* What a mode has seen: each evaluation, and whether the detector held in it. */
struct looks {
	struct {
		uint64_t at_ns;
		bool fired;
	} items[LOOKS_MAX];
	size_t nr;
};

static struct rules *rules_with(const char *plugin, const char *args)
{
	struct rules *rules = puppet_rules(1, 1);
	struct instance *detector = &rules->rulesets[0].groups[0].detectors[0];

	instance_free(detector);
	*detector = world_plugin_named(plugin, args);
	return rules;
}

static void look(struct looks *looks, struct engine *engine, const struct puppet *action,
		 uint64_t now_ns)
{
	uint64_t nr_evaluations = engine_evaluations(engine);
	int nr_fired = action->nr_runs;

	engine_run(engine, now_ns);
	if (engine_evaluations(engine) == nr_evaluations)
		return;
	cr_assert(lt(sz, looks->nr, LOOKS_MAX));
	looks->items[looks->nr].at_ns = now_ns;
	looks->items[looks->nr++].fired = action->nr_runs > nr_fired;
}

/* What a detector is asked, and by whom. */
struct trial {
	uint64_t seed;
	const char *plugin, *args;
	uint64_t tick_ns; /* 0: by events */
	uint64_t poll_ns; /* ... and this often */
	uint64_t rests_after_ns; /* 0: the machine never does */
};

static void live(struct looks *looks, const struct trial *trial)
{
	static struct fake_source source;
	struct engine_options options = { .source = &source.source,
					  .tick_ns = trial->tick_ns,
					  .poll_ns = trial->poll_ns,
					  .max_cgroups = FAKE_ROWS_MAX };
	struct rules *rules = rules_with(trial->plugin, trial->args);
	const struct puppet *action = puppet_action(rules, 0, 0);
	uint64_t end_ns = MACHINE_START_NS + LIFE_NS;
	struct machine machine;
	struct engine *engine;

	looks->nr = 0;
	fake_source_init(&source);
	machine_begin(&machine, trial->seed);
	if (trial->rests_after_ns) {
		machine.rests_from_ns = MACHINE_START_NS + trial->rests_after_ns;
		end_ns = machine.rests_from_ns + QUIET_NS;
	}
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	while (machine.now_ns < end_ns) {
		machine_show(&machine, &source);
		if (source.nr_records)
			engine_drain(engine, machine.now_ns);
		while (engine_wake_ns(engine) <= machine.now_ns) {
			look(looks, engine, action, machine.now_ns);
			machine_looked_at(&machine, &source);
		}
		machine_step(&machine, &source);
	}
	engine_free(engine);
}

static bool fires_about(const struct looks *looks, uint64_t at_ns, uint64_t slack_ns)
{
	for (size_t i = 0; i < looks->nr; i++)
		if (looks->items[i].fired && looks->items[i].at_ns + slack_ns >= at_ns &&
		    looks->items[i].at_ns <= at_ns + slack_ns)
			return true;
	return false;
}

/* Is there a time of at least slack_ns between from and to in which it never fires? */
static bool pauses(const struct looks *looks, uint64_t from_ns, uint64_t to_ns, uint64_t slack_ns)
{
	uint64_t last_ns = from_ns;

	for (size_t i = 0; i < looks->nr && looks->items[i].at_ns < to_ns; i++) {
		if (!looks->items[i].fired || looks->items[i].at_ns < from_ns)
			continue;
		if (looks->items[i].at_ns - last_ns >= slack_ns)
			return true;
		last_ns = looks->items[i].at_ns;
	}
	return to_ns - last_ns >= slack_ns;
}

static double seconds(uint64_t at_ns)
{
	return (double)(at_ns - MACHINE_START_NS) / (double)S;
}

/* All that truly holds for long is said; returns how often it did. */
static size_t expect_complete(const struct looks *truth, const struct looks *mode,
			      uint64_t slack_ns, const char *what)
{
	size_t nr = 0;

	for (size_t i = 0, end; i < truth->nr; i = end) {
		uint64_t from_ns = truth->items[i].at_ns;

		for (end = i + 1; truth->items[i].fired && end < truth->nr && truth->items[end].fired;)
			end++;
		if (!truth->items[i].fired || truth->items[end - 1].at_ns < from_ns + slack_ns)
			continue;
		nr++;
		cr_expect(fires_about(mode, from_ns, slack_ns), "%s: misses %.1f s", what,
			  seconds(from_ns));
	}
	return nr;
}

/* All that is said holds at least now and then, and so it did for the duration. */
static void expect_sound(const struct looks *instant, const struct looks *mode,
			 uint64_t duration_ns, uint64_t slack_ns, const char *what)
{
	for (size_t i = 0; i < mode->nr; i++) {
		uint64_t at_ns = mode->items[i].at_ns, first_ns = MACHINE_START_NS + duration_ns;

		if (!mode->items[i].fired)
			continue;
		cr_expect(fires_about(instant, at_ns, slack_ns), "%s: false at %.1f s", what,
			  seconds(at_ns));
		if (duration_ns && at_ns >= first_ns)
			cr_expect(not(pauses(instant, at_ns - duration_ns, at_ns, slack_ns)),
				  "%s: did not last at %.1f s", what, seconds(at_ns));
	}
}

static const struct {
	const char *plugin, *args;
	/* 5 where a tick means something, as it does by events: up to two of them, says lookback.h */
	uint64_t tick_s;
	int duration_s;	 /* -1: has none */
	enum { HELD, HELD_IN_PART, RECENT } duration; /* what it means: of all of the condition? */
} detectors[] = {
	{ "pressure_above", "cgroup=a;resource=memory;threshold=5", 1, 0, HELD },
	{ "pressure_above", "cgroup=a;resource=memory;threshold=15", 1, 10, HELD },
	{ "pressure_above", "cgroup=a;resource=io;threshold=60", 1, 3, HELD },
	{ "pressure_above", "cgroup=*;resource=memory;threshold=30", 1, 20, HELD },
	{ "pressure_above", "cgroup=*,b/*;resource=memory;threshold=30", 1, 0, HELD },
	{ "pressure_above", "cgroup=/;resource=memory;threshold=40", 1, 10, HELD },
	{ "pressure_rising_beyond", "cgroup=a;resource=memory;threshold=20", 5, 0, HELD },
	{ "pressure_rising_beyond", "cgroup=*;resource=memory;threshold=20", 5, 10, HELD_IN_PART },
	{ "pressure_rising_beyond", "cgroup=/;resource=io;threshold=10;fast_fall_ratio=0.6", 5, 5, HELD_IN_PART },
	{ "pressure_rising_beyond", "cgroup=a,b;resource=io;threshold=5;fast_fall_ratio=0.95", 5, 0,
	  HELD },
	{ "memory_above", "cgroup=a;threshold=200M", 1, 0, HELD },
	{ "memory_above", "cgroup=*;threshold=500M", 1, 10, HELD },
	{ "memory_above", "cgroup=b;threshold_anon=200M", 1, 3, HELD },
	{ "memory_above", "cgroup=/;threshold=2000M", 1, 5, HELD },
	{ "memory_reclaim", "cgroup=a", 1, 2, RECENT },
	{ "memory_reclaim", "cgroup=*", 1, 3, RECENT },
	{ "memory_reclaim", "cgroup=/", 1, 10, RECENT },
	{ "swap_free", "threshold_pct=20", 1, -1, HELD },
	{ "swap_free", "threshold_pct=50", 1, -1, HELD },
	{ "swap_free", "threshold_pct=101;swapout_bps_threshold=1000000", 5, -1, HELD },
	{ "exists", "cgroup=d", 1, -1, HELD },
	{ "exists", "cgroup=d;negate=true", 1, -1, HELD },
	{ "nr_dying_descendants", "cgroup=/;count=0", 1, -1, HELD },
	{ "nr_dying_descendants", "cgroup=/;count=0;lte=false", 1, -1, HELD },
};

static void with_duration(char buf[256], const char *args, int duration_s)
{
	if (duration_s < 0)
		snprintf(buf, 256, "%s", args);
	else
		snprintf(buf, 256, "%s;duration=%d", args, duration_s);
}

TABLE_TEST(modes, decide_alike, detectors, row)
{
	static struct looks truth, instant, mode;
	uint64_t slack_ns = row->tick_s * S + MACHINE_FOLD_NS;
	int held_s = row->duration != HELD || row->duration_s < 0 ? 0 : row->duration_s;
	int instant_s = row->duration == RECENT || row->duration_s < 0 ? row->duration_s : 0;
	char args[256], instant_args[256], what[512];
	size_t nr_held = 0;

	log_set_level(LOG_LEVEL_ERR);
	with_duration(args, row->args, row->duration_s);
	with_duration(instant_args, row->args, instant_s);
	for (uint64_t seed = 1; seed <= NR_LIVES; seed++) {
		struct trial trial = { seed, row->plugin, args, 0, MACHINE_STEP_NS, 0 };

		live(&truth, &trial);
		trial.args = instant_args;
		live(&instant, &trial);
		trial = (struct trial){ seed, row->plugin, args, 0, 0, 0 };
		for (int by_tick = 0; by_tick < 2; by_tick++) {
			snprintf(what, sizeof(what), "%s(%s), seed %d, %s", row->plugin, args,
				 (int)seed, by_tick ? "by tick" : "by events");
			trial.tick_ns = by_tick ? row->tick_s * S : 0;
			live(&mode, &trial);
			nr_held += expect_complete(&truth, &mode, slack_ns, what);
			expect_sound(&instant, &mode, (uint64_t)held_s * S,
				     slack_ns + (row->tick_s == 5 ? 5 * S : 0), what);
		}
	}
	cr_expect(ge(sz, nr_held, NR_LIVES / 2), "%s(%s): too seldom to tell", row->plugin, args);
}

/* Once nothing runs any more, nobody is woken, unless there is something to be killed. */
TABLE_TEST(modes, sleep_on_a_quiet_machine, detectors, row)
{
	static struct looks looks;
	char args[256];

	log_set_level(LOG_LEVEL_ERR);
	with_duration(args, row->args, row->duration_s);
	for (uint64_t seed = 1; seed <= NR_LIVES / 3; seed++) {
		const struct trial trial = { seed, row->plugin, args, 0, 0, 60 * S };
		uint64_t quiet_ns = MACHINE_START_NS + 60 * S + QUIET_NS / 2;

		live(&looks, &trial);
		for (size_t i = 0; i < looks.nr; i++)
			cr_expect(looks.items[i].at_ns < quiet_ns || looks.items[i].fired,
				  "%s(%s), seed %d: woken at %.1f s", row->plugin, args, (int)seed,
				  seconds(looks.items[i].at_ns));
	}
}
