/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the helper does after the signals, on a folder laid out like a cgroup: reap, sweep, mark.
 * killer_free() lets it finish, which is how these tests wait for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kill/job.h"
#include "kill/real.h"
#include "kill/sweep.h"
#include "scripted.h"
#include "table_test.h"
#include "unit/report/said.h"

#define UUID "0123456789abcdef0123456789abcdef"

static char root[64], folder[128];
static int folder_fd;
static struct scripted source;
static struct kill_result result;
static struct kill_progress progress;
static struct killer *killer;
static struct kill_request request = {.path = "victim", .uuid = UUID, .reap_memory = true};

static void write_file(const char *name, const char *text)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	cr_assert(ge(int, fd, 0));
	cr_assert(eq(sz, (size_t)write(fd, text, strlen(text)), strlen(text)));
	close(fd);
}

static const char *read_file(const char *name)
{
	static char text[64];
	int fd = openat(folder_fd, name, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return text;
}

static void start(void)
{
	struct stat st;

	strcpy(root, "/tmp/boomd-kill-XXXXXX");
	cr_assert(mkdtemp(root) != NULL);
	snprintf(folder, sizeof(folder), "%s/victim", root);
	cr_assert(zero(int, mkdir(folder, 0755)));
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	cr_assert(zero(int, fstat(folder_fd, &st)));
	request.cgroup_id = st.st_ino;
	write_file("cgroup.kill", "");
	write_file("cgroup.freeze", "0");
	scripted_init(&source, root);
	source.all = true;
	cr_assert(zero(int, killer_new(&source.base, &killer)));
}

static void stop(void)
{
	unlinkat(folder_fd, "cgroup.kill", 0);
	unlinkat(folder_fd, "cgroup.freeze", 0);
	close(folder_fd);
	rmdir(folder);
	rmdir(root);
}

TestSuite(kill_aftermath, .init = start, .fini = stop);

static void await_all(void)
{
	struct pollfd exits = {.fd = killer_exit_fd(killer), .events = POLLIN};

	do {
		cr_assert(eq(int, poll(&exits, 1, 10000), 1));
		killer_progress(killer, &progress);
	} while (!progress.done);
}

/* The third one appears while the others are killed: a reason to sweep. */
static int kill_three(void)
{
	scripted_spawn(&source, 3);
	source.all = false;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"ab", "ab", "abc"});
	return killer->ops->kill(killer, &request, &result);
}

/* The helper is done, what it found out is known. */
static void finish(void)
{
	struct real_killer *k = real_killer(killer);
	struct job *job = k->job;

	await_all();
	/* the slot is freed after the last result is written; stop looks at it in between */
	cr_assert(job != NULL);
	atomic_store(&k->helper.stop, true);
	sem_post(&k->helper.work);
	pthread_join(k->helper.thread, NULL);
	killer_progress(killer, &progress);
}

static const char *xattr(const char *name)
{
	static char text[64];
	ssize_t n = fgetxattr(folder_fd, name, text, sizeof(text) - 1);

	if (n < 0)
		return errno == ENODATA ? "(none)" : "(error)";
	text[n] = '\0';
	return text;
}

static bool takes_xattrs(const char *name)
{
	if (fsetxattr(folder_fd, name, "1", 1, 0))
		return false;
	return !fremovexattr(folder_fd, name);
}

Test(kill_aftermath, cgroup_is_swept)
{
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), "1"));
	cr_expect(eq(str, (char *)read_file("cgroup.freeze"), "0"));
	cr_expect(progress.cgroup_kill_written);
	cr_expect(eq(sz, progress.nr_exited, 3));
	cr_expect(le(sz, progress.nr_reaped, 3));
}

/* The helper's part of oomd's words (docs/oomd.md 1.2). */
Test(kill_aftermath, oomd_words_about_reaping_and_marks)
{
	bool marks = takes_xattrs("user.boomd_test");
	char *said, line[sizeof(folder) + 64];

	said_begin();
	cr_expect(zero(int, kill_three()));
	finish();
	said = said_end();
	snprintf(line, sizeof(line), "Reaping processes in %s\nReaped ", folder);
	cr_expect(strstr(said, line) != NULL, "%s", said);
	snprintf(line, sizeof(line), "Set xattr user.oomd_ooms=1 on %s\n", folder);
	cr_expect(eq(int, strstr(said, line) != NULL, marks), "%s", said);
}

Test(kill_aftermath, silent_is_silent)
{
	request.silent = true;
	said_begin();
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, said_end(), ""));
}

/* It would hit whoever was put there since. */
Test(kill_aftermath, quiet_cgroup_is_not_swept)
{
	scripted_spawn(&source, 3);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(result.complete);
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""));
	cr_expect(not(progress.cgroup_kill_written));
	cr_expect(eq(sz, progress.nr_exited, 3));
}

