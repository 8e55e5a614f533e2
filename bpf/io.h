/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.stat's numbers, summed over the configured devices of each class.
 *
 * A cgroup has one blkcg_gq for each device it has used. Its counters come in two parts: what the
 * kernel has flushed upwards (iostat), and what each CPU has counted since. Reading a file would
 * flush; nobody else does on newer kernels, so the second part is added here, to the cgroup itself
 * and by the snapshot's second round to its ancestors. The root's file counts the devices
 * themselves.
 */
#ifndef BOOMD_IO_H
#define BOOMD_IO_H

#include "bpf/maps.h"
#include "bpf/read.h"

#define IO_DEVICES_MAX 64 /* of one cgroup that are looked at */
#define SECTOR_BYTES   512

enum io_part {
	IO_FLUSHED, /* what the kernel has added up */
	IO_PENDING, /* what the CPUs have counted since */
	IO_DEVICE,  /* what the device itself has counted */
};

/* Configured devices; 0: nobody asks. Set before load. */
const volatile __u32 nr_devices __weak = 0;

extern const void __per_cpu_offset __ksym __weak;

struct io_sum {
	struct boomd_io io[BOOMD_DEVICE_CLASSES];
	struct hlist_node *next;
	__u64 id;   /* the cgroup whose turn it is to be given the sum */
	__u32 part; /* enum io_part */
};

/* One device's counters over all CPUs. */
struct io_cpus {
	struct boomd_io io;
	void *base;
	__u32 part;
};

/* factor: 1 or -1 */
static __always_inline void io_count(struct boomd_io *io, const struct blkg_iostat *stat,
				     __s64 factor)
{
	io->read_bytes += factor * stat->bytes[0];
	io->write_bytes += factor * stat->bytes[1];
	io->discard_bytes += factor * stat->bytes[2];
	io->read_ios += factor * stat->ios[0];
	io->write_ios += factor * stat->ios[1];
	io->discard_ios += factor * stat->ios[2];
}

static __always_inline void io_sum_up(struct boomd_io *sum, const struct boomd_io *io)
{
	sum->read_bytes += io->read_bytes;
	sum->write_bytes += io->write_bytes;
	sum->discard_bytes += io->discard_bytes;
	sum->read_ios += io->read_ios;
	sum->write_ios += io->write_ios;
	sum->discard_ios += io->discard_ios;
}

static __always_inline void io_cpu_pending(struct boomd_io *io, struct blkg_iostat_set *set)
{
	struct blkg_iostat stat = {};

	bpf_core_read(&stat, sizeof(stat), &set->cur);
	io_count(io, &stat, 1);
	bpf_core_read(&stat, sizeof(stat), &set->last);
	io_count(io, &stat, -1);
}

static __always_inline void io_cpu_device(struct boomd_io *io, struct disk_stats *stats)
{
	unsigned long counts[3] = {};

	bpf_core_read(counts, sizeof(counts), &stats->sectors);
	io->read_bytes += (__u64)counts[0] * SECTOR_BYTES;
	io->write_bytes += (__u64)counts[1] * SECTOR_BYTES;
	io->discard_bytes += (__u64)counts[2] * SECTOR_BYTES;
	bpf_core_read(counts, sizeof(counts), &stats->ios);
	io->read_ios += counts[0];
	io->write_ios += counts[1];
	io->discard_ios += counts[2];
}

static long io_cpu(__u32 cpu, struct io_cpus *cpus)
{
	unsigned long offset = 0;

	bpf_probe_read_kernel(&offset, sizeof(offset),
			      &__per_cpu_offset + cpu * sizeof(unsigned long));
	if (cpus->part == IO_DEVICE)
		io_cpu_device(&cpus->io, cpus->base + offset);
	else
		io_cpu_pending(&cpus->io, cpus->base + offset);
	return 0;
}

static __always_inline void io_add(struct boomd_io *sum, struct blkcg_gq *gq, __u32 part)
{
	struct io_cpus cpus = { .part = part };
	struct blkg_iostat flushed = {};

	if (part == IO_FLUSHED) {
		bpf_core_read(&flushed, sizeof(flushed), &gq->iostat.cur);
		io_count(sum, &flushed, 1);
		return;
	}
	if (part == IO_DEVICE)
		cpus.base = BPF_CORE_READ(gq, q, disk, part0, bd_stats);
	else
		cpus.base = BPF_CORE_READ(gq, iostat_cpu);
	bpf_loop(nr_cpus, io_cpu, &cpus, 0);
	io_sum_up(sum, &cpus.io);
}

static long io_device(__u32 i, struct io_sum *sum)
{
	struct hlist_node *node = sum->next;
	struct boomd_device *device;
	struct blkcg_gq *gq;
	struct gendisk *disk;
	__u64 number;

	if (!node)
		return 1;
	sum->next = BPF_CORE_READ(node, next);
	gq = (void *)node - bpf_core_field_offset(struct blkcg_gq, blkcg_node);
	disk = BPF_CORE_READ(gq, q, disk);
	number = (__u64)(__u32)BPF_CORE_READ(disk, major) << 32 |
		 (__u32)BPF_CORE_READ(disk, first_minor);
	device = bpf_map_lookup_elem(&devices, &number);
	if (!device)
		return 0;
	if (device->device_class == BOOMD_DEVICE_HDD)
		io_add(&sum->io[BOOMD_DEVICE_HDD], gq, sum->part);
	else
		io_add(&sum->io[BOOMD_DEVICE_SSD], gq, sum->part);
	return 0;
}

static __always_inline struct blkcg *cgroup_io(struct cgroup *cgrp)
{
	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, io_cgrp_id))
		return NULL; /* a kernel without the controller */
	return cgroup_subsys(cgrp, bpf_core_enum_value(enum cgroup_subsys_id, io_cgrp_id));
}

/* One part of the counters of one cgroup. */
static __always_inline void io_read(struct io_sum *sum, struct blkcg *blkcg, __u32 part)
{
	__builtin_memset(sum, 0, sizeof(*sum));
	sum->part = part;
	sum->next = BPF_CORE_READ(blkcg, blkg_list.first);
	bpf_loop(IO_DEVICES_MAX, io_device, sum, 0);
}

#endif
