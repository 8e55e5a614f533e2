/* SPDX-License-Identifier: GPL-2.0-only */
/* From the request to the last signal, and while exits are awaited, nothing is allocated or freed.
 */
#include <errno.h>
#include <string.h>

#include "allocations.h"
#include "scripted.h"
#include "table_test.h"

static struct scripted source;
static struct kill_result result;

static const struct {
	const char *why;
	const char *walks[SCRIPTED_WALKS_MAX];
	size_t nr_fill;
	bool all, dry, reap, kernelkill;
	int expected;
} cases[] = {
	{.why = "a plain kill", .all = true, .reap = true},
	{.why = "kernelkill", .all = true, .kernelkill = true},
	{.why = "dry", .all = true, .dry = true},
	{.why = "as many as a list holds", .all = true, .nr_fill = BOOMD_TASKS_MAX - 50},
	{.why = "newcomers", .walks = {"a", "ab", "abc"}},
	{.why = "refused", .walks = {"abcS"}, .expected = -EPERM},
	{.why = "empty", .walks = {""}, .expected = -ESRCH},
};

TABLE_TEST(kill_no_allocation, cases, cases, row)
{
	struct kill_request request = {.cgroup_id = 7, .path = "victim", .uuid = "u"};
	struct kill_progress progress;
	struct killer *killer = NULL;
	size_t nr;
	int got;

	if (allocations_sanitized())
		cr_skip_test("malloc belongs to a sanitizer in this build");
	cr_assert(allocations_can_count(), "somebody else stands in front of malloc");
	scripted_init(&source, "/nonexistent");
	cr_assert(zero(int, killer_new(&source.base, &killer)));
	scripted_spawn(&source, 50);
	scripted_script(&source, row->walks);
	source.all = row->all;
	source.nr_fill = row->nr_fill;
	request.dry = row->dry;
	request.reap_memory = row->reap;
	request.kernelkill = row->kernelkill;
	allocations_begin();
	got = killer->ops->kill(killer, &request, &result);
	killer_progress(killer, &progress);
	killer_forget(killer);
	nr = allocations_end();
	cr_expect(eq(int, got, row->expected), "%s", row->why);
	cr_expect(zero(sz, nr), "%s: allocations and frees", row->why);
	killer_free(killer);
}
