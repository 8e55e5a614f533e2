/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups does somebody want killed first, or last?
 *
 * Said by extended attributes on the cgroup's folder. They are kept current here when somebody
 * sets or removes one; those from before the start are read by the daemon once. Only the name
 * matters, not the value, as in oomd. Of other attributes the daemon is only told that there was a
 * change, where it asked for that, and looks itself: rulesets may be bound to any name.
 */
#include "bpf/maps.h"
#include "bpf/read.h"
#include "bpf/record.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define CGROUP2_MAGIC 0x63677270
#define NAME_BYTES    24 /* of the longest of the four names, with room to see a longer one */

static __always_inline __u32 preference_bit(const char *name)
{
	char buf[NAME_BYTES] = {};

	bpf_probe_read_kernel_str(buf, sizeof(buf), name);
	if (!bpf_strncmp(buf, sizeof(buf), "trusted.oomd_prefer"))
		return BOOMD_TRUSTED_PREFER;
	if (!bpf_strncmp(buf, sizeof(buf), "user.oomd_prefer"))
		return BOOMD_USER_PREFER;
	if (!bpf_strncmp(buf, sizeof(buf), "trusted.oomd_avoid"))
		return BOOMD_TRUSTED_AVOID;
	if (!bpf_strncmp(buf, sizeof(buf), "user.oomd_avoid"))
		return BOOMD_USER_AVOID;
	return 0;
}

static __always_inline void preference_change(struct dentry *dentry, const char *name, int set)
{
	struct boomd_cgroup *known;
	struct cgroup *cgrp;
	__u32 bit, now;
	__u64 id;

	if (BPF_CORE_READ(dentry, d_sb, s_magic) != CGROUP2_MAGIC)
		return;
	bit = preference_bit(name);
	/* i_private is the kernfs_node; i_ino has changed its size. */
	id = kernfs_id(BPF_CORE_READ(dentry, d_inode, i_private));
	known = bpf_map_lookup_elem(&cgroups, &id);
	if (!known)
		return;
	cgrp = (void *)known->kernel_address;
	if (known->watch_kinds & BOOMD_KIND_BIT(BOOMD_RECORD_XATTR))
		record_send(BOOMD_RECORD_XATTR, cgrp, id, 0, 0);
	if (!bit)
		return;
	if (set)
		now = __sync_fetch_and_or(&known->preference, bit) | bit;
	else
		now = __sync_fetch_and_and(&known->preference, ~bit) & ~bit;
	record_send(BOOMD_RECORD_PREFERENCE, cgrp, id, now, 0);
}

/* The type of the first argument has changed; nobody reads it. */
SEC("fexit/vfs_setxattr")
int BPF_PROG(boomd_setxattr, void *idmap, struct dentry *dentry, const char *name,
	     const void *value, size_t size, int flags, int ret)
{
	if (!ret)
		preference_change(dentry, name, 1);
	return 0;
}

SEC("fexit/vfs_removexattr")
int BPF_PROG(boomd_removexattr, void *idmap, struct dentry *dentry, const char *name, int ret)
{
	if (!ret)
		preference_change(dentry, name, 0);
	return 0;
}
