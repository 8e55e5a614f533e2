/* SPDX-License-Identifier: GPL-2.0-only */
/* Lower rungs: what is missing is named, and the rest goes on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/bpf_source.h"
#include "source/bpf.h"

TestSuite(bpf_rungs, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 240);

static const char *rung_of(const char *what, const char **ret_why)
{
	struct source *source = bpf_test_source();
	struct capability rungs[32];
	size_t nr = source->ops->capabilities(source, rungs, ARRAY_SIZE(rungs));

	for (size_t i = 0; i < nr && i < ARRAY_SIZE(rungs); i++)
		if (!strcmp(rungs[i].what, what)) {
			*ret_why = rungs[i].why;
			return rungs[i].rung;
		}
	cr_fatal("no capability is called %s", what);
	abort();
}

Test(bpf_rungs, without_the_notification_hook_triggers_are_waited_for)
{
	static const char *const missing[] = { "boomd_notify" };
	struct guest_cgroup *cg = guest_cgroup_new("waited/for");
	const struct psi_trigger trigger = { BOOMD_RESOURCE_MEMORY, BOOMD_STALL_SOME, 50000,
					     1000000 };
	struct source *source = bpf_test_open_without(missing, 1);
	const char *why;

	cr_expect(eq(str, (char *)rung_of("psi triggers", &why), "psi trigger"));
	cr_expect(ne(str, (char *)why, ""));
	cr_expect(eq(str, (char *)rung_of("memory events", &why), "none"));
	cr_expect(eq(str, (char *)rung_of("snapshot", &why), "bpf"));
	cr_assert(zero(int, source->ops->arm_trigger(source, guest_cgroup_id(cg), "waited/for",
						     &trigger, 5)));
	guest_cgroup_write(cg, "memory.high", "16M");
	(void)guest_load_start(cg, "hog", "--mib", "32", "--touch", NULL);
	for (int i = 0; i < 3; i++) {
		struct boomd_record record =
			bpf_test_await(BOOMD_RECORD_PSI_TRIGGER, guest_cgroup_id(cg));

		cr_expect(eq(u64, record.detail, 5));
		cr_expect(gt(u64, record.time_ns, 0));
	}
}

Test(bpf_rungs, without_the_rest_there_are_snapshots)
{
	static const char *const missing[] = { "boomd_tasks",	    "boomd_exit",
					       "boomd_folded",	    "boomd_setxattr",
					       "boomd_removexattr", "boomd_oom_kill",
					       "boomd_cgroup_release" };
	struct guest_cgroup *cg = guest_cgroup_new("spared");
	struct source *source = bpf_test_open_without(missing, ARRAY_SIZE(missing));
	struct snapshot snapshot;
	struct boomd_task task;
	const char *why;
	bool more;

	cr_expect(eq(str, (char *)rung_of("processes", &why), "cgroup files"));
	cr_expect(eq(str, (char *)rung_of("exits", &why), "none"));
	cr_expect(eq(str, (char *)rung_of("kernel OOM kills", &why), "polling"));
	cr_expect(eq(int, source->ops->tasks(source, guest_cgroup_id(cg), "spared", &task, 1, &more),
		     -EOPNOTSUPP));
	cr_expect(eq(int, source->ops->watch_exits(source, guest_cgroup_id(cg), true), -EOPNOTSUPP));
	snapshot = bpf_test_snapshot();
	cr_expect(ne(ptr, (void *)bpf_test_row(&snapshot, guest_cgroup_id(cg)), NULL));
	cg = guest_cgroup_new("made");
	(void)bpf_test_await(BOOMD_RECORD_CGROUP_MADE, guest_cgroup_id(cg));
}

/* When the kernel refuses the whole, each is tried alone: here all are good, and none may be lost. */
Test(bpf_rungs, one_by_one_loads_the_same)
{
	struct bpf_source *source = calloc(1, sizeof(*source));

	bpf_test_close();
	source->max_cgroups = 64;
	cr_assert(zero(int, bpf_load_by_one(source)));
	cr_expect(bpf_has(source, "boomd_oom_kill"));
	cr_expect(bpf_has(source, "boomd_tasks"));
	cr_expect(bpf_has(source, "boomd_notify"));
	cr_expect(bpf_has(source, "boomd_folded"));
	bpf_unload(source);
	free(source);
}
