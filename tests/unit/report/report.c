/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that people read: whole texts of typical decisions, and hostile names in each place. */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "report/timeline.h"
#include "said.h"
#include "table_test.h"

#define MIB (1024ULL * 1024)
#define US  1000ULL
#define MS  1000000ULL

static struct decision d;

static struct decision_candidate *add_candidate(const char *path, enum candidate_fate fate)
{
	struct decision_candidate *c = &d.candidates[d.nr_candidates++];

	c->id = 100 + d.nr_candidates;
	decision_set_path(c->path, sizeof(c->path), path);
	c->fate = fate;
	return c;
}

static struct killed_process *add_process(int pid, const char *comm, uint64_t rss, int error)
{
	struct killed_process *p = &d.kill.processes[d.kill.nr_processes++];

	p->pid = pid;
	p->rss_bytes = rss;
	p->error = error;
	snprintf(p->comm, sizeof(p->comm), "%s", comm);
	return p;
}

/* A hog was killed beside its neighbour. */
static void typical(void)
{
	struct decision_candidate *c;

	memset(&d, 0, sizeof(d));
	strcpy(d.ruleset, "protect");
	strcpy(d.group, "thrashing");
	strcpy(d.plugin, "kill_by_memory_size_or_growth");
	strcpy(d.victim, "test.slice/hog");
	d.outcome = DECISION_PENDING;
	d.trigger = (struct boomd_record){.kind = BOOMD_RECORD_PSI_TRIGGER, .cgroup_id = 42};
	d.trigger.memory_some.avg[BOOMD_AVG10] = 50 << 11;
	d.trigger.memory_full.avg[BOOMD_AVG10] = (40 << 11) + 1024;
	c = add_candidate("test.slice/hog", CANDIDATE_CHOSEN);
	c->keys[0] = c->keys[2] = 600.0 * MIB;
	c->keys[1] = 1.25;
	c->memory_bytes = 600 * MIB;
	c->swap_bytes = 100 * MIB;
	c->anon_bytes = 590 * MIB;
	c->memory_full_avg10 = 40.5;
	c = add_candidate("test.slice/neighbour", CANDIDATE_NOT_TRIED);
	c->preference = -1;
	c->memory_bytes = c->anon_bytes = 16 * MIB;
	d.victim_memory_bytes = 600 * MIB;
	d.victim_swap_bytes = 100 * MIB;
	d.victim_memory_full[BOOMD_AVG10] = 40.5;
	d.nr_lines = 1;
	strcpy(d.lines[0], "Picked \"test.slice/hog\" (600MB)");
	d.kill.nr_listed = d.kill.nr_signalled = 2;
	d.kill.complete = true;
	add_process(900, "sh", MIB, 0);
	add_process(901, "hog", 599 * MIB, 0);
	d.event_ns = 1000 * MS;
	d.drained_ns = d.event_ns + 85 * US;
	d.snapshot_ns = d.drained_ns + 412 * US;
	d.decided_ns = d.snapshot_ns + 30 * US;
	d.signalled_ns = d.decided_ns + 210 * US;
}

/* And is gone. */
static void typical_end(void)
{
	typical();
	d.outcome = DECISION_RECOVERED;
	d.exited_ns = d.signalled_ns + 35200 * US;
	d.recovered_ns = d.exited_ns + 1100 * US;
	d.progress.nr_exited = 2;
	d.progress.done = true;
	d.progress.nr_reaped = 1;
	d.progress.cgroup_kill_written = true;
	d.memory_after_bytes = 2 * MIB;
	d.available_before_bytes = 50 * MIB;
	d.available_after_bytes = 640 * MIB;
}

static char *decision_text(void)
{
	said_begin();
	report_decision(&d);
	return said_end();
}

static char *outcome_text(void)
{
	said_begin();
	report_outcome(&d);
	return said_end();
}