Test(kill_aftermath, cgroup_with_gaps_in_its_list_is_swept)
{
	scripted_spawn(&source, 1);
	source.all = false;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"a+"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), "1"));
}

Test(kill_aftermath, late_sweep_is_left_out)
{
	struct job job = {.sweep = true, .complete = true, .cgroup_id = request.cgroup_id};

	job_set_folder(&job, root, "victim");
	job.signalled_ns = kill_clock_ns() - 2000000000ULL;
	job_run(&job);
	cr_expect(not(job.swept));
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""));
	job.complete = false; /* somebody got away: worth more patience */
	job_run(&job);
	cr_expect(eq(int, job.swept, true));
	killer_free(killer);
}

Test(kill_aftermath, another_cgroup_of_that_name_is_left_alone)
{
	request.cgroup_id++;
	cr_expect(zero(int, kill_three()), "the processes are proven without the path");
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""));
	cr_expect(not(progress.cgroup_kill_written));
	cr_expect(eq(str, (char *)xattr("user.oomd_kill_uuid"), "(none)"));
}

Test(kill_aftermath, link_in_place_of_the_cgroup_is_not_followed)
{
	char moved[160];

	snprintf(moved, sizeof(moved), "%s.moved", folder);
	cr_assert(zero(int, rename(folder, moved)));
	cr_assert(zero(int, symlink(moved, folder)));
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""));
	unlink(folder);
	cr_assert(zero(int, rename(moved, folder)));
}

Test(kill_aftermath, vanished_cgroup_is_no_trouble)
{
	char moved[160];

	snprintf(moved, sizeof(moved), "%s.moved", folder);
	cr_assert(zero(int, rename(folder, moved)));
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(not(progress.cgroup_kill_written));
	cr_assert(zero(int, rename(moved, folder)));
}

/* The root holds everybody: the walk missed boomd, its path does not. */
Test(kill_aftermath, boomds_own_cgroup_is_not_swept)
{
	char own[PATH_MAX];
	struct stat st;

	if (sweep_cgroup_of("self", own, sizeof(own)))
		cr_skip_test("this system has no cgroup2");
	write_file("../cgroup.kill", "");
	cr_assert(zero(int, stat(root, &st)));
	request.path = "";
	request.kernelkill = true;
	request.cgroup_id = st.st_ino;
	scripted_spawn(&source, 1);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	finish();
	cr_expect(not(progress.cgroup_kill_written));
	cr_expect(eq(str, (char *)read_file("../cgroup.kill"), ""));
	unlinkat(folder_fd, "../cgroup.kill", 0);
}

Test(kill_aftermath, process_without_a_pid_here_forbids_the_sweep)
{
	request.kernelkill = true;
	scripted_spawn(&source, 1);
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"0"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""), "it could be the host's PID 1");
}

Test(kill_aftermath, kernelkill_freezes_sweeps_and_thaws)
{
	request.kernelkill = true;
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), "1"));
	cr_expect(eq(str, (char *)read_file("cgroup.freeze"), "0"));
	cr_expect(eq(sz, progress.nr_exited, 3));
}

Test(kill_aftermath, kernelkill_thaws_when_cgroup_kill_is_missing)
{
	request.kernelkill = true;
	unlinkat(folder_fd, "cgroup.kill", 0);
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.freeze"), "0"));
	cr_expect(not(progress.cgroup_kill_written));
	cr_expect(eq(sz, progress.nr_exited, 3), "pidfds did it");
}

Test(kill_aftermath, kernelkill_leaves_frozen_what_was_frozen)
{
	request.kernelkill = true;
	write_file("cgroup.freeze", "1");
	cr_expect(zero(int, kill_three()));
	finish();
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), "1"));
	cr_expect(eq(str, (char *)read_file("cgroup.freeze"), "1"));
}

/* cgroup.kill is a FIFO that nobody reads: opening it blocks, like cgroupfs under pressure. */
Test(kill_aftermath, stuck_helper_delays_no_kill)
{
	int fifo;

	unlinkat(folder_fd, "cgroup.kill", 0);
	cr_assert(zero(int, mkfifoat(folder_fd, "cgroup.kill", 0644)));
	request.reap_memory = false;
	request.kernelkill = true;
	for (size_t i = 0; i < 5; i++) {
		scripted_spawn(&source, 1);
		cr_expect(zero(int, killer->ops->kill(killer, &request, &result)), "kill %zu", i);
		cr_expect(eq(int, scripted_ended_by(&source, i), SIGKILL), "kill %zu", i);
	}
	cr_expect(real_killer(killer)->job == NULL, "two jobs are taken, the fifth went without");
	killer_progress(killer, &progress);
	cr_expect(not(progress.cgroup_kill_written));
	fifo = openat(folder_fd, "cgroup.kill", O_RDWR);
	cr_assert(ge(int, fifo, 0));
	killer_free(killer);
	close(fifo);
}

