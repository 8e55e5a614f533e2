/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real processes through the real spawner: whatever a command does, boomd gets an answer, and
 * nobody is left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "spawn/message.h"
#include "table_test.h"
#include "unit/spawn/commands.h"

#define SHORT_NS 300000000ULL

static struct spawner *spawner;

static void setup(void)
{
	commands_begin(&spawner);
}

static void teardown(void)
{
	commands_end(spawner);
}

TestSuite(spawner, .init = setup, .fini = teardown, .timeout = 120);

static const struct {
	const char *why, *script;
	enum spawn_end end;
	int status;
	const char *output;
	bool times_out;
} commands[] = {
	{ "success", "echo hello", SPAWN_EXITED, 0, "hello\n", false },
	{ "a status of its own", "echo no; exit 7", SPAWN_EXITED, 7, "no\n", false },
	{ "standard error is output, too", "echo one; echo two >&2", SPAWN_EXITED, 0, "one\ntwo\n",
	  false },
	{ "killed by a signal", "kill -SEGV $$", SPAWN_SIGNALLED, SIGSEGV, "", false },
	{ "bytes that are no text", "printf 'a\\000b\\377\\033'", SPAWN_EXITED, 0, "a b\xff\x1b",
	  false },
	{ "closes its output and goes on", "exec >&- 2>&-; exit 3", SPAWN_EXITED, 3, "", false },
	{ "leaves a child that holds its output", "echo x; sleep 1000 & exit 0", SPAWN_EXITED, 0,
	  "x\n", false },
	{ "hangs", "echo before; exec sleep 1000", SPAWN_TIMED_OUT, 0, "before\n", true },
	{ "hangs and ignores every signal that can be ignored",
	  "trap '' HUP INT QUIT TERM; while :; do :; done", SPAWN_TIMED_OUT, 0, "", true },
	{ "hangs without output", "exec >&- 2>&-; sleep 1000; sleep 1000", SPAWN_TIMED_OUT, 0, "",
	  true },
	{ "stops itself", "kill -STOP $$", SPAWN_TIMED_OUT, 0, "", true },
};

TABLE_TEST(spawner_commands, ends, commands, row)
{
	struct spawn_result result;

	setup();
	result = commands_await(spawner,
				commands_fire(spawner, commands_script(row->script),
					      row->times_out ? SHORT_NS : COMMAND_FAR_NS));
	cr_expect(eq(int, result.end, (int)row->end), "%s", row->why);
	cr_expect(eq(int, result.status, row->status), "%s", row->why);
	cr_expect(eq(str, result.output, (char *)row->output), "%s", row->why);
	cr_expect(eq(u64, result.output_bytes, strlen(row->output)), "%s", row->why);
	cr_expect(ne(u64, result.started_ns, 0), "%s", row->why);
	cr_expect(ge(u64, result.finished_ns, result.started_ns), "%s", row->why);
	teardown();
}

static const struct {
	const char *why, *command;
	int status;
} not_started[] = {
	{ "no such file", "/nonexistent/command with arguments", -ENOENT },
	{ "no program", "/etc/passwd", -EACCES },
	{ "a folder", "/tmp", -EACCES },
	{ "nothing but blanks", "  \t ", -EINVAL },
	{ "too many words",
	  "/bin/echo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 "
	  "31 32", -EINVAL },
};

TABLE_TEST(spawner_commands, not_started, not_started, row)
{
	struct spawn_result result;

	setup();
	result = commands_await(spawner, commands_fire(spawner, row->command, COMMAND_FAR_NS));
	cr_expect(eq(int, result.end, SPAWN_NOT_STARTED), "%s", row->why);
	cr_expect(eq(int, result.status, row->status), "%s", row->why);
	teardown();
}

Test(spawner, a_flood_is_cut_and_counted)
{
	struct spawn_result result;
	uint64_t number = commands_fire(spawner, commands_script("head -c 3000000 /dev/zero"),
					COMMAND_FAR_NS);

	result = commands_await(spawner, number);
	cr_expect(eq(int, result.end, SPAWN_EXITED));
	cr_expect(eq(sz, strlen(result.output), SPAWN_OUTPUT_MAX - 1));
	cr_expect(ge(u64, result.output_bytes, 3000000 - 65536), "%llu",
		  (unsigned long long)result.output_bytes);
}

