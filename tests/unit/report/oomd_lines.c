/* SPDX-License-Identifier: GPL-2.0-only */
/* oomd's words about a kill, byte for byte (docs/oomd.md 1.2), hostile names first. */
#include "report/oomd_lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "said.h"
#include "table_test.h"

/* nr processes, 101 and up; the one at bad_at could not be signalled */
struct lines_row {
	const char *why, *comm;
	bool dry, kernelkill, killed;
	size_t nr, bad_at;
	int failed; /* -errno of a candidate before it, 0: none */
	const char *said;
};

#define NONE ((size_t)-1)

static const struct lines_row kills[] = {
	{ "a name that would forge a line", "a\n<0>b", false, false, true, 1, NONE, 0,
	  "Trying to kill /cg/a.slice/b\nKilled 1: 101(a\\x0a<0>b)\n" },
	{ "dry", "x", true, false, true, 1, NONE, 0,
	  "OOMD: In dry-run mode; would have tried to kill /cg/a.slice/b\n" },
	{ "two", "x", false, false, true, 2, NONE, 0,
	  "Trying to kill /cg/a.slice/b\nKilled 2: 101(x) 102(x)\n" },
	{ "kernelkill", "x", false, true, true, 1, NONE, 0,
	  "Trying to kill /cg/a.slice/b with cgroup.freeze and cgroup.kill\nKilled 1: 101(x)\n" },
	{ "one may not be signalled", "x", false, false, true, 3, 1, 0,
	  "Trying to kill /cg/a.slice/b\nKilled 2: 101(x) 102(x)[E1] 103(x)\n" },
	{ "more than a batch", "x", false, false, true, 22, NONE, 0,
	  "Trying to kill /cg/a.slice/b\n"
	  "Killed 20: 101(x) 102(x) 103(x) 104(x) 105(x) 106(x) 107(x) 108(x) 109(x) 110(x) 111(x) "
	  "112(x) 113(x) 114(x) 115(x) 116(x) 117(x) 118(x) 119(x) 120(x)\n"
	  "Killed 2: 121(x) 122(x)\n" },
	{ "one before it had nobody in it", "x", false, false, true, 1, NONE, -ESRCH,
	  "No processed killed from first\nTrying to kill /cg/a.slice/b\nKilled 1: 101(x)\n" },
	{ "and nobody else was found", "x", false, false, false, 0, NONE, -EPERM,
	  "Failed to kill cgroup first: Operation not permitted\n" },
};

static struct decision made_of(const struct lines_row *row)
{
	struct decision decision = { .dry = row->dry, .kernelkill = row->kernelkill };

	if (row->failed) {
		decision.nr_candidates = 1;
		decision.candidates[0].fate = CANDIDATE_FAILED;
		decision.candidates[0].error = row->failed;
		strcpy(decision.candidates[0].path, "first");
	}
	if (!row->killed)
		return decision;
	decision.victim_id = 7;
	strcpy(decision.victim, "a.slice/b");
	decision.kill.nr_processes = row->nr;
	for (size_t i = 0; i < row->nr; i++) {
		struct killed_process *process = &decision.kill.processes[i];

		process->pid = 101 + (int)i;
		process->error = i == row->bad_at ? -EPERM : 0;
		snprintf(process->comm, sizeof(process->comm), "%s", row->comm);
	}
	return decision;
}

TABLE_TEST(oomd_lines, words, kills, row)
{
	static struct decision decision;

	decision = made_of(row);
	oomd_lines_set_root("/cg");
	said_begin();
	oomd_lines_report(&decision);
	cr_expect(eq(str, said_end(), (char *)row->said), "%s", row->why);
}
