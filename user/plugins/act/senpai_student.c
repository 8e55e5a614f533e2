/* SPDX-License-Identifier: GPL-2.0-only */
/* Ticks of one cgroup: see senpai_student.h. Periods are interval + 1 ticks long, as oomd's. */
#include "plugins/act/senpai_student.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "plugins/act/senpai_swap.h"

#define GIB ((double)(1 << 30))

/* --- what the worker has found --- */

static const char *label(const struct student *student, char buf[PLUGIN_LABEL_SIZE])
{
	return log_clean(student->entry->path, buf, PLUGIN_LABEL_SIZE);
}

static void tell_failure(struct student *student, int err)
{
	char path[PLUGIN_LABEL_SIZE];

	if (err == student->told_err || err == -ENOENT || err == -ESTALE || err == -ENODEV)
		return; /* told, or gone: the next snapshot will not have it */
	student->told_err = err;
	log_warn("senpai: cannot change %s (%s), trying again", label(student, path),
		 strerror(-err));
}

static void count_probe(struct student *student, uint64_t bytes)
{
	student->nr_probes++;
	student->probed_bytes += bytes;
}

/* Somebody else has set memory.high: begin anew at the next look. */
static void lose_limit(struct student *student, const struct moment *now, uint64_t found_bytes)
{
	char path[PLUGIN_LABEL_SIZE];

	student->has_limit = false;
	student->ticks = 0;
	if (!now->silent)
		log_info("cgroup %s memory.high %" PRIu64 " does not match recorded state %" PRIu64
			 ". Resetting cgroup", label(student, path), found_bytes,
			 student->limit_bytes);
}

static void take_success(struct student *student, const struct senpai_way *way,
			 const struct moment *now)
{
	const struct senpai_result *result = &student->entry->result;

	switch (student->entry->request.order) {
	case SENPAI_RESET:
		student->has_limit = true;
		student->limit_bytes = result->limit_bytes;
		break;
	case SENPAI_ADJUST:
		if (result->found_bytes != result->before_bytes) {
			lose_limit(student, now, result->found_bytes);
			break;
		}
		if (result->limit_bytes < result->before_bytes)
			count_probe(student, result->before_bytes - result->limit_bytes);
		student->limit_bytes = result->limit_bytes;
		break;
	case SENPAI_RECLAIM:
		if (!result->reclaimed_bytes)
			break;
		count_probe(student, (uint64_t)result->reclaimed_bytes);
		student->ticks = way->interval;
		break;
	}
}

/* true: there was one, so the snapshot may be older than what the worker did. */
static bool take_result(struct student *student, const struct senpai_way *way,
			const struct moment *now)
{
	int err = student->entry->result.err;

	if (!student->result_is_due)
		return false;
	student->result_is_due = false;
	if (err) {
		tell_failure(student, err);
		student->has_limit = false;
		student->ticks = way->interval;
		return true;
	}
	student->told_err = 0;
	take_success(student, way, now);
	return true;
}

/* --- what to do next --- */

static const struct boomd_psi *memory_some(const struct cgroup *cgroup)
{
	return &cgroup->row->psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_SOME];
}

static void order(struct student *student, const struct cgroup *cgroup, const struct moment *now,
		  const struct senpai_request *request)
{
	int64_t swap_free_bytes = senpai_swap_of(cgroup, now->system).free_bytes;

	student->entry->request = *request;
	student->entry->request.swap_free_bytes = swap_free_bytes;
	student->result_is_due = true;
	senpai_entry_order(student->entry);
}

void student_begin(struct student *student, const struct senpai_way *way,
		   const struct cgroup *cgroup, const struct moment *now)
{
	student->total_us = memory_some(cgroup)->total_us;
	student->stalled_us = 0;
	student->ticks = way->interval;
	if (!way->immediate_backoff)
		order(student, cgroup, now, &(struct senpai_request){ .order = SENPAI_RESET });
}

