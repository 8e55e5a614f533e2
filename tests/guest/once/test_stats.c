/* SPDX-License-Identifier: GPL-2.0-only */
/* The stats socket of a real boomd, asked by the program itself and by its own client. */
#include <json-c/json.h>
#include <signal.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "report/stats_client.h"
#include "table_test.h"

#define LONG_MS	    60000
#define RUNTIME_DIR "/run/boomd"
#define SOCKET	    RUNTIME_DIR "/" STATS_SOCKET_NAME

TestSuite(stats, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

static int64_t ask(const char *counter)
{
	struct json_object *body = NULL, *value;
	int64_t n;

	cr_assert(
		zero(int, stats_client_ask(RUNTIME_DIR, STATS_REQUEST_GET, STATS_LIMIT_US, &body)));
	cr_assert(json_object_object_get_ex(body, counter, &value), "%s", counter);
	n = json_object_get_int64(value);
	json_object_put(body);
	return n;
}

static struct guest_daemon *start(void)
{
	struct guest_daemon *d = guest_daemon_start(
		RULES(WHEN_TOLD, KILL_BIGGEST("work.slice/*", "")), "--source=cgroupfs", NULL);

	guest_daemon_await(d, "running:", LONG_MS);
	return d;
}

Test(stats, kill_is_counted_dumped_and_reset)
{
	struct guest_load *hog =
		guest_load_start(guest_cgroup_new("work.slice/hog"), "hog", "--mib", "16", NULL);
	struct guest_daemon *d, *client;

	guest_load_await_ready(hog, LONG_MS);
	d = start();
	cr_expect(zero(i64, ask("oomd.kills")));
	cr_expect(gt(i64, ask("boomd.evaluations"), 0));
	guest_cgroup_new("go.slice");
	guest_daemon_await(d, "recovered work.slice/hog", LONG_MS);
	client = guest_daemon_start(NULL, "--dump-stats", "--reset-stats", NULL);
	guest_daemon_await(client, "\"oomd.kills\": 1,", LONG_MS);
	cr_expect(zero(int, guest_daemon_await_exit(client, LONG_MS)));
	cr_expect(zero(i64, ask("oomd.kills")));
	cr_expect(zero(int, guest_daemon_stop(d)));
}

Test(stats, socket_outlives_a_crash_and_ends_with_the_daemon)
{
	struct guest_daemon *d = start();

	guest_daemon_kill(d);
	cr_expect(zero(int, access(SOCKET, F_OK)), "a crash leaves it behind");
	d = start();
	cr_expect(zero(i64, ask("oomd.kills")));
	cr_expect(zero(int, guest_daemon_stop(d)));
	cr_expect(lt(int, access(SOCKET, F_OK), 0));
}

Test(stats, without_a_daemon_there_are_none)
{
	struct guest_daemon *client = guest_daemon_start(NULL, "-d", NULL);

	cr_expect(eq(int, guest_daemon_await_exit(client, LONG_MS), 1));
	guest_daemon_await(client, "cannot get the statistics at /run/boomd/oomd-stats.socket",
			   LONG_MS);
}
