/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines about a hook: how it ended, and what it said, whatever that is. */
#include "report/hook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "report/timeline.h"
#include "said.h"
#include "table_test.h"

static struct decision d;

#define LINE(text) "  hook exec for a.slice/b: " text " after 5.0ms\n"

static const struct {
	const char *why;
	enum spawn_end end;
	int status;
	size_t nr_hooks;
	const char *output;
	uint64_t output_bytes;
	const char *said;
} ends[] = {
	{ "success", SPAWN_EXITED, 0, 1, "", 0, LINE("exit status 0") },
	{ "failure", SPAWN_EXITED, 7, 1, "", 0, LINE("exit status 7") },
	{ "a signal", SPAWN_SIGNALLED, 11, 1, "", 0, LINE("ended by signal 11") },
	{ "time-out", SPAWN_TIMED_OUT, 0, 1, "", 0, LINE("TIMED OUT and killed") },
	{ "no start", SPAWN_NOT_STARTED, -ENOENT, 1, "", 0,
	  LINE("NOT STARTED: No such file or directory") },
	{ "lost", SPAWN_LOST, 0, 1, "", 0, LINE("LOST: its spawner died") },
	{ "a value from elsewhere", (enum spawn_end)77, 0, 1, "", 0, LINE("no answer") },
	{ "one of several", SPAWN_EXITED, 0, 3, "", 0,
	  "  hook exec for a.slice/b: exit status 0 after 5.0ms; the last of 3 hooks\n" },
	{ "output", SPAWN_EXITED, 0, 1, "one\ntwo\n", 8,
	  LINE("exit status 0") "  hook output: one\n  hook output: two\n" },
	{ "the last line without an end", SPAWN_EXITED, 0, 1, "one\n\ntwo", 8,
	  LINE("exit status 0") "  hook output: one\n  hook output: \n  hook output: two\n" },
	{ "more than is kept", SPAWN_EXITED, 0, 1, "one\n", 5000,
	  LINE("exit status 0") "  hook output: one\n  hook output: 5000 bytes in all, the rest is lost\n" },
	{ "hostile output", SPAWN_EXITED, 0, 1, "\x1b[2Jkilled\rx\n", 12,
	  LINE("exit status 0") "  hook output: \\x1b[2Jkilled\\x0dx\n" },
};

static void fill(const char *path)
{
	memset(&d, 0, sizeof(d));
	strcpy(d.hook.name, "exec");
	d.hook.cgroup_id = d.candidates[0].id = 5;
	d.nr_candidates = 1;
	decision_set_path(d.candidates[0].path, sizeof(d.candidates[0].path), path);
	d.hook.fired_ns = 1000000000;
	d.hook.result.finished_ns = 1005000000;
	d.nr_hooks = 1;
}

TABLE_TEST(report_hook, ends, ends, row)
{
	char *text;

	log_set_level(LOG_LEVEL_INFO);
	fill("a.slice/b");
	d.nr_hooks = row->nr_hooks;
	d.hook.result.end = (int32_t)row->end;
	d.hook.result.status = row->status;
	d.hook.result.output_bytes = row->output_bytes;
	strcpy(d.hook.result.output, row->output);
	said_begin();
	hook_report(&d);
	text = said_end();
	cr_expect(eq(str, text, (char *)row->said), "%s", row->why);
}

Test(report_hook, no_hook_no_line)
{
	memset(&d, 0, sizeof(d));
	said_begin();
	hook_report(&d);
	cr_expect(eq(str, said_end(), ""));
}

Test(report_hook, a_path_of_control_bytes_and_one_that_is_not_in_the_record)
{
	fill("a\nkilled b");
	d.hook.result.end = SPAWN_EXITED;
	said_begin();
	hook_report(&d);
	cr_expect(eq(str, said_end(), "  hook exec for a\\x0akilled b: exit status 0 after 5.0ms\n"));
	d.hook.cgroup_id = 6;
	said_begin();
	hook_report(&d);
	cr_expect(eq(str, said_end(),
		     "  hook exec for another candidate: exit status 0 after 5.0ms\n"));
}

Test(report_hook, a_full_buffer_of_controls)
{
	char expected[5 * SPAWN_OUTPUT_MAX] = "  hook output: ", *text;
	size_t used = strlen(expected);

	fill("a");
	d.hook.result.end = SPAWN_EXITED;
	memset(d.hook.result.output, 1, SPAWN_OUTPUT_MAX - 1);
	d.hook.result.output_bytes = SPAWN_OUTPUT_MAX - 1;
	/* a line of the log is shorter than four times the buffer: it is cut, not lost */
	for (int i = 0; i < 300; i++)
		used += (size_t)sprintf(expected + used, "\\x01");
	said_begin();
	hook_report(&d);
	text = said_end();
	cr_expect(strstr(text, expected) != NULL, "%s", text);
}

Test(report_hook, the_times_have_the_hook_in_between)
{
	char text[256];

	fill("a");
	d.event_ns = 999000000;
	d.snapshot_ns = 999500000;
	d.decided_ns = 1006000000;
	timeline_print(&d, text, sizeof(text));
	cr_expect(eq(str, text, "event, snapshot +500us, hook fired +500us, hook over +5.0ms, "
				"decided +1.0ms"));
}
