/* SPDX-License-Identifier: GPL-2.0-only */
/* effective_swap_free and effective_swap_util_pct of oomd, from the rows of a snapshot. */
#include "plugins/act/senpai_swap.h"

/* One level's own limit; a cgroup without swap accounting limits nothing. */
static void narrow(struct senpai_swap *swap, const struct boomd_row *row)
{
	int64_t free_bytes = (int64_t)row->swap_max_bytes - (int64_t)row->swap_bytes;
	double used_part;

	if (!(row->flags & BOOMD_ROW_HAS_SWAP) || row->swap_max_bytes == BOOMD_MAX)
		return;
	if (!row->swap_max_bytes) {
		*swap = (struct senpai_swap){ 0 };
		return;
	}
	if (free_bytes < swap->free_bytes)
		swap->free_bytes = free_bytes;
	used_part = (double)row->swap_bytes / (double)row->swap_max_bytes;
	if (used_part > swap->used_part)
		swap->used_part = used_part;
}

struct senpai_swap senpai_swap_of(const struct cgroup *cgroup, const struct system_facts *system)
{
	uint64_t used = system->swap_total_bytes - system->swap_free_bytes;
	struct senpai_swap swap = { 0 };

	if (!system->swap_total_bytes || !system->swappiness)
		return swap;
	swap = (struct senpai_swap){
		.free_bytes = (int64_t)system->swap_free_bytes,
		.used_part = (double)used / (double)system->swap_total_bytes,
		.has_swap = true,
	};
	for (; cgroup->parent && swap.has_swap; cgroup = cgroup->parent)
		narrow(&swap, cgroup->row);
	return swap;
}
