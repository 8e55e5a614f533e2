/* SPDX-License-Identifier: GPL-2.0-only */
/* What one cgroup says of itself: path, preference, growth, pressure. See tree.h. */
#include <string.h>

#include "cgroup/tree.h"

static size_t path_length(const struct cgroup *cgroup)
{
	size_t length = 0;

	for (; cgroup->parent; cgroup = cgroup->parent)
		length += strlen(cgroup->name) + (cgroup->parent->parent ? 1 : 0);
	return length;
}

const char *cgroup_path(const struct cgroup *cgroup, char *buf, size_t size)
{
	size_t at = path_length(cgroup);

	if (!size)
		return buf;
	buf[at < size ? at : size - 1] = '\0';
	/* from the leaf up, leaving out what lies behind the end of buf */
	for (; cgroup->parent; cgroup = cgroup->parent) {
		size_t length = strlen(cgroup->name), fits;

		at -= length;
		fits = at < size - 1 ? size - 1 - at : 0;
		if (fits)
			memcpy(buf + at, cgroup->name, length < fits ? length : fits);
		if (cgroup->parent->parent && --at < size - 1)
			buf[at] = '/';
	}
	return buf;
}

bool cgroup_is_below(const struct cgroup *cgroup, const struct cgroup *ancestor)
{
	while (cgroup && cgroup != ancestor)
		cgroup = cgroup->parent;
	return cgroup != NULL;
}

enum preference cgroup_preference(const struct cgroup *cgroup)
{
	if (cgroup->row->preference & (BOOMD_TRUSTED_PREFER | BOOMD_USER_PREFER))
		return PREFERENCE_PREFER;
	if (cgroup->row->preference & (BOOMD_TRUSTED_AVOID | BOOMD_USER_AVOID))
		return PREFERENCE_AVOID;
	return PREFERENCE_NORMAL;
}

const char *preference_name(enum preference preference)
{
	switch (preference) {
	case PREFERENCE_AVOID:
		return "AVOID";
	case PREFERENCE_NORMAL:
		return "NORMAL";
	case PREFERENCE_PREFER:
		return "PREFER";
	}
	return "?";
}

double cgroup_growth(const struct cgroup *cgroup)
{
	if (!cgroup->average_bytes)
		return 0;
	return (double)cgroup->row->memory_bytes / (double)cgroup->average_bytes;
}

/*
 * Not cut to the two digits that the kernel prints: the programs that wake us compare the same
 * fixed point number, and a threshold must be crossed on both sides of the border or on none.
 */
double cgroup_psi_percent(const struct cgroup *cgroup, enum boomd_resource resource,
			  enum boomd_stall stall, enum boomd_window window)
{
	const struct boomd_psi *psi = &cgroup->row->psi[resource][stall];

	return (double)psi->avg[window] / (1U << BOOMD_PSI_FIXED_SHIFT);
}
