/* SPDX-License-Identifier: GPL-2.0-only */
/* What came of a kill: who is gone, what came back of what was promised, how long each step took.
 */
#include <string.h>

#include "log.h"
#include "report/report.h"
#include "report/stats.h"
#include "report/text.h"
#include "report/timeline.h"
#include "report/units.h"

#define LINE_BYTES 1536

/* What the victim held when it was chosen. */
static uint64_t promised_bytes(const struct decision *decision)
{
	return decision->victim_memory_bytes + decision->victim_swap_bytes;
}

/* What of it is free now; a victim that grew meanwhile gave nothing back. */
static uint64_t returned_bytes(const struct decision *decision)
{
	uint64_t left = decision->memory_after_bytes + decision->swap_after_bytes;

	return left < promised_bytes(decision) ? promised_bytes(decision) - left : 0;
}

static void append_memory(const struct decision *decision, char *buf, size_t size, size_t *used)
{
	char returned[UNITS_BYTES], promised[UNITS_BYTES], before[UNITS_BYTES], after[UNITS_BYTES];

	if (!decision->recovered_ns) {
		text_append(buf, size, used, ", memory was not looked at");
		return;
	}
	text_append(buf, size, used, ", %s of %s came back (available %s, now %s)",
		    units_bytes(returned_bytes(decision), returned),
		    units_bytes(promised_bytes(decision), promised),
		    units_bytes(decision->available_before_bytes, before),
		    units_bytes(decision->available_after_bytes, after));
}

/* From the beginning to the last step that there was. */
static void append_total(const struct decision *decision, char *buf, size_t size, size_t *used)
{
	uint64_t begin_ns = timeline_begin_ns(decision);
	uint64_t end_ns = decision->recovered_ns ? decision->recovered_ns : decision->exited_ns;
	char took[UNITS_BYTES];

	if (begin_ns && end_ns)
		text_append(buf, size, used, ", %s after the %s",
			    units_time((int64_t)(end_ns - begin_ns), took),
			    decision->event_ns ? "event" : "look");
}

void report_outcome(const struct decision *decision)
{
	const struct kill_progress *progress = &decision->progress;
	size_t nr_awaited =
		decision->kill.nr_signalled + decision->kill.nr_dying + progress->nr_stragglers;
	size_t used = 0;
	bool recovered = decision->outcome == DECISION_RECOVERED;
	char line[LINE_BYTES], path[TEXT_PATH_BYTES];

	if (decision->outcome == DECISION_STUCK)
		stats_add(STATS_KILLS_STUCK, 1);
	if (!recovered && decision->outcome != DECISION_STUCK)
		return; /* nothing was awaited: all is said already */
	if (recovered && decision->silent) /* a victim that does not die is everybody's business */
		return;
	text_append(line, sizeof(line), &used, "%s %s: %zu of %zu processes exited",
		    recovered ? "recovered" : "STUCK", text_path(decision->victim, path),
		    progress->nr_exited, nr_awaited);
	append_memory(decision, line, sizeof(line), &used);
	append_total(decision, line, sizeof(line), &used);
	log_line(recovered ? LOG_LEVEL_INFO : LOG_LEVEL_ERR, "%s", line);
	(void)timeline_print(decision, line, sizeof(line));
	log_info("  times: %s", line);
	if (progress->nr_stragglers)
		log_info("  stragglers: %zu were born during the kill, and followed",
			 progress->nr_stragglers);
	if (progress->nr_reaped || progress->cgroup_kill_written)
		log_info("  helper: memory of %zu of %zu reaped%s", progress->nr_reaped, nr_awaited,
			 progress->cgroup_kill_written ? ", cgroup.kill written" : "");
}
