/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of the daemon: refused starts, crashes, reloads, a clean end, and silence at rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bpf/events.h"
#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS 60000
#define TRACING "/sys/kernel/tracing/"

TestSuite(life, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

static const char rules[] = RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", ""));

static struct guest_daemon *start(void)
{
	struct guest_daemon *d = guest_daemon_start(rules, NULL);

	guest_daemon_await(d, "running:", LONG_MS);
	return d;
}

static bool pinned(void)
{
	return access(BOOMD_PIN_DIR "/cgroups", F_OK) == 0;
}

static const struct {
	const char *config;
	const char *says;
	const char *why;
} bad_configs[] = {
	{ "{ \"rulesets\": [", "error:", "broken JSON" },
	{ RULES(WHEN_STALLED("../escape"), KILL_BIGGEST("*", "")), "..", "leaves the root" },
	{ RULES(WHEN_PRESSURE_ABOVE("*", "abc"), KILL_BIGGEST("*", "")), "threshold",
	  "a threshold that is no number" },
	{ RULES("{ \"name\": \"presure_above\" }", KILL_BIGGEST("*", "")), "pressure_above",
	  "a plugin that does not exist" },
};

TABLE_TEST(life_refused, bad_configuration, bad_configs, row)
{
	struct guest_daemon *d;

	guest_setup();
	d = guest_daemon_start(row->config, NULL);
	cr_expect(eq(int, guest_daemon_await_exit(d, LONG_MS), 3), "%s", row->why);
	cr_expect(guest_daemon_find(d, row->says) != NULL, "%s: says nothing of \"%s\"", row->why,
		  row->says);
	cr_expect(not(pinned()), "%s", row->why);
	guest_teardown();
}

Test(life, two_at_once_are_refused)
{
	struct guest_daemon *first = start();
	struct guest_daemon *second = guest_daemon_start(rules, NULL);

	cr_expect(eq(int, guest_daemon_await_exit(second, LONG_MS), 1));
	cr_expect(guest_daemon_find(second, "another boomd") != NULL);
	cr_expect(pinned(), "the second one must not take the first one's pins away");
	cr_expect(eq(int, guest_daemon_stop(first), 0));
}

Test(life, sigterm_leaves_nothing_behind)
{
	struct guest_daemon *d = start();

	cr_expect(pinned());
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1), "pins are left");
}

Test(life, killed_and_started_again_it_works)
{
	struct guest_load *hog = guest_load_start(guest_cgroup_new("pool.slice/hog"), "hog", "--mib",
						  "16", NULL);
	struct guest_daemon *d = start();
	int how = 0;

	guest_load_await_ready(hog, LONG_MS);
	guest_daemon_kill(d);
	cr_expect(pinned(), "a crash leaves pins, or the rest of this test proves nothing");
	d = start();
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "the second daemon does not kill");
	cr_expect(eq(int, how, SIGKILL));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(not(pinned()));
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	cr_assert(file != NULL, "%s: %s", path, strerror(errno));
	fputs(text, file);
	cr_assert(zero(int, fclose(file)), "%s: %s", path, strerror(errno));
}

