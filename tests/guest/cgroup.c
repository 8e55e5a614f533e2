/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real cgroups for tests: made, filled in, looked at and removed.
 */
#include "guest/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "guest/internal.h"

#define CONTROLLERS "+memory +io +pids +cpu"
#define SWEEP_MS 20000

struct guest_cgroup {
	struct guest_cgroup *next;
	uint64_t id;
	char path[PATH_MAX];
};

static struct guest_cgroup *cgroups;

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err = 0;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The parents of PATH, each handing its controllers down */
static void make_parents(const char *path)
{
	char parent[PATH_MAX], control[PATH_MAX + 32];
	const char *slash = path + strlen(GUEST_CGROUP_ROOT);

	while ((slash = strchr(slash + 1, '/'))) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		if (mkdir(parent, 0755) && errno != EEXIST)
			guest_fail("cannot make %s: %s", parent, strerror(errno));
		snprintf(control, sizeof(control), "%s/cgroup.subtree_control", parent);
		if (write_text(control, CONTROLLERS))
			guest_fail("cannot enable controllers in %s: %s", parent, strerror(errno));
	}
}

static struct guest_cgroup *find(const char *name)
{
	struct guest_cgroup *cg = cgroups;

	while (cg && strcmp(cg->path + sizeof(GUEST_CGROUP_ROOT), name))
		cg = cg->next;
	return cg;
}

struct guest_cgroup *guest_cgroup_new(const char *name)
{
	struct guest_cgroup *cg = find(name);
	struct stat st;

	if (cg && !access(cg->path, F_OK))
		return cg;
	cg = calloc(1, sizeof(*cg));
	if (!cg)
		guest_fail("out of memory");
	cg->next = cgroups;
	cgroups = cg;
	snprintf(cg->path, sizeof(cg->path), "%s/%s", GUEST_CGROUP_ROOT, name);
	make_parents(cg->path);
	if (mkdir(cg->path, 0755) && errno != EEXIST) /* a parent that was made on the way */
		guest_fail("cannot make %s: %s", cg->path, strerror(errno));
	if (stat(cg->path, &st))
		guest_fail("cannot stat %s: %s", cg->path, strerror(errno));
	cg->id = st.st_ino; /* kernfs: the inode's number is the cgroup's id */
	return cg;
}

void guest_cgroup_remove(struct guest_cgroup *cg)
{
	if (rmdir(cg->path))
		guest_fail("cannot remove %s: %s", cg->path, strerror(errno));
}

const char *guest_cgroup_path(const struct guest_cgroup *cg)
{
	return cg->path;
}

uint64_t guest_cgroup_id(const struct guest_cgroup *cg)
{
	return cg->id;
}

void guest_cgroup_write(const struct guest_cgroup *cg, const char *file, const char *text)
{
	char path[PATH_MAX + NAME_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/%s", cg->path, file);
	err = write_text(path, text);
	if (err)
		guest_fail("cannot write '%s' to %s: %s", text, path, strerror(-err));
}

uint64_t guest_cgroup_u64(const struct guest_cgroup *cg, const char *file, const char *key)
{
	char path[PATH_MAX + NAME_MAX], word[128];
	bool next = !key;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", cg->path, file);
	f = fopen(path, "re");
	if (!f)
		guest_fail("cannot open %s: %s", path, strerror(errno));
	while (fscanf(f, "%127s", word) == 1) {
		if (next) {
			fclose(f);
			return strcmp(word, "max") ? strtoull(word, NULL, 10) : UINT64_MAX;
		}
		next = !strcmp(word, key);
	}
	fclose(f);
	guest_fail("%s has no %s", path, key ? key : "number");
}

void guest_cgroup_set_xattr(const struct guest_cgroup *cg, const char *name, const char *value)
{
	if (setxattr(cg->path, name, value, strlen(value), 0))
		guest_fail("cannot set %s on %s: %s", name, cg->path, strerror(errno));
}

ssize_t guest_cgroup_get_xattr(const struct guest_cgroup *cg, const char *name, char *value,
			       size_t size)
{
	ssize_t n = getxattr(cg->path, name, value, size - 1);

	value[n > 0 ? n : 0] = 0;
	return n < 0 ? -errno : n;
}

/* 0: empty in time; 1: not; -errno */
static int await_empty(const char *dir, int timeout_ms)
{
	uint64_t end = guest_now_ns() + (uint64_t)timeout_ms * 1000000;
	char path[PATH_MAX + NAME_MAX], text[256];
	int fd, ret = 1;

	snprintf(path, sizeof(path), "%s/cgroup.events", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
		uint64_t now = guest_now_ns();

		text[n > 0 ? n : 0] = 0;
		if (n < 0 || strstr(text, "populated 0")) {
			ret = n < 0 && errno != ENODEV ? -errno : 0;
			break;
		}
		/* the kernel says so (POLLPRI) when cgroup.events changes */
		if (now >= end || !guest_poll(fd, POLLPRI, (int)((end - now) / 1000000 + 1)))
			break;
	}
	close(fd);
	return ret;
}

bool guest_cgroup_await_empty(const struct guest_cgroup *cg, int timeout_ms)
{
	int err = await_empty(cg->path, timeout_ms);

	if (err < 0)
		guest_fail("cannot watch %s: %s", cg->path, strerror(-err));
	return err == 0;
}

void guest_cgroups_forget(void)
{
	while (cgroups) {
		struct guest_cgroup *cg = cgroups;

		cgroups = cg->next;
		free(cg);
	}
}

/* Leaves first; the processes below DIR are dead already. */
static void remove_tree(const char *dir)
{
	char path[PATH_MAX + NAME_MAX];
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		remove_tree(path);
		if (rmdir(path) && errno != ENOENT)
			guest_fail("cannot remove %s: %s", path, strerror(errno));
	}
	closedir(d);
}

void guest_cgroups_sweep(void)
{
	char path[PATH_MAX], control[PATH_MAX + 32];
	struct dirent *entry;
	DIR *d = opendir(GUEST_CGROUP_ROOT);

	if (!d)
		guest_fail("no %s", GUEST_CGROUP_ROOT);
	while ((entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", GUEST_CGROUP_ROOT, entry->d_name);
		snprintf(control, sizeof(control), "%s/cgroup.kill", path);
		(void)write_text(control, "1");
		if (await_empty(path, SWEEP_MS) > 0)
			guest_fail("%s still has processes %d ms after its kill", path, SWEEP_MS);
	}
	closedir(d);
	remove_tree(GUEST_CGROUP_ROOT);
}
