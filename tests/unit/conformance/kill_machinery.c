/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kill plugins have in common: who is looked for, and in what order (oomd.md 5.1). */
#include "unit/conformance/machine.h"

#define BY_NAME(args_) .action = "kill_by_name", .args = args_
#define PREFER	       .current = 1, .preference = BOOMD_TRUSTED_PREFER
#define AVOID	       .current = 1, .preference = BOOMD_TRUSTED_AVOID
#define ONE_TO_THIRTY                                                                              \
	"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n"   \
	"25\n26\n27\n28\n29\n30\n"
#define OUTSIDE                                                                                    \
	CGROUPS(FOLDER("A/Y/P"), FOLDER("A/Y/Q"), FOLDER("A/X"), FOLDER("B/F"), FOLDER("C/F"),     \
		FOLDER("Z/F"))

static const struct {
	struct conformance is;
	struct machine_play play;
} kill_machinery[] = {
	{ { "BaseKillPluginTest.TryToKillCgroupKillsRecursive",
	    "30 processes in the victim and one in a cgroup below it",
	    "S; killed: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 "
	    "29 30 1234", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"one_big\""),
	    .ticks = { CGROUPS(CGROUP("one_big", .current = 1, .procs = ONE_TO_THIRTY),
			       CGROUP("one_big/child", .current = 1, .procs = "1234\n")) } } },
	{ { "StandardKillRecursionTest.Recurses", "A{Z,X} B{F}, the name decides: B before A, then F",
	    "S; killed: B/F", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(FOLDER("A/Z"), FOLDER("A/X"), FOLDER("B/F")) } } },
	{ { "StandardKillRecursionTest.ConfigurableToNotRecurse", "the same, not recursive",
	    "S; killed: B", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\""),
	    .ticks = { CGROUPS(FOLDER("A/Z"), FOLDER("A/X"), FOLDER("B/F")) } } },
	{ { "StandardKillRecursionTest.BacktracksUpTreeOnFail",
	    "test.slice/{A{Z},P{Z,X},Q{F{P}}}, Q/F/P cannot be killed",
	    "S; killed: test.slice/P/Z", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"), .refused = "test.slice/Q/F/P",
	    .ticks = { CGROUPS(FOLDER("test.slice/A/Z"), FOLDER("test.slice/P/Z"),
			       FOLDER("test.slice/P/X"), FOLDER("test.slice/Q/F/P")) } } },
	{ { "StandardKillRecursionTest.RespectsMemoryOomGroup",
	    "Y/M has memory.oom.group 1 and children Z and X", "S; killed: test.slice/Y/M", NULL,
	    NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(CGROUP("test.slice/Y/M", .current = 1, .oom_group = true),
			       FOLDER("test.slice/Y/M/Z"), FOLDER("test.slice/Y/M/X"),
			       FOLDER("test.slice/A/B")) } } },
	{ { "StandardKillRecursionTest.RespectsPreferAvoid", "A{Z} B{M{Z,V}} Q{F{P}}: Q is avoided, "
	    "B/M/V preferred", "S; killed: B/M/V", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(FOLDER("A/Z"), FOLDER("B/M/Z"), CGROUP("B/M/V", PREFER),
			       CGROUP("Q", AVOID), FOLDER("Q/F/P")) } } },
	{ { "StandardKillRecursionTest.RespectsPreferAvoid",
	    "Q/F/P is avoided and B/M/V preferred, but only siblings are compared",
	    "S; killed: Q/F/P", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(FOLDER("A/Z"), FOLDER("B/M/Z"), CGROUP("B/M/V", PREFER),
			       FOLDER("Q/F"), CGROUP("Q/F/P", AVOID)) } } },
	{ { "StandardKillRecursionTest.RespectsPreferAvoid", "B is preferred, B/M/Z avoided",
	    "S; killed: B/M/V", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(FOLDER("A/Z"), CGROUP("B", PREFER), CGROUP("B/M/Z", AVOID),
			       FOLDER("B/M/V"), FOLDER("Q/F/P")) } } },
	{ { "StandardKillRecursionTest.IgnoresDeadCgroup", "A{Z} B{F}, nobody in B/F (populated 0)",
	    "S; killed: A/Z", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(FOLDER("A/Z"), CGROUP("B/F", .current = 1, .empty = true)) } } },
	{ { "StandardKillRecursionTest.IgnoresOutsideConfiguredCgroup",
	    "A{Y{P,Q},X} B{F} C{F} Z{F}, \"A,B\"", "S; killed: B/F", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"A,B\", \"recursive\": true"), .ticks = { OUTSIDE } } },
	{ { "StandardKillRecursionTest.IgnoresOutsideConfiguredCgroup", "the same, \"A/*,B,C\"",
	    "S; killed: A/Y/Q", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"A/*,B,C\", \"recursive\": true"), .ticks = { OUTSIDE } } },
	{ { "StandardKillRecursionTest.IgnoresOutsideConfiguredCgroup", "the same, \"A/*,Z,B,C\"",
	    "S; killed: Z/F", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"A/*,Z,B,C\", \"recursive\": true"), .ticks = { OUTSIDE } } },
	{ { "StandardKillRecursionTest.IgnoresOutsideConfiguredCgroup", "the same, \"*\"",
	    "S; killed: Z/F", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"*\", \"recursive\": true"), .ticks = { OUTSIDE } } },
	{ { "DoubleKillTest.KillsTwice", "kernelkill, the processes stay in cgroup.procs",
	    "S; killed: 123 456", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"one_high\", \"kernelkill\": true"),
	    .ticks = { CGROUPS(CGROUP("one_high", .current = 1, .procs = "123\n456\n")) } } },
	{ { "NoPidControllerTest.KillsWithoutPidController",
	    "kernelkill without pids.current", "S; killed: 123 456", NULL, NULL },
	  { BY_NAME("\"cgroup\": \"one_high\", \"kernelkill\": true"),
	    .ticks = { CGROUPS(CGROUP("one_high", .current = 1, .procs = "123\n456\n")) } } },
};

CONFORMANCE(kill_machinery, "5.1 Kill machinery", kill_machinery, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
