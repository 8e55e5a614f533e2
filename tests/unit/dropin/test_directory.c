/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is told of a directory. The kernel queues an event before the call that caused it returns,
 * so nothing here has to wait: what is not there when it is looked for was not told.
 */
#include "dropin/directory.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/dropin/folder.h"

static struct directory *directory;
static char heard[65536]; /* "+a " changed, "?a " seen, "-a " removed */

static void hear(char what, const char *name)
{
	size_t used = strlen(heard);

	snprintf(heard + used, sizeof(heard) - used, "%c%s ", what, name);
}

static void changed(void *user, const char *name)
{
	(void)user;
	hear('+', name);
}

static void seen(void *user, const char *name)
{
	(void)user;
	hear('?', name);
}

static void removed(void *user, const char *name)
{
	(void)user;
	hear('-', name);
}

static const struct directory_listener listener = { NULL, changed, seen, removed };

static void setup(void)
{
	folder_enter();
	heard[0] = '\0';
}

static void teardown(void)
{
	directory_free(directory);
	folder_leave();
}

TestSuite(directory, .init = setup, .fini = teardown);

static void start(const char *path)
{
	cr_assert(zero(int, directory_new(path, &listener, &directory)));
	directory_look_again(directory);
}

static bool is_ready(void)
{
	struct pollfd fd = { .fd = directory_fd(directory), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/* What was told since the last call. */
static char *news(void)
{
	static char copy[sizeof(heard)];

	while (is_ready())
		directory_take(directory);
	strcpy(copy, heard);
	heard[0] = '\0';
	return copy;
}

#define EXPECT_NEWS(text, why) cr_expect(eq(str, news(), (char *)(text)), "%s", why)

Test(directory, what_is_there_at_start_is_told_sorted_by_name)
{
	folder_make("d");
	folder_make("d/folder");
	folder_write("d/c", "");
	folder_write("d/.hidden", "");
	folder_write("d/a", "");
	folder_write("d/B", "");
	start("d");
	EXPECT_NEWS("?B ?a ?c ", "no dot-files, no folders");
	cr_expect(not(is_ready()));
}

Test(directory, a_file_counts_when_it_is_closed)
{
	int fd;

	folder_make("d");
	start("d");
	fd = folder_begin("d/a", "{ \"rule");
	EXPECT_NEWS("", "half of it");
	cr_assert(eq(int, (int)write(fd, "sets\"", 5), 5));
	EXPECT_NEWS("", "still not closed");
	close(fd);
	EXPECT_NEWS("+a ", "closed");
}

Test(directory, names_that_do_not_count_are_not_told)
{
	folder_make("d");
	folder_make("e");
	start("d");
	folder_write("d/.a", "x");
	folder_move("d/.a", "d/.b");
	folder_make("d/folder");
	folder_move("e", "d/e");
	folder_write("d/folder/a", "x");
	folder_delete("d/.b");
	folder_write("beside", "x");
	EXPECT_NEWS("", "dot-files, folders, files elsewhere");
}

Test(directory, moves_and_deletes)
{
	folder_make("d");
	folder_write("d/a", "1");
	start("d");
	news();
	folder_write("new", "2");
	folder_move("new", "d/a");
	EXPECT_NEWS("+a ", "moved over it");
	folder_write("d/.a", "3");
	folder_move("d/.a", "d/a");
	EXPECT_NEWS("+a ", "written beside it and moved over it");
	folder_move("d/a", "d/b");
	EXPECT_NEWS("-a +b ", "another name");
	folder_move("d/b", "b");
	EXPECT_NEWS("-b ", "moved away");
	folder_move("b", "d/b");
	folder_delete("d/b");
	EXPECT_NEWS("", "came and went between two looks: nobody heard of it");
}

Test(directory, events_between_two_looks_are_one_and_the_last_of_a_file_counts_for_order)
{
	folder_make("d");
	folder_write("d/a", "1");
	folder_write("d/b", "1");
	start("d");
	news();
	folder_write("d/a", "2");
	folder_write("d/b", "2");
	folder_write("d/a", "3");
	EXPECT_NEWS("+b +a ", "each once");
	folder_delete("d/a");
	folder_write("d/a", "4");
	EXPECT_NEWS("-a +a ", "what was deleted is not in force even if the new one is bad");
	folder_write("d/a", "5");
	folder_delete("d/a");
	EXPECT_NEWS("-a ", "in the end it is gone");
}

Test(directory, a_link_is_whole_as_it_comes)
{
	folder_make("d");
	folder_write("file", "x");
	start("d");
	cr_assert(zero(int, symlink("../file", "d/soft")));
	cr_assert(zero(int, link("file", "d/hard")));
	EXPECT_NEWS("+soft +hard ", "nobody will close it");
	folder_delete("d/soft");
	EXPECT_NEWS("-soft ", "");
}

Test(directory, no_regular_file_is_left_to_the_reader)
{
	folder_make("d");
	cr_assert(zero(int, mkfifo("d/fifo", 0644)));
	start("d");
	EXPECT_NEWS("?fifo ", "it says why it does not read it");
}

Test(directory, missing_at_start_it_is_awaited_however_deep)
{
	start("x/y/d");
	EXPECT_NEWS("", "");
	folder_write("beside", "");
	EXPECT_NEWS("", "somebody else");
	folder_make("x");
	EXPECT_NEWS("", "one more to go");
	folder_make("x/y");
	folder_make("x/y/d");
	folder_write("x/y/d/a", "");
	EXPECT_NEWS("?a ", "found with what is in it");
	folder_write("x/y/d/b", "");
	EXPECT_NEWS("+b ", "and watched");
}

Test(directory, appearing_whole_by_a_move)
{
	folder_make("new");
	folder_write("new/a", "");
	start("d");
	folder_move("new", "d");
	EXPECT_NEWS("?a ", "");
}

Test(directory, removed_and_made_again)
{
	for (int i = 0; i < 3; i++) {
		folder_make("d");
		folder_write("d/a", "");
		if (!i)
			start("d");
		EXPECT_NEWS("?a ", "");
		folder_delete("d/a");
		folder_delete("d");
		EXPECT_NEWS("-a ", "its files went first");
	}
}

Test(directory, moved_away_its_drop_ins_stay_until_another_is_there)
{
	folder_make("d");
	folder_write("d/a", "");
	folder_write("d/b", "");
	start("d");
	news();
	folder_move("d", "old");
	EXPECT_NEWS("", "what is in force stays");
	folder_write("old/c", "");
	EXPECT_NEWS("", "no longer ours");
	folder_make("d");
	folder_write("d/b", "");
	EXPECT_NEWS("-a ?b ", "what is not in the new one goes");
	folder_move("d", "older");
	folder_move("old", "d");
	EXPECT_NEWS("?a ?b ?c ", "the first one again");
}

Test(directory, a_folder_above_is_moved_away)
{
	folder_make("x");
	folder_make("x/d");
	folder_write("x/d/a", "");
	start("x/d");
	news();
	folder_move("x", "y");
	EXPECT_NEWS("", "");
	folder_write("y/d/b", "");
	EXPECT_NEWS("", "another path");
	folder_move("y", "x");
	EXPECT_NEWS("?a ?b ", "");
}

Test(directory, a_file_of_its_name_gives_way)
{
	folder_write("d", "");
	start("d");
	EXPECT_NEWS("", "not a directory");
	folder_delete("d");
	folder_make("d");
	folder_write("d/a", "");
	EXPECT_NEWS("?a ", "");
}

/* Nobody is woken by what goes on in the folders above while the directory is there. */
Test(directory, files_beside_it_wake_nobody)
{
	folder_make("x");
	folder_make("x/d");
	start("x/d");
	folder_write("a", "");
	folder_write("x/a", "");
	folder_move("x/a", "x/b");
	folder_delete("x/b");
	cr_expect(not(is_ready()));
}

Test(directory, the_wait_ends_when_it_is_there)
{
	start("x/d");
	folder_make("x");
	folder_make("x/d");
	news();
	folder_write("x/a", "");
	folder_write("a", "");
	cr_expect(not(is_ready()));
}

static const struct {
	const char *why, *path;
} paths[] = {
	{ "as it is", "d" },
	{ "a slash at the end", "d/" },
	{ "many slashes", "d////" },
	{ "in between", ".//d" },
	{ "up and down", "d/../d" },
	{ "a symlink", "link" },
};

TABLE_TEST(directory, paths, paths, row)
{
	const char *told;

	folder_make("d");
	folder_write("d/a", "");
	cr_assert(zero(int, symlink("d", "link")));
	start(row->path);
	EXPECT_NEWS("?a ", row->why);
	folder_write("d/b", "");
	EXPECT_NEWS("+b ", row->why);
	told = directory_path(directory);
	cr_expect(told[strlen(told) - 1] != '/', "%s", row->why);
}

Test(directory, a_path_that_is_too_long)
{
	char path[8192];

	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	cr_expect(lt(int, directory_new(path, &listener, &directory), 0));
	for (size_t i = 0; i < 200; i += 2)
		memcpy(path + i, "./", 2);
	path[200] = '\0';
	start(path);
	EXPECT_NEWS("", "more folders than are watched: told, not followed");
}

Test(directory, looking_again_tells_what_went_and_what_is_there)
{
	folder_make("d");
	folder_write("d/a", "");
	folder_write("d/b", "");
	start("d");
	news();
	folder_delete("d/a");
	folder_write("d/c", "");
	directory_look_again(directory); /* as after an overflow: events that came are not asked */
	cr_expect(eq(str, heard, "-a ?b ?c "));
}

static unsigned long queued_max(void)
{
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	unsigned long max = 0;

	if (file && fscanf(file, "%lu", &max) != 1)
		max = 0;
	if (file)
		fclose(file);
	return max;
}

Test(directory, a_queue_that_overflows_loses_nothing)
{
	unsigned long max = queued_max();
	const char *told;

	if (!max || max > 65536)
		cr_skip_test("the kernel's queue is longer than is filled here");
	folder_make("d");
	folder_write("d/gone", "");
	start("d");
	news();
	for (unsigned long i = 0; i < max / 3 + 1; i++) { /* made, closed, deleted: they do not merge */
		folder_write("d/x", "");
		folder_delete("d/x");
	}
	folder_delete("d/gone");
	folder_write("d/a", "");
	told = news();
	cr_expect(strstr(told, "-gone ") != NULL, "%s", told);
	cr_expect(strstr(told, "?a ") != NULL, "%s", told);
}

Test(directory, more_files_than_are_looked_at)
{
	char name[32];

	folder_make("d");
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof(name), "d/%04d", i);
		folder_write(name, "");
	}
	start("d");
	news();
	directory_look_again(directory);
	cr_expect(zero(ptr, strchr(heard, '-')), "none is given up because of the others");
	heard[0] = '\0';
	folder_write("d/zzzz", "");
	EXPECT_NEWS("", "full");
}
