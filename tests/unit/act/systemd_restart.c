/* SPDX-License-Identifier: GPL-2.0-only */
/* systemd_restart against a real D-Bus connection whose other end is a fake systemd. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/redirect.h>

#include "log.h"
#include "plugins/registry.h"
#include "report/report.h"
#include "report/stats.h"
#include "table_test.h"
#include "unit/act/fake_systemd.h"
#include "unit/plugins/world.h"

#define TIMEOUT_MS 25000

static const struct world_row nobody[] = { { 0 } };
static struct world world;
static sem_t evaluations;
static char kmsg[] = "/tmp/boomd-kmsg.XXXXXX";

static void evaluate(void *user)
{
	sem_post(user);
}

static void await_evaluation(void)
{
	while (sem_wait(&evaluations) && errno == EINTR)
		;
}

static struct instance make(const char *args)
{
	const struct plugin_env env = { .evaluate = evaluate, .user = &evaluations };
	struct plugin_error error = { 0 };
	struct instance instance;
	int err = world_try_plugin_in(&env, registry_find("systemd_restart"), args, &instance,
				      &error);

	cr_assert(eq(int, err, 0), "%s: %s", args, error.text);
	return instance;
}

static void begin(void)
{
	int fd = mkostemp(kmsg, O_CLOEXEC);

	cr_assert(fd >= 0);
	close(fd);
	world_open(&world, nobody);
	sem_init(&evaluations, 0, 0);
	cr_assert(zero(int, report_open(kmsg)));
}

static void end(void)
{
	report_close();
	unlink(kmsg);
	world_close(&world);
}

TestSuite(systemd_restart, .init = begin, .fini = end, .timeout = 30);

/* Everything the kernel log has been told. */
static const char *kernel_log(void)
{
	static char text[2048];
	FILE *f = fopen(kmsg, "re");

	cr_assert(f != NULL);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* Everything standard error has been told; only once a test. */
static const char *said(void)
{
	static char text[8192];
	FILE *f = cr_get_redirected_stderr();

	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	return text;
}

static void expect_text(const char *text, const char *part, const char *why)
{
	if (*part)
		cr_expect(strstr(text, part) != NULL, "%s: no \"%s\" in \"%s\"", why, part, text);
}

/* One request and its answer. */
static const struct {
	const char *why;
	enum fake_systemd how;
	const char *args;
	enum verdict verdict;
	int64_t pause_s, restarts;
	const char *call, *kmsg, *said;
} answers[] = {
	{ "a job is queued", FAKE_QUEUES_A_JOB, "service=a.service", VERDICT_STOP, 15, 1,
	  "RestartUnit(a.service, replace)", "oomd kill: restarted systemd service=a.service\n",
	  "Queued service job as /org/freedesktop/systemd1/job/7\n" },
	{ "its own delay", FAKE_QUEUES_A_JOB, "service=b.service;post_action_delay=0", VERDICT_STOP,
	  0, 1, "RestartUnit(b.service, replace)", "oomd kill: restarted systemd service=b.service\n",
	  "Restarting systemd service \"b.service\"\n" },
	{ "hostile names are cleaned", FAKE_QUEUES_A_JOB, "service=a\nb", VERDICT_STOP, 15, 1,
	  "RestartUnit(a\nb, replace)", "oomd kill: restarted systemd service=a\\x0ab\n",
	  "Restarting systemd service \"a\\x0ab\"\n" },
	{ "an error", FAKE_REFUSES, "service=nothere.service", VERDICT_CONTINUE, -1, 0,
	  "RestartUnit(nothere.service, replace)", "",
	  "systemd does not restart \"nothere.service\": Unit nothere.service not found.\\x0a\n" },
	{ "no job in the reply", FAKE_WRONG_REPLY, "service=a.service", VERDICT_CONTINUE, -1, 0,
	  "RestartUnit(a.service, replace)", "", "systemd does not restart \"a.service\": " },
	{ "it hangs up", FAKE_HANGS_UP, "service=a.service", VERDICT_CONTINUE, -1, 0,
	  "RestartUnit(a.service, replace)", "", "systemd does not restart \"a.service\": " },
	{ "a container that is not there", FAKE_QUEUES_A_JOB,
	  "service=a.service;machine_type=no-such-machine", VERDICT_CONTINUE, -1, 0, "", "",
	  "Restarting systemd service \"a.service\" on machine=no-such-machine\n" },
};

TABLE_TEST(systemd_restart, answers, answers, row)
{
	struct instance instance;

	cr_redirect_stderr();
	log_set_level(LOG_LEVEL_INFO);
	fake_systemd_start(row->how);
	instance = make(row->args);
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_PAUSED), "%s", row->why);
	cr_expect(eq(u64, world.evaluation.wake_ns, world.now.now_ns + TIMEOUT_MS * 1000000ULL));
	await_evaluation();
	world_pass_ms(&world, 1);
	cr_expect(eq(int, world_run(&world, &instance), (int)row->verdict), "%s", row->why);
	cr_expect(eq(i64, world.evaluation.pause_s, row->pause_s), "%s", row->why);
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), row->restarts), "%s", row->why);
	cr_expect(eq(str, (char *)fake_systemd_last_call(), (char *)row->call), "%s", row->why);
	cr_expect(eq(str, (char *)kernel_log(), (char *)row->kmsg), "%s", row->why);
	instance_free(&instance);
	fake_systemd_stop();
	expect_text(said(), row->said, row->why);
}

