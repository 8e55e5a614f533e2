/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --drop-in-dir with a daemon that runs: a drop-in changes whom it kills without a restart, a bad
 * one changes nothing, and one that goes leaves the base as it was.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS 60000
#define DIR	"/tmp/drop-ins"

/* Without drop-ins the base kills in base.slice. */
#define BASE                                                                                       \
	"{ \"rulesets\": [ { \"name\": \"test\", \"post_action_delay\": \"30\","                   \
	" \"drop-in\": { \"actions\": true, \"disable-on-drop-in\": true },"                       \
	" \"detectors\": [ [ \"group\", " WHEN_TOLD " ] ],"                                        \
	" \"actions\": [ " KILL_BIGGEST("base.slice/*", "") " ] } ] }"
#define DROP_IN(action) "{ \"rulesets\": [ { \"name\": \"test\", \"actions\": [ " action " ] } ] }"

static void remove_files(void)
{
	static const char *const names[] = { DIR "/one", DIR "/new" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		(void)unlink(names[i]);
	(void)rmdir(DIR);
}

static void setup(void)
{
	guest_setup();
	mkdir("/tmp", 01777);
	remove_files();
}

static void teardown(void)
{
	guest_teardown();
	remove_files();
}

TestSuite(drop_in_guest, .init = setup, .fini = teardown, .timeout = 120);

static struct guest_load *hold(const char *cgroup)
{
	struct guest_load *load = guest_load_start(guest_cgroup_new(cgroup), "hog", "--mib", "16",
						   NULL);

	guest_load_await_ready(load, LONG_MS);
	return load;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	cr_assert(file != NULL, "%s: %s", path, strerror(errno));
	fputs(text, file);
	cr_assert(zero(int, fclose(file)), "%s: %s", path, strerror(errno));
}

static void expect_killed(struct guest_load *load, const char *why)
{
	int how = 0;

	cr_assert(guest_load_await_death(load, LONG_MS, &how), "%s", why);
	cr_expect(eq(int, how, SIGKILL));
}

/* The directory is not even there at start. */
Test(drop_in_guest, changes_whom_a_running_daemon_kills)
{
	struct guest_load *in_base = hold("base.slice/a"), *in_one = hold("one.slice/a");
	struct guest_daemon *d = guest_daemon_start(BASE, "--drop-in-dir", DIR, NULL);

	guest_daemon_await(d, DIR " is not a directory", LONG_MS);
	guest_daemon_await(d, "running:", LONG_MS);
	mkdir(DIR, 0755);
	write_file(DIR "/one", DROP_IN(KILL_BIGGEST("one.slice/*", "")));
	guest_daemon_await(d, "Drop in config=one injected into engine", LONG_MS);
	write_file(DIR "/new", DROP_IN("{ \"name\": \"nope\" }"));
	guest_daemon_await(d, DIR "/new:1:58: error: Could not locate plugin=nope", LONG_MS);
	cr_assert(zero(int, rename(DIR "/new", DIR "/one")));
	guest_daemon_await(d, "the version before stays in force", LONG_MS);

	guest_cgroup_new("go.slice");
	expect_killed(in_one, "the drop-in is not in force");
	cr_expect(guest_load_alive(in_base), "the base is not disabled");

	cr_assert(zero(int, unlink(DIR "/one")));
	guest_daemon_await(d, "Drop in config=one removed from engine", LONG_MS);
	expect_killed(in_base, "the base is not in force again");
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

Test(drop_in_guest, stays_over_a_reload)
{
	struct guest_load *in_base = hold("base.slice/a"), *in_one = hold("one.slice/a");
	struct guest_daemon *d;

	mkdir(DIR, 0755);
	write_file(DIR "/one", DROP_IN(KILL_BIGGEST("one.slice/*", "")));
	d = guest_daemon_start(BASE, "-w", DIR, NULL);
	guest_daemon_await(d, "Drop in config=one injected into engine", LONG_MS);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_daemon_signal(d, SIGHUP);
	guest_daemon_await(d, "reloaded", LONG_MS);
	guest_cgroup_new("go.slice");
	expect_killed(in_one, "the drop-in went with the reload");
	cr_expect(guest_load_alive(in_base));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}
