/* SPDX-License-Identifier: GPL-2.0-only */
/* Detectors that remember: what they make of one look after the other, and when they want the next. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "table_test.h"
#include "unit/plugins/world.h"
#include "unit/report/said.h"

#define C     VERDICT_CONTINUE
#define S     VERDICT_STOP
#define NEVER UINT64_MAX

#define STEP_MAX 8

static void expect_wake(const struct world *world, uint64_t wake_ms, const char *why, size_t step)
{
	cr_expect(eq(u64, world->evaluation.wake_ns,
		     wake_ms == NEVER ? NEVER : WORLD_START_NS + wake_ms * 1000000),
		  "%s: step %zu", why, step);
}

/* One look of a row's many: at that time, at these cgroups. */
struct step {
	const char *why;
	size_t number;
	uint64_t at_ms;
	enum verdict verdict;
	uint64_t wake_ms;
};

static void take_step(struct world *world, struct instance *detector, const struct step *step,
		      const struct world_row *rows)
{
	world_pass_ms(world, step->at_ms - (world->now.now_ns - WORLD_START_NS) / 1000000);
	world_load(world, rows);
	cr_expect(eq(int, world_run(world, detector), step->verdict), "%s: step %zu", step->why,
		  step->number);
	expect_wake(world, step->wake_ms, step->why, step->number);
}

/* The averages at times since the first look; the tick is 5 s. */
static const struct {
	const char *why, *args;
	struct {
		uint64_t at_ms;
		double avg10, avg60;
		enum verdict verdict;
		uint64_t wake_ms;
	} steps[STEP_MAX];
	size_t nr_steps;
} risings[] = {
	{ "a tick apart it is oomd's: 85 of 100 is no fast fall, 84 is", "threshold=50;duration=0",
	  { { 0, 100, 60, C, 2000 }, { 5000, 85, 60, C, 7000 }, { 10000, 72, 60, S, 12000 } }, 3 },
	{ "it holds once it no longer falls", "threshold=50;duration=0",
	  { { 0, 100, 90, C, 2000 }, { 5000, 60, 80, S, 7000 }, { 10000, 55, 70, C, 12000 } }, 3 },
	{ "looking in a hurry does not make a fall slow", "threshold=50;duration=0",
	  { { 0, 100, 90, C, 2000 }, { 5000, 100, 90, C, 7000 }, { 7000, 70, 80, S, 9000 },
	    { 7001, 70, 80, S, 9001 }, { 7100, 70, 80, S, 9100 } }, 5 },
	{ "nor a slow one fast", "threshold=50;duration=0",
	  { { 0, 100, 90, C, 2000 }, { 5000, 100, 90, C, 7000 }, { 7500, 93, 90, C, 9500 },
	    { 7501, 93, 90, C, 9501 }, { 10000, 86, 90, C, 12000 } }, 5 },
	{ "what was long ago is no measure", "threshold=50;duration=0",
	  { { 0, 100, 90, C, 2000 }, { 600000, 55, 60, C, 602000 } }, 2 },
	{ "the minute must last, the last 10 s must be above only then", "threshold=50;duration=10",
	  { { 0, 90, 60, S, 2000 }, { 9999, 90, 60, S, 10000 }, { 10000, 40, 60, S, 12000 },
	    { 15000, 90, 60, C, 17000 }, { 20000, 90, 50, S, 22000 }, { 25000, 90, 60, S, 27000 } }, 6 },
	{ "nobody above: the kernel tells", "threshold=50;duration=0",
	  { { 0, 50, 50, S, NEVER }, { 5000, 0, 0, S, NEVER } }, 2 },
	{ "one above in either window is looked at again", "threshold=50;duration=0",
	  { { 0, 60, 10, S, 2000 }, { 2000, 10, 60, S, 4000 } }, 2 },
};

TABLE_TEST(over_time, rising, risings, row)
{
	static struct world world;
	struct instance detector;
	char args[128];

	snprintf(args, sizeof(args), "cgroup=a;resource=memory;%s", row->args);
	detector = world_plugin_named("pressure_rising_beyond", args);
	world_open(&world, (const struct world_row[]){ { .path = "a" }, { 0 } });
	for (size_t i = 0; i < row->nr_steps; i++) {
		const struct world_row now[] = {
			{ .path = "a", .memory_full = { row->steps[i].avg10, row->steps[i].avg60 } },
			{ 0 },
		};

		take_step(&world, &detector,
			  &(struct step){ row->why, i, row->steps[i].at_ms, row->steps[i].verdict,
					  row->steps[i].wake_ms },
			  now);
	}
	instance_free(&detector);
	world_close(&world);
}

