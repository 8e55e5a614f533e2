/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness's own files share; tests include guest.h only.
 */
#ifndef TESTS_GUEST_INTERNAL_H
#define TESTS_GUEST_INTERNAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct guest_cgroup;

#define GUEST_MAX_ARGV 32

/* Fails the test at once. */
_Noreturn void guest_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A process and the pipe that it writes to */
struct guest_child {
	pid_t pid;
	int pidfd;
	int out_fd;
	char name[64];
};

/* arguments up to and with the NULL into ARGV, from ARGV[N] on */
void guest_argv(const char **argv, size_t n, va_list args);
/*
 * Starts argv[0] inside the cgroup. It is born there: not one page of it is charged
 * elsewhere. Its stdout, and stderr when asked, go to out_fd.
 */
struct guest_child guest_spawn(const struct guest_cgroup *cg, bool with_stderr,
			       const char *const *argv);
/* true when the fd became ready within the time */
bool guest_poll(int fd, short events, int timeout_ms);
/* waits for the end and fails when it does not come: the exit status, or minus the signal */
int guest_child_await(const struct guest_child *child, int timeout_ms);
void guest_child_close(struct guest_child *child);

void guest_loads_forget(void);
void guest_daemons_forget(void);
void guest_cgroups_forget(void);
/* removes every cgroup but the root, with all that lives in them */
void guest_cgroups_sweep(void);

#endif