static void adjust(struct student *student, const struct senpai_way *way,
		   const struct cgroup *cgroup, const struct moment *now, double factor)
{
	student->ticks = way->interval;
	student->stalled_us = 0;
	order(student, cgroup, now,
	      &(struct senpai_request){ .order = SENPAI_ADJUST, .factor = factor });
}

static void back_off(struct student *student, const struct senpai_way *way,
		     const struct cgroup *cgroup, const struct moment *now, uint64_t delta_us)
{
	uint64_t stalled_us = student->stalled_us;
	double factor = senpai_backoff_factor(&way->settings, stalled_us);
	char path[PLUGIN_LABEL_SIZE];

	adjust(student, way, cgroup, now, factor);
	if (!now->silent)
		log_info("cgroup %s limitgb %.3f totalus %" PRIu64 " deltaus %" PRIu64
			 " cumus %" PRIu64 " ticks %" PRId64 " adjust %.3g", label(student, path),
			 (double)student->limit_bytes / GIB, student->total_us, delta_us,
			 stalled_us, student->ticks, factor);
}

static void tick_by_limit(struct student *student, const struct senpai_way *way,
			  const struct cgroup *cgroup, const struct moment *now, bool fresh)
{
	uint64_t total_us = memory_some(cgroup)->total_us, delta_us;

	if (student->has_limit && !fresh && cgroup->row->high_bytes != student->limit_bytes)
		lose_limit(student, now, cgroup->row->high_bytes);
	if (!student->has_limit) {
		if (student->ticks-- <= 0) /* it could not be set: not at every tick */
			student_begin(student, way, cgroup, now);
		return;
	}
	delta_us = total_us > student->total_us ? total_us - student->total_us : 0;
	student->total_us = total_us;
	student->stalled_us += delta_us;
	if (student->stalled_us >= (uint64_t)way->settings.pressure_ms * 1000)
		back_off(student, way, cgroup, now, delta_us);
	else if (student->ticks > 0)
		student->ticks--;
	else
		adjust(student, way, cgroup, now,
		       senpai_probe_factor(&way->settings, student->stalled_us));
}

static bool is_calm(const struct cgroup *cgroup, enum boomd_resource resource, double percent)
{
	return cgroup_psi_percent(cgroup, resource, BOOMD_STALL_SOME, BOOMD_AVG10) < percent &&
	       cgroup_psi_percent(cgroup, resource, BOOMD_STALL_SOME, BOOMD_AVG60) < percent;
}

static void tick_by_reclaim(struct student *student, const struct senpai_way *way,
			    const struct cgroup *cgroup, const struct moment *now)
{
	struct senpai_swap swap = senpai_swap_of(cgroup, now->system);
	struct senpai_request request = { .order = SENPAI_RECLAIM, .swappiness_factor = 1 };
	const struct swap_out *out = &now->swap_out;

	if (student->ticks > 0) {
		student->ticks--;
		return;
	}
	if (!is_calm(cgroup, BOOMD_RESOURCE_MEMORY, way->pressure_pct) ||
	    !is_calm(cgroup, BOOMD_RESOURCE_IO, way->io_pressure_pct))
		return;
	if (way->swap_validation && !senpai_swap_suffices(&way->settings, &swap))
		return;
	if (way->modulate_swappiness)
		request.swappiness_factor = senpai_swappiness_factor(
			&way->settings, &swap,
			out->avg60_bps > out->avg300_bps ? out->avg60_bps : out->avg300_bps);
	order(student, cgroup, now, &request);
}

void student_tick(struct student *student, const struct senpai_way *way,
		  const struct cgroup *cgroup, const struct moment *now)
{
	bool fresh = take_result(student, way, now);

	if (way->immediate_backoff)
		tick_by_reclaim(student, way, cgroup, now);
	else
		tick_by_limit(student, way, cgroup, now, fresh);
}

void student_log(struct student *student, const struct moment *now)
{
	char path[PLUGIN_LABEL_SIZE];

	if (!now->silent)
		log_info("cgroup %s %" PRIu64 " probe attempts (%.3f gb)", label(student, path),
			 student->nr_probes, (double)student->probed_bytes / GIB);
	student->nr_probes = student->probed_bytes = 0;
}
