/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people, paths that fit, names of values. */
#include <string.h>

#include "report/decision.h"
#include "report/text.h"
#include "report/units.h"
#include "table_test.h"

static const struct {
	const char *why;
	uint64_t bytes;
	const char *text;
} sizes[] = {
	{"the largest number there is", UINT64_MAX, "16.0E"},
	{"nothing", 0, "0B"},
	{"bytes have no fraction", 1023, "1023B"},
	{"the first kibibyte", 1024, "1.0K"},
	{"never 1024.0K", 1048575, "1.0M"},
	{"a typical cgroup", 642000000, "612.3M"},
	{"gibibytes", 3ULL << 29, "1.5G"},
};

TABLE_TEST(report_units, bytes, sizes, row)
{
	char buf[UNITS_BYTES];

	cr_expect(eq(str, (char *)units_bytes(row->bytes, buf), (char *)row->text), "%s", row->why);
}

static const struct {
	const char *why;
	int64_t ns;
	const char *text;
} times[] = {
	{"the least number there is", INT64_MIN, "-153722867min 17s"},
	{"the largest", INT64_MAX, "153722867min 17s"},
	{"a clock that went back", -85000, "-85us"},
	{"nothing", 0, "0us"},
	{"microseconds", 85400, "85us"},
	{"never 1000us", 999600, "1.0ms"},
	{"milliseconds", 4210000, "4.2ms"},
	{"never 1000.0ms", 999960000, "1.00s"},
	{"seconds", 1354000000, "1.35s"},
	{"minutes", 725000000000, "12min 5s"},
};

TABLE_TEST(report_units, time, times, row)
{
	char buf[UNITS_BYTES];

	cr_expect(eq(str, (char *)units_time(row->ns, buf), (char *)row->text), "%s", row->why);
}

static const struct {
	const char *why;
	size_t size;
	const char *path, *kept;
} paths[] = {
	{"no room at all", 0, "a/b", "#"},
	{"room for the end only", 1, "a/b", ""},
	{"too little for anything that helps", 4, "a/bcd", ""},
	{"one more than fits", 8, "a.b/c.d.", "...c.d."},
	{"not inside a character", 8,
	 "aaaaa\xe2\x82\xac"
	 "d",
	 "...\xe2\x82\xac"
	 "d"},
	{"inside a character: it goes whole", 6,
	 "aaaaa\xe2\x82\xac"
	 "d",
	 "...d"},
	{"nothing but halves", 6, "\x80\x80\x80\x80\x80\x80\x80", "..."},
	{"fits exactly", 8, "a.b/c.d", "a.b/c.d"},
	{"the root", 8, "", ""},
};

TABLE_TEST(decision_record, paths, paths, row)
{
	char buf[16] = "#";

	decision_set_path(buf, row->size, row->path);
	cr_expect(eq(str, buf, (char *)row->kept), "%s", row->why);
}

Test(decision_record, candidates_are_found_by_id)
{
	static struct decision d;

	d.nr_candidates = DECISION_CANDIDATES_MAX + 1000; /* all are counted, few are kept */
	for (size_t i = 0; i < DECISION_CANDIDATES_MAX; i++)
		d.candidates[i].id = 100 + i;
	cr_expect(eq(ptr, decision_find(&d, 100), &d.candidates[0]));
	cr_expect(eq(ptr, decision_find(&d, 100 + DECISION_CANDIDATES_MAX - 1),
		     &d.candidates[DECISION_CANDIDATES_MAX - 1]));
	cr_expect(eq(ptr, decision_find(&d, 100 + DECISION_CANDIDATES_MAX), NULL));
	d.nr_candidates = 1;
	cr_expect(eq(ptr, decision_find(&d, 101), NULL), "behind the last one");
}

Test(decision_record, every_value_has_a_name_of_its_own)
{
	for (int i = DECISION_NONE; i <= DECISION_NO_CANDIDATE; i++) {
		cr_expect(ne(str, (char *)decision_outcome_name(i), "unknown"));
		for (int j = DECISION_NONE; j < i; j++)
			cr_expect(ne(str, (char *)decision_outcome_name(i),
				     (char *)decision_outcome_name(j)));
	}
	for (int i = CANDIDATE_NOT_TRIED; i <= CANDIDATE_FAILED; i++)
		cr_expect(ne(str, (char *)candidate_fate_name(i), "unknown"));
	for (uint32_t i = BOOMD_RECORD_NONE; i < BOOMD_RECORD_KINDS; i++)
		cr_expect(ne(str, (char *)text_record_kind(i), "unknown"));
	cr_expect(eq(str, (char *)decision_outcome_name(77), "unknown"));
	cr_expect(eq(str, (char *)candidate_fate_name(-1), "unknown"));
	cr_expect(eq(str, (char *)text_record_kind(0xffffffff), "unknown"));
}
