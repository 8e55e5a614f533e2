/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk goes down by itself, at most CGROUPFS_DEPTH_MAX times, with a small buffer of entries
 * for each level on the stack. Folders are opened relative to their parent's descriptor, so that
 * a parent that is removed and made again cannot give its children to its successor.
 */
#include "source/cgroupfs_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

#define ENTRIES_BYTES 2048 /* at least 7 entries with the longest names */

/* What getdents64 writes (getdents64(2)); glibc has no name for it. */
struct entry {
	uint64_t ino;
	int64_t next;
	unsigned short length;
	unsigned char type;
	char name[];
};

static int walk_below(const struct cgroupfs_folder *folder, cgroupfs_folder_fn fn, void *user);

static bool may_be_folder(const struct entry *entry)
{
	return (entry->type == DT_DIR || entry->type == DT_UNKNOWN) && strcmp(entry->name, ".") &&
	       strcmp(entry->name, "..");
}

/* The folder itself, then what is below it. */
static int walk_folder(struct cgroupfs_folder *folder, cgroupfs_folder_fn fn, void *user)
{
	struct stat stat;
	int err;

	if (fstat(folder->fd, &stat))
		return -errno;
	folder->id = stat.st_ino;
	err = fn(user, folder);
	return err < 0 ? err : walk_below(folder, fn, user);
}

static int walk_child(const struct cgroupfs_folder *parent, const char *name, cgroupfs_folder_fn fn,
		      void *user)
{
	struct cgroupfs_folder child = {
		.name = name,
		.parent_id = parent->id,
		.level = parent->level + 1,
	};
	int err;

	if (child.level > CGROUPFS_DEPTH_MAX) {
		log_debug("more than %d levels of cgroups: %s left out", CGROUPFS_DEPTH_MAX, name);
		return 0;
	}
	child.fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (child.fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			log_debug("cgroup %s left out: %s", name, strerror(errno));
		return 0;
	}
	err = walk_folder(&child, fn, user);
	close(child.fd);
	return err;
}

static int walk_below(const struct cgroupfs_folder *folder, cgroupfs_folder_fn fn, void *user)
{
	_Alignas(struct entry) char entries[ENTRIES_BYTES];
	const struct entry *entry;
	long len;

	while ((len = syscall(SYS_getdents64, folder->fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < len; at += entry->length) {
			int err = 0;

			entry = (const struct entry *)(entries + at);
			if (may_be_folder(entry))
				err = walk_child(folder, entry->name, fn, user);
			if (err < 0)
				return err;
		}
	}
	if (len < 0 && errno != ENOENT)
		log_debug("listing of cgroup %s: %s", folder->name, strerror(errno));
	return 0;
}

int cgroupfs_walk(int fd, cgroupfs_folder_fn fn, void *user)
{
	struct cgroupfs_folder first = { .fd = fd, .name = "" };

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return walk_folder(&first, fn, user);
}

bool cgroupfs_is_gone(int fd)
{
	char none;

	/* EINVAL, no room for an entry, says that there is a folder to list */
	return syscall(SYS_getdents64, fd, &none, 0) < 0 && errno == ENOENT;
}
