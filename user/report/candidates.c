/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lists below the headline. The best candidates and everybody to whom something happened; the
 * largest processes and everybody who could not be killed. The rest is a number.
 */
#include "report/candidates.h"

#include <string.h>

#include "log.h"
#include "report/text.h"
#include "report/units.h"

#define SHOWN_CANDIDATES 10
#define SHOWN_PROCESSES	 8

/* As many digits as the number needs: bytes have no fraction, percentages have. */
static void append_key(char *line, size_t size, size_t *used, double key)
{
	if (key > -1e15 && key < 1e15 && key == (double)(int64_t)key)
		text_append(line, size, used, "%.0f", key);
	else
		text_append(line, size, used, "%.4g", key);
}

/* The keys that count: those behind the last one that is not 0 only fill the record. */
static void append_score(const struct decision_candidate *candidate, char *buf, size_t size)
{
	size_t used = 0, nr = DECISION_KEYS_MAX;

	while (nr > 1 && candidate->keys[nr - 1] == 0)
		nr--;
	for (size_t i = 0; i < nr; i++) {
		text_append(buf, size, &used, i ? " " : "");
		append_key(buf, size, &used, candidate->keys[i]);
	}
}

static const char *preference_word(int32_t preference)
{
	return preference > 0 ? ", prefer" : preference < 0 ? ", avoid" : "";
}

static void report_candidate(size_t place, const struct decision_candidate *candidate)
{
	char path[TEXT_PATH_BYTES], memory[UNITS_BYTES], swap[UNITS_BYTES], anon[UNITS_BYTES];
	char keys[96] = "", level[24] = "";
	size_t used = 0;

	append_score(candidate, keys, sizeof(keys));
	if (candidate->level)
		text_append(level, sizeof(level), &used, ", level %d", candidate->level);
	log_info("  %2zu. %s: %s%s%s%s%s; score %s; memory %s (anon %s), swap %s, full avg10 %.2f",
		 place, text_path(candidate->path, path),
		 candidate_fate_name((enum candidate_fate)candidate->fate),
		 candidate->error ? ", " : "", candidate->error ? strerror(-candidate->error) : "",
		 preference_word(candidate->preference), level, keys,
		 units_bytes(candidate->memory_bytes, memory),
		 units_bytes(candidate->anon_bytes, anon), units_bytes(candidate->swap_bytes, swap),
		 candidate->memory_full_avg10);
}

void candidates_report(const struct decision *decision)
{
	size_t nr = decision->nr_candidates, nr_shown = 0;

	if (!nr)
		return;
	log_info("  candidates, best first:");
	if (nr > DECISION_CANDIDATES_MAX)
		nr = DECISION_CANDIDATES_MAX;
	for (size_t i = 0; i < nr; i++) {
		const struct decision_candidate *candidate = &decision->candidates[i];

		if (i >= SHOWN_CANDIDATES && candidate->fate == CANDIDATE_NOT_TRIED)
			continue;
		report_candidate(i + 1, candidate);
		nr_shown++;
	}
	if (decision->nr_candidates > nr_shown)
		log_info("      and %zu more", decision->nr_candidates - nr_shown);
}

/* The largest one below the last shown; ties in the order of the record. */
static const struct killed_process *next_largest(const struct kill_result *kill, uint64_t *shown)
{
	const struct killed_process *largest = NULL;

	for (size_t i = 0; i < kill->nr_processes && i < KILL_PROCESSES_MAX; i++) {
		const struct killed_process *process = &kill->processes[i];

		if (*shown & (1ULL << i) || process->error)
			continue;
		if (!largest || process->rss_bytes > largest->rss_bytes)
			largest = process;
	}
	if (largest)
		*shown |= 1ULL << (largest - kill->processes);
	return largest;
}

_Static_assert(KILL_PROCESSES_MAX <= 64, "one bit each");

static void report_largest(const struct kill_result *kill)
{
	char line[1024] = "", comm[4 * sizeof(kill->processes[0].comm) + 8], rss[UNITS_BYTES];
	const struct killed_process *process;
	size_t used = 0, nr = 0;
	uint64_t shown = 0;

	while (nr < SHOWN_PROCESSES && (process = next_largest(kill, &shown))) {
		text_append(line, sizeof(line), &used, "%s%d(%s) %s", nr ? ", " : "", process->pid,
			    log_clean(process->comm, comm, sizeof(comm)),
			    units_bytes(process->rss_bytes, rss));
		nr++;
	}
	if (!nr)
		return;
	if (kill->nr_signalled > nr)
		text_append(line, sizeof(line), &used, ", and %zu more", kill->nr_signalled - nr);
	log_info("  processes: %s", line);
}

void processes_report(const struct decision *decision)
{
	const struct kill_result *kill = &decision->kill;
	char comm[4 * sizeof(kill->processes[0].comm) + 8];

	report_largest(kill);
	for (size_t i = 0; i < kill->nr_processes && i < KILL_PROCESSES_MAX; i++) {
		const struct killed_process *process = &kill->processes[i];

		if (process->error)
			log_warn("  not killed: %d(%s): %s", process->pid,
				 log_clean(process->comm, comm, sizeof(comm)),
				 strerror(-process->error));
	}
	if (kill->nr_dying || kill->nr_changed || kill->nr_failed)
		log_info("  of %zu listed: %zu were dying already, %zu went or changed meanwhile "
			 "and "
			 "were left alone, %zu failed",
			 kill->nr_listed, kill->nr_dying, kill->nr_changed, kill->nr_failed);
}
