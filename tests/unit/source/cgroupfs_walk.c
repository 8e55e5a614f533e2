/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk: folders that come and go under its feet, depth, and descriptors. */
#include "source/cgroupfs_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/fixture.h"

struct visit {
	struct fixture *fixture;
	const char *at;		   /* when this name is visited ... */
	const char *remove, *make; /* ... these paths go and come */
	int stop;		   /* and this is returned */
	char names[1024];
	uint32_t deepest;
	size_t nr_folders;
};

static int visit_folder(void *user, const struct cgroupfs_folder *folder)
{
	struct visit *visit = user;
	char path[512];

	visit->nr_folders++;
	if (folder->level > visit->deepest)
		visit->deepest = folder->level;
	if (strlen(visit->names) + strlen(folder->name) + 2 < sizeof(visit->names))
		sprintf(visit->names + strlen(visit->names), "%s ", folder->name);
	if (!visit->at || strcmp(visit->at, folder->name))
		return 0;
	if (visit->remove)
		fixture_remove(visit->fixture, visit->remove);
	if (visit->make) {
		snprintf(path, sizeof(path), "%s/%s", fixture_cgroup_fs(visit->fixture),
			 visit->make);
		cr_assert(zero(int, mkdir(path, 0755)));
	}
	return visit->stop;
}

static int walk(struct visit *visit)
{
	int fd = open(fixture_cgroup_fs(visit->fixture), O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	cr_assert(ge(int, fd, 0));
	ret = cgroupfs_walk(fd, visit_folder, visit);
	close(fd);
	return ret;
}

/* In a tree a/b/c; names in the order of the walk. */
static const struct {
	const char *why, *at, *remove, *make;
	int stop;
	const char *names;
} visits[] = {
	{ "the folder being visited goes, with all below it", "a", "a", NULL, 0, " a " },
	{ "the folder below goes before it is opened", "b", "a/b/c", NULL, 0, " a b " },
	{ "all goes at the leaf", "c", "a", NULL, 0, " a b c " },
	{ "another takes its place", "b", "a/b/c", "a/b/d", 0, " a b d " },
	{ "one more comes below", "c", NULL, "a/b/c/d", 0, " a b c d " },
	{ "nothing happens", NULL, NULL, NULL, 0, " a b c " },
	{ "a visitor has enough", "b", NULL, NULL, -EINTR, " a b " },
};

TABLE_TEST(cgroupfs_walk, visits, visits, row)
{
	struct visit visit = { .fixture = fixture_new() };

	visit.at = row->at;
	visit.remove = row->remove;
	visit.make = row->make;
	visit.stop = row->stop;
	fixture_write(visit.fixture, "a/b/c/memory.current", "1\n");
	cr_expect(eq(int, walk(&visit), row->stop), "%s", row->why);
	cr_expect(eq(str, visit.names, (char *)row->names), "%s", row->why);
	fixture_free(visit.fixture);
}

Test(cgroupfs_walk, does_not_follow_links)
{
	struct visit visit = { .fixture = fixture_new() };
	char path[512];

	snprintf(path, sizeof(path), "%s/loop", fixture_cgroup_fs(visit.fixture));
	cr_assert(zero(int, symlink(".", path)));
	cr_expect(zero(int, walk(&visit)));
	cr_expect(eq(sz, visit.nr_folders, 1));
	fixture_free(visit.fixture);
}

Test(cgroupfs_walk, names_that_begin_with_a_dot_are_folders)
{
	struct visit visit = { .fixture = fixture_new() };

	fixture_write(visit.fixture, ".hidden/...x/memory.current", "1\n");
	cr_expect(zero(int, walk(&visit)));
	cr_expect(eq(str, visit.names, " .hidden ...x "));
	fixture_free(visit.fixture);
}

Test(cgroupfs_walk, leaves_out_what_is_too_deep)
{
	struct visit visit = { .fixture = fixture_new() };
	char path[1024] = "";

	for (size_t i = 0; i < CGROUPFS_DEPTH_MAX + 10; i++)
		strcat(path, "d/");
	strcat(path, "memory.current");
	fixture_write(visit.fixture, path, "1\n");
	fixture_write(visit.fixture, "e/memory.current", "1\n");
	cr_expect(zero(int, walk(&visit)));
	cr_expect(eq(u32, visit.deepest, CGROUPFS_DEPTH_MAX));
	cr_expect(eq(sz, visit.nr_folders, CGROUPFS_DEPTH_MAX + 2), "and the other side is there");
	fixture_free(visit.fixture);
}

/* oomd is silently blind with more cgroups than RLIMIT_NOFILE (oomd.md 6.1). */
Test(cgroupfs_walk, needs_a_descriptor_a_level_and_no_more)
{
	struct visit visit = { .fixture = fixture_new() };
	struct rlimit limit, few;
	char path[64];
	int err;

	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "slice/%d/memory.current", i);
		fixture_write(visit.fixture, path, "1\n");
	}
	cr_assert(zero(int, getrlimit(RLIMIT_NOFILE, &limit)));
	few = (struct rlimit){ .rlim_cur = 40, .rlim_max = limit.rlim_max };
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &few)));
	err = walk(&visit);
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &limit)));
	cr_expect(zero(int, err));
	cr_expect(eq(sz, visit.nr_folders, 302));
	fixture_free(visit.fixture);
}

Test(cgroupfs_walk, can_be_walked_again)
{
	struct visit visit = { .fixture = fixture_new() };
	int fd = open(fixture_cgroup_fs(visit.fixture), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	fixture_write(visit.fixture, "a/memory.current", "1\n");
	cr_expect(zero(int, cgroupfs_walk(fd, visit_folder, &visit)));
	cr_expect(zero(int, cgroupfs_walk(fd, visit_folder, &visit)));
	cr_expect(eq(str, visit.names, " a  a "));
	close(fd);
	cr_expect(eq(int, cgroupfs_walk(fd, visit_folder, &visit), -EBADF));
	fixture_free(visit.fixture);
}
