/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest test needs: real cgroups, real loads, a real boomd, and ways to
 * wait for them that never sleep.
 *
 * A guest test is a Criterion test that runs as root in a guest where nothing
 * else lives, so each test may sweep away every cgroup but the root:
 *
 *   TestSuite(kill, .init = guest_setup, .fini = guest_teardown, .timeout = 60);
 *
 * Everything here either works or fails the test with a sentence; callers check
 * nothing. Pointers stay valid until guest_teardown(). Names of cgroups are
 * relative to the root ("demo.slice/hog"); missing parents are made on the way.
 */
#ifndef TESTS_GUEST_GUEST_H
#define TESTS_GUEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GUEST_CGROUP_ROOT "/sys/fs/cgroup"

struct guest_cgroup;
struct guest_load;
struct guest_daemon;

/* .init and .fini of every suite: kill all, remove all cgroups and pinned objects */
void guest_setup(void);
void guest_teardown(void);

/* --- cgroups --- */
struct guest_cgroup *guest_cgroup_new(const char *name); /* or the one that this test made before */
void guest_cgroup_remove(struct guest_cgroup *cg); /* must be empty of processes */
const char *guest_cgroup_path(const struct guest_cgroup *cg);
uint64_t guest_cgroup_id(const struct guest_cgroup *cg);
void guest_cgroup_write(const struct guest_cgroup *cg, const char *file, const char *text);
/* the number in FILE; with a key, the number behind it, as in memory.events; "max" is UINT64_MAX */
uint64_t guest_cgroup_u64(const struct guest_cgroup *cg, const char *file, const char *key);
void guest_cgroup_set_xattr(const struct guest_cgroup *cg, const char *name, const char *value);
/* length of the value, or -errno where there is none; always ends VALUE with 0 */
ssize_t guest_cgroup_get_xattr(const struct guest_cgroup *cg, const char *name, char *value,
			       size_t size);
/* wait until no process is left in it; false when the time is over */
bool guest_cgroup_await_empty(const struct guest_cgroup *cg, int timeout_ms);

/* --- loads: programs of tests/load, started inside a cgroup --- */
struct guest_load *guest_load_start(const struct guest_cgroup *cg, const char *program, ...)
	__attribute__((sentinel)); /* arguments, then NULL */
pid_t guest_load_pid(const struct guest_load *load);
int guest_load_pidfd(const struct guest_load *load);
void guest_load_await_ready(struct guest_load *load, int timeout_ms);
bool guest_load_alive(const struct guest_load *load);
/* wait for its death; false when the time is over. How: the signal, or minus its exit status */
bool guest_load_await_death(struct guest_load *load, int timeout_ms, int *ret_how);
void guest_load_kill(struct guest_load *load);

/* --- boomd itself --- */

/* CONFIG is the text of a configuration, NULL for the built-in one; then arguments, then NULL */
struct guest_daemon *guest_daemon_start(const char *config, ...) __attribute__((sentinel));
/* the same of another program that takes --config: an absolute path */
struct guest_daemon *guest_daemon_start_program(const char *program, const char *config, ...)
	__attribute__((sentinel));
/*
 * Wait for a line on its stderr or stdout that contains TEXT, and return it. Each
 * call starts after the line that the call before it returned.
 */
const char *guest_daemon_await(struct guest_daemon *d, const char *text, int timeout_ms);
/* the first line so far that contains TEXT, or NULL; does not wait */
const char *guest_daemon_find(struct guest_daemon *d, const char *text);
size_t guest_daemon_count(struct guest_daemon *d, const char *text);
pid_t guest_daemon_pid(const struct guest_daemon *d);
bool guest_daemon_alive(const struct guest_daemon *d);
void guest_daemon_signal(const struct guest_daemon *d, int signal);
/* wait for its end: its exit status, or minus the signal that ended it */
int guest_daemon_await_exit(struct guest_daemon *d, int timeout_ms);
/* SIGTERM, and wait for its end */
int guest_daemon_stop(struct guest_daemon *d);
/* SIGKILL, and wait for its end */
void guest_daemon_kill(struct guest_daemon *d);

/* --- the rest --- */
uint64_t guest_vmstat(const char *key); /* "oom_kill": the kernel's own kills */
uint64_t guest_now_ns(void);		/* CLOCK_MONOTONIC */

#endif
