/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What oomd says while it kills, for those who look for its words. boomd says it afterwards, all at
 * once: nothing is written on the way to a signal. Not said is memory.stat, line by line: reading it
 * could block just then, and what it counts for is in the list of candidates.
 */
#include "report/oomd_lines.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "report/text.h"

#define LINE_BYTES 1536
#define BATCH	   20 /* oomd reads cgroup.procs in batches of so many */

static const char *root = "/sys/fs/cgroup";

void oomd_lines_set_root(const char *cgroup_fs)
{
	root = cgroup_fs;
}

static const char *whole_path(const char *path, char buf[4 * DECISION_PATH_MAX])
{
	char whole[PATH_MAX + DECISION_VICTIM_MAX];

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	return log_clean(whole, buf, 4 * DECISION_PATH_MAX);
}

static void report_vain_tries(const struct decision *decision)
{
	char path[TEXT_PATH_BYTES];

	for (size_t i = 0; i < decision->nr_candidates && i < DECISION_CANDIDATES_MAX; i++) {
		const struct decision_candidate *candidate = &decision->candidates[i];

		if (candidate->fate != CANDIDATE_FAILED)
			continue;
		(void)log_clean(candidate->path, path, sizeof(path));
		if (candidate->error == -ESRCH)
			log_info("No processed killed from %s", path);
		else
			log_info("Failed to kill cgroup %s: %s", path, strerror(-candidate->error));
	}
}

static void report_batch(const struct killed_process *processes, size_t nr)
{
	char line[LINE_BYTES] = "", comm[4 * sizeof(processes->comm) + 8];
	size_t used = 0, nr_killed = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct killed_process *process = &processes[i];

		text_append(line, sizeof(line), &used, " %d(%s)", process->pid,
			    log_clean(process->comm, comm, sizeof(comm)));
		if (process->error)
			text_append(line, sizeof(line), &used, "[E%d]", -process->error);
		nr_killed += !process->error;
	}
	log_info("Killed %zu:%s", nr_killed, line);
}

static void report_processes(const struct kill_result *kill)
{
	size_t nr = kill->nr_processes < KILL_PROCESSES_MAX ? kill->nr_processes : KILL_PROCESSES_MAX;

	for (size_t i = 0; i < nr; i += BATCH)
		report_batch(&kill->processes[i], nr - i < BATCH ? nr - i : BATCH);
}

void oomd_lines_report(const struct decision *decision)
{
	char path[4 * DECISION_PATH_MAX];

	report_vain_tries(decision);
	if (!decision->victim_id)
		return;
	(void)whole_path(decision->victim, path);
	if (decision->dry) {
		log_info("OOMD: In dry-run mode; would have tried to kill %s", path);
		return;
	}
	log_info("Trying to kill %s%s", path,
		 decision->kernelkill ? " with cgroup.freeze and cgroup.kill" : "");
	report_processes(&decision->kill);
}
