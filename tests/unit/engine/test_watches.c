/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what plugins declare to what the source is told: rows, masks, kinds and triggers, once for
 * each cgroup, and for those that come later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/watches.h"
#include "table_test.h"
#include "unit/fake_source.h"

struct waiter {
	struct cgroup_patterns patterns;
	enum watch_kind kind;
	uint64_t threshold;
	uint64_t noticed;
};

static size_t waiter_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct waiter *waiter = state;

	(void)max;
	ret_watches[0] = (struct watch){
		.kind = waiter->kind,
		.cgroups = &waiter->patterns,
		.record_kinds = BOOMD_KIND_BIT(BOOMD_RECORD_MEMORY_EVENTS),
		.row = { .metric = BOOMD_METRIC_MEMORY, .threshold = waiter->threshold },
		.trigger = { .threshold_us = 1000, .window_us = 500000 },
	};
	return 1;
}

static void waiter_notice(void *state, const struct boomd_record *record)
{
	((struct waiter *)state)->noticed = record->time_ns;
}

static enum verdict waiter_run(void *state, const struct moment *now)
{
	(void)state, (void)now;
	return VERDICT_STOP;
}

static const struct plugin waits = {
	.api = PLUGIN_API, .kind = PLUGIN_DETECT, .name = "waits", .about = "",
	.state_size = sizeof(struct waiter), .watches = waiter_watches, .notice = waiter_notice,
	.run = waiter_run,
};

static const struct plugin silent = {
	.api = PLUGIN_API, .kind = PLUGIN_DETECT, .name = "silent", .about = "",
	.state_size = sizeof(struct waiter), .run = waiter_run,
};

static struct fake_source fake;
static struct watches *watches;
static struct cgroup_tree *tree;
static struct rules rules;
static struct ruleset ruleset;
static struct detector_group group;
static struct instance instances[80];

static struct waiter *add(const struct plugin *plugin, const char *pattern, enum watch_kind kind,
			  uint64_t threshold)
{
	struct instance *instance = &instances[group.nr_detectors++];
	struct waiter *waiter;
	const char *why;
	size_t offset;

	cr_assert(zero(int, instance_new(plugin, instance)));
	waiter = instance->state;
	cr_assert(zero(int, cgroup_patterns_parse(pattern, &waiter->patterns, &why, &offset)));
	waiter->kind = kind;
	waiter->threshold = threshold;
	return waiter;
}

static void apply(void)
{
	struct snapshot snapshot;

	cr_assert(zero(int, fake.source.ops->snapshot(&fake.source, &snapshot)));
	cr_assert(ge(int, cgroup_tree_build(tree, &snapshot), 1));
	watches_apply(watches, &fake.source, tree);
}

static const struct fake_told *told(uint64_t id)
{
	for (size_t i = 0; i < fake.nr_told; i++)
		if (fake.told[i].id == id)
			return &fake.told[i];
	return NULL;
}

static void setup(void)
{
	fake_source_init(&fake);
	fake_cgroup(&fake, 2, 1, "a");
	fake_cgroup(&fake, 3, 2, "b");
	fake_cgroup(&fake, 4, 1, "c");
	group = (struct detector_group){ .name = (char *)"g", .detectors = instances };
	ruleset = (struct ruleset){ .name = (char *)"r", .groups = &group, .nr_groups = 1 };
	rules = (struct rules){ .rulesets = &ruleset, .nr_rulesets = 1 };
	cr_assert(zero(int, watches_new(FAKE_ROWS_MAX, &watches)));
	cr_assert(zero(int, cgroup_tree_new(FAKE_ROWS_MAX, &tree)));
}

static void teardown(void)
{
	for (size_t i = 0; i < group.nr_detectors; i++) {
		struct waiter *waiter = instances[i].state;

		cgroup_patterns_free(&waiter->patterns);
		instance_free(&instances[i]);
	}
	watches_free(watches);
	cgroup_tree_free(tree);
}

TestSuite(watches, .init = setup, .fini = teardown);

Test(watches, more_rows_than_bits_are_polled_instead)
{
	for (uint64_t i = 0; i < BOOMD_WATCHES_MAX + 1; i++)
		add(&waits, "a", WATCH_ROW, i);
	watches_set(watches, &fake.source, &rules);
	cr_expect(eq(sz, fake.nr_watches, BOOMD_WATCHES_MAX));
	cr_expect(watches_need_polling(watches));
}

