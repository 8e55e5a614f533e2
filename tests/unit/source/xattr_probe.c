/* SPDX-License-Identifier: GPL-2.0-only */
/* A look that hangs costs one bounded wait, and its late answer is nobody's. */
#include "source/xattr_probe.h"

#include <sched.h>
#include <semaphore.h>
#include <string.h>

#include "table_test.h"

static sem_t go_on, looked;

/* "hangs" until told; "yes" is there, whatever else is not. */
static int look(const char *cgroup_fs, const char *path, uint64_t cgroup_id, const char *name)
{
	(void)cgroup_fs, (void)path, (void)cgroup_id;
	if (!strncmp(name, "hangs", 5)) {
		sem_wait(&go_on);
		sem_post(&looked);
	}
	return strstr(name, "yes") != NULL;
}

static struct xattr_probe *probe;

static void setup(void)
{
	sem_init(&go_on, 0, 0);
	sem_init(&looked, 0, 0);
	cr_assert(zero(int, xattr_probe_new("/nonexistent", look, &probe)));
}

static void teardown(void)
{
	xattr_probe_free(probe);
}

TestSuite(xattr_probe, .init = setup, .fini = teardown, .timeout = 60);

static bool has(const char *name)
{
	return xattr_probe_has(probe, 1, "a", name);
}

/* Under load a look may take longer than anybody waits: asked until the thread has an answer. */
static void await_yes(void)
{
	while (!has("yes"))
		sched_yield();
}

Test(xattr_probe, answers)
{
	await_yes();
	cr_expect(eq(int, has("no"), false));
}

Test(xattr_probe, a_look_that_hangs_is_a_no_and_is_not_waited_for_again)
{
	cr_expect(eq(int, has("hangs, yes"), false));
	for (int i = 0; i < 1000; i++) /* 50 s, if each of them waited */
		cr_assert(eq(int, has("yes"), false), "the thread is not back");
	sem_post(&go_on);
	sem_wait(&looked);
	await_yes(); /* it is back */
	cr_expect(eq(int, has("no"), false), "the late yes was for another question");
}

Test(xattr_probe, names_that_are_too_long)
{
	static char text[8192];

	memset(text, 'x', sizeof(text) - 1);
	strcpy(text + sizeof(text) - 4, "yes");
	cr_expect(eq(int, has(text), false));
	cr_expect(eq(int, xattr_probe_has(probe, 1, text, "yes"), false));
}
