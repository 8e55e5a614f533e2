/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The killer on real cgroups, by both sources: whole subtrees, fork bombs, leaders that have left
 * their threads behind, frozen cgroups, and cgroups that only have the victim's name.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/guest.h"
#include "kill/killer.h"
#include "table_test.h"

#define LONG_MS 30000
#define UUID	"00000000000000010000000000000002"

static const struct {
	const char *why;
	bool bpf;
} sources[] = {
	{"processes listed by BPF", true},
	{"processes listed by files", false},
};

static struct source *source;
static struct killer *killer;
static struct kill_result result;
static struct kill_progress progress;

static void start(bool bpf)
{
	const struct source_options options = {
		.cgroup_fs = GUEST_CGROUP_ROOT,
		.proc = "/proc",
		.max_cgroups = BOOMD_CGROUPS_MAX,
	};
	const char *why = "";

	guest_setup();
	if (bpf)
		cr_assert(zero(int, source_bpf_open(&options, &source, &why)), "%s", why);
	else
		cr_assert(zero(int, source_cgroupfs_open(&options, &source)));
	cr_assert(zero(int, killer_new(source, &killer)));
}

static void stop(void)
{
	killer_free(killer);
	source->ops->close(source);
	guest_teardown();
}

static int kill_cgroup(const struct guest_cgroup *cg, struct kill_request request)
{
	request.cgroup_id = guest_cgroup_id(cg);
	request.path = guest_cgroup_path(cg) + strlen(GUEST_CGROUP_ROOT) + 1;
	request.uuid = UUID;
	return killer->ops->kill(killer, &request, &result);
}

static void await_exits(const char *why)
{
	struct pollfd exits = {.fd = killer_exit_fd(killer), .events = POLLIN};

	for (;;) {
		killer_progress(killer, &progress);
		if (progress.done)
			return;
		cr_assert(eq(int, poll(&exits, 1, LONG_MS), 1), "%s: %zu exited", why,
			  progress.nr_exited);
	}
}

/* A process in cg that does what it is told; nobody needs to wait for it but init. */
static pid_t start_in(const struct guest_cgroup *cg, void (*work)(void))
{
	int ready[2], procs;
	char path[512], byte;
	pid_t pid;

	cr_assert(zero(int, pipe2(ready, O_CLOEXEC)));
	pid = fork();
	if (pid) {
		close(ready[1]);
		cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1), "it did not get going");
		close(ready[0]);
		return pid;
	}
	snprintf(path, sizeof(path), "%s/cgroup.procs", guest_cgroup_path(cg));
	procs = open(path, O_WRONLY);
	if (procs < 0 || write(procs, "0", 1) != 1 || write(ready[1], "x", 1) != 1)
		_exit(1);
	work();
	_exit(0);
}

static int ended_by(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void idle(void)
{
	for (;;)
		pause();
}

static void *thread_idle(void *arg)
{
	(void)arg;
	idle();
	return NULL;
}

static void leave_a_thread_behind(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_idle, NULL);
	syscall(SYS_exit, 0); /* of this thread alone */
}

static void fork_for_ever(void)
{
	for (;;)
		(void)fork();
}

static const char *mark(const struct guest_cgroup *cg, const char *name)
{
	static char value[64];

	if (guest_cgroup_get_xattr(cg, name, value, sizeof(value)) < 0)
		return "(none)";
	return value;
}

TABLE_TEST(kill_real, whole_subtree_dies_and_is_marked, sources, row)
{
	struct guest_cgroup *top, *twig, *leaf, *neighbour;
	struct guest_load *a, *b, *quiet;
	int how = 0;

	start(row->bpf);
	top = guest_cgroup_new("kill.slice/victim");
	twig = guest_cgroup_new("kill.slice/victim/twig");
	leaf = guest_cgroup_new("kill.slice/victim/deep/leaf");
	neighbour = guest_cgroup_new("kill.slice/victim2");
	a = guest_load_start(twig, "hog", "--mib", "8", "--children", "3", NULL);
	b = guest_load_start(leaf, "hog", "--mib", "8", NULL);
	quiet = guest_load_start(neighbour, "hog", "--mib", "1", NULL);
	guest_load_await_ready(a, LONG_MS);
	guest_load_await_ready(b, LONG_MS);
	guest_cgroup_set_xattr(top, "user.oomd_ooms", "41");
	guest_cgroup_set_xattr(top, "trusted.oomd_kill", "garbage");
	cr_expect(zero(int, kill_cgroup(top, (struct kill_request){.reap_memory = true})));
	cr_expect(guest_load_await_death(a, LONG_MS, &how));
	cr_expect(eq(int, how, SIGKILL), "%s", row->why);
	cr_expect(guest_load_await_death(b, LONG_MS, &how));
	cr_expect(eq(int, how, SIGKILL), "%s", row->why);
	await_exits(row->why);
	cr_expect(guest_load_alive(quiet), "%s: its name only begins alike", row->why);
	cr_expect(eq(sz, result.nr_signalled, 5), "%s", row->why);
	cr_expect(result.complete, "%s", row->why);
	cr_expect(eq(sz, progress.nr_exited, 5), "%s", row->why);
	killer_free(killer); /* waits for the helper */
	cr_expect(eq(str, (char *)mark(top, "user.oomd_kill_uuid"), UUID), "%s", row->why);
	cr_expect(eq(str, (char *)mark(top, "trusted.oomd_kill_uuid"), UUID), "%s", row->why);
	cr_expect(eq(str, (char *)mark(top, "user.oomd_ooms"), "42"), "%s", row->why);
	cr_expect(eq(str, (char *)mark(top, "trusted.oomd_ooms"), "1"), "%s", row->why);
	cr_expect(eq(str, (char *)mark(top, "user.oomd_kill"), "5"), "%s", row->why);
	cr_expect(eq(str, (char *)mark(top, "trusted.oomd_kill"), "5"), "%s", row->why);
	killer = NULL;
	stop();
}

