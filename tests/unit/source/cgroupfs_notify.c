/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who was notified. inotify tells of a write to any file as it tells of the kernel's notification
 * of a cgroup file, so files of a fixture do; triggers themselves are tested in guests.
 */
#include "source/cgroupfs_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/fixture.h"

#define IDS_MAX 256

static int add(struct cgroupfs_notify *notify, struct fixture *fixture, const char *path)
{
	return cgroupfs_notify_add(notify, fixture_cgroup_fs(fixture), path, "memory.pressure",
				   fixture_get(fixture, path)->row->id);
}

/* A write that changes nothing but is one: no truncation, which would be another notification. */
static void touch(const struct fixture *fixture, const char *path)
{
	char file[512];
	int fd;

	snprintf(file, sizeof(file), "%s/%s/memory.pressure", fixture_cgroup_fs(fixture), path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	cr_assert(eq(int, (int)write(fd, "s", 1), 1));
	close(fd);
}

static bool is_readable(const struct cgroupfs_notify *notify)
{
	struct pollfd fd = { .fd = cgroupfs_notify_fd(notify), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static struct fixture *fixture_with_two(struct cgroupfs_notify **ret_notify, size_t max)
{
	struct fixture *fixture = fixture_new();

	fixture_cgroup(fixture, "a", (struct fixture_cgroup){ 0 });
	fixture_cgroup(fixture, "a/b", (struct fixture_cgroup){ 0 });
	fixture_tree(fixture);
	cr_assert(zero(int, cgroupfs_notify_new(max, ret_notify)));
	return fixture;
}

Test(cgroupfs_notify, nothing_was_said)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 4);
	uint64_t ids[IDS_MAX];

	cr_expect(zero(sz, cgroupfs_notify_read(notify, ids, IDS_MAX)));
	cr_assert(zero(int, add(notify, fixture, "a")));
	touch(fixture, "a/b");
	cr_expect(not(is_readable(notify)), "of another file");
	cr_expect(zero(sz, cgroupfs_notify_read(notify, ids, IDS_MAX)));
	cgroupfs_notify_free(notify);
	cgroupfs_notify_free(NULL);
	fixture_free(fixture);
}

Test(cgroupfs_notify, says_which)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 4);
	uint64_t ids[IDS_MAX] = { 0 };

	cr_assert(zero(int, add(notify, fixture, "a")));
	cr_assert(zero(int, add(notify, fixture, "a/b")));
	cr_assert(zero(int, add(notify, fixture, "a/b")), "once more is once");
	touch(fixture, "a/b");
	touch(fixture, "a");
	cr_expect(is_readable(notify));
	cr_expect(eq(sz, cgroupfs_notify_read(notify, ids, 1), 1));
	cr_expect(eq(u64, ids[0], fixture_get(fixture, "a/b")->row->id));
	cr_expect(is_readable(notify), "there is more");
	cr_expect(eq(sz, cgroupfs_notify_read(notify, ids, IDS_MAX), 1));
	cr_expect(eq(u64, ids[0], fixture_get(fixture, "a")->row->id));
	cr_expect(not(is_readable(notify)));
	cgroupfs_notify_free(notify);
	fixture_free(fixture);
}

Test(cgroupfs_notify, no_longer)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 4);
	uint64_t ids[IDS_MAX] = { 0 };

	cr_assert(zero(int, add(notify, fixture, "a")));
	cr_assert(zero(int, add(notify, fixture, "a/b")));
	touch(fixture, "a");
	cgroupfs_notify_remove(notify, fixture_get(fixture, "a")->row->id);
	touch(fixture, "a");
	touch(fixture, "a/b");
	cr_expect(eq(sz, cgroupfs_notify_read(notify, ids, IDS_MAX), 1), "also not what waited");
	cr_expect(eq(u64, ids[0], fixture_get(fixture, "a/b")->row->id));
	cgroupfs_notify_remove(notify, CGROUPFS_NOTIFY_ALL);
	touch(fixture, "a/b");
	cr_expect(zero(sz, cgroupfs_notify_read(notify, ids, IDS_MAX)));
	cgroupfs_notify_free(notify);
	fixture_free(fixture);
}

Test(cgroupfs_notify, refuses)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 1);
	const char *cgroup_fs = fixture_cgroup_fs(fixture);
	uint64_t id = fixture_get(fixture, "a")->row->id;
	char longest[5000];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	cr_expect(eq(int, cgroupfs_notify_add(notify, cgroup_fs, "c", "x", id), -ENOENT),
		  "no folder");
	cr_expect(eq(int, cgroupfs_notify_add(notify, cgroup_fs, "a", "x", id), -ENOENT),
		  "no file");
	cr_expect(eq(int, cgroupfs_notify_add(notify, cgroup_fs, longest, "x", id), -ENAMETOOLONG));
	cr_expect(eq(int, cgroupfs_notify_add(notify, cgroup_fs, "a", "memory.pressure", id + 1),
		     -ESTALE),
		  "another cgroup in its place");
	cr_expect(zero(int, add(notify, fixture, "a")));
	cr_expect(eq(int, add(notify, fixture, "a/b"), -ENOSPC), "no room");
	cr_expect(zero(int, add(notify, fixture, "a")), "what is there needs no room");
	cgroupfs_notify_remove(notify, id);
	cr_expect(zero(int, add(notify, fixture, "a/b")), "room again");
	cgroupfs_notify_free(notify);
	fixture_free(fixture);
}

/* A file that goes by itself is told of once more, and then needs no room. */
Test(cgroupfs_notify, a_file_that_goes)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 1);
	uint64_t ids[IDS_MAX] = { 0 };

	cr_assert(zero(int, add(notify, fixture, "a")));
	fixture_remove(fixture, "a/memory.pressure");
	cr_expect(eq(sz, cgroupfs_notify_read(notify, ids, IDS_MAX), 1));
	cr_expect(eq(u64, ids[0], fixture_get(fixture, "a")->row->id));
	cr_expect(zero(int, add(notify, fixture, "a/b")), "its room is free");
	cgroupfs_notify_free(notify);
	fixture_free(fixture);
}

/* More than the kernel's queue holds: then everybody has to be looked at. */
Test(cgroupfs_notify, says_when_it_has_lost_some, .timeout = 60)
{
	struct cgroupfs_notify *notify;
	struct fixture *fixture = fixture_with_two(&notify, 4);
	unsigned int queue = 0;
	uint64_t ids[IDS_MAX];
	bool lost = false;
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	size_t nr;

	if (!file || fscanf(file, "%u", &queue) != 1 || queue > 100000)
		cr_skip_test("the queue of %u events is too long to be filled", queue);
	fclose(file);
	cr_assert(zero(int, add(notify, fixture, "a")));
	cr_assert(zero(int, add(notify, fixture, "a/b")));
	/* the same twice in a row would be one event */
	for (unsigned int i = 0; i <= queue; i++)
		touch(fixture, i % 2 ? "a" : "a/b");
	while ((nr = cgroupfs_notify_read(notify, ids, IDS_MAX)))
		for (size_t i = 0; i < nr; i++)
			lost |= ids[i] == CGROUPFS_NOTIFY_ALL;
	cr_expect(lost);
	cgroupfs_notify_free(notify);
	fixture_free(fixture);
}
