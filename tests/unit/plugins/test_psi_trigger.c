/* SPDX-License-Identifier: GPL-2.0-only */
/* psi_trigger on both rungs: told by the kernel, and looking itself. */
#include <stdio.h>
#include <string.h>

#include "plugins/detect/psi_samples.h"
#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/world.h"

#define C     VERDICT_CONTINUE
#define S     VERDICT_STOP
#define NEVER UINT64_MAX

#define ROWS(...) ((const struct world_row[]){ __VA_ARGS__, { 0 } })
#define ARGS	  "cgroup=*;resource=memory;threshold_ms=150;window_ms=1000"

static const struct {
	const char *why, *args, *message; /* NULL: it is fine */
} inits[] = {
	{ "as in the kernel's documentation", ARGS, NULL },
	{ "the shortest window", "cgroup=a;resource=io;threshold_ms=1;window_ms=500", NULL },
	{ "the longest window", "cgroup=a;resource=io;threshold_ms=9999;window_ms=10000", NULL },
	{ "the window is too short", "cgroup=a;resource=io;threshold_ms=1;window_ms=499", "500" },
	{ "the window is too long", "cgroup=a;resource=io;threshold_ms=1;window_ms=10001", "10000" },
	{ "all of the window", "cgroup=a;resource=io;threshold_ms=500;window_ms=500",
	  "less than window_ms (500)" },
	{ "more than the window", "cgroup=a;resource=io;threshold_ms=600;window_ms=500",
	  "less than window_ms (500)" },
	{ "no threshold", "cgroup=a;resource=io;window_ms=500", "threshold_ms" },
	{ "a threshold of nothing", "cgroup=a;resource=io;threshold_ms=0;window_ms=500", "threshold_ms" },
	{ "a negative threshold", "cgroup=a;resource=io;threshold_ms=-1;window_ms=500", "threshold_ms" },
	{ "no window", "cgroup=a;resource=io;threshold_ms=1", "window_ms" },
	{ "no resource", "cgroup=a;threshold_ms=1;window_ms=500", "resource" },
	{ "neither some nor full", "cgroup=a;resource=io;stall=most;threshold_ms=1;window_ms=500", "full" },
};

TABLE_TEST(psi_trigger, arguments, inits, row)
{
	struct instance instance = { 0 };
	struct plugin_error error = { 0 };
	int err = world_try_plugin(registry_find("psi_trigger"), row->args, &instance, &error);

	cr_expect(eq(int, err != 0, row->message != NULL), "%s: %s", row->why, error.text);
	if (row->message)
		cr_expect(strstr(error.text, row->message) != NULL, "%s: %s", row->why, error.text);
	instance_free(&instance);
}

/* init() by itself: the kernel refuses what it lets through. */
Test(psi_trigger, declares_what_the_kernel_takes)
{
	struct instance detector = world_plugin_named(
		"psi_trigger", "cgroup=a;resource=io;stall=some;threshold_ms=150;window_ms=2000");
	struct watch watch;

	cr_assert(eq(sz, instance_watches(&detector, &watch, 1), 1));
	cr_expect(eq(int, watch.kind, WATCH_TRIGGER));
	cr_expect(eq(int, watch.trigger.resource, BOOMD_RESOURCE_IO));
	cr_expect(eq(int, watch.trigger.stall, BOOMD_STALL_SOME));
	cr_expect(eq(u32, watch.trigger.threshold_us, 150000));
	cr_expect(eq(u32, watch.trigger.window_us, 2000000));
	instance_free(&detector);
}

#define STEPS_MAX 8

/* Told by the kernel: a notice counts for one window, and nothing else does. */
static const struct {
	const char *why;
	struct {
		uint64_t at_ms;
		int64_t notice_ms; /* a notice of this time arrives first; 0: none */
		enum verdict verdict;
	} steps[STEPS_MAX];
	size_t nr_steps;
} told[] = {
	{ "no notice", { { 0, 0, S }, { 1000, 0, S } }, 2 },
	{ "for one window", { { 10, 10, C }, { 1009, 0, C }, { 1010, 0, C }, { 1011, 0, S } }, 4 },
	{ "a later one counts from its own time", { { 10, 10, C }, { 900, 900, C }, { 1900, 0, C },
						     { 1901, 0, S } }, 4 },
	{ "an older one that comes late takes nothing back",
	  { { 900, 900, C }, { 910, 100, C }, { 1900, 0, C }, { 1901, 0, S } }, 4 },
	{ "one that is old already", { { 5000, 100, S } }, 1 },
	{ "one younger than the moment", { { 10, 15, C }, { 1015, 0, C }, { 1016, 0, S } }, 3 },
};

