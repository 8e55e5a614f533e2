/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One try: is there anybody to kill, may they be killed, and did it work? Whatever goes wrong, the
 * answer is no, and the next best is tried.
 */
#include "clock.h"
#include "plugins/kill/search.h"

/*
 * The kernel folds memory.stat every 2 s only (reading the file would force it, a snapshot does
 * not), while memory.current is exact. A cgroup that has just begun to grow shows no anonymous
 * memory yet, and no file memory either: what neither explains must not be taken for nothing.
 */
#define UNFOLDED_BYTES (4ULL << 20)

static bool has_no_anon(const struct boomd_row *row)
{
	if (!(row->flags & BOOMD_ROW_HAS_STAT) || row->anon_bytes)
		return false;
	return !(row->flags & BOOMD_ROW_HAS_MEMORY) ||
	       row->memory_bytes <= row->file_bytes + UNFOLDED_BYTES;
}

/* Nobody in it, or nothing to be won: passed over without a word (a missing fact is not a no). */
static bool is_empty(const struct cgroup *cgroup)
{
	uint32_t flags = cgroup->row->flags;

	if ((flags & BOOMD_ROW_HAS_POPULATED) && !(flags & BOOMD_ROW_POPULATED))
		return true;
	return has_no_anon(cgroup->row);
}

/* It would be killed whole, and boomd with it. */
static bool is_protected(const struct search *search, const struct cgroup *cgroup)
{
	return search->own && cgroup_is_below(search->own, cgroup);
}

static void choose(struct decision *decision, const struct cgroup *cgroup)
{
	decision->victim_id = cgroup->row->id;
	cgroup_path(cgroup, decision->victim, sizeof(decision->victim));
	decision->victim_memory_bytes = cgroup->row->memory_bytes;
	decision->victim_swap_bytes = cgroup->row->swap_bytes;
	for (int i = 0; i < BOOMD_WINDOWS; i++)
		decision->victim_memory_full[i] =
			cgroup_psi_percent(cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL,
					   (enum boomd_window)i);
	decision->decided_ns = clock_now_ns(); /* measurement: what is decided does not depend on it */
}

/* Signals are sent here, or would be. */
static enum attempt strike(struct search *search, const struct candidate *target)
{
	struct decision *decision = search->decision;
	const struct kill_args *args = search->instance->kill;
	struct killer *killer = search->now->evaluation->killer;
	struct kill_request request = {
		.cgroup_id = target->cgroup->row->id,
		.path = decision->victim,
		.uuid = decision->uuid,
		.dry = decision->dry,
		.reap_memory = args->reap_memory,
		.kernelkill = args->kernelkill,
		.silent = search->now->silent,
	};
	int err;

	choose(decision, target->cgroup);
	decision->kernelkill = args->kernelkill;
	decision->kill = (struct kill_result){ 0 };
	err = killer->ops->kill(killer, &request, &decision->kill);
	search->nr_refused += err != 0;
	record_fate(search, target, err ? CANDIDATE_FAILED : CANDIDATE_CHOSEN, err);
	return err ? ATTEMPT_FAILED : ATTEMPT_KILLED;
}

static bool refuse_protected(struct search *search, const struct candidate *target)
{
	if (!is_protected(search, target->cgroup))
		return false;
	search->nr_refused++;
	record_fate(search, target, CANDIDATE_PROTECTED, 0);
	return true;
}

enum attempt attempt_kill(struct search *search, const struct candidate *target)
{
	if (refuse_protected(search, target))
		return ATTEMPT_FAILED;
	if (is_empty(target->cgroup)) {
		record_fate(search, target, CANDIDATE_EMPTY, 0);
		return ATTEMPT_FAILED;
	}
	record_picked(search, target);
	if (hook_fire(search, target))
		return ATTEMPT_PAUSED;
	return strike(search, target);
}

enum attempt attempt_after_hook(struct search *search, const struct candidate *target,
				bool *ret_gone)
{
	*ret_gone = is_empty(target->cgroup);
	if (*ret_gone || refuse_protected(search, target))
		return ATTEMPT_FAILED;
	return strike(search, target);
}
