/* SPDX-License-Identifier: GPL-2.0-only */
/* Cases that need something else than a configuration that runs, each with a function of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "devices.h"
#include "kill/mark.h"
#include "report/report.h"
#include "unit/act/fake_systemd.h"
#include "unit/conformance/machine.h"
#include "unit/plugins/kill_by_name.h"

#define SAME NULL, NULL

/* The six kill xattrs of a cgroup after each of two kills: uuid, ooms, kill, trusted and user. */
static void kill_xattrs(char *buf)
{
	static const char *const names[] = { "kill_uuid", "ooms", "kill" };
	static const char *const spaces[] = { "trusted", "user" };
	struct fixture *fixture = fixture_new();
	struct mark_result result;
	char name[64], value[64];
	int fd;

	if (!fixture_can_xattr(fixture, "trusted.") || !fixture_can_xattr(fixture, "user."))
		cr_skip_test("xattrs cannot be set here");
	fd = open(fixture_cgroup_fs(fixture), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int kill = 0; kill < 2; kill++) {
		mark_kill(fd, kill ? "uuid2" : "uuid1", 10, &result);
		strcat(buf, kill ? "; " : "");
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			for (size_t j = 0; j < ARRAY_SIZE(spaces); j++) {
				ssize_t n;

				snprintf(name, sizeof(name), "%s.oomd_%s", spaces[j], names[i]);
				n = fgetxattr(fd, name, value, sizeof(value) - 1);
				value[n < 0 ? 0 : n] = '\0';
				strcat(strcat(buf, i || j ? " " : ""), value);
			}
	}
	close(fd);
	fixture_free(fixture);
}

static void count_nothing(char *buf, const char *text)
{
	uint64_t count;

	strcpy(buf, mark_parse_count(text, strlen(text), &count) ? "counts as 0" : "a number");
}

static void garbage_xattr(char *buf)
{
	count_nothing(buf, "many");
}

static struct kill_by_name *shown;

static int remember_state(struct ruleset *ruleset, struct instance *instance, void *user)
{
	(void)ruleset, (void)user;
	if (instance->plugin == &plugin_kill_by_name)
		shown = instance->state;
	return 0;
}

static char prerun[1024];

static void watch_prerun(struct rules *rules)
{
	rules_for_each(rules, remember_state, NULL);
}

static void take_prerun(const struct machine_play *play)
{
	(void)play;
	snprintf(prerun, sizeof(prerun), "%s", shown->prerun);
}

static void prerun_of(const char *args, char *buf)
{
	const struct machine_play play = {
		.action = "kill_by_name", .args = args, .refused = "*",
		.ticks = { CGROUPS(CGROUP("A/Y", .current = 1, .oom_group = true), FOLDER("A/Y/P"),
				   FOLDER("A/X"), FOLDER("B/F/P"), FOLDER("B/F/Q"), FOLDER("B/X"),
				   FOLDER("Z/F"), FOLDER("C/F")) },
		.prepare = watch_prerun, .finish = take_prerun,
	};
	char line[CONFORMANCE_TEXT_MAX];

	machine_play(&play, line);
	conformance_sort(prerun, buf);
}

static void prerun_recursive(char *buf)
{
	prerun_of("\"cgroup\": \"B,Z,A/*\", \"recursive\": true", buf);
}

static void prerun_flat(char *buf)
{
	prerun_of("\"cgroup\": \"B,Z,A/*\"", buf);
}

static void device_class(const char *rotational, char *buf)
{
	struct fixture *fixture = fixture_new();
	struct boomd_device devices[BOOMD_DEVICES_MAX];
	char path[512];
	size_t nr = 0;
	const char *bad;

	fixture_write_proc(fixture, "block/1:0/queue/rotational", "%s", rotational);
	snprintf(path, sizeof(path), "%s/block", fixture_proc(fixture));
	if (devices_parse("1:0", path, devices, &nr, &bad))
		strcpy(buf, "refused");
	else
		strcpy(buf, devices[0].device_class == BOOMD_DEVICE_SSD ? "SSD" : "HDD");
	fixture_free(fixture);
}

static void device_ssd(char *buf)
{
	device_class("0\n", buf);
}

static void device_hdd(char *buf)
{
	device_class("1\n", buf);
}

static void device_odd(char *buf)
{
	device_class("2\n", buf);
}

