/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into a pause and out of it (oomd BaseKillPlugin.cpp:140-241, 343-389). Where oomd knows the victim
 * by path and inode, boomd knows everybody by id; where one who has vanished takes all behind it
 * along, boomd leaves out that one.
 */
#include "plugins/kill/pause.h"

#include "plugins/kill/search.h"

/* The level's candidates from begin on, as many as there is room for. */
static void save_level(struct kill_pause *pause, const struct level *level, size_t begin)
{
	size_t room = PAUSE_CANDIDATES_MAX - pause->nr_candidates;
	struct paused_level *saved = &pause->levels[pause->nr_levels++];

	*saved = (struct paused_level){ .depth = level->depth, .first = pause->nr_candidates,
					.next = level->next - begin };
	for (size_t i = begin; i < level->nr_ranked && saved->nr < room; i++, saved->nr++) {
		const struct candidate *from = &level->ranked[i];
		struct paused_candidate *to = &pause->candidates[saved->first + saved->nr];

		to->id = from->cgroup->row->id;
		to->phase = from->phase;
		for (size_t key = 0; key < CANDIDATE_KEYS_MAX; key++)
			to->keys[key] = from->keys[key];
	}
	pause->nr_candidates += saved->nr;
}

/*
 * Those who had their turn are kept for log(), which may look at all peers, unless that would cost
 * room for those who may still have theirs. What does not fit is found again by the next kill.
 */
void pause_save(struct kill_pause *pause, const struct search *search,
		const struct candidate *target)
{
	pause->victim_id = target->cgroup->row->id;
	pause->nr_levels = pause->nr_candidates = 0;
	for (const struct level *level = search->level;
	     level && pause->nr_levels < PAUSE_LEVELS_MAX; level = level->outer) {
		size_t room = PAUSE_CANDIDATES_MAX - pause->nr_candidates;
		size_t must = level == search->level ? level->next - 1 : level->next;

		save_level(pause, level, level->nr_ranked <= room ? 0 : must);
	}
	pause->decision = *search->decision;
}

/* One level from the slot, of those who are still there. */
static void restore_level(struct search *search, const struct kill_pause *pause,
			  const struct paused_level *saved)
{
	struct level *level = level_new(search, saved->nr);

	if (!level)
		return;
	level->depth = saved->depth;
	for (size_t i = 0; i < saved->nr; i++) {
		const struct paused_candidate *from = &pause->candidates[saved->first + i];
		const struct cgroup *cgroup = cgroup_tree_by_id(search->now->tree, from->id);
		struct candidate *to = &level->ranked[level->nr_ranked];

		if (!cgroup)
			continue;
		to->cgroup = cgroup;
		to->phase = from->phase;
		for (size_t key = 0; key < CANDIDATE_KEYS_MAX; key++)
			to->keys[key] = from->keys[key];
		level->nr_ranked++;
		if (i < saved->next) {
			level->next++;
			(void)visited_before(&search->visited, cgroup);
		}
	}
	search->level = level;
}

const struct candidate *pause_restore(const struct kill_pause *pause, struct search *search)
{
	const struct level *level;

	*search->decision = pause->decision;
	if (search->instance->kill->recursive)
		visited_begin(&search->visited, search->now);
	for (size_t i = pause->nr_levels; i-- > 0;)
		restore_level(search, pause, &pause->levels[i]);
	level = search->level;
	if (!level || !level->next || level->ranked[level->next - 1].cgroup->row->id != pause->victim_id)
		return NULL;
	return &level->ranked[level->next - 1];
}
