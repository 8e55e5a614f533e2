/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * senpai as a whole, with its worker: ticks that pass by the test's clock, cgroups in a folder of
 * ours. Where the worker has to have finished, the test looks until it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/redirect.h>

#include "log.h"
#include "plugins/registry.h"
#include "plugins/act/senpai_ledger.h"
#include "table_test.h"
#include "unit/fixture.h"
#include "unit/plugins/world.h"

#define MIB	(1ULL << 20)
#define TICK_MS 5000
#define WAIT_S	20
#define MANY	200

static const struct world_row nobody[] = { { 0 } };
static struct world world;
static struct system_facts facts;
static struct fixture *f;

static void set_cgroup(const char *path, uint64_t high, uint64_t stalled_us, double avg10)
{
	char name[128];

	fixture_cgroup(f, path, (struct fixture_cgroup){ .current = 500 * MIB, .high = high,
							 .memory_some = { .total_us = stalled_us,
									  .avg10 = avg10 } });
	snprintf(name, sizeof(name), "%s/memory.stat", path);
	fixture_write(f, name, "anon 1\nfile 1\nactive_file %llu\ninactive_file 0\nactive_anon 0\n"
		      "inactive_anon 0\n", 500 * MIB);
	snprintf(name, sizeof(name), "%s/memory.reclaim", path);
	fixture_write(f, name, "\n");
}

static void begin(void)
{
	f = fixture_new();
	set_cgroup("a", 0, 0, 0);
	world_open(&world, nobody);
	facts = (struct system_facts){ .memory_total_bytes = 8ULL << 30, .swappiness = 60 };
	world.now.system = &facts;
	world.now.tick_ns = TICK_MS * 1000000ULL;
	log_set_level(LOG_LEVEL_INFO);
}

static void end(void)
{
	world_close(&world);
	fixture_free(f);
}

TestSuite(senpai, .init = begin, .fini = end, .timeout = 60);

static struct instance make(const char *args)
{
	const struct plugin_env env = { .memory_total_bytes = 8ULL << 30,
					.cgroup_fs = fixture_cgroup_fs(f) };
	struct plugin_error error = { 0 };
	struct instance instance;
	int err = world_try_plugin_in(&env, registry_find("senpai"), args, &instance, &error);

	cr_assert(eq(int, err, 0), "%s: %s", args, error.text);
	return instance;
}

static void read_file(const char *path, char text[64])
{
	char whole[512];
	ssize_t n = 0;
	int fd;

	snprintf(whole, sizeof(whole), "%s/%s", fixture_cgroup_fs(f), path);
	fd = open(whole, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, 63);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

/* The worker is another thread: look until it has done it (or the suite's time is over). */
static void await_file(const char *path, const char *expected)
{
	char text[64];

	do {
		sched_yield();
		read_file(path, text);
	} while (strcmp(text, expected) != 0);
}

static void expect_file(const char *path, const char *expected, const char *why)
{
	char text[64];

	read_file(path, text);
	cr_expect(eq(str, text, (char *)expected), "%s", why);
}

static void tick(struct instance *instance)
{
	world_pass_ms(&world, TICK_MS);
	world.now.tree = fixture_tree(f);
	cr_expect(eq(int, world_run(&world, instance), VERDICT_CONTINUE));
	cr_expect(eq(u64, world.evaluation.wake_ns, world.now.now_ns + TICK_MS * 1000000ULL),
		  "it lives by ticks");
}

static void free_and_await(struct instance *instance)
{
	instance_free(instance);
	cr_expect(senpai_ledgers_await_closed(WAIT_S));
}

static const char *said(void)
{
	static char text[8192];
	FILE *err = cr_get_redirected_stderr();

	text[fread(text, 1, sizeof(text) - 1, err)] = '\0';
	return text;
}

/* interval 1: reset at the first tick, two quiet ones, a probe at the third after it, and so on. */
Test(senpai, probes_and_backs_off)
{
	struct instance instance = make("cgroup=*;interval=1;log_interval=4");

	cr_redirect_stderr();
	tick(&instance);
	await_file("a/memory.high", "524288000");
	tick(&instance);
	expect_file("a/memory.high", "524288000", "the first of two ticks");
	tick(&instance);
	await_file("a/memory.high", "519045120");
	tick(&instance);
	/* 20 ms of stall: (2/20)^2 of it back, at once */
	set_cgroup("a", 519045120, 20000, 0);
	tick(&instance);
	await_file("a/memory.high", "524234752");
	free_and_await(&instance);
	expect_file("a/memory.high", "max", "as it was");
	cr_expect(strstr(said(), "cgroup a 1 probe attempts (0.005 gb)\ncgroup a limitgb 0.483 "
				 "totalus 20000 deltaus 20000 cumus 20000 ticks 1 adjust 0.01\n") !=
			  NULL, "%s", said());
}

/* Evaluations between two ticks are none of its business. */
Test(senpai, only_ticks_count)
{
	struct instance instance = make("cgroup=a;interval=0");

	tick(&instance);
	await_file("a/memory.high", "524288000");
	for (int i = 0; i < 10; i++) {
		world_pass_ms(&world, 499);
		cr_expect(eq(int, world_run(&world, &instance), VERDICT_CONTINUE));
	}
	expect_file("a/memory.high", "524288000", "4.99 s are no tick");
	free_and_await(&instance);
}

Test(senpai, somebody_else_sets_a_limit)
{
	struct instance instance = make("cgroup=a;interval=5");

	tick(&instance);
	await_file("a/memory.high", "524288000");
	tick(&instance); /* takes the result */
	set_cgroup("a", 300 * MIB, 0, 0);
	cr_redirect_stderr();
	tick(&instance);
	free_and_await(&instance);
	expect_file("a/memory.high", "314572800", "the new one is the one to keep");
	cr_expect(strstr(said(), "cgroup a memory.high 314572800 does not match recorded state "
				 "524288000. Resetting cgroup\n") != NULL, "%s", said());
}

static void make_many(uint64_t high)
{
	char path[64];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "many/%d", i);
		set_cgroup(path, high, 0, 0);
	}
}

