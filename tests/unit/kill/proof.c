/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is signalled and who is not: scripted lists over three real children a, b, c. Whoever must
 * survive is ended by SIGTERM afterwards; had it been signalled, it would have died of SIGKILL.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "scripted.h"
#include "table_test.h"

struct proof_row {
	const char *why;
	const char *walks[SCRIPTED_WALKS_MAX];
	int expected;
	const char *killed; /* of a, b, c; the others survive */
	size_t listed, signalled, dying, failed, changed;
	bool complete;
};

static const struct proof_row proofs[] = {
	{"pid 1 in it: nobody is signalled", {"ab1"}, -EPERM, "", 3, 0, 0, 0, 0, false},
	{"boomd in it: nobody is signalled", {"abS"}, -EPERM, "", 3, 0, 0, 0, 0, false},
	{"pid 1 shows up in the second list only", {"ab", "ab1"}, -EPERM, "", 2, 0, 0, 0, 0, false},
	{"boomd shows up in the second list only", {"ab", "abS"}, -EPERM, "", 2, 0, 0, 0, 0, false},
	{"boomd comes in after the signals: too late to refuse",
	 {"ab", "ab", "abS"},
	 0,
	 "ab",
	 2,
	 2,
	 0,
	 0,
	 0,
	 false},
	{"pid 0 is passed over, and is no reason to spare the rest",
	 {"0a0"},
	 0,
	 "a",
	 3,
	 1,
	 0,
	 2,
	 0,
	 false},
	{"nobody but pid 0: a process we have no number for",
	 {"0"},
	 -EPERM,
	 "",
	 1,
	 0,
	 0,
	 1,
	 0,
	 false},
	{"kernel threads are no processes", {"kak"}, 0, "a", 1, 1, 0, 0, 0, true},
	{"nobody but kernel threads", {"kk"}, -ESRCH, "", 0, 0, 0, 0, 0, true},
	{"empty", {""}, -ESRCH, "", 0, 0, 0, 0, 0, true},
	{"a reused pid is spared", {"ab", "a!b", "b"}, 0, "b", 3, 1, 0, 0, 2, true},
	{"a reused pid that stays in the cgroup is proven in the next turn",
	 {"a!b", "ab"},
	 0,
	 "ab",
	 3,
	 2,
	 0,
	 0,
	 1,
	 true},
	{"who left the cgroup between the lists is spared",
	 {"abc", "ac"},
	 0,
	 "ac",
	 3,
	 2,
	 0,
	 0,
	 1,
	 true},
	{"everybody left", {"abc", ""}, -ESRCH, "", 3, 0, 0, 0, 3, true},
	{"both lists agree", {"abc"}, 0, "abc", 3, 3, 0, 0, 0, true},
	{"a newcomer in the second list is taken in the next turn",
	 {"a", "ab"},
	 0,
	 "ab",
	 2,
	 2,
	 0,
	 0,
	 0,
	 true},
	{"a newcomer after the signals too", {"a", "a", "ab"}, 0, "ab", 2, 2, 0, 0, 0, true},
	{"listed twice is signalled once", {"aaba"}, 0, "ab", 2, 2, 0, 0, 0, true},
	{"another order in the second list", {"abc", "cba"}, 0, "abc", 3, 3, 0, 0, 0, true},
	{"dying ones are no new kill, but it is under way", {"a~b~"}, 0, "ab", 2, 0, 2, 0, 0, true},
	{"dying ones beside living ones", {"a~b"}, 0, "ab", 2, 1, 1, 0, 0, true},
	{"the first walk fails", {"E5"}, -EIO, "", 0, 0, 0, 0, 0, false},
	{"the cgroup is gone", {"E2"}, -ESRCH, "", 0, 0, 0, 0, 0, false},
	{"the source says that it is another cgroup", {"E116"}, -ESTALE, "", 0, 0, 0, 0, 0, false},
	{"no second list, no proof, no signal", {"ab", "E5"}, -EIO, "", 2, 0, 0, 0, 0, false},
	{"the second walk works when tried again",
	 {"ab", "E4", "ab"},
	 0,
	 "ab",
	 2,
	 2,
	 0,
	 0,
	 0,
	 true},
	{"the walk after the signals fails: nobody knows if all are dead",
	 {"ab", "ab", "E5"},
	 0,
	 "ab",
	 2,
	 2,
	 0,
	 0,
	 0,
	 false},
	{"more than a list holds is never complete", {"ab+"}, 0, "ab", 2, 2, 0, 0, 0, false},
};

TABLE_TEST(kill, proofs, proofs, row)
{
	static struct scripted source;
	static struct kill_result result;
	struct kill_request request = {.cgroup_id = 7, .path = "a.slice/victim", .uuid = "u"};
	struct killer *killer = NULL;
	int got;

	scripted_init(&source, "/nonexistent");
	cr_assert(zero(int, killer_new(&source.base, &killer)), "%s", row->why);
	scripted_spawn(&source, 3);
	scripted_script(&source, row->walks);
	got = killer->ops->kill(killer, &request, &result);
	cr_expect(eq(int, got, row->expected), "%s", row->why);
	for (size_t i = 0; i < 3; i++) {
		bool dies = strchr(row->killed, "abc"[i]) && *row->killed;
		int ended = dies ? scripted_ended_by(&source, i) : scripted_survived(&source, i);

		cr_expect(eq(int, ended, dies ? SIGKILL : SIGTERM), "%s: child %c", row->why,
			  "abc"[i]);
	}
	cr_expect(eq(sz, result.nr_listed, row->listed), "%s", row->why);
	cr_expect(eq(sz, result.nr_signalled, row->signalled), "%s", row->why);
	cr_expect(eq(sz, result.nr_dying, row->dying), "%s", row->why);
	cr_expect(eq(sz, result.nr_failed, row->failed), "%s", row->why);
	cr_expect(eq(sz, result.nr_changed, row->changed), "%s", row->why);
	cr_expect(eq(int, result.complete, row->complete), "%s", row->why);
	killer_free(killer);
}