/* What a dry kill writes to the kernel log, here a file. */
static void kernel_log(char *buf)
{
	static struct decision decision; /* large */
	struct fixture *fixture = fixture_new();
	char path[512];
	ssize_t n;
	int fd;

	decision = (struct decision){
		.ruleset = "mem", .group = "pressure", .plugin = "kill_by_memory_size_or_growth",
		.dry = true, .silent = true, .outcome = DECISION_DRY,
		.victim = "workload.slice/b.service", .victim_memory_bytes = 629145600,
		.victim_memory_full = { 80, 80, 80 },
	};
	snprintf(path, sizeof(path), "%s/kmsg", fixture_proc(fixture));
	cr_assert(zero(int, report_open(path)));
	report_decision(&decision);
	report_close();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, buf, CONFORMANCE_TEXT_MAX - 1);
	buf[n > 0 ? n - 1 : 0] = '\0'; /* without the newline */
	close(fd);
	fixture_free(fixture);
}

static void answer_nothing(void)
{
}

/* What the plugin returned, tick by tick, and what systemd was asked for. */
static void restart(const char *args, size_t nr_ticks, void (*answer)(void), char *buf)
{
	const struct machine_play play = {
		.action = "systemd_restart", .args = args, .nr_ticks = nr_ticks, .answer = answer,
		.ticks = { CGROUPS(FOLDER("a")) },
	};
	const char *call;

	fake_systemd_start(FAKE_WAITS);
	machine_play(&play, buf);
	call = fake_systemd_last_call();
	strcat(strcat(buf, "; asked: "), *call ? call : "nothing");
	fake_systemd_stop();
}

static void restart_service(char *buf)
{
	restart("\"service\": \"test.service\", \"post_action_delay\": 0", 2,
		fake_systemd_go_on, buf);
}

static void restart_dry(char *buf)
{
	restart("\"service\": \"test.service\", \"post_action_delay\": 0, \"dry\": true", 1,
		answer_nothing, buf);
}

static const struct {
	struct conformance is;
	void (*run)(char *buf);
} elsewhere[] = {
	{ { "BaseKillPluginXattrTest.XattrSetts", "two kills of ten processes each: kill_uuid, ooms, "
	    "kill, each as trusted.* and user.*",
	    "uuid1 uuid1 1 1 10 10; uuid2 uuid2 2 2 20 20", SAME }, kill_xattrs },
	{ { "oomd.md 0.6 (xattr that is no number)", "user.oomd_ooms is \"many\"", "counts as 0",
	    "aborts, the victim lives", "whoever owns a delegated cgroup can write it" },
	  garbage_xattr },
	{ { "StandardKillRecursionTest.PrerunsRecursively", "\"B,Z,A/*\", recursive; A/Y has "
	    "memory.oom.group", "A/X A/Y B B/F B/F/P B/F/Q B/X Z Z/F", SAME }, prerun_recursive },
	{ { "StandardKillRecursionTest.PrerunsRecursively", "the same, not recursive", "A/X A/Y B Z",
	    SAME }, prerun_flat },
	{ { "FsTest.GetDeviceType", "queue/rotational 0", "SSD", SAME }, device_ssd },
	{ { "FsTest.GetDeviceType", "queue/rotational 1", "HDD", SAME }, device_hdd },
	{ { "FsTest.GetDeviceType", "queue/rotational 2", "refused", SAME }, device_odd },
	{ { "SystemdPluginsTest (restart)", "a service, over a bus with a systemd of the test's on it",
	    "A, S; killed: nobody; asked: RestartUnit(test.service, replace)",
	    "S; asked: RestartUnit(test.service, replace)", "systemd is waited for without holding up "
	    "the detectors of other rulesets" }, restart_service },
	{ { "SystemdPluginsTest (dry)", "dry", "S; killed: nobody; asked: nothing", SAME },
	  restart_dry },
	{ { "LogTest (kmsg)", "the kill line in the kernel log", "oomd kill: 80.00 80.00 80.00 "
	    "workload.slice/b.service 629145600 ruleset:[mem] detectorgroup:[pressure] "
	    "killer:(dry)kill_by_memory_size_or_growth v2", SAME }, kernel_log },
};

CONFORMANCE(elsewhere, "Kill xattrs, prerun, devices, the kernel log", elsewhere, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "";

	row->run(found);
	conformance_expect(&row->is, found);
}