/* all but one; -1: all */
static void expect_many(const char *high, int but)
{
	char path[64];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "many/%d/memory.high", i);
		if (i != but)
			expect_file(path, high, path);
	}
}

/*
 * A reload: the new one begins with what was there before the old one, although the worker has not
 * even done all that the old one had ordered.
 */
Test(senpai, reload)
{
	struct instance before, after;
	char path[64];

	make_many(800 * MIB);
	before = make("cgroup=many/*;interval=0");
	after = make("cgroup=many/*;interval=0;limit_min_bytes=629145600");
	tick(&before);
	instance_free(&before);
	/* at once, without another look at the cgroups: the worker is still busy */
	cr_expect(eq(int, world_run(&world, &after), VERDICT_CONTINUE));
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "many/%d/memory.high", i);
		await_file(path, "629145600");
	}
	free_and_await(&after);
	expect_many("838860800", -1);
}

/* A cgroup that can be looked after no longer, though it is there. */
Test(senpai, leaves)
{
	struct instance instance = make("cgroup=a;interval=100");

	tick(&instance);
	await_file("a/memory.high", "524288000");
	fixture_write(f, "a/memory.pressure", "%s", "");
	tick(&instance);
	await_file("a/memory.high", "max");
	free_and_await(&instance);
}

/* Many cgroups; one that goes leaves its place to others. */
Test(senpai, comings_and_goings)
{
	struct instance instance = make("cgroup=many/*;interval=100");
	char path[64];

	make_many(0);
	tick(&instance);
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "many/%d/memory.high", i);
		await_file(path, "524288000");
	}
	fixture_remove(f, "many/7");
	tick(&instance);
	tick(&instance);
	set_cgroup("many/new", 0, 0, 0);
	tick(&instance);
	await_file("many/new/memory.high", "524288000");
	expect_file("a/memory.high", "max", "not one of them");
	free_and_await(&instance);
	expect_many("max", 7);
	expect_file("many/new/memory.high", "max", "new");
}

/* immediate_backoff: when it reclaims, and when it had better not. interval 0: every tick. */
static const struct {
	const char *why, *args;
	double memory_avg10;
	uint64_t swap_total, swap_free; /* MiB */
	bool reclaims;
} reclaims[] = {
	{ "calm", "", 0, 0, 0, true },
	{ "pressure", "", 0.2, 0, 0, false },
	{ "pressure that is allowed", "pressure_pct=0.5", 0.2, 0, 0, true },
	{ "at the limit is not below it", "pressure_pct=0.5", 0.5, 0, 0, false },
	{ "swap is full, but nobody asks", "", 0, 100, 0, true },
	{ "swap is full", "swap_validation=true", 0, 100, 0, false },
	{ "at the threshold", "swap_validation=true", 0, 100, 20, false },
	{ "swap is free", "swap_validation=true", 0, 100, 100, true },
	{ "no swap at all", "swap_validation=true", 0, 0, 0, true },
};

TABLE_TEST(senpai, reclaims, reclaims, row)
{
	char args[128];
	struct instance instance;

	snprintf(args, sizeof(args), "cgroup=a;immediate_backoff=true;interval=0%s%s",
		 *row->args ? ";" : "", row->args);
	instance = make(args);
	facts.swap_total_bytes = row->swap_total * MIB;
	facts.swap_free_bytes = row->swap_free * MIB;
	set_cgroup("a", 0, 0, row->memory_avg10);
	tick(&instance);
	tick(&instance);
	if (row->reclaims)
		await_file("a/memory.reclaim", "4194304");
	free_and_await(&instance);
	expect_file("a/memory.reclaim", row->reclaims ? "4194304" : "", row->why);
	expect_file("a/memory.high", "max", row->why);
}

