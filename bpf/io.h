/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.stat's numbers, summed over the configured devices of each class.
 *
 * A cgroup has one blkcg_gq for each device it has used. Both walks are bounded: a cgroup with more
 * devices than that is counted as far as the walk goes.
 */
#ifndef BOOMD_IO_H
#define BOOMD_IO_H

#include "bpf/maps.h"
#include "bpf/read.h"

#define IO_QUEUES_MAX 32 /* devices of one cgroup that are looked at */

/* The class of a device that is configured, or -1. */
static __always_inline int io_device_class(__u32 major, __u32 minor)
{
	for (__u32 i = 0; i < BOOMD_DEVICES_MAX; i++) {
		__u32 key = i;
		struct boomd_device *device = bpf_map_lookup_elem(&devices, &key);

		if (device && device->used && device->major == major && device->minor == minor)
			return device->device_class == BOOMD_DEVICE_HDD ? BOOMD_DEVICE_HDD
									: BOOMD_DEVICE_SSD;
	}
	return -1;
}

static __always_inline void io_add(struct boomd_io *io, struct blkcg_gq *gq)
{
	struct blkg_iostat stat = {};

	bpf_core_read(&stat, sizeof(stat), &gq->iostat.cur);
	io->read_bytes += stat.bytes[0];
	io->write_bytes += stat.bytes[1];
	io->discard_bytes += stat.bytes[2];
	io->read_ios += stat.ios[0];
	io->write_ios += stat.ios[1];
	io->discard_ios += stat.ios[2];
}

#endif
