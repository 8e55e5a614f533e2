/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps have names under /sys/fs/bpf/boomd as long as a daemon runs, for bpftool and for people.
 *
 * The folder is also the lock: whoever holds a flock on it is the daemon. The kernel lets go of it
 * with the process, so pins that stand there without a lock are a crashed daemon's and are removed.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"

#define LOCK_TRIES 10 /* against a daemon that is just removing the folder */

/* Everything in the folder is a pin of ours; maps live on while somebody holds them. */
static int remove_pins(int dir_fd)
{
	int fd = dup(dir_fd), err = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    unlinkat(dir_fd, entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0))
			err = -errno;
	closedir(dir);
	return err;
}

/* Is the folder that was opened still the one with the name? */
static bool still_there(int fd)
{
	struct stat opened, named;

	return !fstat(fd, &opened) && !stat(BOOMD_PIN_DIR, &named) &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static int lock_once(void)
{
	int fd;

	if (mkdir(BOOMD_PIN_DIR, 0700) && errno != EEXIST)
		return -errno;
	fd = open(BOOMD_PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		int err = errno == EWOULDBLOCK ? -EBUSY : -errno;

		close(fd);
		return err;
	}
	if (!still_there(fd)) {
		close(fd);
		return -EAGAIN;
	}
	return fd;
}

int bpf_pin_lock(const char **ret_why)
{
	struct statfs fs;
	int fd = -EAGAIN, err;

	if (statfs(BOOMD_BPFFS, &fs) || (uint32_t)fs.f_type != BPF_FS_MAGIC) {
		*ret_why = "no BPF file system is mounted at " BOOMD_BPFFS;
		return -ENOTSUP;
	}
	for (int i = 0; i < LOCK_TRIES && fd == -EAGAIN; i++)
		fd = lock_once();
	if (fd < 0) {
		*ret_why = fd == -EBUSY ? "another boomd runs (it holds " BOOMD_PIN_DIR ")"
					: "cannot make " BOOMD_PIN_DIR;
		return fd;
	}
	err = remove_pins(fd);
	if (err) {
		*ret_why = "cannot remove stale pins from " BOOMD_PIN_DIR;
		close(fd);
		return err;
	}
	return fd;
}

int bpf_pin_maps(struct boomd_bpf *skel)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skel->obj)
	{
		char path[sizeof(BOOMD_PIN_DIR) + 64];
		int err;

		if (bpf_map__is_internal(map))
			continue;
		snprintf(path, sizeof(path), BOOMD_PIN_DIR "/%s", bpf_map__name(map));
		err = bpf_obj_pin(bpf_map__fd(map), path);
		if (err)
			return err;
	}
	return 0;
}

void bpf_pin_unlock(int lock_fd)
{
	if (lock_fd < 0)
		return;
	(void)remove_pins(lock_fd);
	(void)rmdir(BOOMD_PIN_DIR);
	close(lock_fd);
}