Test(report, decision_in_full)
{
	typical();
	cr_expect(eq(str, decision_text(),
		     "killed test.slice/hog (memory 600.0M, swap 100.0M, full avg10 40.50): "
		     "2 of 2 processes signalled 737us after the event; ruleset \"protect\", "
		     "detectors \"thrashing\", kill_by_memory_size_or_growth\n"
		     "  why: Picked \"test.slice/hog\" (600MB)\n"
		     "  woken by: psi-trigger of cgroup 42, some 50.00, full 40.50\n"
		     "  candidates, best first:\n"
		     "   1. test.slice/hog: chosen; score 629145600 1.25 629145600; memory 600.0M "
		     "(anon 590.0M), swap 100.0M, full avg10 40.50\n"
		     "   2. test.slice/neighbour: not tried, avoid; score 0; memory 16.0M "
		     "(anon 16.0M), swap 0B, full avg10 0.00\n"
		     "  processes: 901(hog) 599.0M, 900(sh) 1.0M\n"
		     "40.50 0.00 0.00 test.slice/hog 629145600 ruleset:[protect] "
		     "detectorgroup:[thrashing] killer:kill_by_memory_size_or_growth v2\n"));
}

Test(report, outcome_in_full)
{
	typical_end();
	cr_expect(
		eq(str, outcome_text(),
		   "recovered test.slice/hog: 2 of 2 processes exited, 698.0M of 700.0M came back "
		   "(available 50.0M, now 640.0M), 37.0ms after the event\n"
		   "  times: event, drained +85us, snapshot +412us, decided +30us, "
		   "signalled +210us, exited +35.2ms, recovered +1.1ms\n"
		   "  helper: memory of 1 of 2 reaped, cgroup.kill written\n"));
}

/* What must and what must not be in a text that a change to the typical decision makes. */
struct text_row {
	const char *why;
	void (*change)(void);
	const char *with, *without;
};

static void hostile_names(void)
{
	strcpy(d.victim, "a\nkilled b");
	strcpy(d.ruleset, "r\x1b[31m");
	strcpy(d.group, "g\r");
	strcpy(d.plugin, "p\n");
	strcpy(d.lines[0], "why\nKILL FAILED");
	strcpy(d.candidates[0].path, "c\n  2. fake");
	strcpy(d.kill.processes[0].comm, "c\nomm\x7f");
	strcpy(d.kill.processes[1].comm, "%n%s\b");
	d.kill.processes[0].error = -EPERM;
}

static void very_long_names(void)
{
	memset(d.victim, '\n', sizeof(d.victim) - 1);
	memset(d.ruleset, '\n', sizeof(d.ruleset) - 1);
	memset(d.group, '\n', sizeof(d.group) - 1);
	memset(d.plugin, '\n', sizeof(d.plugin) - 1);
	memset(d.lines[0], '\n', sizeof(d.lines[0]) - 1);
	memset(d.candidates[0].path, '\n', sizeof(d.candidates[0].path) - 1);
}

static void counts_beyond_the_tables(void)
{
	d.nr_candidates = 1000000;
	d.nr_lines = 1000000;
	d.kill.nr_processes = 1000000;
	d.kill.nr_signalled = 5000;
}

static void many_candidates(void)
{
	d.nr_candidates = 0;
	for (size_t i = 0; i < 20; i++)
		add_candidate(i == 15 ? "failed-one" : "x", i == 15 ? CANDIDATE_FAILED : 0);
	d.candidates[15].error = -EPERM;
	d.nr_candidates = 40;
}

static void deeper(void)
{
	d.candidates[1].level = 2;
	d.candidates[1].keys[1] = 0.125;
}

static void timer(void)
{
	d.event_ns = d.drained_ns = 0;
	d.trigger.kind = BOOMD_RECORD_NONE;
}

static void dry(void)
{
	d.dry = true;
	d.outcome = DECISION_DRY;
	d.signalled_ns = 0;
}

static void failed(void)
{
	d.outcome = DECISION_FAILED;
	d.candidates[0].fate = CANDIDATE_FAILED;
	d.candidates[0].error = -EPERM;
}

static void nobody(void)
{
	d.outcome = DECISION_NO_CANDIDATE;
	d.nr_candidates = 0;
}

static void all_empty(void)
{
	d.outcome = DECISION_NO_CANDIDATE;
	d.candidates[0].fate = CANDIDATE_EMPTY;
}

static void root(void)
{
	d.victim[0] = '\0';
}

static void incomplete(void)
{
	d.kill.complete = false;
	d.kill.nr_dying = 3;
	d.kill.nr_listed = 9;
}

