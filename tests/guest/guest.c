/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The harness's common part: a clean guest before and after each test, and failures.
 *
 * A test that crashed or ran into its time limit could not clean up; therefore
 * guest_setup() sweeps as well, and finds what is there by looking, not by remembering.
 */
#include "guest/guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "guest/internal.h"

#define PINNED "/sys/fs/bpf/boomd"
/* Ends a test of a suite that names no .timeout; Criterion's --timeout does not reach those. */
#define LIMIT_S 180

/* The tests watch the machine run out of memory: they must not be what is killed. Loads undo this. */
__attribute__((constructor)) static void survive(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "we");

	if (!f)
		return;
	fputs("-1000", f);
	fclose(f);
}

void guest_fail(const char *format, ...)
{
	char why[8192];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	cr_fatal("%s", why);
	abort(); /* not reached: cr_fatal() leaves the test */
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void sweep(void)
{
	guest_cgroups_sweep();
	(void)nftw(PINNED, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void guest_setup(void)
{
	if (!getenv("BOOMD_GUEST"))
		guest_fail("these tests sweep away every cgroup: they run in a guest only");
	alarm(LIMIT_S);
	sweep();
}

void guest_teardown(void)
{
	sweep();
	alarm(0);
	guest_daemons_forget();
	guest_loads_forget();
	guest_cgroups_forget();
}

bool guest_poll(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	uint64_t end = guest_now_ns() + (uint64_t)timeout_ms * 1000000;

	for (;;) {
		int64_t left_ms = (int64_t)(end - guest_now_ns()) / 1000000;
		int n = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);

		if (n > 0)
			return true;
		if (n == 0 && left_ms <= 0)
			return false;
	}
}

uint64_t guest_vmstat(const char *key)
{
	FILE *f = fopen("/proc/vmstat", "re");
	char name[64];
	uint64_t value;

	if (!f)
		guest_fail("cannot open /proc/vmstat");
	while (fscanf(f, "%63s %lu", name, &value) == 2) {
		if (!strcmp(name, key)) {
			fclose(f);
			return value;
		}
	}
	fclose(f);
	guest_fail("/proc/vmstat has no %s", key);
}

uint64_t guest_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}
