/* SPDX-License-Identifier: GPL-2.0-only */
/* triggers: what is refused before the kernel is asked, and a table without gaps. */
#include "source/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"

#define MAX 3

static char root[] = "/tmp/boomd-trigger-XXXXXX";
static struct triggers *triggers;

/* A folder with a plain file that can be written like a pressure file, and never fires */
static uint64_t make_cgroup(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	cr_assert(zero(int, mkdir(path, 0700)));
	cr_assert(zero(int, stat(path, &st)));
	snprintf(path, sizeof(path), "%s/%s/memory.pressure", root, name);
	cr_assert(zero(int, close(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600))));
	return st.st_ino;
}

static void setup(void)
{
	cr_assert(ne(ptr, mkdtemp(root), NULL));
	cr_assert(zero(int, triggers_new(MAX, &triggers)));
}

static void teardown(void)
{
	char command[64];

	triggers_free(triggers);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_expect(zero(int, system(command)));
}

TestSuite(trigger, .init = setup, .fini = teardown);

static int arm(uint64_t id, const char *path, uint32_t tag)
{
	const struct psi_trigger trigger = { BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL, 100000,
					     1000000 };

	return triggers_arm(triggers, root, id, path, &trigger, tag);
}

Test(trigger, the_same_again_is_once)
{
	uint64_t id = make_cgroup("a");

	cr_expect(zero(int, arm(id, "a", 1)));
	cr_expect(zero(int, arm(id, "a", 1)));
	cr_expect(eq(sz, triggers_count(triggers), 1));
	cr_expect(zero(int, arm(id, "a", 2)));
	cr_expect(eq(sz, triggers_count(triggers), 2));
}

static const struct {
	const char *why;
	uint32_t threshold_us, window_us;
	int err;
} limits[] = {
	{ "nothing at all", 0, 0, -EINVAL },
	{ "no threshold", 0, 1000000, -EINVAL },
	{ "a window of 0", 1, 0, -EINVAL },
	{ "a window a us too short", 1, 499999, -EINVAL },
	{ "a window a us too long", 1, 10000001, -EINVAL },
	{ "all bits", UINT32_MAX, UINT32_MAX, -EINVAL },
	{ "a threshold above its window", 500001, 500000, -EINVAL },
	{ "a threshold as long as its window", 500000, 500000, 0 },
	{ "the longest window", 1, 10000000, 0 },
};

TABLE_TEST(trigger, limits, limits, row)
{
	const struct psi_trigger trigger = { BOOMD_RESOURCE_MEMORY, BOOMD_STALL_SOME,
					     row->threshold_us, row->window_us };
	uint64_t id = make_cgroup("a");

	cr_expect(eq(int, triggers_arm(triggers, root, id, "a", &trigger, 0), row->err), "%s",
		  row->why);
	cr_expect(eq(sz, triggers_count(triggers), row->err ? 0 : 1), "%s", row->why);
}

Test(trigger, what_is_written_is_what_the_kernel_reads)
{
	char path[256], text[64] = "";
	uint64_t id = make_cgroup("a");
	int fd;

	cr_assert(zero(int, arm(id, "a", 1)));
	snprintf(path, sizeof(path), "%s/a/memory.pressure", root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_expect(eq(long, read(fd, text, sizeof(text)), 20), "with its NUL");
	cr_expect(eq(str, text, "full 100000 1000000"));
	close(fd);
}

Test(trigger, the_cgroup_must_be_the_one_meant)
{
	uint64_t a = make_cgroup("a"), b = make_cgroup("b");

	cr_expect(eq(int, arm(a, "b", 0), -ESTALE));
	cr_expect(eq(int, arm(b, "c", 0), -ENOENT));
	cr_expect(eq(int, arm(a, "a/memory.pressure", 0), -ENOTDIR));
	cr_expect(zero(int, arm(a, "//a", 0)), "a leading slash is the cgroup root's");
}

Test(trigger, a_cgroup_without_pressure_file)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/none", root);
	cr_assert(zero(int, mkdir(path, 0700)));
	cr_assert(zero(int, stat(path, &st)));
	cr_expect(eq(int, arm(st.st_ino, "none", 0), -EOPNOTSUPP));
}

Test(trigger, a_full_table_and_dropping)
{
	uint64_t a = make_cgroup("a"), b = make_cgroup("b");
	struct trigger_fired fired[MAX];

	cr_assert(zero(int, arm(a, "a", 0)));
	cr_assert(zero(int, arm(b, "b", 1)));
	cr_assert(zero(int, arm(a, "a", 2)));
	cr_expect(eq(int, arm(b, "b", 3), -ENOSPC));
	cr_expect(zero(sz, triggers_poll(triggers, 0, fired, MAX)), "a plain file never fires");
	triggers_drop(triggers, a);
	cr_expect(eq(sz, triggers_count(triggers), 1));
	cr_expect(not(triggers_has(triggers, a)));
	cr_expect(triggers_has(triggers, b));
	triggers_drop(triggers, a);
	cr_expect(zero(int, arm(a, "a", 4)));
	triggers_clear(triggers);
	cr_expect(zero(sz, triggers_count(triggers)));
}

Test(trigger, every_error_has_a_sentence)
{
	static const int errors[] = { -EINVAL, -EOPNOTSUPP, -EBUSY, -ENOENT, -ENODEV,
				      -ESTALE, -ENOSPC,	    -EPERM, -EIO };

	cr_expect(eq(str, (char *)triggers_reason(0), ""));
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		cr_expect(gt(sz, strlen(triggers_reason(errors[i])), 10), "%d", errors[i]);
	triggers_free(NULL);
}
