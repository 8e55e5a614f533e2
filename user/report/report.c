/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people read. The first line of each report says all that matters at night: who, how large,
 * how quick, by which rule. Then the details, indented.
 */
#include "report/report.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "report/candidates.h"
#include "report/hook.h"
#include "report/kmsg.h"
#include "report/oomd_lines.h"
#include "report/stats.h"
#include "report/text.h"
#include "report/timeline.h"
#include "report/units.h"

#define LINE_BYTES 1536

void report_ladder(const struct capability *rungs, size_t nr_rungs)
{
	for (size_t i = 0; i < nr_rungs; i++) {
		bool best = !*rungs[i].why;

		log_line(best ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "%-20s %-14s %s", rungs[i].what,
			 rungs[i].rung, rungs[i].why);
	}
}

/* What detail and pid of a record mean for people. */
static void append_detail(const struct boomd_record *record, char *buf, size_t size)
{
	unsigned long long detail = record->detail;
	size_t used = 0;

	switch ((enum boomd_record_kind)record->kind) {
	case BOOMD_RECORD_WATCH_ABOVE:
	case BOOMD_RECORD_WATCH_BELOW:
		text_append(buf, size, &used, ", row %llu", detail);
		break;
	case BOOMD_RECORD_CGROUP_MADE:
	case BOOMD_RECORD_CGROUP_FREED:
		text_append(buf, size, &used, ", parent %llu", detail);
		break;
	case BOOMD_RECORD_CGROUP_RELEASED:
		text_append(buf, size, &used, ", cgroup %llu", detail);
		break;
	case BOOMD_RECORD_OOM_KILL:
	case BOOMD_RECORD_EXIT:
		text_append(buf, size, &used, ", pid %d", record->pid);
		break;
	case BOOMD_RECORD_PREFERENCE:
		text_append(buf, size, &used, ", bits %#llx", detail);
		break;
	case BOOMD_RECORD_PSI_TRIGGER:
		text_append(buf, size, &used, ", trigger %llu", detail);
		break;
	case BOOMD_RECORD_NONE:
	case BOOMD_RECORD_MEMORY_EVENTS:
	case BOOMD_RECORD_SWAP_EVENTS:
	case BOOMD_RECORD_CGROUP_EVENTS:
	case BOOMD_RECORD_XATTR:
	case BOOMD_RECORD_KINDS:
		break;
	}
}

