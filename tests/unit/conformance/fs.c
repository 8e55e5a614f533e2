/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of cgroups and /proc say (oomd.md 5.6): a file in the kernel's format, and what
 * boomd's row then has. oomd's test is of its functions; boomd has the same from its source.
 */
#include <string.h>

#include "unit/conformance/look.h"

#define SAME NULL, NULL
#define UPSTREAM                                                                                   \
	"some avg10=1.11 avg60=2.22 avg300=3.33 total=134829384400\n"                              \
	"full avg10=4.44 avg60=5.55 avg300=6.66 total=128544748771\n"
#define UPSTREAM_IO                                                                                \
	"some avg10=1.12 avg60=2.23 avg300=3.34 total=134829384400\n"                              \
	"full avg10=4.45 avg60=5.56 avg300=6.67 total=128544748771\n"
#define OLD	  "aggr 316016073\nsome 1.11 2.22 3.33\nfull 4.44 5.55 6.66\n"
#define OLD_DEBUG OLD "aggr_some_total 1234\naggr_full_total 5678\n"

static const struct {
	struct conformance is;
	const char *file, *text; /* in the cgroup "c", or behind "proc/" in /proc */
	const char *cgroup;	 /* NULL: "c" */
	const char *fields;
	const char *need; /* a file, with text in it, without which nobody would look */
} fs[] = {
	{ { "FsTest.ReadIsPopulated", "cgroup.events: populated 1", "populated=1", SAME },
	  "cgroup.events", "populated 1\nfrozen 0\n", NULL, "populated", NULL },
	{ { "FsTest.ReadIsPopulated", "cgroup.events: populated 0", "populated=0", SAME },
	  "cgroup.events", "populated 0\nfrozen 0\n", NULL, "populated", NULL },
	{ { "FsTest.GetNrDying", "cgroup.stat", "nr_dying=27", SAME }, "cgroup.stat",
	  "nr_descendants 34\nnr_dying_descendants 27\n", NULL, "nr_dying", NULL },
	{ { "FsTest.ReadMemoryCurrent", "memory.current", "current=987654321", SAME },
	  "memory.current", "987654321\n", NULL, "current", NULL },
	{ { "FsTest.ReadMemoryLow", "memory.low", "low=333333", SAME }, "memory.low", "333333\n",
	  NULL, "low", "memory.current" },
	{ { "FsTest.ReadMemoryMin", "memory.min", "min=666", SAME }, "memory.min", "666\n", NULL,
	  "min", "memory.current" },
	{ { "FsTest.ReadMemoryHigh", "memory.high", "high=1000", SAME }, "memory.high", "1000\n",
	  NULL, "high", "memory.current" },
	{ { "FsTest.ReadMemoryMax", "memory.max", "max=654", SAME }, "memory.max", "654\n", NULL,
	  "max", "memory.current" },
	{ { "FsTest.ReadSwapCurrent", "memory.swap.current", "swap=321321", SAME },
	  "memory.swap.current", "321321\n", NULL, "swap", NULL },
	{ { "FsTest.ReadSwapMax", "memory.swap.max", "swap_max=12345", SAME }, "memory.swap.max",
	  "12345\n", NULL, "swap_max", "memory.swap.current" },
	{ { "FsTest.ReadMemoryPressure", "memory.pressure as kernels since 4.20 write it",
	    "mem_full=4.44/5.55/6.66", SAME }, "memory.pressure", UPSTREAM, NULL, "mem_full", NULL },
	{ { "FsTest.ReadMemoryPressure", "as the first patches wrote it", "mem_full=4.44/5.55/6.66",
	    SAME }, "memory.pressure", OLD, NULL, "mem_full", NULL },
	{ { "FsTest.ReadMemoryPressure", "the same with lines for debugging",
	    "mem_full=4.44/5.55/6.66", SAME }, "memory.pressure", OLD_DEBUG, NULL, "mem_full", NULL },
	{ { "FsTest.ReadMemoryPressureSome", "the line some", "mem_some=1.11/2.22/3.33", SAME },
	  "memory.pressure", UPSTREAM, NULL, "mem_some", NULL },
	{ { "FsTest.ReadMemoryPressureSome", "the line some as the first patches wrote it",
	    "mem_some=1.11/2.22/3.33", SAME }, "memory.pressure", OLD, NULL, "mem_some", NULL },
	{ { "FsTest.ReadIoPressure", "io.pressure", "io_full=4.45/5.56/6.67", SAME }, "io.pressure",
	  UPSTREAM_IO, NULL, "io_full", NULL },
	{ { "FsTest.ReadIoPressureSome", "the line some", "io_some=1.12/2.23/3.34", SAME },
	  "io.pressure", UPSTREAM_IO, NULL, "io_some", NULL },
	{ { "FsTest.ReadMemoryPressure", "the root's is in /proc/pressure/memory",
	    "mem_full=4.44/5.55/6.66", SAME }, "proc/pressure/memory", UPSTREAM, "", "mem_full",
	  NULL },
	{ { "FsTest.GetMeminfo", "MemTotal less MemFree is the root's usage, in kB of 1024 bytes",
	    "current=1024000", SAME }, "proc/meminfo",
	  "MemTotal: 2000 kB\nMemFree: 1000 kB\nMemAvailable: 1500 kB\nSwapTotal: 2097148 kB\n"
	  "SwapFree: 1097041 kB\nHugePages_Total: 0\n", "", "current", NULL },
	{ { "FsTest.GetMemstat", "memory.stat: anon, file", "anon=1294168064 file=3870687232", SAME },
	  "memory.stat", "anon 1294168064\nfile 3870687232\nkernel_stack 7225344\nslab 5\n"
	  "pglazyfree 0\n", NULL, "anon file", NULL },
	{ { "FsTest.GetMemstat", "a key that is missing", "anon=5 shmem=0", SAME }, "memory.stat",
	  "anon 5\n", NULL, "anon shmem", NULL },
	{ { "FsTest.ReadMemoryOomGroup", "memory.oom.group 1", "oom_group=1", SAME },
	  "memory.oom.group", "1\n", NULL, "oom_group", NULL },
	{ { "FsTest.ReadMemoryOomGroup", "memory.oom.group 0", "oom_group=0", SAME },
	  "memory.oom.group", "0\n", NULL, "oom_group", NULL },
	{ { "FsTest.ReadIostat", "io.stat with two devices, of which 1:10 counts",
	    "rbytes=1111111 wbytes=2222222 rios=33 wios=44 dbytes=5555555555 dios=6", SAME },
	  "io.stat",
	  "1:10 rbytes=1111111 wbytes=2222222 rios=33 wios=44 dbytes=5555555555 dios=6\n"
	  "1:11 rbytes=2222222 wbytes=3333333 rios=44 wios=55 dbytes=6666666666 dios=7\n",
	  NULL, "rbytes wbytes rios wios dbytes dios", NULL },
	{ { "FsTest.ReadFileBad", "a file that is not there", "current=absent", SAME },
	  "cgroup.events", "populated 1\n", NULL, "current", NULL },
};

CONFORMANCE(fs, "5.6 Files (FsTest)", fs, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "", path[64];
	struct look look;

	look_open(&look);
	fixture_folder(look.fixture, "c");
	if (row->need) {
		snprintf(path, sizeof(path), "c/%s", row->need);
		fixture_write(look.fixture, path, "1\n");
	}
	if (!strncmp(row->file, "proc/", 5)) {
		fixture_write_proc(look.fixture, row->file + 5, "%s", row->text);
	} else {
		snprintf(path, sizeof(path), "c/%s", row->file);
		fixture_write(look.fixture, path, "%s", row->text);
	}
	look_again(&look);
	look_show(&look, row->cgroup ? row->cgroup : "c", row->fields, found);
	look_close(&look);
	conformance_expect(&row->is, found);
}
