/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision record, filled in as the search goes. It holds a few candidates of many: the first
 * ones, and, before those that were only ranked, whoever something happened to. Nothing is written
 * to the log here, which may block while memory is short: the report does that, afterwards.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"
#include "plugins/kill/search.h"

/* 32 hex digits. Not a secret: never waits for the kernel's entropy. */
static void uuid_make(char uuid[KILL_UUID_SIZE], uint64_t now_ns)
{
	static uint64_t nr_made;
	uint64_t random[2];

	if (getrandom(random, sizeof(random), GRND_INSECURE) != sizeof(random)) {
		random[0] = now_ns;
		random[1] = nr_made;
	}
	nr_made++;
	snprintf(uuid, KILL_UUID_SIZE, "%016llx%016llx", (unsigned long long)random[0],
		 (unsigned long long)random[1]);
}

void record_name(char dst[DECISION_NAME_MAX], const char *name)
{
	snprintf(dst, DECISION_NAME_MAX, "%s", name ? name : "");
}

void record_begin(struct search *search)
{
	const struct moment *now = search->now;
	struct decision *decision = search->decision;

	memset(decision, 0, sizeof(*decision));
	uuid_make(decision->uuid, now->now_ns);
	record_name(decision->ruleset, now->ruleset);
	record_name(decision->group, now->group);
	record_name(decision->plugin, search->instance->plugin->name);
	decision->dry = now->dry_run || search->instance->kill->dry;
	if (now->record) {
		decision->trigger = *now->record;
		decision->event_ns = now->record->time_ns;
	}
	if (now->system)
		decision->available_before_bytes = now->system->memory_available_bytes;
}

static void fill_candidate(struct decision_candidate *entry, const struct candidate *candidate,
			   int depth)
{
	const struct cgroup *cgroup = candidate->cgroup;
	char path[CGROUP_PATH_MAX];

	*entry = (struct decision_candidate){
		.id = cgroup->row->id,
		.preference = cgroup_preference(cgroup),
		.level = depth,
		.memory_bytes = cgroup->row->memory_bytes,
		.swap_bytes = cgroup->row->swap_bytes,
		.anon_bytes = cgroup->row->anon_bytes,
		.memory_full_avg10 = cgroup_psi_percent(cgroup, BOOMD_RESOURCE_MEMORY,
							BOOMD_STALL_FULL, BOOMD_AVG10),
	};
	decision_set_path(entry->path, sizeof(entry->path),
			  cgroup_path(cgroup, path, sizeof(path)));
	for (size_t i = 0; i < DECISION_KEYS_MAX && i < CANDIDATE_KEYS_MAX; i++)
		entry->keys[i] = candidate->keys[i];
}

void record_level(struct search *search, const struct level *level)
{
	struct decision *decision = search->decision;

	size_t place = decision->nr_candidates;

	for (size_t i = 0; i < level->nr_ranked && place < DECISION_CANDIDATES_MAX; i++)
		fill_candidate(&decision->candidates[place++], &level->ranked[i], level->depth);
	decision->nr_candidates += level->nr_ranked;
}

/* Its place in the record; one that was only ranked makes room, in the end anyone does. */
static struct decision_candidate *place_of(struct search *search, const struct candidate *target)
{
	struct decision *decision = search->decision;
	struct decision_candidate *entry = decision_find(decision, target->cgroup->row->id);

	if (entry)
		return entry;
	for (size_t i = DECISION_CANDIDATES_MAX; i-- > 0 && !entry;)
		if (decision->candidates[i].fate == CANDIDATE_NOT_TRIED)
			entry = &decision->candidates[i];
	if (!entry)
		entry = &decision->candidates[DECISION_CANDIDATES_MAX - 1];
	fill_candidate(entry, target, search->level->depth);
	return entry;
}

void record_fate(struct search *search, const struct candidate *target, enum candidate_fate fate,
		 int error)
{
	struct decision_candidate *entry = place_of(search, target);

	entry->fate = fate;
	entry->error = error;
}

void record_picked(struct search *search, const struct candidate *target)
{
	const struct instance *instance = search->instance;
	struct decision *decision = search->decision;
	size_t line = decision->nr_lines;
	char text[DECISION_LINE_MAX] = "";

	/* the last line is always the last one picked */
	if (line == DECISION_LINES_MAX)
		line--;
	instance->plugin->log(instance->state, search->now, target, search->level->ranked,
			      search->level->nr_ranked, text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_clean(text, decision->lines[line], DECISION_LINE_MAX);
	decision->nr_lines = line + 1;
}

void record_gone(struct search *search, uint64_t cgroup_id)
{
	struct decision_candidate *entry = decision_find(search->decision, cgroup_id);

	search->gone = true;
	if (entry)
		entry->fate = CANDIDATE_GONE;
}

static enum decision_outcome outcome_of_failure(const struct search *search)
{
	if (search->gone)
		return DECISION_GONE;
	return search->nr_refused || search->short_of_memory ? DECISION_FAILED :
							       DECISION_NO_CANDIDATE;
}

void record_end(struct search *search, bool killed)
{
	struct decision *decision = search->decision;

	if (search->short_of_memory)
		log_warn("%s: no room for all candidates, some were left out",
			 decision->plugin);
	if (killed) {
		decision->signalled_ns = decision->kill.first_signal_ns;
		decision->outcome = decision->dry ? DECISION_DRY : DECISION_PENDING;
		return;
	}
	decision->victim_id = 0;
	decision->victim[0] = '\0';
	decision->victim_memory_bytes = decision->victim_swap_bytes = 0;
	memset(decision->victim_memory_full, 0, sizeof(decision->victim_memory_full));
	decision->outcome = outcome_of_failure(search);
}