Test(spawner, a_flood_without_end_ends_at_the_deadline)
{
	struct spawn_result result;
	uint64_t number = commands_fire(spawner, commands_script("exec cat /dev/zero"), SHORT_NS);

	result = commands_await(spawner, number);
	cr_expect(eq(int, result.end, SPAWN_TIMED_OUT));
	cr_expect(gt(u64, result.output_bytes, SPAWN_OUTPUT_MAX));
}

/* Each leaves somebody behind who holds the fifo open; awaiting its end is awaiting their deaths. */
static const struct {
	const char *why, *script;
	enum spawn_end end;
} left_behind[] = {
	{ "a background child", "exec 3>$FIFO; echo x >&3; sleep 1000 & exit 0", SPAWN_EXITED },
	{ "in a session of its own", "exec 3>$FIFO; echo x >&3; setsid sleep 1000 & exit 0",
	  SPAWN_EXITED },
	{ "a daemon: its parent is gone", "exec 3>$FIFO; echo x >&3; (setsid sleep 1000 &); exit 0",
	  SPAWN_EXITED },
	{ "daemons of daemons",
	  "exec 3>$FIFO; echo x >&3; (setsid sh -c 'trap \"\" TERM; (setsid sleep 1000 &); sleep 1000' "
	  "&); exit 0", SPAWN_EXITED },
	{ "at the time-out, too", "exec 3>$FIFO; echo x >&3; (setsid sleep 1000 &); sleep 1000",
	  SPAWN_TIMED_OUT },
};

TABLE_TEST(spawner_commands, nobody_stays, left_behind, row)
{
	struct spawn_result result;

	setup();
	result = commands_await(spawner,
				commands_fire(spawner, commands_script(row->script),
					      row->end == SPAWN_TIMED_OUT ? SHORT_NS : COMMAND_FAR_NS));
	cr_expect(eq(int, result.end, (int)row->end), "%s", row->why);
	commands_await_fifo_end();
	teardown();
}

#define HANGS "exec 3>$FIFO; echo x >&3; (setsid sleep 1000 &); sleep 1000"

Test(spawner, an_abandoned_run_is_killed_and_forgotten)
{
	uint64_t number = commands_fire(spawner, commands_script(HANGS), COMMAND_FAR_NS);
	struct spawn_result result;

	commands_await_fifo();
	spawner_abandon(spawner, number);
	commands_await_fifo_end();
	cr_expect(spawner_take(spawner, number, &result));
	cr_expect(eq(int, result.end, SPAWN_LOST), "nobody knows it any more");
}

Test(spawner, all_end_with_the_spawner)
{
	commands_fire(spawner, commands_script(HANGS), COMMAND_FAR_NS);
	commands_await_fifo();
	spawner_free(spawner);
	commands_await_fifo_end();
	cr_assert(zero(int, spawner_new("/nonexistent", &spawner)));
}

/* The pid of who looks after a command, and of the spawner. */
static void find_pids(pid_t *ret_keeper, pid_t *ret_spawner)
{
	struct spawn_result result = commands_await(
		spawner, commands_fire(spawner,
				       commands_script("echo $PPID; grep PPid: /proc/$PPID/status"),
				       COMMAND_FAR_NS));

	cr_assert(eq(int, sscanf(result.output, "%d PPid: %d", ret_keeper, ret_spawner), 2));
}