TABLE_TEST(psi_trigger, told, told, row)
{
	static struct world world;
	struct instance detector = world_plugin_named("psi_trigger", ARGS);
	uint64_t stalled_us = 0;

	world_open(&world, ROWS({ .path = "a" }));
	world.now.triggers_armed = true;
	for (size_t i = 0; i < row->nr_steps; i++) {
		const struct boomd_record notice = {
			.kind = BOOMD_RECORD_PSI_TRIGGER,
			.time_ns = WORLD_START_NS + (uint64_t)row->steps[i].notice_ms * 1000000,
		};

		world_pass_ms(&world, row->steps[i].at_ms - (i ? row->steps[i - 1].at_ms : 0));
		/* totals are as of the last fold: however they jump, only the notice counts */
		stalled_us += 2000000;
		world_load(&world, ROWS({ .path = "a", .memory_full_us = stalled_us }));
		if (row->steps[i].notice_ms)
			detector.plugin->notice(detector.state, &notice);
		cr_expect(eq(int, world_run(&world, &detector), row->steps[i].verdict),
			  "%s: step %zu", row->why, i);
		cr_expect(eq(u64, world.evaluation.wake_ns, NEVER), "%s: step %zu", row->why, i);
	}
	instance_free(&detector);
	world_close(&world);
}

/* Looking itself: full stalls of one cgroup, 150 ms within 1000 ms. */
static const struct {
	const char *why, *stall;
	struct {
		uint64_t at_ms, total_ms;
		enum verdict verdict;
		uint64_t wake_ms; /* since the first; NEVER: not asked */
	} steps[STEPS_MAX];
	size_t nr_steps;
} polled[] = {
	{ "first sight says nothing", "full", { { 0, 99999, S, NEVER } }, 1 },
	{ "enough in one window", "full", { { 0, 0, S, NEVER }, { 1000, 150, C, 2000 } }, 2 },
	{ "a little less", "full", { { 0, 0, S, NEVER }, { 1000, 149, S, 2000 } }, 2 },
	{ "over a longer time it is scaled", "full",
	  { { 0, 0, S, NEVER }, { 5000, 749, S, 6000 }, { 10000, 1499, C, 11000 } }, 3 },
	{ "in a shorter time it is not", "full",
	  { { 0, 0, S, NEVER }, { 100, 149, S, 1000 }, { 101, 150, C, 1000 } }, 3 },
	{ "quick looks add up within a window", "full",
	  { { 0, 0, S, NEVER }, { 200, 50, S, 1000 }, { 400, 100, S, 1000 }, { 600, 150, C, 1000 } }, 4 },
	{ "and begin anew after it", "full",
	  { { 0, 0, S, NEVER }, { 1000, 100, S, 2000 }, { 1500, 200, S, 2000 }, { 2000, 249, S, 3000 } }, 4 },
	{ "once seen it counts for a window", "full",
	  { { 0, 0, S, NEVER }, { 1000, 500, C, 2000 }, { 2000, 500, C, NEVER }, { 2001, 500, S, NEVER } }, 4 },
	{ "a counter that went back is another's", "full",
	  { { 0, 900, S, NEVER }, { 1000, 200, S, NEVER }, { 2000, 350, C, 3000 } }, 3 },
	{ "nothing stalls, nothing is asked for", "full",
	  { { 0, 7, S, NEVER }, { 1000, 7, S, NEVER }, { 9000, 7, S, NEVER } }, 3 },
	{ "some is another line than full", "some", { { 0, 0, S, NEVER }, { 1000, 999, S, NEVER } }, 2 },
};