Test(kill_aftermath, helper_that_never_returns_is_left_behind)
{
	unlinkat(folder_fd, "cgroup.kill", 0);
	cr_assert(zero(int, mkfifoat(folder_fd, "cgroup.kill", 0644)));
	cr_expect(zero(int, kill_three()));
	killer_free(killer); /* comes back after a second */
	for (size_t i = 0; i < 3; i++)
		cr_expect(eq(int, scripted_ended_by(&source, i), SIGKILL));
}

struct mark_row {
	const char *why;
	const char *old_ooms, *old_kill; /* NULL: absent */
	const char *ooms, *kill;
};

static const struct mark_row marks[] = {
	{"garbage counts as nothing", "rubbish", "", "1", "3"},
	{"a number with a tail is garbage", "12x", "7 ", "1", "3"},
	{"signs are garbage", "-5", "+5", "1", "3"},
	{"a number of 21 digits is garbage", "184467440737095516160", "999999999999999999999", "1",
	 "3"},
	{"too long for any number", "00000000000000000000000000000000000000001", "x", "1", "3"},
	{"sums stop at the top", "18446744073709551615", "18446744073709551614",
	 "18446744073709551615", "18446744073709551615"},
	{"32 bits are not enough", "4294967296", "9007199254740993", "4294967297",
	 "9007199254740996"},
	{"the first kill", NULL, NULL, "1", "3"},
	{"kills add up", "1", "40", "2", "43"},
};

static void set_old(const char *prefix, const char *name, const char *value)
{
	char full[64];

	snprintf(full, sizeof(full), "%s.%s", prefix, name);
	if (value)
		cr_assert(zero(int, fsetxattr(folder_fd, full, value, strlen(value), 0)));
}

static void expect_mark(const char *prefix, const struct mark_row *row)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.oomd_kill_uuid", prefix);
	cr_expect(eq(str, (char *)xattr(name), UUID), "%s", row->why);
	snprintf(name, sizeof(name), "%s.oomd_ooms", prefix);
	cr_expect(eq(str, (char *)xattr(name), (char *)row->ooms), "%s", row->why);
	snprintf(name, sizeof(name), "%s.oomd_kill", prefix);
	cr_expect(eq(str, (char *)xattr(name), (char *)row->kill), "%s", row->why);
}

TABLE_TEST(kill_marks, both_namespaces, marks, row)
{
	static const char *const prefixes[] = {"user", "trusted"};
	bool can[2];

	start();
	for (int i = 0; i < 2; i++)
		can[i] = takes_xattrs(i ? "trusted.boomd_test" : "user.boomd_test");
	if (!can[0] && !can[1])
		cr_skip_test("/tmp takes no xattrs");
	for (int i = 0; i < 2; i++) {
		if (!can[i])
			continue;
		set_old(prefixes[i], "oomd_ooms", row->old_ooms);
		set_old(prefixes[i], "oomd_kill", row->old_kill);
	}
	cr_expect(zero(int, kill_three()), "%s", row->why);
	finish();
	for (int i = 0; i < 2; i++) {
		if (can[i])
			expect_mark(prefixes[i], row);
	}
	stop();
}

Test(kill_aftermath, dry_leaves_no_mark)
{
	request.dry = true;
	cr_expect(zero(int, kill_three()));
	killer_free(killer);
	cr_expect(ne(str, (char *)xattr("user.oomd_ooms"), "1"));
	cr_expect(eq(str, (char *)read_file("cgroup.kill"), ""));
	for (size_t i = 0; i < 3; i++)
		cr_expect(eq(int, scripted_survived(&source, i), SIGTERM));
}

/* A cgroup that is already dying is no second kill. */
Test(kill_aftermath, dying_ones_are_not_counted_again)
{
	source.all = false;
	scripted_spawn(&source, 1);
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"a~"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	finish();
	cr_expect(ne(str, (char *)xattr("user.oomd_ooms"), "1"));
	cr_expect(eq(sz, progress.nr_exited, 1));
}

/* A straggler belongs to the kill that it was born in: swept, not counted as another one. */
Test(kill_aftermath, straggler_is_no_second_kill)
{
	if (!takes_xattrs("user.boomd_test"))
		cr_skip_test("/tmp takes no xattrs");
	source.all = false;
	scripted_spawn(&source, 2);
	source.children[1].start_ns = 1;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"a", "a", "a", "b"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	finish();
	cr_expect(eq(sz, progress.nr_stragglers, 1));
	cr_expect(progress.cgroup_kill_written);
	cr_expect(eq(str, (char *)xattr("user.oomd_ooms"), "1"));
	cr_expect(eq(str, (char *)xattr("user.oomd_kill"), "1"));
	cr_expect(eq(str, (char *)xattr("user.oomd_kill_uuid"), UUID));
}