static const struct text_row texts[] = {
	{"a newline in the victim's name", hostile_names, "killed a\\x0akilled b (", "\nkilled b"},
	{"an escape sequence in the ruleset's", hostile_names, "\"r\\x1b[31m\"", "\x1b"},
	{"a carriage return in the detectors'", hostile_names, "\"g\\x0d\"", "\r"},
	{"a newline in the plugin's words", hostile_names, "  why: why\\x0aKILL", "\nKILL"},
	{"a newline in a candidate's", hostile_names, " 1. c\\x0a  2. fake: chosen", "\n  2. f"},
	{"a newline in a process's", hostile_names, "not killed: 900(c\\x0aomm\\x7f)", "\nomm"},
	{"a format in a process's", hostile_names, "901(%n%s\\x08)", "\b"},
	{"names of nothing but newlines", very_long_names, "\\x0a\\x0a", "\n\n"},
	{"counts that no table holds", counts_beyond_the_tables, "and 999990 more", "\n\n"},
	{"more processes than are named", counts_beyond_the_tables, "and 4992 more", "\n\n"},
	{"the best and who was tried", many_candidates, "16. failed-one: failed, Operation not",
	 "15. x"},
	{"the rest is a number", many_candidates, "and 29 more\n", "11. x"},
	{"a level of the walk down", deeper,
	 "neighbour: not tried, avoid, level 2; score 0 0.125; mem", "chosen, level"},
	{"a timer is no event", timer, "signalled 240us after the look", "psi-trigger"},
	{"a timer is named", timer, "woken by: a timer", "event;"},
	{"dry says so first", dry, "would kill test.slice/hog (", "killed test"},
	{"dry says so again", dry, "dry run: nobody was signalled", "signalled 7"},
	{"failed", failed, "KILL FAILED: none of 2 candidates died; ruleset", "killed "},
	{"failed, and why", failed, "test.slice/hog: failed, Operation not permitted;", "v2\n"},
	{"nobody matches", nobody, "nobody to kill: no cgroup matches; ruleset", "candidates"},
	{"all empty", all_empty, "nobody to kill: all candidates are empty", "v2\n"},
	{"the root has a name", root, "killed / (memory", "killed  ("},
	{"processes kept appearing", incomplete, "cgroup.kill has to take the rest", "9 of 9"},
	{"some were dying", incomplete, "of 9 listed: 3 were dying already", "9 of 9"},
};

TABLE_TEST(report, decisions, texts, row)
{
	char *text;

	typical();
	row->change();
	text = decision_text();
	cr_expect(strstr(text, row->with) != NULL, "%s: no \"%s\" in:\n%s", row->why, row->with,
		  text);
	cr_expect(strstr(text, row->without) == NULL, "%s: \"%s\" in:\n%s", row->why, row->without,
		  text);
}

static void stuck(void)
{
	d.outcome = DECISION_STUCK;
	d.progress.nr_exited = 1;
	d.exited_ns = 0;
}

static void hostile_end(void)
{
	strcpy(d.victim, "a\nrecovered b");
}

static void grew(void)
{
	d.memory_after_bytes = 2000 * MIB;
}

static void not_measured(void)
{
	d.recovered_ns = 0;
}

static void backwards(void)
{
	d.drained_ns = d.event_ns - 85 * US;
}

static void no_helper(void)
{
	d.progress.nr_reaped = 0;
	d.progress.cgroup_kill_written = false;
}

static void with_straggler(void)
{
	d.progress.nr_stragglers = 1;
	d.progress.nr_exited = 3;
}

static void pending(void)
{
	d.outcome = DECISION_PENDING;
}

static const struct text_row ends[] = {
	{"a newline in the victim's name", hostile_end, "recovered a\\x0arecovered b:", "\nrec"},
	{"stuck", stuck, "STUCK test.slice/hog: 1 of 2 processes exited, ", "recovered test"},
	{"a step that did not happen is left out", stuck, "signalled +210us, recovered",
	 "exited +"},
	{"a victim that grew gave nothing back", grew, ", 0B of 700.0M came back", "-1"},
	{"memory could not be looked at", not_measured, "memory was not looked at", "came back"},
	{"a clock that goes back is shown", backwards, "drained -85us, snapshot", "drained +"},
	{"no word about what the helper did not do", no_helper, "times: event", "helper"},
	{"a straggler", with_straggler, ": 3 of 3 processes exited, ", "3 of 2"},
	{"a straggler is named", with_straggler, "stragglers: 1 were born", "3 of 2"},
	{"nothing is over yet", pending, "", "recovered"},
};

