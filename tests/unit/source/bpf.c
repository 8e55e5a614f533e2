/* SPDX-License-Identifier: GPL-2.0-only */
/* The bpf source where it may not be used: it says why and leaves everything as it was. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "source/source.h"
#include "table_test.h"

static const struct {
	const char *why;
	const char *cgroup_fs;
	size_t max_cgroups, nr_devices;
	int err;
	const char *says;
} refused[] = {
	{ "no such folder", "/nonexistent", 0, 0, -ENOTSUP, "cgroup2" },
	{ "a folder of another file system", "/proc", 0, 0, -ENOTSUP, "cgroup2" },
	{ "more cgroups than a map may hold", "/proc", (size_t)-1, 0, -EINVAL, "cgroups" },
	{ "more devices than the map holds", "/proc", 0, BOOMD_DEVICES_MAX + 1, -EINVAL,
	  "devices" },
};

TABLE_TEST(bpf, refused, refused, row)
{
	const struct source_options options = { .cgroup_fs = row->cgroup_fs,
						.max_cgroups = row->max_cgroups,
						.nr_devices = row->nr_devices };
	struct source *const untouched = (struct source *)&options;
	struct source *source = untouched;
	const char *why = NULL;

	cr_expect(eq(int, source_bpf_open(&options, &source, &why), row->err), "%s", row->why);
	cr_expect(eq(ptr, source, untouched), "%s", row->why);
	cr_assert(ne(ptr, (void *)why, NULL), "%s", row->why);
	cr_expect(ne(ptr, strstr(why, row->says), NULL), "%s: %s", row->why, why);
}

/* With lockdown, without root, without bpffs or BTF: whatever this machine lacks. */
Test(bpf, opens_here_or_says_why_not)
{
	const struct source_options options = { .max_cgroups = 64 };
	struct source *source = NULL;
	const char *why = NULL;
	int err = source_bpf_open(&options, &source, &why);

	if (!err) {
		source->ops->close(source);
		cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1));
		return;
	}
	cr_expect(eq(ptr, source, NULL));
	cr_assert(ne(ptr, (void *)why, NULL));
	cr_expect(gt(sz, strlen(why), 10), "%s", why);
	if (err != -EBUSY)
		cr_expect(eq(int, access(BOOMD_PIN_DIR, F_OK), -1), "nothing is left");
}
