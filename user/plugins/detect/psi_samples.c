/* SPDX-License-Identifier: GPL-2.0-only */
/* Stall times between evaluations: see psi_samples.h. */
#include "plugins/detect/psi_samples.h"

#define PROBES 8 /* places that an id may be in */

void psi_samples_begin(struct psi_samples *samples, uint64_t now_ns)
{
	if (now_ns == samples->now_ns)
		return;
	samples->before_ns = samples->now_ns;
	samples->now_ns = now_ns;
}

/* Free, or of a cgroup that the evaluation before did not see any more. */
static bool sample_is_free(const struct psi_samples *samples, const struct psi_sample *sample)
{
	return !sample->id || (sample->seen_ns != samples->now_ns &&
			       sample->seen_ns != samples->before_ns);
}

/* The cgroup's sample, a free one, or NULL: all its places are taken. */
static struct psi_sample *sample_find(struct psi_samples *samples, uint64_t id)
{
	uint64_t start = id * 0x9e3779b97f4a7c15ULL >> (64 - PSI_SAMPLES_BITS);
	struct psi_sample *place = NULL;

	for (unsigned int i = 0; i < PROBES; i++) {
		struct psi_sample *sample = &samples->items[(start + i) % PSI_SAMPLES_MAX];

		if (sample->id == id)
			return sample;
		if (!place && sample_is_free(samples, sample))
			place = sample;
	}
	return place;
}

static bool judge_by_average(const struct psi_condition *condition, const struct cgroup *cgroup)
{
	double percent = cgroup_psi_percent(cgroup, condition->resource, condition->stall,
					    BOOMD_AVG10);

	return percent / 100 * (double)condition->window_us >= (double)condition->threshold_us;
}

static bool judge_by_sample(struct psi_sample *sample, const struct psi_condition *condition,
			    uint64_t total_us, const struct moment *now)
{
	uint64_t elapsed_ns = now->now_ns - sample->since_ns;
	uint64_t stalled_us = total_us - sample->total_us;
	bool over = elapsed_ns >= condition->window_us * 1000;

	if (stalled_us)
		moment_wake_at(now, (over ? now->now_ns : sample->since_ns) +
					    condition->window_us * 1000);
	if (!over)
		return stalled_us >= condition->threshold_us;
	sample->since_ns = now->now_ns;
	sample->total_us = total_us;
	return (double)stalled_us * (double)condition->window_us >=
	       (double)condition->threshold_us * ((double)elapsed_ns / 1000);
}

bool psi_samples_judge(struct psi_samples *samples, const struct psi_condition *condition,
		       const struct cgroup *cgroup, const struct moment *now)
{
	uint64_t id = cgroup->row->id;
	uint64_t total_us = cgroup->row->psi[condition->resource][condition->stall].total_us;
	struct psi_sample *sample = sample_find(samples, id);

	if (!sample)
		return judge_by_average(condition, cgroup);
	/* first sight; or the counter or the clock went back */
	if (sample->id != id || total_us < sample->total_us || now->now_ns < sample->since_ns) {
		*sample = (struct psi_sample){ id, total_us, now->now_ns, now->now_ns };
		return false;
	}
	sample->seen_ns = now->now_ns;
	return judge_by_sample(sample, condition, total_us, now);
}