Test(spawner, killed_it_takes_all_along_and_is_started_again)
{
	pid_t keeper, pid;
	uint64_t number;
	struct spawn_result result;

	find_pids(&keeper, &pid);
	number = commands_fire(spawner, commands_script(HANGS), COMMAND_FAR_NS);
	commands_await_fifo();
	kill(pid, SIGKILL);
	result = commands_await(spawner, number);
	cr_expect(eq(int, result.end, SPAWN_LOST));
	cr_expect(not(spawner_running(spawner)));
	cr_expect(eq(int, spawner_fd(spawner), -1));
	commands_await_fifo_end();
	cr_assert(zero(int, spawner_start(spawner)));
	cr_expect(eq(int, spawner_start(spawner), -EALREADY));
	number = commands_fire(spawner, "/bin/echo again", COMMAND_FAR_NS);
	result = commands_await(spawner, number);
	cr_expect(eq(str, result.output, "again\n"));
}

Test(spawner, a_dead_one_refuses)
{
	const struct spawn_request request = { "/bin/true", "", "", "", "", "", .cgroup_id = 1 };
	struct spawn_result result;
	pid_t keeper, pid;
	uint64_t number = 77;

	find_pids(&keeper, &pid);
	number = commands_fire(spawner, commands_script(HANGS), COMMAND_FAR_NS);
	kill(pid, SIGKILL);
	(void)commands_await(spawner, number);
	number = 77;
	cr_expect(eq(int, spawner_fire(spawner, &request, &number), -ENOTCONN));
	cr_expect(eq(u64, number, 77), "untouched");
	cr_expect(zero(int, spawner_drain(spawner)), "told once");
	spawner_abandon(spawner, 5);
	cr_expect(spawner_take(spawner, 5, &result));
}

Test(spawner, the_loss_of_a_keeper_is_told)
{
	uint64_t number = commands_fire(spawner, commands_script("kill -KILL $PPID; sleep 1000"),
					COMMAND_FAR_NS);

	cr_expect(eq(int, commands_await(spawner, number).end, SPAWN_LOST));
}

Test(spawner, runs_at_a_time_are_counted)
{
	const struct spawn_request request = { "/bin/true", "", "", "", "", "", .cgroup_id = 1 };
	uint64_t numbers[SPAWN_RUNS_MAX], one_more = 77;
	const char *hangs = commands_script("exec sleep 1000");

	for (size_t i = 0; i < SPAWN_RUNS_MAX; i++)
		numbers[i] = commands_fire(spawner, hangs, COMMAND_FAR_NS);
	cr_expect(eq(int, spawner_fire(spawner, &request, &one_more), -EBUSY));
	spawner_abandon(spawner, numbers[3]);
	one_more = commands_fire(spawner, "/bin/true", COMMAND_FAR_NS);
	cr_expect(eq(int, commands_await(spawner, one_more).end, SPAWN_EXITED));
}

Test(spawner, keeps_no_descriptor_of_boomds)
{
	struct spawn_result result;
	char secret[] = "/tmp/boomd-secret.XXXXXX";
	int fd = mkostemp(secret, 0); /* not close-on-exec */
	uint64_t number;

	cr_assert(ge(int, fd, 0));
	spawner_free(spawner);
	commands_begin(&spawner);
	number = commands_fire(
		spawner, commands_script("P=$(awk '/PPid:/ { print $2 }' /proc/$PPID/status)\n"
					 "for p in self $PPID $P; do ls -l /proc/$p/fd | grep -c "
					 "-e secret -e '\\[eventpoll' ; done"),
		COMMAND_FAR_NS);
	result = commands_await(spawner, number);
	cr_expect(eq(str, result.output, "0\n0\n0\n"));
	close(fd);
	unlink(secret);
}

Test(spawner, the_victim_is_in_the_environment_and_nothing_else_is)
{
	struct spawn_result result;
	uint64_t number = commands_fire(spawner, "/usr/bin/env", COMMAND_FAR_NS);

	result = commands_await(spawner, number);
	cr_expect(eq(str, result.output,
		     "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		     "BOOMD_CGROUP=a.slice/b\nBOOMD_CGROUP_ID=4711\n"
		     "BOOMD_MEMORY_BYTES=1099511627776\nBOOMD_SWAP_BYTES=12345\n"
		     "BOOMD_RULESET=the ruleset\nBOOMD_DETECTOR_GROUP=the group\n"
		     "BOOMD_PLUGIN=kill_by_something\n"
		     "BOOMD_KILL_UUID=0123456789abcdef0123456789abcdef\nBOOMD_DRY=1\n"));
}

