/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was there before us: the cgroups, by one walk of the kernel's iterator, and the kill
 * preferences, by reading the attributes of each folder once. Both run after the programs that
 * keep them current are attached, so that nothing falls between. This runs at the start only and
 * may allocate.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"
#include "source/xattr.h"

#define LEVELS_MAX  256 /* open folders at once */
#define READ_TRIES  8 /* somebody changes a preference while it is read */

static int seed_walk(int link_fd)
{
	int fd = bpf_iter_create(link_fd), err = 0;
	char nothing;

	if (fd < 0)
		return fd;
	if (read(fd, &nothing, 1) < 0)
		err = -errno;
	close(fd);
	return err;
}

int bpf_seed_cgroups(struct bpf_source *source, const char **ret_why)
{
	union bpf_iter_link_info info = {};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	int root = open(source->base.cgroup_fs, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	struct bpf_link *link;

	*ret_why = "cannot walk the cgroups";
	if (root < 0)
		return -errno;
	info.cgroup.cgroup_fd = (uint32_t)root;
	info.cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
	link = bpf_program__attach_iter(source->skel->progs.boomd_seed, &opts);
	err = link ? 0 : -errno;
	close(root);
	if (err)
		return err;
	err = seed_walk(bpf_link__fd(link));
	bpf_link__destroy(link);
	return err;
}

/* Reads again after setting: what changed in between was written over, and is seen now. */
static int preference_seed(struct bpf_source *source, uint64_t id, int dir_fd)
{
	uint32_t bits = xattr_preference(dir_fd), set = 0;

	for (int i = 0; i < READ_TRIES && bits != set; i++) {
		const struct boomd_set_cgroup request = {
			.cgroup_id = id,
			.what = BOOMD_SET_PREFERENCE,
			.preference = bits,
		};
		int err = bpf_request(source, &request);

		if (err)
			return err == -ENOENT ? 0 : err;
		set = bits;
		bits = xattr_preference(dir_fd);
	}
	return 0;
}

/* Takes dir_fd over. A cgroup that goes away meanwhile has no preference. */
static int seed_below(struct bpf_source *source, int dir_fd, int levels)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *entry;
	struct stat st;
	int err;

	if (!dir) {
		err = -errno;
		close(dir_fd);
		return err;
	}
	err = fstat(dir_fd, &st) ? 0 : preference_seed(source, st.st_ino, dir_fd);
	while (!err && levels && (entry = readdir(dir))) {
		int fd;

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		fd = openat(dir_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			err = seed_below(source, fd, levels - 1);
		else if (errno != ENOENT && errno != ENODEV)
			err = -errno;
	}
	closedir(dir);
	return err;
}

int bpf_seed_preferences(struct bpf_source *source)
{
	int fd = open(source->base.cgroup_fs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : seed_below(source, fd, LEVELS_MAX);
}