Test(watches, a_record_with_a_wild_tag_is_ignored)
{
	struct waiter *waiter = add(&waits, "a", WATCH_TRIGGER, 0);

	watches_set(watches, &fake.source, &rules);
	watches_notice(watches, tree, &(struct boomd_record){ .detail = 1, .time_ns = 7 });
	watches_notice(watches, tree, &(struct boomd_record){ .detail = ~0ULL, .time_ns = 7 });
	cr_expect(zero(u64, waiter->noticed));
	watches_notice(watches, tree, &(struct boomd_record){ .detail = 0, .time_ns = 7 });
	cr_expect(eq(u64, waiter->noticed, 7));
}

Test(watches, a_detector_without_watches_is_polled)
{
	add(&silent, "a", WATCH_ROW, 0);
	watches_set(watches, &fake.source, &rules);
	cr_expect(watches_need_polling(watches));
}

Test(watches, what_the_kernel_side_refuses_is_polled)
{
	add(&waits, "a", WATCH_ROW, 0);
	fake.set_watches_error = -E2BIG;
	watches_set(watches, &fake.source, &rules);
	cr_expect(watches_need_polling(watches), "no row");
	fake.set_watches_error = 0;
	watches_set(watches, &fake.source, &rules);
	cr_expect(not(watches_need_polling(watches)));
	fake.watch_cgroup_error = -ENOENT;
	apply();
	cr_expect(not(watches_need_polling(watches)), "a cgroup that is gone needs no watch");
	fake.watch_cgroup_error = -EINVAL;
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_expect(watches_need_polling(watches), "no mask");
}

Test(watches, equal_rows_share_a_bit_and_masks_follow_patterns)
{
	add(&waits, "a", WATCH_ROW, 5);
	add(&waits, "*", WATCH_ROW, 5);
	add(&waits, "a/b", WATCH_ROW, 6);
	watches_set(watches, &fake.source, &rules);
	cr_expect(eq(sz, fake.nr_watches, 2));
	cr_expect(not(watches_need_polling(watches)));
	apply();
	cr_assert(not(zero(ptr, (void *)told(2))));
	cr_expect(eq(u64, told(2)->mask, 1));
	cr_expect(eq(u64, told(3)->mask, 2));
	cr_expect(eq(u64, told(4)->mask, 1));
	cr_expect(zero(ptr, (void *)told(1)), "the root matches nothing here");
}

Test(watches, triggers_count_as_armed_only_once_they_all_are)
{
	add(&waits, "*", WATCH_TRIGGER, 0);
	watches_set(watches, &fake.source, &rules);
	cr_expect(not(watches_triggers_armed(watches)), "not yet");
	apply();
	cr_expect(watches_triggers_armed(watches));
	fake.arm_error = -ENOENT;
	fake_cgroup(&fake, 9, 1, "gone");
	apply();
	cr_expect(watches_triggers_armed(watches), "gone before it was armed: nothing is missed");
	fake.arm_error = -EOPNOTSUPP;
	fake_cgroup(&fake, 10, 1, "without");
	apply();
	cr_expect(not(watches_triggers_armed(watches)), "the kernel does not watch this one");
}

Test(watches, a_cgroup_is_told_once_and_a_new_one_when_it_comes)
{
	add(&waits, "*", WATCH_TRIGGER, 0);
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_expect(eq(sz, fake.nr_armed, 2));
	apply();
	cr_expect(eq(sz, fake.nr_armed, 2), "not again");
	fake_cgroup(&fake, 9, 1, "late");
	apply();
	cr_assert(eq(sz, fake.nr_armed, 3));
	cr_expect(eq(u64, fake.armed[2].id, 9));
}

Test(watches, an_id_that_went_and_came_back_is_told_again)
{
	size_t nr_rows = fake.nr_rows;

	add(&waits, "c", WATCH_RECORDS, 0);
	watches_set(watches, &fake.source, &rules);
	apply();
	fake.nr_rows = nr_rows - 1;
	apply();
	fake.nr_rows = nr_rows;
	apply();
	cr_expect(eq(sz, fake.nr_told, 2));
	cr_expect(eq(u32, fake.told[1].kinds, BOOMD_KIND_BIT(BOOMD_RECORD_MEMORY_EVENTS)));
}

Test(watches, new_rules_start_from_nothing)
{
	add(&waits, "a", WATCH_TRIGGER, 0);
	watches_set(watches, &fake.source, &rules);
	apply();
	watches_set(watches, &fake.source, &rules);
	cr_expect(eq(sz, fake.nr_disarmed, 2));
	apply();
	cr_expect(eq(sz, fake.nr_armed, 1), "armed again after disarming");
}
