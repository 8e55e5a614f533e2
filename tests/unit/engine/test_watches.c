/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what plugins declare to what the source is told: rows, masks, kinds and triggers, once for
 * each cgroup, and for those that come later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clones.h"
#include "engine/watches.h"
#include "table_test.h"
#include "unit/fake_source.h"

struct waiter {
	struct cgroup_patterns patterns;
	enum watch_kind kind;
	uint64_t threshold;
	uint64_t noticed;
	bool below_ruleset_cgroup;
};

static size_t waiter_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct waiter *waiter = state;

	(void)max;
	ret_watches[0] = (struct watch){
		.kind = waiter->kind,
		.cgroups = &waiter->patterns,
		.below_ruleset_cgroup = waiter->below_ruleset_cgroup,
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

/* --- rulesets that run per cgroup: the template declares, clones are made by hand --- */

static struct config_ruleset written = { .name = (char *)"r", .cgroup = (char *)"*",
					 .xattr_filter = (char *)"" };
static struct clones *clones;
static struct instance cloned[2];
static struct detector_group cloned_groups[2];
static struct clone clone_items[2];
static struct clone *clone_pointers[2];

/* One for cgroup 2, "a", and one for cgroup 4, "c", with an instance each like the template's. */
static void make_clones(size_t nr)
{
	struct diagnostics diagnostics;

	diagnostics_init(&diagnostics, "t", false);
	cr_assert(zero(int, clones_new(&written, &(struct plugin_env){ 0 }, &diagnostics, &clones)));
	diagnostics_fini(&diagnostics);
	for (size_t i = 0; i < nr; i++) {
		cr_assert(zero(int, instance_new(&waits, &cloned[i])));
		cloned_groups[i] = (struct detector_group){ .detectors = &cloned[i],
							    .nr_detectors = 1 };
		clone_items[i] = (struct clone){ .cgroup_id = i ? 4 : 2 };
		clone_items[i].ruleset.groups = &cloned_groups[i];
		clone_items[i].ruleset.nr_groups = 1;
		clone_pointers[i] = &clone_items[i];
	}
	clones->items = clone_pointers;
	clones->nr_items = nr;
	ruleset.clones = clones;
}

static void forget_clones(void)
{
	for (size_t i = 0; i < 2; i++)
		instance_free(&cloned[i]);
	clones->items = NULL;
	clones->nr_items = 0;
	clones_free(clones);
}

static uint64_t noticed_by(size_t clone)
{
	return ((struct waiter *)cloned[clone].state)->noticed;
}

Test(watches, below_the_ruleset_cgroup_counts_from_each_clones)
{
	fake_cgroup(&fake, 5, 4, "d");
	add(&waits, ".", WATCH_ROW, 1)->below_ruleset_cgroup = true;
	add(&waits, "*", WATCH_ROW, 2)->below_ruleset_cgroup = true;
	add(&waits, "nobody/*", WATCH_ROW, 3)->below_ruleset_cgroup = true;
	make_clones(1);
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_assert(not(zero(ptr, (void *)told(2))));
	cr_assert(not(zero(ptr, (void *)told(3))));
	cr_expect(eq(u64, told(2)->mask, 1));
	cr_expect(eq(u64, told(3)->mask, 2));
	cr_expect(zero(ptr, (void *)told(4)), "it has no clone");
	cr_expect(zero(ptr, (void *)told(5)));
	cr_expect(eq(sz, fake.nr_watches, 3), "of the template, not of each clone");
	forget_clones();
}

/* An xattr is set on an old cgroup: it and what is below it are told again, the others are not. */
Test(watches, a_clone_on_an_old_cgroup_is_told_without_a_word_to_the_others)
{
	add(&waits, ".", WATCH_TRIGGER, 0)->below_ruleset_cgroup = true;
	add(&waits, "*", WATCH_TRIGGER, 0)->below_ruleset_cgroup = true;
	make_clones(2);
	clones->nr_items = 1;
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_expect(eq(sz, fake.nr_armed, 2));
	clones->nr_items = 2;
	clone_items[1].is_fresh = true;
	apply();
	cr_assert(eq(sz, fake.nr_armed, 3));
	cr_expect(eq(u64, fake.armed[2].id, 4));
	clone_items[1].is_fresh = false;
	apply();
	cr_expect(eq(sz, fake.nr_armed, 3));
	forget_clones();
}

Test(watches, a_trigger_is_noticed_by_the_clone_it_is_for)
{
	struct waiter *template = add(&waits, "*", WATCH_TRIGGER, 0);

	template->below_ruleset_cgroup = true;
	make_clones(2);
	watches_set(watches, &fake.source, &rules);
	apply();
	watches_notice(watches, tree, &(struct boomd_record){ .cgroup_id = 77, .time_ns = 7 });
	cr_expect(zero(u64, noticed_by(0)), "a cgroup that is not there");
	watches_notice(watches, tree, &(struct boomd_record){ .cgroup_id = 3, .time_ns = 8 });
	cr_expect(eq(u64, noticed_by(0), 8));
	cr_expect(zero(u64, noticed_by(1)));
	cr_expect(zero(u64, template->noticed), "the template never runs");
	forget_clones();
}

/* What a clone's detector waits for elsewhere concerns every clone. */
Test(watches, a_trigger_outside_is_noticed_by_all_clones)
{
	add(&waits, "a/b", WATCH_TRIGGER, 0);
	make_clones(2);
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_expect(eq(sz, fake.nr_armed, 1));
	watches_notice(watches, tree, &(struct boomd_record){ .cgroup_id = 3, .time_ns = 8 });
	cr_expect(eq(u64, noticed_by(0), 8));
	cr_expect(eq(u64, noticed_by(1), 8));
	forget_clones();
}

Test(watches, where_there_is_a_filter_changes_of_xattrs_are_asked_for)
{
	add(&waits, ".", WATCH_ROW, 1)->below_ruleset_cgroup = true;
	written.xattr_filter = (char *)"user.guard";
	written.cgroup = (char *)"a";
	make_clones(0);
	watches_set(watches, &fake.source, &rules);
	apply();
	cr_assert(not(zero(ptr, (void *)told(2))));
	cr_expect(eq(u32, told(2)->kinds, BOOMD_KIND_BIT(BOOMD_RECORD_XATTR)));
	cr_expect(zero(ptr, (void *)told(4)));
	forget_clones();
}
