/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two steps of kill_by_pg_scan in the engine by events: a second sample a tick after the first,
 * whatever else wakes the engine meanwhile, and rates of that time and not of the hours before.
 */
#include "engine/engine.h"
#include "log.h"
#include "table_test.h"
#include "unit/engine/puppets.h"
#include "unit/fake_source.h"
#include "unit/plugins/recording_killer.h"
#include "unit/plugins/world.h"

#define S  1000000000ULL
#define MS 1000000ULL

static struct fake_source fake;
static struct recording_killer recorder;
static struct engine *engine;
static struct puppet *detector;

static void setup(void)
{
	const struct engine_options options = { .source = &fake.source, .killer = &recorder.killer,
						.max_cgroups = FAKE_ROWS_MAX };
	struct rules *rules = puppet_rules(1, 1);

	log_set_level(LOG_LEVEL_ERR);
	fake_source_init(&fake);
	recording_killer_init(&recorder);
	fake_cgroup(&fake, 2, 1, "old");
	fake_cgroup(&fake, 3, 1, "new");
	instance_free(&rules->rulesets[0].actions[0]);
	rules->rulesets[0].actions[0] = world_plugin_named("kill_by_pg_scan", "cgroup=*");
	detector = puppet_detector(rules, 0, 0, 0);
	detector->verdict = VERDICT_STOP;
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	engine_run(engine, 100 * S);
}

static void teardown(void)
{
	engine_free(engine);
}

TestSuite(pg_scan_steps, .init = setup, .fini = teardown);

static void record_at(uint64_t now_ns)
{
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, now_ns);
	engine_run(engine, now_ns);
}

Test(pg_scan_steps, the_second_sample_comes_a_tick_later_and_hours_before_do_not_count)
{
	const uint64_t start = 3600 * S;

	fake.rows[1].pgscan_pages = 1000000; /* scanned much, some time in the last hour */
	fake.rows[2].pgscan_pages = 10;
	detector->verdict = VERDICT_CONTINUE;
	record_at(start);
	cr_expect(zero(sz, recorder.nr_kills));
	for (uint64_t ms = 100; ms < 5000; ms += 700) {
		fake.rows[2].pgscan_pages += 50; /* scanned now */
		record_at(start + ms * MS);
		cr_expect(zero(sz, recorder.nr_kills), "at %d ms", (int)ms);
	}
	cr_expect(le(u64, engine_wake_ns(engine), start + 5 * S));
	engine_run(engine, start + 5 * S);
	cr_assert(eq(sz, recorder.nr_kills, 1));
	cr_expect(eq(u64, recorder.kills[0].cgroup_id, 3));
}

Test(pg_scan_steps, nobody_is_scanned_any_more)
{
	fake.rows[1].pgscan_pages = 1000000;
	detector->verdict = VERDICT_CONTINUE;
	record_at(3600 * S);
	engine_run(engine, 3605 * S);
	cr_expect(zero(sz, recorder.nr_kills));
}
