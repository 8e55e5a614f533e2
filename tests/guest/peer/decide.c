/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/peer/decide.h"

#include <stdio.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/internal.h"
#include "table_test.h"

#define OOMD	    "/usr/bin/oomd"
#define BOOMD	    "/usr/bin/boomd"
#define WHY_NO_OOMD "/usr/lib/oomd.failed" /* tools/lib/payload.sh puts it there */
#define LONG_MS	    40000

static const char *const names[PEERS] = { "oomd", "boomd" };
static const char *const kmsg[PEERS] = { "/tmp/kmsg.oomd", "/tmp/kmsg.boomd" };
/* what they say when they run, and what their dump_cgroup_overview says at each tick */
static const char *const runs[PEERS] = { "Running oomd", "running:" };
#define TICK "cgroup=pool.slice total="

void peer_require_oomd(void)
{
	char why[1024] = "tools/lib/payload.sh's payload_peer was not called for this guest";
	FILE *f;

	if (!access(OOMD, X_OK))
		return;
	f = fopen(WHY_NO_OOMD, "re");
	if (f) {
		why[fread(why, 1, sizeof(why) - 1, f)] = 0;
		fclose(f);
	}
	guest_fail("no oomd to compare with: %s", why);
}

static struct guest_daemon *start_peer(const struct scene *scene, enum peer peer)
{
	const struct peer_situation *s = scene->situation;
	bool ticks = peer == PEER_OOMD || s->boomd != BOOMD_BY_EVENTS;
	const char *more[8] = { 0 };
	int n = 0;

	if (ticks) {
		more[n++] = "--interval";
		more[n++] = "1";
	}
	if (s->counts_io) {
		more[n++] = "--device";
		more[n++] = scene->device;
	}
	if (s->drop_in) {
		more[n++] = "--drop-in-dir";
		more[n++] = SCENE_DROP_IN_DIR;
	}
	if (peer == PEER_BOOMD && s->boomd == BOOMD_BY_FILES)
		more[n++] = "--source=cgroupfs";
	peer_kill_line_clear(kmsg[peer]);
	return guest_daemon_start_program(peer == PEER_OOMD ? OOMD : BOOMD, scene->config,
					  "--kmsg-override", kmsg[peer], more[0], more[1], more[2],
					  more[3], more[4], more[5], more[6], NULL);
}

/* oomd has no way to end but a signal; boomd's end shows that all is well with it. */
static void stop_peer(struct guest_daemon *daemon, enum peer peer)
{
	if (peer == PEER_OOMD)
		guest_daemon_kill(daemon);
	else
		cr_expect(eq(int, guest_daemon_stop(daemon), 0));
}

static void expect_refusal(struct guest_daemon *daemon, const char *text)
{
	guest_daemon_await(daemon, text, LONG_MS);
	cr_expect(gt(int, guest_daemon_await_exit(daemon, LONG_MS), 0));
}

/* For who reads the log: nothing is asserted of it. */
static void say_how_long(const struct scene *scene, enum peer peer, uint64_t line_ns)
{
	printf("%s: %s wrote its kill line %lld ms after the first stall, and %lld ms later all "
	       "were dead\n",
	       scene->situation->name, names[peer],
	       (long long)(line_ns - scene->stalled_ns) / 1000000,
	       (long long)(guest_now_ns() - line_ns) / 1000000);
	fflush(stdout);
}

static struct peer_kill_line await_decision(const struct scene *scene, struct guest_daemon *daemon,
					    enum peer peer)
{
	const struct peer_situation *s = scene->situation;
	struct peer_kill_line line;
	uint64_t line_ns;

	if (s->said)
		guest_daemon_await(daemon, s->said, LONG_MS);
	line = peer_kill_line_await(kmsg[peer], LONG_MS);
	line_ns = guest_now_ns();
	if (s->kills)
		scene_expect_dead(scene, line.victim);
	if (s->is_timed)
		say_how_long(scene, peer, line_ns);
	return line;
}

static void start_all_loads(struct scene *scene)
{
	scene_start_loads(scene, 0, scene_nr_cgroups(scene->situation));
}

static void await_ticks(struct guest_daemon *const daemons[PEERS], int nr)
{
	for (int i = 0; i < nr; i++)
		for (int peer = 0; peer < PEERS; peer++)
			guest_daemon_await(daemons[peer], TICK, LONG_MS);
}

static void decide_together(const struct peer_situation *s, struct peer_kill_line ret_lines[PEERS])
{
	struct scene scene = scene_begin(s);
	struct guest_daemon *daemons[PEERS];
	int last = scene_nr_cgroups(s) - 1;

	scene_start_loads(&scene, 0, last);
	for (int peer = 0; peer < PEERS; peer++)
		daemons[peer] = start_peer(&scene, (enum peer)peer);
	for (int peer = 0; peer < PEERS; peer++)
		guest_daemon_await(daemons[peer], runs[peer], LONG_MS);
	await_ticks(daemons, s->ticks_before);
	scene_start_loads(&scene, last, last + 1);
	await_ticks(daemons, s->ticks_after);
	guest_cgroup_new("go.slice");
	for (int peer = 0; peer < PEERS; peer++)
		ret_lines[peer] = await_decision(&scene, daemons[peer], (enum peer)peer);
	for (int peer = 0; peer < PEERS; peer++)
		stop_peer(daemons[peer], (enum peer)peer);
	scene_end(&scene);
}

static struct peer_kill_line decide(struct scene *scene, enum peer peer)
{
	const struct peer_situation *s = scene->situation;
	struct guest_daemon *daemon = start_peer(scene, peer);
	struct peer_kill_line line = { 0 };

	if (s->oomd_refuses && peer == PEER_OOMD) {
		expect_refusal(daemon, s->oomd_refuses);
		return line;
	}
	if (s->is_timed) {
		guest_daemon_await(daemon, runs[peer], LONG_MS);
		start_all_loads(scene);
		scene_await_stall(scene);
	}
	line = await_decision(scene, daemon, peer);
	stop_peer(daemon, peer);
	return line;
}

/* A kill that is none leaves the situation as it is. */
static void decide_in_turn(const struct peer_situation *s, struct peer_kill_line ret_lines[PEERS])
{
	struct scene scene = scene_begin(s);

	start_all_loads(&scene);
	for (int peer = 0; peer < PEERS; peer++)
		ret_lines[peer] = decide(&scene, (enum peer)peer);
	scene_end(&scene);
}

static void kill_in_turn(const struct peer_situation *s, struct peer_kill_line ret_lines[PEERS])
{
	for (int peer = 0; peer < PEERS; peer++) {
		struct scene scene = scene_begin(s);

		if (!s->is_timed)
			start_all_loads(&scene);
		ret_lines[peer] = decide(&scene, (enum peer)peer);
		scene_end(&scene);
	}
}

void peer_decide(const struct peer_situation *s, struct peer_kill_line ret_lines[PEERS])
{
	if (s->kills)
		kill_in_turn(s, ret_lines);
	else if (s->is_history)
		decide_together(s, ret_lines);
	else
		decide_in_turn(s, ret_lines);
}
