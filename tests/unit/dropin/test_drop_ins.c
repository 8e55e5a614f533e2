/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files in, drop-ins of an engine out. The first part are the cases of oomd's tests (oomd.md 5.8)
 * under their own names; then what a bad file does, and what a reload does.
 */
#include "dropin/drop_ins.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/stats.h"
#include "table_test.h"
#include "unit/dropin/folder.h"
#include "unit/engine/from_text.h"
#include "unit/fake_source.h"
#include "unit/report/said.h"

#define RULESET(name, action)                                                                      \
	"{\"name\":\"" name "\",\"drop-in\":{\"detectors\":true,\"actions\":true},"                \
	"\"detectors\":[[\"g\",{\"name\":\"stop\"}]],\"actions\":[{\"name\":\"" action "\"}]}"
#define BASE	      "{\"rulesets\":[" RULESET("r", "continue") "]}"
#define ACTION(name)  "{\"rulesets\":[{\"name\":\"r\",\"actions\":[{\"name\":\"" name "\"}]}]}"
#define DETECTOR(name) "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"n\",{\"name\":\"" name "\"}]]}]}"
#define OF(ruleset)   "{\"rulesets\":[{\"name\":\"" ruleset "\"}]}"

static struct fake_source fake;
static struct engine *engine;
static struct drop_ins *drop_ins;

static void setup(void)
{
	folder_enter();
	fake_source_init(&fake);
	stats_reset();
	folder_make("d");
}

static void teardown(void)
{
	drop_ins_free(drop_ins);
	engine_free(engine);
	folder_leave();
}

TestSuite(drop_ins, .init = setup, .fini = teardown);

/* As at a SIGHUP. */
static int reload(const char *base)
{
	struct rules *rules = rules_from_text(base);
	int err = drop_ins_apply(drop_ins, rules);

	engine_set_rules(engine, rules);
	engine_run(engine, 1000000000);
	return err;
}

static int start(void)
{
	const struct engine_options options = { .source = &fake.source,
						.max_cgroups = FAKE_ROWS_MAX };

	cr_assert(zero(int, engine_new(&options, &engine)));
	cr_assert(zero(int, drop_ins_new("d/", false, &drop_ins)));
	return reload(BASE);
}

/* Takes what has happened, and lets the engine live with it. */
static void take(void)
{
	struct pollfd fd = { .fd = drop_ins_fd(drop_ins), .events = POLLIN };

	while (poll(&fd, 1, 0) == 1) {
		drop_ins_take(drop_ins, engine);
		engine_run(engine, 2000000000);
	}
}

/* "b:stop a:continue ": what is in force, newest first, with its action. */
static char *in_force(void)
{
	static char buf[1024];
	const struct drop_in *drop_in = engine_rules(engine)->drop_ins;

	buf[0] = '\0';
	for (; drop_in; drop_in = drop_in->older)
		snprintf(buf + strlen(buf), sizeof(buf) - strlen(buf), "%s:%s ", drop_in->tag,
			 drop_in->nr_rulesets ? drop_in->rulesets[0].actions[0].plugin->name : "");
	return buf;
}

#define EXPECT_IN_FORCE(text, why) cr_expect(eq(str, in_force(), (char *)(text)), "%s", why)

static char *said_while_taking(void)
{
	said_begin();
	take();
	return said_end();
}

/* --- as oomd's own tests: DropInServiceAdaptorTest, FsDropInServiceTest --- */

Test(drop_ins, AddRemove)
{
	start();
	folder_write("d/detector", DETECTOR("continue"));
	take();
	folder_write("d/action", ACTION("stop"));
	take();
	EXPECT_IN_FORCE("action:stop detector:continue ", "both, independently");
	folder_delete("d/detector");
	take();
	EXPECT_IN_FORCE("action:stop ", "");
	folder_delete("d/action");
	take();
	EXPECT_IN_FORCE("", "");
}

Test(drop_ins, QueuedAddRemove)
{
	start();
	folder_write("d/a", ACTION("stop"));
	folder_delete("d/a");
	take();
	EXPECT_IN_FORCE("", "added and removed before anybody looked");
	folder_write("d/a", ACTION("stop"));
	take();
	folder_delete("d/a");
	folder_write("d/a", ACTION("continue"));
	take();
	EXPECT_IN_FORCE("a:continue ", "removed and added");
}