/* Pages scanned since a cgroup was made, at times since the first look. */
static const struct {
	const char *why, *args;
	struct {
		uint64_t at_ms, a_pages, b_pages;
		enum verdict verdict;
		uint64_t wake_ms;
	} steps[STEP_MAX];
	size_t nr_steps;
} reclaims[] = {
	{ "a scan counts for whole seconds, the last included", "cgroup=a;duration=5",
	  { { 0, 0, 0, S, NEVER }, { 1000, 9, 0, C, 3000 }, { 3000, 9, 0, C, 5000 },
	    { 6999, 9, 0, C, NEVER }, { 7000, 9, 0, S, NEVER }, { 99000, 10, 0, C, 101000 } }, 6 },
	{ "while it goes on, each fold is looked at, and two more", "cgroup=a;duration=0",
	  { { 0, 0, 0, S, NEVER }, { 2000, 5, 0, C, 4000 }, { 4000, 7, 0, C, 6000 },
	    { 6000, 7, 0, S, 8000 }, { 8000, 7, 0, S, 10000 }, { 10000, 7, 0, S, NEVER } }, 6 },
	{ "the sum counts", "cgroup=a,b;duration=0",
	  { { 0, 0, 0, S, NEVER }, { 5000, 5, 0, C, 7000 }, { 10000, 5, 1, C, 12000 },
	    { 15000, 5, 1, S, NEVER } }, 4 },
	{ "less than before is no scan, but it may hide one", "cgroup=a,b;duration=0",
	  { { 0, 0, 50, C, 2000 }, { 5000, 0, 0, S, 7000 }, { 10000, 3, 0, C, 12000 } }, 3 },
};

TABLE_TEST(over_time, reclaim, reclaims, row)
{
	static struct world world;
	struct instance detector = world_plugin_named("memory_reclaim", row->args);

	world_open(&world, (const struct world_row[]){ { .path = "a" }, { 0 } });
	for (size_t i = 0; i < row->nr_steps; i++) {
		const struct world_row now[] = {
			{ .path = "a", .pgscan_pages = row->steps[i].a_pages },
			{ .path = "b", .pgscan_pages = row->steps[i].b_pages },
			{ 0 },
		};

		take_step(&world, &detector,
			  &(struct step){ row->why, i, row->steps[i].at_ms, row->steps[i].verdict,
					  row->steps[i].wake_ms },
			  now);
	}
	instance_free(&detector);
	world_close(&world);
}

/* --- dump_cgroup_overview --- */

#define A_LINE "cgroup=a total=3MB pressure=1.00:0.50:0.25 swapfree=20MB/100MB pgscan=77\n"
#define ROOT_LINE "cgroup= total=5MB pressure=2.00:2.00:2.00 swapfree=20MB/100MB pgscan=77\n"

static const struct world_row overviewed[] = {
	{ .path = "", .memory_bytes = 5 * WORLD_MIB, .memory_full = { 2, 2, 2 } },
	{ .path = "a", .memory_bytes = 3 * WORLD_MIB, .memory_full = { 1, 0.5, 0.25 } },
	{ .path = "b", .memory_full = { 0.995, 9, 0 } },
	{ .path = "c", .memory_full = { 9, 0, 0 } },
	{ 0 },
};

static const struct {
	const char *why, *args, *text;
	uint64_t wake_ms;
} overviews[] = {
	{ "at least 1 percent, and any of the minute", "cgroup=a,b,c", A_LINE, 5000 },
	{ "always: all of them", "cgroup=a,b,c;always=true", NULL, 5000 },
	{ "always, of one at rest: said, but not waited for", "cgroup=b;always=true", NULL, NEVER },
	{ "none of them", "cgroup=b,c", "", NEVER },
	{ "the root", "cgroup=/", ROOT_LINE, 5000 },
};

TABLE_TEST(over_time, overview, overviews, row)
{
	static struct world world;
	struct instance detector = world_plugin_named("dump_cgroup_overview", row->args);
	char *text;

	world_open(&world, overviewed);
	log_set_level(LOG_LEVEL_INFO);
	world.snapshot.system.swap_total_bytes = 100 * WORLD_MIB;
	world.snapshot.system.swap_free_bytes = 20 * WORLD_MIB;
	world.snapshot.system.scanned_pages = 77;
	said_begin();
	cr_expect(eq(int, world_run(&world, &detector), C), "%s", row->why);
	text = said_end();
	if (row->text)
		cr_expect(eq(str, text, (char *)row->text), "%s", row->why);
	else
		cr_expect(strstr(text, "cgroup=b total=0MB pressure=") != NULL, "%s: %s", row->why,
			  text);
	expect_wake(&world, row->wake_ms, row->why, 0);

	/* once a tick, however often it is asked */
	world_pass_ms(&world, 4999);
	said_begin();
	world_run(&world, &detector);
	cr_expect(zero(sz, strlen(said_end())), "%s: again within a tick", row->why);
	world_pass_ms(&world, 1);
	said_begin();
	world_run(&world, &detector);
	cr_expect(eq(int, *said_end() != '\0', !row->text || *row->text), "%s: and then again",
		  row->why);

	world_pass_ms(&world, 5000);
	world.now.silent = true;
	said_begin();
	world_run(&world, &detector);
	cr_expect(zero(sz, strlen(said_end())), "%s: silence-logs", row->why);
	instance_free(&detector);
	world_close(&world);
}