/* Everything that can be seen from outside when nobody is asked. */
static const struct {
	const char *why, *args;
	bool dry_run;
	const char *kmsg;
} dry[] = {
	{ "dry", "service=a.service;dry=true;post_action_delay=3", false,
	  "oomd kill: restarted systemd service=a.service (dry)\n" },
	{ "--dry-run", "service=a.service;post_action_delay=3", true,
	  "oomd kill: restarted systemd service=a.service (dry)\n" },
};

TABLE_TEST(systemd_restart, dry, dry, row)
{
	struct instance instance = make(row->args);

	fake_systemd_start(FAKE_QUEUES_A_JOB);
	world.now.dry_run = row->dry_run;
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_STOP), "%s", row->why);
	cr_expect(eq(i64, world.evaluation.pause_s, 3), "%s", row->why);
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), 0), "a dry one is none");
	cr_expect(eq(str, (char *)kernel_log(), (char *)row->kmsg), "%s", row->why);
	cr_expect(eq(str, (char *)fake_systemd_last_call(), ""), "%s", row->why);
	instance_free(&instance);
	fake_systemd_stop();
}

static void expect_give_up(struct instance *instance)
{
	cr_expect(eq(int, world_run(&world, instance), VERDICT_PAUSED));
	world_pass_ms(&world, TIMEOUT_MS - 1);
	cr_expect(eq(int, world_run(&world, instance), VERDICT_PAUSED), "there is still time");
	world_pass_ms(&world, 1);
	cr_expect(eq(int, world_run(&world, instance), VERDICT_CONTINUE), "the time is over");
	cr_expect(eq(int, world_run(&world, instance), VERDICT_CONTINUE), "the thread is still busy");
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), 0));
}

/* A systemd that takes long: what it does in the end is reported nevertheless, and once. */
Test(systemd_restart, late)
{
	struct instance instance = make("service=a.service");

	fake_systemd_start(FAKE_WAITS);
	expect_give_up(&instance);
	fake_systemd_await_call();
	fake_systemd_go_on();
	await_evaluation();
	instance_prerun(&instance, &world.now);
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), 1));
	instance_prerun(&instance, &world.now);
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), 1));
	cr_expect(eq(str, (char *)kernel_log(), "oomd kill: restarted systemd service=a.service\n"));
	cr_expect(eq(i64, world.evaluation.pause_s, -1), "no pause: nobody had said STOP");
	fake_systemd_go_on();
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_PAUSED), "it can be asked again");
	await_evaluation();
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_STOP));
	cr_expect(eq(i64, stats_get(STATS_RESTARTS), 2));
	instance_free(&instance);
	fake_systemd_stop();
}

/* A peer that never reads: the thread hangs, the loop does not, not even to let the plugin go. */
Test(systemd_restart, deaf)
{
	struct instance instance = make("service=a.service");

	fake_systemd_start(FAKE_IS_DEAF);
	expect_give_up(&instance);
	instance_free(&instance);
	fake_systemd_stop();
}

/* Nobody listens: an answer like any other. */
Test(systemd_restart, no_bus)
{
	struct instance instance = make("service=a.service");

	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_PAUSED));
	await_evaluation();
	cr_expect(eq(int, world_run(&world, &instance), VERDICT_CONTINUE));
	instance_free(&instance);
}

static const struct {
	const char *why, *args, *said;
	int err;
} arguments[] = {
	{ "no service", "dry=true", "Required arg \"service\" missing", -EINVAL },
	{ "an empty one", "service=", "the name of a unit is needed", -EINVAL },
	{ "a negative delay", "service=a;post_action_delay=-1", "post_action_delay", -EINVAL },
	{ "an unknown argument", "service=a;cgroup=b", "Unknown arg \"cgroup\"", -EINVAL },
	{ "everything", "service=a;post_action_delay=5;dry=True;machine_type=m", "", 0 },
};

TABLE_TEST(systemd_restart, arguments, arguments, row)
{
	struct plugin_error error = { 0 };
	struct instance instance = { 0 };

	cr_expect(eq(int, world_try_plugin(registry_find("systemd_restart"), row->args, &instance,
					   &error), row->err), "%s", row->why);
	expect_text(error.text, row->said, row->why);
	/* --check-config: no thread, and nothing can be asked */
	if (!row->err)
		cr_expect(eq(int, world_run(&world, &instance), VERDICT_STOP), "dry");
	instance_free(&instance);
}

/* oomd.restarts is a key of the statistics only where somebody may restart something. */
Test(systemd_restart, shown)
{
	struct instance instance;

	cr_expect(stats_name(STATS_RESTARTS) == NULL);
	instance = make("service=a.service");
	cr_assert(stats_name(STATS_RESTARTS) != NULL);
	cr_expect(eq(str, (char *)stats_name(STATS_RESTARTS), "oomd.restarts"));
	instance_free(&instance);
}