Test(drop_ins, AddFail)
{
	start();
	folder_write("d/a", ACTION("no_such_plugin"));
	folder_write("d/b", OF("no_such_ruleset"));
	take();
	EXPECT_IN_FORCE("", "");
}

Test(drop_ins, LoadExisting)
{
	folder_write("d/b", ACTION("stop"));
	folder_write("d/a", ACTION("continue"));
	folder_write("d/.c", ACTION("continue"));
	cr_expect(zero(int, start()));
	EXPECT_IN_FORCE("b:stop a:continue ", "sorted by name, so the last one is the newest");
	cr_expect(eq(i64, stats_get(STATS_DROPIN_ADDED), 2));
}

Test(drop_ins, RecreateDir)
{
	start();
	for (int i = 0; i < 2; i++) {
		folder_write("d/a", ACTION("stop"));
		take();
		EXPECT_IN_FORCE("a:stop ", "");
		folder_delete("d/a");
		folder_delete("d");
		take();
		EXPECT_IN_FORCE("", "");
		folder_make("d");
	}
}

/* --- a file --- */

Test(drop_ins, half_of_a_file_is_not_read)
{
	int fd;

	start();
	folder_write("d/a", ACTION("stop"));
	take();
	fd = folder_begin("d/a", "{\"rulesets\":[");
	cr_expect(eq(str, said_while_taking(), ""));
	EXPECT_IN_FORCE("a:stop ", "as before");
	cr_assert(gt(int, (int)write(fd, "]}", 2), 0));
	close(fd);
	take();
	EXPECT_IN_FORCE("a: ", "whole now");
}

static const struct {
	const char *why, *text, *says;
} bad[] = {
	{ "garbage", "\x7f""ELF\x01\xff", "d/a:1:1: error:" },
	{ "half of it", "{\"rulesets\":[{\"name\":\"r\"", "d/a:1:25: error: the text ends too early" },
	{ "emptied", "", "d/a:1:1: error: expected a configuration, the text is empty" },
	{ "a list", "[]", "d/a:1:1: error:" },
	{ "a plugin that is not there", ACTION("nope"), "d/a:1:45: error: Could not locate plugin=nope" },
	{ "a ruleset that is not there", OF("nope"),
	  "d/a:1:22: error: Could not locate targeted ruleset=nope" },
	{ "the second of two", "{\"rulesets\":[{\"name\":\"r\"},\n{\"name\":\"r\",\"actions\":"
	  "[{\"name\":\"exists\",\"args\":{\"negate\":\"maybe\"}}]}]}", "d/a:2:" },
};

TABLE_TEST(drop_ins, bad, bad, row)
{
	char *said;

	folder_write("d/a", ACTION("stop"));
	start();
	folder_write("d/a", row->text);
	said = said_while_taking();
	EXPECT_IN_FORCE("a:stop ", row->why);
	cr_expect(strstr(said, row->says) != NULL, "%s: %s", row->why, said);
	cr_expect(strstr(said, "Failed to inject drop in config=a into engine") != NULL, "%s", said);
	cr_expect(strstr(said, "the version before stays in force") != NULL, "%s", said);
	folder_write("d/a", ACTION("continue"));
	take();
	EXPECT_IN_FORCE("a:continue ", "mended");
}

Test(drop_ins, a_bad_one_that_is_new_leaves_nothing)
{
	char *said;

	start();
	folder_write("d/a", "{");
	said = said_while_taking();
	EXPECT_IN_FORCE("", "");
	cr_expect(strstr(said, "nothing of it is in force") != NULL, "%s", said);
}

Test(drop_ins, a_new_empty_file_is_no_news)
{
	start();
	folder_write("d/a", "");
	cr_expect(eq(str, said_while_taking(), ""));
}

