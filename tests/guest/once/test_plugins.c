/* SPDX-License-Identifier: GPL-2.0-only */
/* The guide's sample, a .so outside the tree: loaded by a real boomd, it kills a real hog. */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS	   60000
#define PLUGIN_DIR "/usr/lib/boomd/plugins"
#define SAMPLE	   PLUGIN_DIR "/kill_by_anon.so"

/* A threshold that lets the small one go, who would die first by name. */
#define RULES_OF_SAMPLE                                                                            \
	RULES(WHEN_TOLD, "{ \"name\": \"kill_by_anon\", \"args\": { \"cgroup\": \"work.slice/*\"," \
			 " \"threshold\": \"12M\" } }")

TestSuite(plugins, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

static struct guest_load *hold(const char *cgroup, const char *mib)
{
	struct guest_load *load =
		guest_load_start(guest_cgroup_new(cgroup), "hog", "--mib", mib, NULL);

	guest_load_await_ready(load, LONG_MS);
	return load;
}

Test(plugins, sample_kills)
{
	struct guest_load *small = hold("work.slice/a-small", "8"),
			  *hog = hold("work.slice/hog", "32");
	struct guest_daemon *d =
		guest_daemon_start(RULES_OF_SAMPLE, "--plugin-dir", PLUGIN_DIR, NULL);
	int how = 0;

	guest_daemon_await(d, "plugin kill_by_anon from " SAMPLE, LONG_MS);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "the victim lives");
	cr_expect(eq(int, how, SIGKILL));
	guest_daemon_await(d, "why: Picked \"work.slice/hog\" for ", LONG_MS);
	guest_daemon_await(d, "killer:kill_by_anon v2", LONG_MS);
	guest_daemon_await(d, "recovered work.slice/hog", LONG_MS);
	cr_expect(guest_load_alive(small));
	cr_expect(zero(int, guest_daemon_stop(d)));
}

/* The same one where somebody else may write: the configuration that names it is in error. */
Test(plugins, untrusted_one_is_refused)
{
	struct guest_daemon *d;

	cr_assert(zero(int, chmod(SAMPLE, 0666)));
	d = guest_daemon_start(RULES_OF_SAMPLE, "--source=cgroupfs", "--plugin-dir", PLUGIN_DIR,
			       NULL);
	guest_daemon_await(d, SAMPLE " is refused: " SAMPLE ": can be written by everybody",
			   LONG_MS);
	cr_expect(eq(int, guest_daemon_await_exit(d, LONG_MS), 3));
	cr_expect(zero(int, chmod(SAMPLE, 0644)));
}

/* A plugin that nobody needs takes no protection away, unless it was asked to be strict. */
static const struct {
	const char *why, *argument;
	bool runs;
} unneeded[] = {
	{ "goes on without", "--verbose", true },
	{ "strict", "--strict", false },
};

TABLE_TEST(plugins_unneeded, refused, unneeded, row)
{
	struct guest_daemon *d;

	guest_setup();
	cr_assert(zero(int, chown(SAMPLE, 1000, 0)));
	d = guest_daemon_start(RULES(WHEN_TOLD, KILL_BIGGEST("work.slice/*", "")),
			       "--source=cgroupfs", "--plugin-dir", PLUGIN_DIR, row->argument,
			       NULL);
	guest_daemon_await(d, "does not belong to root", LONG_MS);
	if (row->runs) {
		guest_daemon_await(d, "running:", LONG_MS);
		cr_expect(zero(int, guest_daemon_stop(d)), "%s", row->why);
	} else {
		cr_expect(eq(int, guest_daemon_await_exit(d, LONG_MS), 3), "%s", row->why);
	}
	cr_expect(zero(int, chown(SAMPLE, 0, 0)));
	guest_teardown();
}
