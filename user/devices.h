/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose I/O counts for kill_by_io_cost, and what it costs: oomd's --device, --ssd-coeffs and
 * --hdd-coeffs (oomd.md 3.1).
 */
#ifndef USER_DEVICES_H
#define USER_DEVICES_H

#include <stddef.h>

#include "bpf/events.h"
#include "cgroup/history.h"

/* What oomd takes when nothing is given (its Main.cpp; measured there with iocost's tools). */
extern const struct io_coefficients devices_default_coefficients[BOOMD_DEVICE_CLASSES];

/*
 * "8:0,259:1": each device's class is read from SYS_BLOCK/8:0/queue/rotational (1: HDD, 0: SSD).
 * -EINVAL: not a list of MAJOR:MINOR; -E2BIG: more than BOOMD_DEVICES_MAX; -errno of the file;
 * *ret_bad then points into text at the device in question.
 */
int devices_parse(const char *text, const char *sys_block, struct boomd_device *ret_devices,
		  size_t *ret_nr, const char **ret_bad);

/*
 * Up to six numbers: read ios, read bytes, write ios, write bytes, discard ios, discard bytes; those
 * left out are 0. -EINVAL when one is no number or negative.
 */
int devices_parse_coefficients(const char *text, struct io_coefficients *ret_coefficients);

#endif