Test(drop_ins, oomds_words)
{
	char *said;

	start();
	folder_write("d/a", ACTION("stop"));
	said = said_while_taking();
	cr_expect(strstr(said, "Adding drop in config=a\n") != NULL, "%s", said);
	cr_expect(strstr(said, "Drop in config=a injected into engine\n") != NULL, "%s", said);
	folder_delete("d/a");
	said = said_while_taking();
	cr_expect(strstr(said, "Removing drop in config=a\n") != NULL, "%s", said);
	cr_expect(strstr(said, "Drop in config=a removed from engine\n") != NULL, "%s", said);
}

Test(drop_ins, a_hostile_name_is_printed_harmlessly)
{
	char *said;

	start();
	folder_write("d/a\n\x1b[2Jb", "{");
	said = said_while_taking();
	cr_expect(zero(ptr, strchr(said, '\x1b')), "%s", said);
	cr_expect(zero(ptr, strstr(said, "a\n\x1b")));
	cr_expect(strstr(said, "\\x1b") != NULL, "%s", said);
}

Test(drop_ins, a_change_moves_it_to_the_front)
{
	folder_write("d/a", ACTION("stop"));
	folder_write("d/b", ACTION("stop"));
	start();
	EXPECT_IN_FORCE("b:stop a:stop ", "");
	folder_write("d/a", ACTION("continue"));
	take();
	EXPECT_IN_FORCE("a:continue b:stop ", "");
	folder_write("d/b", "{");
	take();
	EXPECT_IN_FORCE("a:continue b:stop ", "one that is refused moves nothing");
	cr_expect(eq(i64, stats_get(STATS_DROPIN_ADDED), 2));
}

Test(drop_ins, links_to_files_are_files)
{
	folder_write("file", ACTION("stop"));
	start();
	cr_assert(zero(int, symlink("../file", "d/a")));
	take();
	EXPECT_IN_FORCE("a:stop ", "");
}

Test(drop_ins, what_is_no_file_is_refused_without_opening_it)
{
	int opened = inotify_init1(IN_CLOEXEC);
	struct pollfd fd = { .fd = opened, .events = POLLIN };
	char *said;

	cr_assert(zero(int, mkfifo("d/fifo", 0644)));
	cr_assert(ge(int, inotify_add_watch(opened, "d/fifo", IN_OPEN), 0));
	cr_assert(zero(int, symlink("/dev/zero", "d/device")));
	cr_assert(zero(int, symlink("nowhere", "d/dangling")));
	cr_assert(zero(int, symlink("..", "d/folder")));
	said_begin();
	cr_expect(eq(int, start(), -EINVAL));
	said = said_end();
	cr_expect(zero(int, poll(&fd, 1, 0)), "the fifo was opened");
	close(opened);
	EXPECT_IN_FORCE("", "");
	cr_expect(strstr(said, "d/fifo: error: expected a regular file") != NULL, "%s", said);
	cr_expect(strstr(said, "d/device: error: expected a regular file") != NULL, "%s", said);
	cr_expect(strstr(said, "d/folder: error: expected a regular file") != NULL, "%s", said);
	cr_expect(strstr(said, "d/dangling: error: expected a file to read: No such file") != NULL,
		  "%s", said);
}

Test(drop_ins, a_file_that_may_not_be_read)
{
	bool root = !geteuid(); /* who may read everything, so it is nobody who looks */
	char *said;

	folder_write("d/a", ACTION("stop"));
	start();
	folder_write("new", ACTION("continue"));
	cr_assert(zero(int, chmod("new", 0) | chmod(".", 0755)));
	folder_move("new", "d/a");
	cr_assert(zero(int, root ? seteuid(65534) : 0));
	said = said_while_taking();
	cr_assert(zero(int, root ? seteuid(0) : 0));
	EXPECT_IN_FORCE("a:stop ", "");
	cr_expect(strstr(said, "d/a: error: expected a file to read: Permission denied") != NULL, "%s",
		  said);
}

Test(drop_ins, a_huge_file)
{
	char *said;

	start();
	folder_write("huge", "");
	cr_assert(zero(int, truncate("huge", 1LL << 40)));
	folder_move("huge", "d/a");
	said = said_while_taking();
	EXPECT_IN_FORCE("", "");
	cr_expect(strstr(said, "of at most 1 MiB") != NULL, "%s", said);
}

