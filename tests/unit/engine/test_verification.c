/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After a kill, with the real killer over real children: when is it over, what is said of it, and
 * who has to wait meanwhile.
 */
#include "engine/verification.h"

#include <poll.h>
#include <signal.h>

#include "engine/engine.h"
#include "table_test.h"
#include "unit/engine/puppets.h"
#include "unit/fake_source.h"
#include "unit/kill/scripted.h"

#define S 1000000000ULL

static struct scripted scripted;
static struct fake_source fake;
static struct killer *killer;
static struct verification verification;
static struct decision decision;

static void setup(void)
{
	scripted_init(&scripted, "/nonexistent");
	scripted_spawn(&scripted, 2);
	fake_source_init(&fake);
	fake_cgroup(&fake, 7, 1, "victim");
	cr_assert(zero(int, killer_new(&scripted.base, &killer)));
}

static void teardown(void)
{
	killer_free(killer);
}

TestSuite(verification, .init = setup, .fini = teardown, .timeout = 30);

static void kill_by_script(const char *script)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = { script };
	const struct kill_request request = { .cgroup_id = 7, .path = "victim", .uuid = "u" };

	scripted_script(&scripted, walks);
	decision = (struct decision){ .victim_id = 7, .outcome = DECISION_PENDING };
	cr_assert(zero(int, killer->ops->kill(killer, &request, &decision.kill)));
	verification_begin(&verification, &decision, 100 * S);
}

/* Waits for the killer's word, as the event loop does. */
static void await_exits(void)
{
	struct pollfd exits = { .fd = killer_exit_fd(killer), .events = POLLIN };

	while (!verification_over(&verification, killer, 101 * S))
		cr_assert(eq(int, poll(&exits, 1, 20000), 1));
}

/* A process that is dying and does not: "b" lives, but is said to have been dying before. */
Test(verification, who_does_not_die_is_stuck_when_time_is_up)
{
	struct snapshot snapshot;

	kill_by_script("b~");
	kill(scripted.children[1].pid, SIGSTOP); /* SIGKILL came first: this changes nothing */
	verification.decision.progress.done = false;
	cr_assert(zero(int, fake.source.ops->snapshot(&fake.source, &snapshot)));
	await_exits();
	cr_expect(verification_over(&verification, killer, 101 * S), "over stays over");
	verification.decision.progress.done = false; /* as if somebody had not exited */
	verification_end(&verification, killer, &snapshot);
	cr_expect(eq(int, verification.decision.outcome, DECISION_STUCK));
	cr_expect(not(verification.running));
}

Test(verification, time_is_up_after_ten_seconds)
{
	verification_begin(&verification, &decision, 100 * S);
	verification.decision.kill.nr_signalled = 1;
	cr_expect(eq(u64, verification.deadline_ns, 110 * S));
}

Test(verification, recovered_when_all_have_exited_with_what_came_back)
{
	struct snapshot snapshot;

	fake.rows[1].memory_bytes = 4096;
	fake.rows[1].swap_bytes = 8192;
	kill_by_script("ab");
	await_exits();
	cr_assert(zero(int, fake.source.ops->snapshot(&fake.source, &snapshot)));
	verification_end(&verification, killer, &snapshot);
	cr_expect(eq(int, verification.decision.outcome, DECISION_RECOVERED));
	cr_expect(eq(sz, verification.decision.progress.nr_exited, 2));
	cr_expect(eq(u64, verification.decision.memory_after_bytes, 4096));
	cr_expect(eq(u64, verification.decision.swap_after_bytes, 8192));
	cr_expect(ne(u64, verification.decision.exited_ns, 0));
	cr_expect(eq(u64, verification.decision.available_after_bytes, 1ULL << 29));
}

Test(verification, without_a_snapshot_the_outcome_is_known_all_the_same)
{
	kill_by_script("a");
	await_exits();
	verification_end(&verification, killer, NULL);
	cr_expect(eq(int, verification.decision.outcome, DECISION_RECOVERED));
	cr_expect(zero(u64, verification.decision.recovered_ns));
}

static int nr_outcomes;

