/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a kill: exits awaited by pidfd, memory looked at by one snapshot. */
#include "engine/verification.h"

/*
 * Long enough for a process of many GiB to be torn down under pressure, short enough that a victim
 * stuck in D state does not leave the machine without protection.
 */
#define VERIFICATION_NS (10ULL * 1000 * 1000 * 1000)

void verification_begin(struct verification *verification, const struct decision *decision,
			uint64_t now_ns)
{
	verification->running = true;
	verification->deadline_ns = now_ns + VERIFICATION_NS;
	verification->decision = *decision;
}

bool verification_over(struct verification *verification, struct killer *killer, uint64_t now_ns)
{
	if (!verification->running)
		return false;
	killer_progress(killer, &verification->decision.progress);
	return verification->decision.progress.done || now_ns >= verification->deadline_ns;
}

/* The victim's usage now; a cgroup that is gone uses nothing. */
static void measure(struct decision *decision, const struct snapshot *snapshot)
{
	decision->recovered_ns = snapshot->time_ns;
	decision->available_after_bytes = snapshot->system.memory_available_bytes;
	for (size_t i = 0; i < snapshot->nr_rows; i++) {
		if (snapshot->rows[i].id != decision->victim_id)
			continue;
		decision->memory_after_bytes = snapshot->rows[i].memory_bytes;
		decision->swap_after_bytes = snapshot->rows[i].swap_bytes;
	}
}

void verification_end(struct verification *verification, struct killer *killer,
		      const struct snapshot *snapshot)
{
	struct decision *decision = &verification->decision;

	decision->exited_ns = decision->progress.last_exit_ns;
	decision->outcome = decision->progress.done ? DECISION_RECOVERED : DECISION_STUCK;
	if (snapshot)
		measure(decision, snapshot);
	killer_forget(killer);
	verification->running = false;
}
