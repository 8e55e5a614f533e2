/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups are there?
 *
 * The map `cgroups` is seeded once by the iterator and then kept by the kernel's own events. mkdir
 * and rmdir run under cgroup_mutex, and so does the iterator: attached first, walked second, no
 * cgroup can be missed. rmdir removes at once, since a removed cgroup with charged pages can stay
 * unreleased for hours; release is the safety net for one whose rmdir was not seen, and the moment
 * at which those above it have one dying descendant less.
 *
 * What the daemon wants of a cgroup (which records, which watch rows) is in its entry and is set by
 * boomd_set_cgroup.
 */
#include "bpf/maps.h"
#include "bpf/read.h"
#include "bpf/record.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

static __always_inline void count_lost(void)
{
	struct boomd_state *st = state_get();

	if (st)
		__sync_fetch_and_add(&st->cgroups_lost, 1);
}

/* 1: it was not there before. */
static __always_inline int cgroup_add(struct cgroup *cgrp, __u64 id, __u64 parent_id)
{
	__u64 group = (__u64)cgroup_psi(cgrp);
	struct boomd_cgroup value = {
		.kernel_address = (__u64)cgrp,
		.parent_id = parent_id,
		.level = BPF_CORE_READ(cgrp, level),
	};

	bpf_probe_read_kernel_str(value.name, sizeof(value.name), BPF_CORE_READ(cgrp, kn, name));
	if (bpf_map_lookup_elem(&cgroups, &id))
		return 0;
	if (bpf_map_update_elem(&cgroups, &id, &value, BPF_NOEXIST)) {
		count_lost();
		return 0;
	}
	if (group)
		bpf_map_update_elem(&psi_groups, &group, &id, BPF_ANY);
	return 1;
}

/* 1: it was still there. */
static __always_inline int cgroup_remove(struct cgroup *cgrp, __u64 id)
{
	__u64 group = (__u64)cgroup_psi(cgrp);
	struct boomd_cgroup *known = bpf_map_lookup_elem(&cgroups, &id);
	struct boomd_state *st = state_get();

	if (!known)
		return 0;
	if (st && known->watch_kinds & BOOMD_KIND_BIT(BOOMD_RECORD_EXIT))
		__sync_fetch_and_add(&st->exits_watched, -1);
	bpf_map_delete_elem(&psi_groups, &group);
	return bpf_map_delete_elem(&cgroups, &id) == 0;
}

static __always_inline __u64 parent_id_of(struct cgroup *cgrp)
{
	struct cgroup *parent = cgroup_parent(cgrp);

	return parent ? cgroup_id(parent) : 0;
}

/*
 * Writes nothing to its file: past eight pages of output the kernel ends a cgroup walk, and one
 * without output takes one read.
 */
SEC("iter/cgroup")
int boomd_seed(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgrp = ctx->cgroup;

	if (cgrp && cgroup_is_v2(cgrp))
		cgroup_add(cgrp, cgroup_id(cgrp), parent_id_of(cgrp));
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(boomd_cgroup_mkdir, struct cgroup *cgrp, const char *path)
{
	__u64 id = cgroup_id(cgrp), parent_id = parent_id_of(cgrp);

	if (cgroup_is_v2(cgrp) && cgroup_add(cgrp, id, parent_id))
		record_send(BOOMD_RECORD_CGROUP_MADE, cgrp, id, parent_id, 0);
	return 0;
}

static __always_inline void cgroup_gone(struct cgroup *cgrp)
{
	__u64 id = cgroup_id(cgrp);

	if (cgroup_is_v2(cgrp) && cgroup_remove(cgrp, id))
		record_send(BOOMD_RECORD_CGROUP_FREED, cgrp, id, parent_id_of(cgrp), 0);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(boomd_cgroup_rmdir, struct cgroup *cgrp, const char *path)
{
	cgroup_gone(cgrp);
	return 0;
}

#define LEVELS_MAX 64 /* how far up is looked for who wants to know */

struct released {
	struct cgroup *above;
	__u64 id;
};

/* One record is enough: who looks, looks at all cgroups. */
static long tell_release(__u32 step, struct released *released)
{
	struct boomd_cgroup *known;
	__u64 id;

	released->above = cgroup_parent(released->above);
	if (!released->above)
		return 1;
	id = cgroup_id(released->above);
	known = bpf_map_lookup_elem(&cgroups, &id);
	if (!known || !(known->watch_kinds & BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_RELEASED)))
		return 0;
	record_send(BOOMD_RECORD_CGROUP_RELEASED, released->above, id, released->id, 0);
	return 1;
}

SEC("tp_btf/cgroup_release")
int BPF_PROG(boomd_cgroup_release, struct cgroup *cgrp, const char *path)
{
	struct released released = { .above = cgrp, .id = cgroup_id(cgrp) };

	cgroup_gone(cgrp);
	if (cgroup_is_v2(cgrp))
		bpf_loop(LEVELS_MAX, tell_release, &released, 0);
	return 0;
}

/* exits_watched counts the cgroups that have the bit, so that it is 0 when none has. */
static __always_inline void set_kinds(struct boomd_state *st, struct boomd_cgroup *known,
				      __u32 kinds)
{
	__u32 had = known->watch_kinds & BOOMD_KIND_BIT(BOOMD_RECORD_EXIT);
	__u32 has = kinds & BOOMD_KIND_BIT(BOOMD_RECORD_EXIT);

	known->watch_kinds = kinds;
	if (!had && has)
		__sync_fetch_and_add(&st->exits_watched, 1);
	if (had && !has)
		__sync_fetch_and_add(&st->exits_watched, -1);
}

/* Does what state.request says; 0, or -2 (ENOENT) when the cgroup is gone. */
SEC("syscall")
int boomd_set_cgroup(void *ctx)
{
	struct boomd_state *st = state_get();
	struct boomd_set_cgroup request;
	struct boomd_cgroup *known;

	if (!st)
		return -2;
	request = st->request;
	known = bpf_map_lookup_elem(&cgroups, &request.cgroup_id);
	if (!known)
		return -2;
	if (request.what & BOOMD_SET_MASK) {
		known->watch_mask = request.watch_mask;
		__sync_fetch_and_and(&known->watch_true, request.watch_mask);
	}
	if (request.what & BOOMD_SET_KINDS)
		set_kinds(st, known,
			  (known->watch_kinds & ~request.clear_kinds) | request.set_kinds);
	if (request.what & BOOMD_SET_PREFERENCE)
		known->preference = request.preference;
	return 0;
}

static long clear_one(struct bpf_map *map, __u64 *id, struct boomd_cgroup *known, void *ctx)
{
	known->watch_mask = 0;
	known->watch_true = 0;
	/* Exits belong to the kill that is under way, not to the configuration. */
	known->watch_kinds &= BOOMD_KIND_BIT(BOOMD_RECORD_EXIT);
	return 0;
}

/* No cgroup wants anything any more: new watch rows are coming. */
SEC("syscall")
int boomd_clear_watches(void *ctx)
{
	bpf_for_each_map_elem(&cgroups, clear_one, NULL, 0);
	return 0;
}