/*
 * memory.reclaim is a FIFO that nobody reads: opening it hangs, like reclaim under pressure. The
 * loop does not hang with it, and when senpai goes, the worker's signal ends the system call.
 */
Test(senpai, a_write_that_hangs)
{
	struct instance instance = make("cgroup=a;immediate_backoff=true;interval=0");
	char path[512];

	fixture_remove(f, "a/memory.reclaim");
	snprintf(path, sizeof(path), "%s/a/memory.reclaim", fixture_cgroup_fs(f));
	cr_assert(zero(int, mkfifo(path, 0644)));
	for (int i = 0; i < 5; i++)
		tick(&instance);
	free_and_await(&instance);
}

/* Whom it does not touch. */
static const struct {
	const char *why, *own, *file, *text;
	bool dry_run;
} spared[] = {
	{ "--dry-run", NULL, NULL, NULL, true },
	{ "boomd itself", "a", NULL, NULL, false },
	{ "oomd ends without PSI totals", NULL, "a/memory.pressure", "", false },
	{ "no memory controller", NULL, "a/memory.current", NULL, false },
};

/* From now on was_written() says whether it was, even if what was there is there again. */
static void mark_unwritten(const char *path)
{
	const struct timespec long_ago[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", fixture_cgroup_fs(f), path);
	cr_assert(zero(int, utimensat(AT_FDCWD, whole, long_ago, 0)));
}

static bool was_written(const char *path)
{
	char whole[512];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s/%s", fixture_cgroup_fs(f), path);
	cr_assert(zero(int, stat(whole, &st)));
	return st.st_mtim.tv_sec != 1;
}

TABLE_TEST(senpai, spared, spared, row)
{
	struct instance instance = make("cgroup=/,a;interval=0");

	mark_unwritten("a/memory.high");

	if (row->own)
		world.now.own_cgroup_id = fixture_get(f, row->own)->row->id;
	if (row->file && row->text)
		fixture_write(f, row->file, "%s", row->text);
	else if (row->file)
		fixture_remove(f, row->file);
	world.now.dry_run = row->dry_run;
	for (int i = 0; i < 3; i++) {
		world_pass_ms(&world, TICK_MS);
		world.now.tree = fixture_tree(f);
		cr_expect(eq(int, world_run(&world, &instance), VERDICT_CONTINUE), "%s", row->why);
	}
	free_and_await(&instance);
	cr_expect(not(was_written("a/memory.high")), "%s", row->why);
}

static const struct {
	const char *why, *args;
	int err;
} arguments[] = {
	{ "no cgroup", "interval=1", -EINVAL },
	{ "ruleset_cgroup is not taken", "cgroup=a;ruleset_cgroup=b", -EINVAL },
	{ "no pressure wanted: a division by zero", "cgroup=a;pressure_ms=0", -EINVAL },
	{ "a coefficient of 0", "cgroup=a;coeff_probe=0", -EINVAL },
	{ "more than all", "cgroup=a;max_probe=1.5", -EINVAL },
	{ "a negative interval", "cgroup=a;interval=-1", -EINVAL },
	{ "more than an int", "cgroup=a;limit_max_bytes=1099511627776", 0 },
	{ "beyond reason", "cgroup=a;limit_max_bytes=9223372036854775807", -EINVAL },
	{ "everything", "cgroup=a,b/*;limit_min_bytes=0;limit_max_bytes=1;interval=1;pressure_ms=1;"
	  "pressure_pct=0.1;io_pressure_pct=0.1;max_probe=0.5;max_backoff=2;coeff_probe=1;"
	  "coeff_backoff=1;immediate_backoff=true;memory_high_timeout_ms=100;swap_threshold=0.5;"
	  "swapout_bps_threshold=1;swap_validation=true", 0 },
	{ "the rest", "cgroup=a;modulate_swappiness=True;log_interval=1", 0 },
};

TABLE_TEST(senpai, arguments, arguments, row)
{
	struct plugin_error error = { 0 };
	struct instance instance = { 0 };

	cr_expect(eq(int, world_try_plugin(registry_find("senpai"), row->args, &instance, &error),
		     row->err), "%s: %s", row->why, error.text);
	/* --check-config: it would do nothing */
	if (!row->err)
		cr_expect(eq(int, world_run(&world, &instance), VERDICT_CONTINUE));
	instance_free(&instance);
}

