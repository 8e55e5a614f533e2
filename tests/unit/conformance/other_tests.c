/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's cases that are no rows of the tables: those that other tests of ours prove, by these tests'
 * names, and those that boomd has nothing to compare with. A test looks whether the named ones exist.
 */
#include <string.h>

#include "unit/conformance/catalogue.h"

#define UNIT "tests/unit/"

static const struct {
	const char *test, *file, *where; /* the test as it stands in the file */
} others[] = {
	{ "DropInCompilerTest.PrerunCount", UNIT "engine/test_drop_in.c", "drop_in, PrerunCount" },
	{ "FsDropInServiceTest.AddRemove", UNIT "dropin/test_drop_ins.c", "drop_ins, AddRemove" },
	{ "FsDropInServiceTest.LoadExisting", UNIT "dropin/test_drop_ins.c", "drop_ins, LoadExisting" },
	{ "FsDropInServiceTest.RecreateDir", UNIT "dropin/test_drop_ins.c", "drop_ins, RecreateDir" },
	{ "StatsTest.BasicStats", UNIT "report/stats.c", "stats, oomds_names" },
	{ "StatsTest.InvalidSocketPath", UNIT "report/stats_socket.c", "stats_socket, no_such_folder" },
	{ "StatsTest.InvalidRequests", UNIT "report/stats_socket.c", "stats_socket, requests" },
	{ "StatsTest.BasicGetAndClear", UNIT "report/stats_client.c", "stats_client, modes" },
	{ "StatsTest.LongJson", UNIT "report/stats_client.c", "stats_client, long_replies" },
	{ "StatsTest.MultiThreadedMany", UNIT "report/stats_socket.c", "stats_socket, crowd_is_served" },
	{ "SystemdPluginsTest (machine_type)", UNIT "act/systemd_restart.c",
	  "a container that is not there" },
	{ "CgroupContextTest.EffectiveSwapMax, EffectiveSwapFree, EffectiveSwapUtilPct(NoSwap): senpai's",
	  UNIT "act/senpai_probe.c", "senpai_probe, swaps" },
	{ "FsTest.WriteMemoryHigh, WriteMemoryReclaim, Swappiness: senpai's", UNIT "act/senpai_files.c",
	  "senpai_files, reclaims" },
	{ "FsTest.GetVmstat", UNIT "source/vmstat.c", "vmstat, texts" },
	{ "FsTest.GetPids", UNIT "source/cgroupfs_tasks.c", "cgroupfs_tasks" },
	{ "6.2: a cgroup that comes and goes", UNIT "source/cgroupfs.c", "cgroups_that_come_and_go" },
	{ "6.2: pid reuse", UNIT "kill/proof.c", "kill, proofs" },
	{ "6.2: processes forked during the kill", UNIT "kill/progress.c",
	  "kill_straggler, found_when_all_have_exited" },
	{ "6.2: no allocation on the kill path", UNIT "kill/no_allocation.c",
	  "kill_no_allocation, cases" },
};

static const struct {
	const char *test, *why;
} none[] = {
	{ "OomdContextTest.MoveConstructor (moving), UtilTest.StartsWith, ReadWriteFull, Split, Trim",
	  "helpers of C++; what they do for a configuration is in the rows above" },
	{ "FsTest.RemovePrefix, FindFiles, ReadFile", "boomd asks for files by their names" },
	{ "FsTest.ReadControllers", "a controller is there when its files are" },
	{ "FsTest.IsUnderParentPath, GetCgroup2MountPoint", "the kernel is asked what is mounted there "
	  "(statfs), where oomd compares texts" },
	{ "FsTest.ReadMemoryHighTmp, WriteMemoryHighTmp", "no kernel of kernel.org has memory.high.tmp" },
	{ "CgroupPathTest (getParent of the root, relativeTo)", "cgroups are a tree, not texts" },
	{ "LogTest (asynchronous, DISABLE and ENABLE, time format)", "a line is written at once or "
	  "dropped and counted, and journald has the time" },
};

void conformance_print_others(FILE *out)
{
	fprintf(out, "\n## Proved by other tests\n\n| case | where |\n|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		fprintf(out, "| %s | %s%s%s |\n", others[i].test, others[i].file,
			*others[i].where ? ": " : "", others[i].where);
	fprintf(out, "\n## Nothing to compare with\n\n| case | why |\n|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		fprintf(out, "| %s | %s |\n", none[i].test, none[i].why);
}

TABLE_TEST(conformance, other_tests_exist, others, row)
{
	static char text[256 * 1024];
	FILE *file = fopen("docs/oomd.md", "re");

	if (!file)
		cr_skip_test("not in the project's folder");
	fclose(file);
	file = fopen(row->file, "re");
	cr_assert(file != NULL, "%s: no file %s", row->test, row->file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	cr_expect(strstr(text, row->where) != NULL, "%s: no %s in %s", row->test, row->where, row->file);
}