void report_record(const struct boomd_record *record, const char *path)
{
	char where[TEXT_PATH_BYTES], memory[UNITS_BYTES], swap[UNITS_BYTES], age[UNITS_BYTES];
	char detail[48] = "", number[32];
	struct timespec ts;
	size_t used = 0;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	/* the root's path is empty, too; its id is 1 */
	text_append(number, sizeof(number), &used, "id:%llu",
		    (unsigned long long)record->cgroup_id);
	append_detail(record, detail, sizeof(detail));
	log_info("%s %s: memory %s, swap %s, some %.2f, full %.2f, age %s%s",
		 text_record_kind(record->kind),
		 *path || record->cgroup_id == 1 ? text_path(path, where) : number,
		 units_bytes(record->memory_bytes, memory), units_bytes(record->swap_bytes, swap),
		 text_psi_percent(record->memory_some.avg[BOOMD_AVG10]),
		 text_psi_percent(record->memory_full.avg[BOOMD_AVG10]),
		 units_time((int64_t)((uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec -
				      record->time_ns),
			    age),
		 detail);
}

/* "; ruleset "x", detectors "y", plugin" */
static void append_rule(const struct decision *decision, char *buf, size_t size, size_t *used)
{
	char name[TEXT_NAME_BYTES];

	text_append(buf, size, used, "; ruleset \"%s\"", text_name(decision->ruleset, name));
	text_append(buf, size, used, ", detectors \"%s\"", text_name(decision->group, name));
	text_append(buf, size, used, ", %s", text_name(decision->plugin, name));
}

static void append_victim(const struct decision *decision, char *buf, size_t size, size_t *used)
{
	char path[TEXT_PATH_BYTES], memory[UNITS_BYTES], swap[UNITS_BYTES];

	text_append(buf, size, used, "%s (memory %s, swap %s, full avg10 %.2f)",
		    text_path(decision->victim, path),
		    units_bytes(decision->victim_memory_bytes, memory),
		    units_bytes(decision->victim_swap_bytes, swap),
		    decision->victim_memory_full[BOOMD_AVG10]);
}

static void append_killed(const struct decision *decision, char *buf, size_t size, size_t *used)
{
	uint64_t begin_ns = timeline_begin_ns(decision);
	char took[UNITS_BYTES];

	text_append(buf, size, used, "%s ", decision->dry ? "would kill" : "killed");
	append_victim(decision, buf, size, used);
	text_append(buf, size, used, ": %zu of %zu processes", decision->kill.nr_signalled,
		    decision->kill.nr_listed);
	if (decision->dry)
		text_append(buf, size, used, " (dry run: nobody was signalled)");
	else if (decision->signalled_ns)
		text_append(buf, size, used, " signalled %s after the %s",
			    units_time((int64_t)(decision->signalled_ns - begin_ns), took),
			    decision->event_ns ? "event" : "look");
}

static bool was_killed(const struct decision *decision)
{
	switch ((enum decision_outcome)decision->outcome) {
	case DECISION_DRY:
	case DECISION_PENDING:
	case DECISION_RECOVERED:
	case DECISION_STUCK:
		return true;
	case DECISION_NONE:
	case DECISION_FAILED:
	case DECISION_NO_CANDIDATE:
	case DECISION_GONE:
		break;
	}
	return false;
}

static void report_headline(const struct decision *decision)
{
	enum log_level level = LOG_LEVEL_WARN;
	char line[LINE_BYTES];
	size_t used = 0;

	if (was_killed(decision)) {
		append_killed(decision, line, sizeof(line), &used);
	} else if (decision->outcome == DECISION_FAILED) {
		level = LOG_LEVEL_ERR;
		text_append(line, sizeof(line), &used, "KILL FAILED: none of %zu candidates died",
			    decision->nr_candidates);
	} else if (decision->outcome == DECISION_GONE) {
		text_append(line, sizeof(line), &used, "nobody killed: the victim went by itself "
			    "while its pre-kill hook ran");
	} else {
		text_append(line, sizeof(line), &used, "nobody to kill: %s",
			    decision->nr_candidates ? "all candidates are empty"
						    : "no cgroup matches");
	}
	append_rule(decision, line, sizeof(line), &used);
	log_line(level, "%s", line);
}

static void report_wakening(const struct decision *decision)
{
	const struct boomd_record *trigger = &decision->trigger;

	if (trigger->kind == BOOMD_RECORD_NONE)
		log_info("  woken by: a timer");
	else
		log_info("  woken by: %s of cgroup %llu, some %.2f, full %.2f",
			 text_record_kind(trigger->kind), (unsigned long long)trigger->cgroup_id,
			 text_psi_percent(trigger->memory_some.avg[BOOMD_AVG10]),
			 text_psi_percent(trigger->memory_full.avg[BOOMD_AVG10]));
}

static void report_kmsg(const struct decision *decision)
{
	int err = kmsg_kill_line(decision);

	if (err && err != -EBADF)
		log_warn("kernel log: %s; the kill line is only here", strerror(-err));
}

static void report_kill(const struct decision *decision)
{
	char line[LINE_BYTES];
	size_t length;

	processes_report(decision);
	if (!decision->dry && !decision->kill.complete)
		log_warn("  not every process could be listed and signalled: cgroup.kill has to "
			 "take the rest");
	/* the same line, without prefix, goes where oomd's log would be */
	length = report_kill_line(decision, line, sizeof(line));
	if (length)
		line[length - 1] = '\0';
	log_info("%s", line);
	report_kmsg(decision);
}

void report_decision(const struct decision *decision)
{
	char text[4 * DECISION_LINE_MAX];

	if (decision->outcome == DECISION_FAILED)
		stats_add(STATS_KILLS_FAILED, 1);
	else if (was_killed(decision) && !decision->dry)
		stats_add(STATS_KILLS, 1);
	if (decision->silent) {
		if (was_killed(decision))
			report_kmsg(decision);
		return;
	}
	report_headline(decision);
	for (size_t i = 0; i < decision->nr_lines && i < DECISION_LINES_MAX; i++)
		log_info("  why: %s", log_clean(decision->lines[i], text, sizeof(text)));
	report_wakening(decision);
	candidates_report(decision);
	hook_report(decision);
	oomd_lines_report(decision);
	if (was_killed(decision))
		report_kill(decision);
}
