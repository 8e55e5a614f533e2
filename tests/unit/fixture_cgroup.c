/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of one cgroup of a fixture, in the kernel's formats: see fixture.h. */
#include "unit/fixture.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* A cgroup that is being written. */
struct writing {
	struct fixture *fixture;
	const char *path;
};

static void write_text(const struct writing *writing, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", writing->path, name);
	fixture_write(writing->fixture, path, "%s", text);
}

static uintmax_t or_default(uint64_t value, uint64_t otherwise)
{
	if (value == FIXTURE_ZERO)
		return 0;
	return value ? value : otherwise;
}

static void write_number(const struct writing *writing, const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ju\n", (uintmax_t)value);
	write_text(writing, name, value == BOOMD_MAX ? "max\n" : text);
}

static void write_pressure(const struct writing *writing, const char *name,
			   const struct fixture_psi *some, const struct fixture_psi *full)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "some avg10=%.2f avg60=%.2f avg300=%.2f total=%ju\n"
		 "full avg10=%.2f avg60=%.2f avg300=%.2f total=%ju\n",
		 some->avg10, some->avg60, some->avg300, (uintmax_t)some->total_us, full->avg10,
		 full->avg60, full->avg300, (uintmax_t)full->total_us);
	write_text(writing, name, text);
}

static void write_stat(const struct writing *writing, const struct fixture_cgroup *cgroup)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "anon %ju\nfile %ju\nkernel 0\nshmem %ju\nfile_mapped 0\ninactive_anon 0\n"
		 "workingset_refault_anon %ju\nworkingset_refault_file 0\npgfault 0\npgscan %ju\n"
		 "pgsteal %ju\npgscan_kswapd 0\n",
		 or_default(cgroup->anon, or_default(cgroup->current, 0)), (uintmax_t)cgroup->file,
		 (uintmax_t)cgroup->shmem, (uintmax_t)cgroup->refault, (uintmax_t)cgroup->pgscan,
		 (uintmax_t)cgroup->pgsteal);
	write_text(writing, "memory.stat", text);
}

static void write_events(const struct writing *writing, const struct boomd_memory_events *events)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "low %ju\nhigh %ju\nmax %ju\noom %ju\noom_kill %ju\noom_group_kill %ju\n",
		 (uintmax_t)events->low, (uintmax_t)events->high, (uintmax_t)events->max,
		 (uintmax_t)events->oom, (uintmax_t)events->oom_kill,
		 (uintmax_t)events->oom_group_kill);
	write_text(writing, "memory.events", text);
	snprintf(text, sizeof(text), "high %ju\nmax %ju\nfail %ju\n", (uintmax_t)events->swap_high,
		 (uintmax_t)events->swap_max, (uintmax_t)events->swap_fail);
	write_text(writing, "memory.swap.events", text);
}

static void write_preference(const struct writing *writing, uint32_t preference)
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

	for (size_t i = 0; i < sizeof(xattrs) / sizeof(xattrs[0]); i++) {
		bool set = preference & xattrs[i].bit;
		int err = fixture_xattr(writing->fixture, writing->path, xattrs[i].name,
					set ? "1" : NULL);

		/* one that is not there cannot be removed, for one reason or another */
		if (set)
			cr_assert(zero(int, err), "%s: %s", xattrs[i].name, strerror(-err));
	}
}

void fixture_cgroup(struct fixture *fixture, const char *path, struct fixture_cgroup cgroup)
{
	const struct writing writing = { fixture, path };
	char stat[64];

	snprintf(stat, sizeof(stat), "nr_descendants 0\nnr_dying_descendants %u\n",
		 cgroup.nr_dying);
	write_text(&writing, "cgroup.controllers", "cpu io memory pids\n");
	write_text(&writing, "cgroup.events",
		   cgroup.empty ? "populated 0\nfrozen 0\n" : "populated 1\nfrozen 0\n");
	write_text(&writing, "cgroup.procs", cgroup.procs ? cgroup.procs : "");
	write_text(&writing, "cgroup.stat", stat);
	write_text(&writing, "io.stat", cgroup.io_stat ? cgroup.io_stat : "");
	write_number(&writing, "memory.current", or_default(cgroup.current, 0));
	write_number(&writing, "memory.swap.current", or_default(cgroup.swap, 0));
	write_number(&writing, "memory.min", or_default(cgroup.min, 0));
	write_number(&writing, "memory.low", or_default(cgroup.low, 0));
	write_number(&writing, "memory.high", or_default(cgroup.high, BOOMD_MAX));
	write_number(&writing, "memory.max", or_default(cgroup.max, BOOMD_MAX));
	write_number(&writing, "memory.swap.max", or_default(cgroup.swap_max, BOOMD_MAX));
	write_number(&writing, "memory.oom.group", cgroup.oom_group);
	write_stat(&writing, &cgroup);
	write_events(&writing, &cgroup.events);
	write_pressure(&writing, "memory.pressure", &cgroup.memory_some, &cgroup.memory_full);
	write_pressure(&writing, "io.pressure", &cgroup.io_some, &cgroup.io_full);
	write_preference(&writing, cgroup.preference);
}
