/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock of records and of all times in the decision record: CLOCK_MONOTONIC, as bpf_ktime_get_ns. */
#ifndef USER_CLOCK_H
#define USER_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

#endif