TABLE_TEST(psi_trigger, polled, polled, row)
{
	static struct world world;
	struct instance detector;
	char args[128];

	snprintf(args, sizeof(args), ARGS ";stall=%s", row->stall);
	detector = world_plugin_named("psi_trigger", args);
	world_open(&world, ROWS({ .path = "a" }));
	for (size_t i = 0; i < row->nr_steps; i++) {
		uint64_t wake_ms = row->steps[i].wake_ms;

		world_pass_ms(&world, row->steps[i].at_ms - (i ? row->steps[i - 1].at_ms : 0));
		world_load(&world, ROWS({ .path = "a", .memory_full_us = row->steps[i].total_ms * 1000 }));
		cr_expect(eq(int, world_run(&world, &detector), row->steps[i].verdict),
			  "%s: step %zu", row->why, i);
		cr_expect(eq(u64, world.evaluation.wake_ns,
			     wake_ms == NEVER ? NEVER : WORLD_START_NS + wake_ms * 1000000),
			  "%s: step %zu", row->why, i);
	}
	instance_free(&detector);
	world_close(&world);
}

/* The first notice shows that the kernel watches: from then on nothing is compared. */
Test(psi_trigger, a_notice_ends_polling)
{
	static struct world world;
	struct instance detector = world_plugin_named("psi_trigger", ARGS);
	const struct boomd_record notice = { .time_ns = WORLD_START_NS };

	world_open(&world, ROWS({ .path = "a" }));
	world_run(&world, &detector);
	detector.plugin->notice(detector.state, &notice);
	world_pass_ms(&world, 5000);
	world_load(&world, ROWS({ .path = "a", .memory_full_us = 5000000 }));
	cr_expect(eq(int, world_run(&world, &detector), S));
	instance_free(&detector);
	world_close(&world);
}

/* Each cgroup by its own: two that stall half as much as needed are no one that stalls enough. */
Test(psi_trigger, cgroups_are_not_added_up)
{
	static struct world world;
	struct instance detector = world_plugin_named("psi_trigger", ARGS);

	world_open(&world, ROWS({ .path = "a" }, { .path = "b" }, { .path = "c" }));
	world_run(&world, &detector);
	world_pass_ms(&world, 1000);
	world_load(&world, ROWS({ .path = "a", .memory_full_us = 100000 },
				{ .path = "b", .memory_full_us = 100000 }, { .path = "c" }));
	cr_expect(eq(int, world_run(&world, &detector), S));
	world_pass_ms(&world, 1000);
	world_load(&world, ROWS({ .path = "a", .memory_full_us = 100000 },
				{ .path = "b", .memory_full_us = 260000 }, { .path = "c" }));
	cr_expect(eq(int, world_run(&world, &detector), C));
	instance_free(&detector);
	world_close(&world);
}

/*
 * More cgroups than the table has places, all new each second: those that are gone make room, and
 * who finds none is judged by the 10 s average.
 */
Test(psi_trigger, more_cgroups_than_places)
{
	enum { NR = 3 * PSI_SAMPLES_MAX };
	static struct world world;
	static struct world_row rows[NR + 1];
	static char paths[NR][24];
	struct instance detector = world_plugin_named("psi_trigger", ARGS);

	for (int generation = 0; generation < 3; generation++) {
		for (size_t i = 0; i < NR; i++) {
			snprintf(paths[i], sizeof(paths[i]), "g%d-%zu", generation, i);
			rows[i] = (struct world_row){ .path = paths[i], .memory_full = { 14.9, 0, 0 } };
		}
		if (!generation)
			world_open(&world, rows);
		world_pass_ms(&world, 1000);
		world_load(&world, rows);
		cr_expect(eq(int, world_run(&world, &detector), S), "generation %d", generation);
	}
	for (size_t i = 0; i < NR; i++)
		rows[i].memory_full[0] = 15.1;
	world_pass_ms(&world, 1000);
	world_load(&world, rows);
	cr_expect(eq(int, world_run(&world, &detector), C));

	/* and when few are left, each has its place and its average is not asked */
	rows[8] = (struct world_row){ 0 };
	world_pass_ms(&world, 9000);
	world_load(&world, rows);
	world_run(&world, &detector);
	world_pass_ms(&world, 9000);
	cr_expect(eq(int, world_run(&world, &detector), S));
	instance_free(&detector);
	world_close(&world);
}
