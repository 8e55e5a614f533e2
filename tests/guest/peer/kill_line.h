/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kill line that boomd and its peer write to the file of --kmsg-override:
 *
 *   oomd kill: 0.00 0.00 0.00 pool.slice/big 42184704 ruleset:[r] detectorgroup:[g] killer:k v2
 */
#ifndef TESTS_GUEST_PEER_KILL_LINE_H
#define TESTS_GUEST_PEER_KILL_LINE_H

struct peer_kill_line {
	char text[512];	  /* as it was written */
	char shape[512];  /* the same with # for each of the four numbers that may differ */
	char victim[256]; /* path of the cgroup */
};

/* Makes the file empty, so that a line in it is a new one. */
void peer_kill_line_clear(const char *path);
/* Waits until the file has a line, and takes it to pieces; fails the test otherwise. */
struct peer_kill_line peer_kill_line_await(const char *path, int timeout_ms);

#endif