TABLE_TEST(kill_real, fork_bomb_dies_in_one_kill, sources, row)
{
	struct guest_cgroup *bomb;
	pid_t first;

	start(row->bpf);
	bomb = guest_cgroup_new("kill.slice/bomb");
	guest_cgroup_write(bomb, "pids.max", "300");
	first = start_in(bomb, fork_for_ever);
	while (guest_cgroup_u64(bomb, "pids.current", NULL) < 50)
		sched_yield();
	cr_expect(zero(int, kill_cgroup(bomb, (struct kill_request){.reap_memory = true})));
	await_exits(row->why);
	cr_expect(guest_cgroup_await_empty(bomb, LONG_MS), "%s: %zu signalled, complete %d",
		  row->why, result.nr_signalled, result.complete);
	cr_expect(eq(int, ended_by(first), SIGKILL), "%s", row->why);
	stop();
}

TABLE_TEST(kill_real, leader_that_left_its_threads_dies_with_them, sources, row)
{
	struct guest_cgroup *cg;
	pid_t pid;

	start(row->bpf);
	cg = guest_cgroup_new("kill.slice/headless");
	pid = start_in(cg, leave_a_thread_behind);
	cr_expect(zero(int, kill_cgroup(cg, (struct kill_request){0})), "%s", row->why);
	cr_expect(eq(int, ended_by(pid), SIGKILL), "%s", row->why);
	cr_expect(guest_cgroup_await_empty(cg, LONG_MS), "%s", row->why);
	stop();
}

TABLE_TEST(kill_real, frozen_cgroup_dies_and_kernelkill_thaws, sources, row)
{
	struct guest_cgroup *frozen, *other;
	pid_t a, b;

	start(row->bpf);
	frozen = guest_cgroup_new("kill.slice/frozen");
	other = guest_cgroup_new("kill.slice/other");
	a = start_in(frozen, idle);
	b = start_in(other, idle);
	guest_cgroup_write(frozen, "cgroup.freeze", "1");
	cr_expect(zero(int, kill_cgroup(frozen, (struct kill_request){.reap_memory = true})));
	cr_expect(eq(int, ended_by(a), SIGKILL), "%s", row->why);
	cr_expect(zero(int, kill_cgroup(other, (struct kill_request){.kernelkill = true})));
	cr_expect(eq(int, ended_by(b), SIGKILL), "%s", row->why);
	killer_free(killer);
	killer = NULL;
	cr_expect(eq(u64, guest_cgroup_u64(frozen, "cgroup.freeze", NULL), 1),
		  "%s: it was frozen before", row->why);
	cr_expect(eq(u64, guest_cgroup_u64(other, "cgroup.freeze", NULL), 0), "%s", row->why);
	stop();
}

TABLE_TEST(kill_real, same_name_is_not_the_same_cgroup, sources, row)
{
	struct kill_request request = {.path = "kill.slice/name", .uuid = UUID};
	struct guest_cgroup *cg;
	pid_t pid;
	int err;

	start(row->bpf);
	cg = guest_cgroup_new("kill.slice/name");
	request.cgroup_id = guest_cgroup_id(cg);
	guest_cgroup_remove(cg);
	cg = guest_cgroup_new("kill.slice/name");
	cr_assert(ne(u64, guest_cgroup_id(cg), request.cgroup_id));
	pid = start_in(cg, idle);
	err = killer->ops->kill(killer, &request, &result);
	cr_expect(err == -ESRCH || err == -ESTALE, "%s: %d", row->why, err);
	cr_expect(zero(sz, result.nr_signalled), "%s", row->why);
	kill(pid, SIGTERM);
	cr_expect(eq(int, ended_by(pid), SIGTERM), "%s: the new one lived", row->why);
	stop();
}

TABLE_TEST(kill_real, root_with_pid_1_and_the_killer_is_refused, sources, row)
{
	struct kill_request request = {.path = "", .uuid = UUID};
	struct guest_cgroup *cg;
	struct stat st;
	pid_t pid;

	start(row->bpf);
	cg = guest_cgroup_new("kill.slice/bystander");
	pid = start_in(cg, idle);
	cr_assert(zero(int, stat(GUEST_CGROUP_ROOT, &st)));
	request.cgroup_id = st.st_ino;
	cr_expect(eq(int, killer->ops->kill(killer, &request, &result), -EPERM), "%s", row->why);
	cr_expect(zero(sz, result.nr_signalled), "%s", row->why);
	kill(pid, SIGTERM);
	cr_expect(eq(int, ended_by(pid), SIGTERM), "%s: it lived", row->why);
	stop();
}

TABLE_TEST(kill_real, hundred_kills_in_a_row, sources, row)
{
	struct guest_cgroup *cg;

	start(row->bpf);
	cg = guest_cgroup_new("kill.slice/again");
	for (int i = 0; i < 100; i++) { /* each is put there as soon as the one before is dead */
		pid_t pid = start_in(cg, idle);

		cr_assert(zero(int, kill_cgroup(cg, (struct kill_request){.reap_memory = true})),
			  "%s: kill %d", row->why, i);
		cr_assert(eq(int, ended_by(pid), SIGKILL), "%s: kill %d", row->why, i);
		cr_assert(eq(sz, result.nr_signalled, 1), "%s: kill %d", row->why, i);
	}
	stop();
}
