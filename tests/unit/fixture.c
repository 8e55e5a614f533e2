/* SPDX-License-Identifier: GPL-2.0-only */
/* Folders and files in the formats of the kernel, and their removal: see fixture.h. */
#include "unit/fixture.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

struct fixture {
	char top[PATH_MAX / 4], cgroup_fs[PATH_MAX / 2], proc[PATH_MAX / 2];
	struct source *source;
	struct cgroup_tree *tree;
	struct snapshot snapshot;
};

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		cr_assert(mkdir(path, 0755) == 0 || errno == EEXIST, "mkdir %s: %s", path,
			  strerror(errno));
		*slash = '/';
	}
}

static void write_file(const char *folder, const char *name, const char *format, va_list args)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	make_folders(path);
	file = fopen(path, "we");
	cr_assert(file != NULL, "%s: %s", path, strerror(errno));
	vfprintf(file, format, args);
	cr_assert(fclose(file) == 0, "%s: %s", path, strerror(errno));
}

void fixture_folder(struct fixture *fixture, const char *path)
{
	char buf[PATH_MAX];

	snprintf(buf, sizeof(buf), "%s/%s/", fixture->cgroup_fs, path);
	make_folders(buf);
}

void fixture_write(struct fixture *fixture, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_file(fixture->cgroup_fs, path, format, args);
	va_end(args);
}

void fixture_write_proc(struct fixture *fixture, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_file(fixture->proc, path, format, args);
	va_end(args);
}

struct fixture *fixture_new(void)
{
	static const char *const quiet = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
					 "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
	const char *tmp = getenv("TMPDIR");
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	cr_assert(fixture != NULL);
	snprintf(fixture->top, sizeof(fixture->top), "%s/boomd-test-XXXXXX", tmp ? tmp : "/tmp");
	cr_assert(mkdtemp(fixture->top) != NULL, "%s: %s", fixture->top, strerror(errno));
	snprintf(fixture->cgroup_fs, sizeof(fixture->cgroup_fs), "%s/cgroup", fixture->top);
	snprintf(fixture->proc, sizeof(fixture->proc), "%s/proc", fixture->top);
	fixture_write(fixture, "cgroup.controllers", "cpu io memory pids\n");
	fixture_write(fixture, "cgroup.procs", "%s", "");
	fixture_write_proc(fixture, "pressure/memory", "%s", quiet);
	fixture_write_proc(fixture, "pressure/io", "%s", quiet);
	fixture_meminfo(fixture, &(struct system_facts){
					 .memory_total_bytes = FIXTURE_MEMORY_TOTAL,
					 .memory_free_bytes = FIXTURE_MEMORY_TOTAL / 2,
					 .memory_available_bytes = FIXTURE_MEMORY_TOTAL / 2,
					 .swap_total_bytes = FIXTURE_SWAP_TOTAL,
					 .swap_free_bytes = FIXTURE_SWAP_TOTAL,
				 });
	return fixture;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(const char *path)
{
	cr_assert(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0, "%s: %s", path,
		  strerror(errno));
}

void fixture_free(struct fixture *fixture)
{
	if (!fixture)
		return;
	cgroup_tree_free(fixture->tree);
	if (fixture->source)
		fixture->source->ops->close(fixture->source);
	remove_all(fixture->top);
	free(fixture);
}

const char *fixture_cgroup_fs(const struct fixture *fixture)
{
	return fixture->cgroup_fs;
}

const char *fixture_proc(const struct fixture *fixture)
{
	return fixture->proc;
}

static const char *path_in(const struct fixture *fixture, const char *path, char *buf, size_t size)
{
	cr_assert(lt(int, snprintf(buf, size, "%s/%s", fixture->cgroup_fs, path), (int)size));
	return buf;
}

void fixture_remove(struct fixture *fixture, const char *path)
{
	char buf[PATH_MAX];

	remove_all(path_in(fixture, path, buf, sizeof(buf)));
}

void fixture_meminfo(struct fixture *fixture, const struct system_facts *facts)
{
	fixture_write_proc(
		fixture, "meminfo",
		"MemTotal:       %8ju kB\nMemFree:        %8ju kB\n"
		"MemAvailable:   %8ju kB\nBuffers:               0 kB\n"
		"SwapTotal:      %8ju kB\nSwapFree:       %8ju kB\nHugePages_Total:   0\n",
		(uintmax_t)facts->memory_total_bytes / 1024,
		(uintmax_t)facts->memory_free_bytes / 1024,
		(uintmax_t)facts->memory_available_bytes / 1024,
		(uintmax_t)facts->swap_total_bytes / 1024,
		(uintmax_t)facts->swap_free_bytes / 1024);
}

void fixture_process(struct fixture *fixture, int pid, const char *comm, char state,
		     uint64_t start_ticks, uint64_t rss_pages)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", pid);
	fixture_write_proc(fixture, path,
			   "%d (%s) %c 1 %d %d 0 -1 4194560 9 9 9 9 9 9 9 9 20 0 1 0 %ju 9999999 "
			   "%ju 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n",
			   pid, comm, state, pid, pid, (uintmax_t)start_ticks,
			   (uintmax_t)rss_pages);
}

int fixture_xattr(struct fixture *fixture, const char *path, const char *name, const char *value)
{
	char buf[PATH_MAX];
	int err;

	path_in(fixture, path, buf, sizeof(buf));
	err = value ? setxattr(buf, name, value, strlen(value), 0) : removexattr(buf, name);
	return err ? -errno : 0;
}

bool fixture_can_xattr(const struct fixture *fixture, const char *name_space)
{
	char name[64];

	snprintf(name, sizeof(name), "%sboomd_test", name_space);
	if (setxattr(fixture->top, name, "1", 1, 0))
		return false;
	return removexattr(fixture->top, name) == 0;
}

struct source *fixture_source(struct fixture *fixture)
{
	const struct source_options options = {
		.cgroup_fs = fixture->cgroup_fs,
		.proc = fixture->proc,
		.max_cgroups = FIXTURE_CGROUPS_MAX,
	};

	if (!fixture->source)
		cr_assert(zero(int, source_cgroupfs_open(&options, &fixture->source)));
	return fixture->source;
}

struct cgroup_tree *fixture_tree(struct fixture *fixture)
{
	struct source *source = fixture_source(fixture);

	if (!fixture->tree)
		cr_assert(zero(int, cgroup_tree_new(FIXTURE_CGROUPS_MAX, &fixture->tree)));
	cr_assert(zero(int, source->ops->snapshot(source, &fixture->snapshot)));
	cr_assert(gt(int, cgroup_tree_build(fixture->tree, &fixture->snapshot), 0));
	return fixture->tree;
}

const struct snapshot *fixture_snapshot(const struct fixture *fixture)
{
	return &fixture->snapshot;
}

struct cgroup *fixture_get(struct fixture *fixture, const char *path)
{
	if (!fixture->tree)
		fixture_tree(fixture);
	return cgroup_tree_by_path(fixture->tree, path);
}