Test(drop_ins, strict_refuses_what_is_only_warned_about)
{
	const char *text = "{\"rulesets\":[{\"name\":\"r\",\"post_action_delay\":1}]}";

	folder_write("d/a", text);
	cr_expect(zero(int, start()));
	EXPECT_IN_FORCE("a:continue ", "a warning");
	drop_ins_free(drop_ins);
	cr_assert(zero(int, drop_ins_new("d", true, &drop_ins)));
	cr_expect(eq(int, reload(BASE), -EINVAL));
	EXPECT_IN_FORCE("", "an error");
}

/* --- a reload --- */

Test(drop_ins, a_reload_keeps_them_and_their_order)
{
	folder_write("d/a", ACTION("stop"));
	folder_write("d/b", ACTION("stop"));
	start();
	folder_write("d/a", ACTION("continue"));
	take();
	cr_expect(zero(int, reload(BASE)));
	EXPECT_IN_FORCE("a:continue b:stop ", "");
	cr_expect(eq(i64, stats_get(STATS_DROPIN_ADDED), 2));
}

Test(drop_ins, one_that_does_not_fit_is_left_out_and_comes_back)
{
	char *said;

	folder_write("d/a", OF("s"));
	folder_write("d/b", ACTION("stop"));
	cr_expect(eq(int, start(), -EINVAL));
	EXPECT_IN_FORCE("b:stop ", "there is no s");
	cr_expect(zero(int, reload("{\"rulesets\":[" RULESET("r", "continue") ","
				   RULESET("s", "stop") "]}")));
	EXPECT_IN_FORCE("a:stop b:stop ", "there is one now");
	said_begin();
	cr_expect(eq(int, reload(BASE), -EINVAL));
	said = said_end();
	EXPECT_IN_FORCE("b:stop ", "");
	cr_expect(strstr(said, "Drop in config=a does not fit the new configuration") != NULL, "%s",
		  said);
	cr_expect(zero(int, reload("{\"rulesets\":[" RULESET("s", "continue") ","
				   RULESET("r", "stop") "]}")));
	EXPECT_IN_FORCE("a:continue b:stop ", "in its old place");
}

Test(drop_ins, a_refused_version_is_tried_again)
{
	start();
	folder_write("d/a", ACTION("stop"));
	take();
	folder_write("d/a", "{\"rulesets\":[{\"name\":\"r\"},{\"name\":\"s\"}]}");
	take();
	EXPECT_IN_FORCE("a:stop ", "the version before");
	cr_expect(eq(int, reload(BASE), -EINVAL));
	EXPECT_IN_FORCE("a:stop ", "still");
	cr_expect(zero(int, reload("{\"rulesets\":[" RULESET("r", "continue") ","
				   RULESET("s", "stop") "]}")));
	EXPECT_IN_FORCE("a:continue ", "it fits now");
}

Test(drop_ins, a_reload_sees_what_was_missed)
{
	folder_write("d/a", ACTION("stop"));
	folder_write("d/b", ACTION("stop"));
	start();
	folder_delete("d/a");
	folder_write("d/b", ACTION("continue"));
	cr_expect(zero(int, reload(BASE)));
	EXPECT_IN_FORCE("b:continue ", "the events are still on their way");
	take();
	EXPECT_IN_FORCE("b:continue ", "and do no harm");
}

/* Looking again at what has not changed must not start its windows and pauses anew. */
Test(drop_ins, a_look_at_what_is_the_same_changes_nothing)
{
	const struct drop_in *before;

	folder_write("d/a", ACTION("stop"));
	start();
	before = engine_rules(engine)->drop_ins;
	folder_move("d", "e");
	take();
	EXPECT_IN_FORCE("a:stop ", "no directory: as before");
	folder_move("e", "d");
	take();
	cr_expect(eq(ptr, (void *)engine_rules(engine)->drop_ins, (void *)before));
}

Test(drop_ins, a_directory_that_is_not_there_is_told_and_awaited)
{
	folder_delete("d");
	cr_expect(eq(int, start(), -ENOENT));
	folder_make("d");
	folder_write("d/a", ACTION("stop"));
	take();
	EXPECT_IN_FORCE("a:stop ", "");
}