TABLE_TEST(report, outcomes, ends, row)
{
	char *text;

	typical_end();
	row->change();
	text = outcome_text();
	cr_expect(strstr(text, row->with) != NULL, "%s: no \"%s\" in:\n%s", row->why, row->with,
		  text);
	cr_expect(strstr(text, row->without) == NULL, "%s: \"%s\" in:\n%s", row->why, row->without,
		  text);
}

Test(report, timeline_of_nothing)
{
	char buf[8] = "x";

	memset(&d, 0, sizeof(d));
	cr_expect(zero(sz, timeline_print(&d, buf, sizeof(buf))));
	cr_expect(zero(u64, timeline_begin_ns(&d)));
	typical_end();
	cr_expect(eq(sz, timeline_print(&d, buf, sizeof(buf)), 7), "cut");
	cr_expect(zero(sz, timeline_print(&d, buf, 0)));
}

Test(report, ladder)
{
	const struct capability rungs[] = {
		{"snapshot", "bpf", ""},
		{"psi averages", "cgroup files", "no BTF"},
	};

	said_begin();
	report_ladder(rungs, 2);
	cr_expect(eq(str, said_end(),
		     "snapshot             bpf            \n"
		     "psi averages         cgroup files   no BTF\n"));
}

static const struct {
	const char *why;
	enum boomd_record_kind kind;
	uint64_t cgroup_id;
	const char *path, *begin, *end;
} records[] = {
	{"a hostile name", BOOMD_RECORD_EXIT, 42, "a\n\x1b", "exit a\\x0a\\x1b: memory ",
	 ", pid 7\n"},
	{"a cgroup without a name", BOOMD_RECORD_CGROUP_FREED, 42, "",
	 "cgroup-freed id:42: ", ", parent 3\n"},
	{"the root", BOOMD_RECORD_MEMORY_EVENTS, 1, "", "memory-events /: memory 512.0M, swap 1.0M",
	 "s\n"},
	{"a kind that does not exist", (enum boomd_record_kind)99, 42, "x", "unknown x: ", "s\n"},
	{"a watch row", BOOMD_RECORD_WATCH_ABOVE, 42, "t.slice/hog",
	 "watch-above t.slice/hog: memory 512.0M, swap 1.0M, some 12.50, full 10.00, age ",
	 ", row 3\n"},
	{"the kernel's own kill", BOOMD_RECORD_OOM_KILL, 42, "x", "oom-kill x: ", ", pid 7\n"},
	{"a removed cgroup's end", BOOMD_RECORD_CGROUP_RELEASED, 42, "x", "cgroup-released x: ",
	 ", cgroup 3\n"},
	{"a preference", BOOMD_RECORD_PREFERENCE, 42, "x", "preference x: ", ", bits 0x3\n"},
};

TABLE_TEST(report, records, records, row)
{
	struct boomd_record record = {
		.kind = row->kind,
		.cgroup_id = row->cgroup_id,
		.detail = 3,
		.pid = 7,
		.memory_bytes = 512 * MIB,
		.swap_bytes = MIB,
	};
	struct timespec now;
	size_t length, end = strlen(row->end);
	char *text;

	clock_gettime(CLOCK_MONOTONIC, &now);
	record.time_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	record.memory_some.avg[BOOMD_AVG10] = (12 << 11) + 1024;
	record.memory_full.avg[BOOMD_AVG10] = 10 << 11;
	said_begin();
	report_record(&record, row->path);
	text = said_end();
	length = strlen(text);
	cr_expect(zero(int, strncmp(text, row->begin, strlen(row->begin))), "%s: %s", row->why,
		  text);
	cr_assert(gt(sz, length, end), "%s", row->why);
	cr_expect(eq(str, text + length - end, (char *)row->end), "%s", row->why);
	cr_expect(eq(ptr, strchr(text, '\n'), text + length - 1), "%s: one line", row->why);
}