static void count_outcome(void *user, const struct decision *over)
{
	(void)user, (void)over;
	nr_outcomes++;
}

/* always_continue, and a second ruleset: neither may kill from the snapshot in which the first lived. */
Test(verification, nobody_else_is_killed_meanwhile)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = { "a" };
	struct rules *rules = puppet_rules(1, 2);
	size_t second = puppet_add_ruleset(rules, 1, 1);
	const struct engine_options options = {
		.source = &fake.source, .killer = killer, .real_killer = true,
		.max_cgroups = FAKE_ROWS_MAX, .listener.outcome = count_outcome,
	};
	struct pollfd exits = { .fd = killer_exit_fd(killer), .events = POLLIN };
	struct puppet *first = puppet_action(rules, 0, 0);
	struct engine *engine;

	scripted_script(&scripted, walks);
	puppet_detector(rules, 0, 0, 0)->verdict = VERDICT_CONTINUE;
	puppet_detector(rules, second, 0, 0)->verdict = VERDICT_CONTINUE;
	first->verdict = VERDICT_CONTINUE;
	first->reports = DECISION_PENDING;
	first->kills = true;
	puppet_action(rules, 0, 1)->verdict = VERDICT_STOP;
	puppet_action(rules, second, 0)->verdict = VERDICT_STOP;
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	engine_run(engine, 100 * S);
	cr_expect(eq(int, first->nr_runs, 1));
	cr_expect(eq(int, puppet_action(rules, 0, 1)->nr_runs, 0), "the rest of the chain waits");
	cr_expect(eq(int, puppet_action(rules, second, 0)->nr_runs, 0), "the second ruleset waits");
	while (!nr_outcomes) {
		cr_assert(eq(int, poll(&exits, 1, 20000), 1));
		engine_run(engine, 101 * S);
	}
	cr_expect(eq(int, first->nr_runs, 1), "the chain goes on where it was");
	cr_expect(eq(int, puppet_action(rules, 0, 1)->nr_runs, 1));
	cr_expect(eq(int, puppet_action(rules, second, 0)->nr_runs, 1));
	engine_free(engine);
}

/* Two rulesets in one tick (oomd.md 6.2): the second victim only if there is still pressure then. */
static const struct {
	const char *why;
	bool gone; /* what came back was enough for the second ruleset's detector */
	int nr_runs;
} seconds[] = {
	{ "the first kill was enough", true, 0 },
	{ "it was not", false, 1 },
};

TABLE_TEST(verification_of_two, second_kill, seconds, row)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = { "a" };
	struct rules *rules = puppet_rules(1, 1);
	size_t second = puppet_add_ruleset(rules, 1, 1);
	struct puppet *first = puppet_action(rules, 0, 0);
	struct engine_options options = { .source = &fake.source, .real_killer = true,
					  .max_cgroups = FAKE_ROWS_MAX,
					  .listener.outcome = count_outcome };
	struct engine *engine;
	struct pollfd exits;

	setup();
	options.killer = killer;
	exits = (struct pollfd){ .fd = killer_exit_fd(killer), .events = POLLIN };
	scripted_script(&scripted, walks);
	puppet_detector(rules, 0, 0, 0)->verdict = VERDICT_CONTINUE;
	puppet_detector(rules, second, 0, 0)->verdict = VERDICT_CONTINUE;
	first->verdict = puppet_action(rules, second, 0)->verdict = VERDICT_STOP;
	first->reports = DECISION_PENDING;
	first->kills = true;
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	engine_run(engine, 100 * S);
	cr_expect(eq(int, first->nr_runs, 1));
	cr_expect(zero(int, puppet_action(rules, second, 0)->nr_runs), "one victim in one evaluation");
	if (row->gone)
		puppet_detector(rules, second, 0, 0)->verdict = VERDICT_STOP;
	while (!nr_outcomes) {
		cr_assert(eq(int, poll(&exits, 1, 20000), 1));
		engine_run(engine, 101 * S);
	}
	cr_expect(eq(int, puppet_action(rules, second, 0)->nr_runs, row->nr_runs), "%s", row->why);
	engine_free(engine);
	teardown();
}
