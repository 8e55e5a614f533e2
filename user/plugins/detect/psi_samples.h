/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PSI triggers by polling: how long each cgroup has been stalled since it was looked at before.
 *
 * A table of fixed size by cgroup id. A sample is kept until it is a window old, so that stalls
 * seen by many quick evaluations add up; over a longer time stalls are scaled to the window.
 * A cgroup that finds no place is judged by its 10 s average.
 */
#ifndef PLUGINS_DETECT_PSI_SAMPLES_H
#define PLUGINS_DETECT_PSI_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/plugin.h"

#define PSI_SAMPLES_BITS 10
#define PSI_SAMPLES_MAX	 (1U << PSI_SAMPLES_BITS)

struct psi_sample {
	uint64_t id;	   /* 0: empty */
	uint64_t total_us; /* stalled, when it was taken */
	uint64_t since_ns; /* when it was taken */
	uint64_t seen_ns;  /* the evaluation that last looked at this cgroup */
};

struct psi_samples {
	uint64_t now_ns, before_ns; /* this evaluation and the one before */
	struct psi_sample items[PSI_SAMPLES_MAX];
};

struct psi_condition {
	enum boomd_resource resource;
	enum boomd_stall stall;
	uint64_t threshold_us, window_us;
};

/* Once per evaluation, before its cgroups. */
void psi_samples_begin(struct psi_samples *samples, uint64_t now_ns);
/*
 * Was it stalled for the threshold within the window? No at first sight. While it stalls, asks for
 * another evaluation when the window is over.
 */
bool psi_samples_judge(struct psi_samples *samples, const struct psi_condition *condition,
		       const struct cgroup *cgroup, const struct moment *now);

#endif