Test(spawner, the_victim_is_json_on_standard_input)
{
	struct spawn_result result;
	uint64_t number = commands_fire(spawner, "/bin/cat", COMMAND_FAR_NS);

	result = commands_await(spawner, number);
	cr_expect(eq(str, result.output,
		     "{\"cgroup\":\"a.slice\\/b\",\"cgroup_id\":4711,"
		     "\"memory_bytes\":1099511627776,\"swap_bytes\":12345,"
		     "\"memory_full_avg10\":12.5,\"ruleset\":\"the ruleset\","
		     "\"detector_group\":\"the group\",\"plugin\":\"kill_by_something\","
		     "\"kill_uuid\":\"0123456789abcdef0123456789abcdef\",\"dry\":true}\n"));
}

/* Names are bytes: no shell sees them, and JSON stays JSON. */
static const struct {
	const char *why, *cgroup, *json;
} names[] = {
	{ "what a shell would run", "$(reboot) `reboot` ; reboot", "$(reboot) `reboot` ; reboot" },
	{ "quotes and a newline", "a\"b'c\n\\", "a\"b'c\n\\" },
	{ "UTF-8", "gr\xc3\xb6\xc3\x9f\x65 \xf0\x9f\x98\x80", "gr\xc3\xb6\xc3\x9f\x65 \xf0\x9f\x98\x80" },
	{ "a lone byte", "a\xff", "a\xef\xbf\xbd" },
	{ "cut short", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "not the shortest form", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "past the last character", "\xf4\x90\x80\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

TABLE_TEST(spawner_commands, names, names, row)
{
	const struct spawn_request request = { "/bin/cat", row->cgroup, "r", "g", "p", "u",
					       .deadline_ns = UINT64_MAX };
	struct json_object *json, *cgroup = NULL;
	struct spawn_result result;
	uint64_t number;

	setup();
	cr_assert(zero(int, spawner_fire(spawner, &request, &number)));
	result = commands_await(spawner, number);
	json = json_tokener_parse(result.output);
	cr_assert(json && json_object_object_get_ex(json, "cgroup", &cgroup), "%s: %s", row->why,
		  result.output);
	cr_expect(eq(str, (char *)json_object_get_string(cgroup), (char *)row->json), "%s",
		  row->why);
	json_object_put(json);
	teardown();
}

/* --- messages --- */

Test(message, what_is_packed_is_unpacked)
{
	const struct spawn_request request = { "c", "", "r", "g", "p", "u", true, 1, 2, 3, 4, 5.5 };
	static char buf[SPAWN_MESSAGE_MAX];
	struct spawn_request got;
	uint64_t number = 0;
	int length = spawn_pack(&request, 9, buf);

	cr_assert(gt(int, length, 0));
	cr_assert(zero(int, spawn_unpack(buf, (size_t)length, &got, &number)));
	cr_expect(eq(u64, number, 9));
	cr_expect(eq(str, (char *)got.command, "c"));
	cr_expect(eq(str, (char *)got.cgroup, ""));
	cr_expect(eq(str, (char *)got.uuid, "u"));
	cr_expect(eq(u64, got.swap_bytes, 4));
	cr_expect(epsilon_eq(dbl, got.memory_full_avg10, 5.5, 0));
	for (int cut = 0; cut < length; cut++)
		cr_expect(eq(int, spawn_unpack(buf, (size_t)cut, &got, &number), -EBADMSG), "%d", cut);
}

Test(message, too_much_text_is_refused)
{
	static char text[SPAWN_MESSAGE_MAX], buf[SPAWN_MESSAGE_MAX];
	struct spawn_request request = { text, "", "r", "g", "p", "u", .cgroup_id = 1 };

	memset(text, 'x', sizeof(text) - 1);
	cr_expect(eq(int, spawn_pack(&request, 1, buf), -E2BIG));
	request.command = "c";
	request.uuid = text;
	cr_expect(eq(int, spawn_pack(&request, 1, buf), -E2BIG));
}