Test(life, reload_takes_a_good_configuration_and_keeps_it_over_a_bad_one)
{
	static const char file[] = "/tmp/reload.json";
	struct guest_load *hog = guest_load_start(guest_cgroup_new("pool.slice/hog"), "hog", "--mib",
						  "16", NULL);
	struct guest_daemon *d;
	int how = 0;

	guest_load_await_ready(hog, LONG_MS);
	mkdir("/tmp", 01777);
	write_file(file, "{ \"rulesets\": [] }");
	d = guest_daemon_start(NULL, "--config", file, NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	write_file(file, rules);
	guest_daemon_signal(d, SIGHUP);
	guest_daemon_await(d, "reloaded", LONG_MS);
	write_file(file, "{ \"rulesets\": 5 }");
	guest_daemon_signal(d, SIGHUP);
	guest_daemon_await(d, "stays in force", LONG_MS);
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "the good rules are gone");
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

static void await_notice(int fd, const char *text)
{
	char message[1024];
	ssize_t n;

	do {
		struct pollfd ready = { .fd = fd, .events = POLLIN };

		cr_assert(eq(int, poll(&ready, 1, LONG_MS), 1), "no \"%s\"", text);
		n = recv(fd, message, sizeof(message) - 1, 0);
		cr_assert(ge(int, (int)n, 0));
		message[n] = '\0';
	} while (!strstr(message, text));
}

/* Threads of the daemon, into the tracer's filter. */
static void trace_only(pid_t pid)
{
	char path[64], tids[512] = "";
	size_t used = 0;

	for (pid_t tid = pid; tid < pid + 64; tid++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
		if (!access(path, F_OK))
			used += (size_t)snprintf(tids + used, sizeof(tids) - used, "%d ", (int)tid);
	}
	write_file(TRACING "set_event_pid", tids);
}

/* Waits for a system call of the traced threads; false when there was none in that time. */
static bool system_call_within(int timeout_ms)
{
	struct pollfd pipe = { .events = POLLIN };
	char line[512] = "";
	int nr;

	pipe.fd = open(TRACING "trace_pipe", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cr_assert(ge(int, pipe.fd, 0));
	nr = poll(&pipe, 1, timeout_ms);
	if (nr > 0 && read(pipe.fd, line, sizeof(line) - 1) > 0)
		fprintf(stderr, "first system call: %s\n", line);
	close(pipe.fd);
	return nr > 0;
}

Test(life, no_system_call_in_10_s_on_a_quiet_machine, .timeout = 90)
{
	struct guest_daemon *d = guest_daemon_start(NULL, "--drop-in-dir", "/run/nowhere", NULL);
	bool woken;

	guest_daemon_await(d, "running:", LONG_MS);
	guest_load_await_ready(guest_load_start(guest_cgroup_new("quiet.slice/a"), "hog", "--mib", "8",
						NULL), LONG_MS);
	trace_only(guest_daemon_pid(d));
	write_file(TRACING "events/raw_syscalls/sys_enter/enable", "1");
	for (int i = 0; i < 100 && system_call_within(1000); i++)
		; /* the new cgroup made it look: until that is over */
	woken = system_call_within(10000);
	cr_expect(not(woken), "boomd made a system call at rest");
	guest_daemon_signal(d, SIGHUP);
	cr_expect(system_call_within(LONG_MS), "the tracer sees nothing: this test proves nothing");
	write_file(TRACING "events/raw_syscalls/sys_enter/enable", "0");
	write_file(TRACING "set_event_pid", "");
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* What systemd is told, through a socket of the test's own. */
Test(life, systemd_is_told_ready_alive_and_stopping)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/notify" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct guest_daemon *d;

	mkdir("/run", 0755);
	unlink(address.sun_path);
	cr_assert(zero(int, bind(fd, (struct sockaddr *)&address, sizeof(address))));
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("WATCHDOG_USEC", "4000000", 1);
	d = guest_daemon_start(rules, NULL);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	await_notice(fd, "READY=1");
	await_notice(fd, "WATCHDOG=1");
	guest_daemon_signal(d, SIGHUP);
	await_notice(fd, "RELOADING=1");
	await_notice(fd, "READY=1");
	guest_daemon_signal(d, SIGTERM);
	await_notice(fd, "STOPPING=1");
	cr_expect(eq(int, guest_daemon_await_exit(d, LONG_MS), 0));
	close(fd);
}

/* Where BPF objects cannot be pinned there is no BPF rung: boomd says so and protects all the same. */
Test(life, without_bpf_it_falls_down_the_ladder_and_still_kills)
{
	struct guest_load *hog = guest_load_start(guest_cgroup_new("pool.slice/hog"), "hog", "--mib",
						  "16", NULL);
	struct guest_daemon *d;
	int how = 0;

	guest_load_await_ready(hog, LONG_MS);
	cr_assert(zero(int, mount("none", "/sys/fs/bpf", "tmpfs", 0, NULL)));
	d = guest_daemon_start(rules, NULL);
	guest_daemon_await(d, "BPF cannot be used", LONG_MS);
	guest_daemon_await(d, "running: source cgroupfs", LONG_MS);
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "no BPF, no protection");
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	umount("/sys/fs/bpf");
}
