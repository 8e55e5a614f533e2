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
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"

#define XATTR_BYTES 4096
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

static const struct {
	const char *name;
	uint32_t bit;
} preferences[] = {
	{ "trusted.oomd_prefer", BOOMD_TRUSTED_PREFER },
	{ "user.oomd_prefer", BOOMD_USER_PREFER },
	{ "trusted.oomd_avoid", BOOMD_TRUSTED_AVOID },
	{ "user.oomd_avoid", BOOMD_USER_AVOID },
};

static uint32_t preference_read(const char *path)
{
	char names[XATTR_BYTES];
	ssize_t len = listxattr(path, names, sizeof(names));
	uint32_t bits = 0;

	/* So many that they do not fit: ask for each of ours. */
	for (size_t i = 0; i < 4 && len < 0 && errno == ERANGE; i++, errno = ERANGE)
		if (getxattr(path, preferences[i].name, NULL, 0) >= 0)
			bits |= preferences[i].bit;
	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
		for (size_t i = 0; i < 4; i++)
			if (!strcmp(names + at, preferences[i].name))
				bits |= preferences[i].bit;
	return bits;
}

/* Reads again after setting: what changed in between was written over, and is seen now. */
static int preference_seed(struct bpf_source *source, uint64_t id, const char *path)
{
	uint32_t bits = preference_read(path), set = 0;

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
		bits = preference_read(path);
	}
	return 0;
}

int bpf_seed_preferences(struct bpf_source *source)
{
	char *roots[] = { (char *)source->base.cgroup_fs, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;
	int err = 0;

	if (!walk)
		return -errno;
	while (!err && (entry = fts_read(walk)))
		if (entry->fts_info == FTS_D)
			err = preference_seed(source, entry->fts_statp->st_ino, entry->fts_path);
	fts_close(walk);
	return err;
}
