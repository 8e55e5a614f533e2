/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks for the size of each attribute, which is enough to know that it is there. */
#include "source/xattr.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "bpf/events.h"
#include "log.h"

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
