/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks for the size of each attribute, which is enough to know that it is there. */
#include "source/xattr.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "bpf/events.h"
#include "log.h"
#include "source/cgroupfs_file.h"

uint32_t xattr_preference(int fd)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} xattrs[] = {
		{ "trusted.oomd_prefer", BOOMD_TRUSTED_PREFER },
		{ "user.oomd_prefer", BOOMD_USER_PREFER },
		{ "trusted.oomd_avoid", BOOMD_TRUSTED_AVOID },
		{ "user.oomd_avoid", BOOMD_USER_AVOID },
	};
	uint32_t preference = 0;

	for (size_t i = 0; i < sizeof(xattrs) / sizeof(xattrs[0]); i++) {
		if (fgetxattr(fd, xattrs[i].name, NULL, 0) >= 0)
			preference |= xattrs[i].bit;
		else if (errno != ENODATA && errno != ENOTSUP)
			log_debug("%s: %s, taken as absent", xattrs[i].name, strerror(errno));
	}
	return preference;
}

int xattr_is_set(const char *cgroup_fs, const char *path, uint64_t id, const char *name)
{
	char folder[PATH_MAX];
	int fd, found, err;

	if ((size_t)snprintf(folder, sizeof(folder), "%s/%s", cgroup_fs, path) >= sizeof(folder))
		return -ENAMETOOLONG;
	err = cgroupfs_folder_open(folder, id, &fd);
	if (err) /* -ESTALE: another one stands there, it is looked at under its own id */
		return err == -ENOENT || err == -ESTALE ? 0 : err;
	if (fgetxattr(fd, name, NULL, 0) >= 0)
		found = 1;
	else
		found = errno == ENODATA || errno == ENOTSUP || errno == ENODEV ? 0 : -errno;
	close(fd);
	return found;
}
