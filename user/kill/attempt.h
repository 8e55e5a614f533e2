/* SPDX-License-Identifier: GPL-2.0-only */
/* One attempt to kill everybody in a cgroup: turns of proof and signal, then a job for the helper.
 */
#ifndef KILL_ATTEMPT_H
#define KILL_ATTEMPT_H

#include "kill/real.h"

struct attempt {
	struct real_killer *killer;
	const struct kill_request *request;
	struct job *job; /* claimed; NULL: the helper has no room */
	bool begun;	 /* somebody was signalled: what was known of the kill before is gone */
	bool protected;	 /* somebody who must not die has come in meanwhile: no sweep */
	bool again;	 /* for stragglers of a kill that has been marked already */
};

/* Lists for the first time; -EPERM: PID 1 or boomd is in there. */
int attempt_list(struct attempt *attempt, struct kill_result *result);
/*
 * Turns until a list that was made after the last signal shows nobody new; 0, or why it ended
 * early: -errno. Processes that never stop appearing are left to the sweep.
 */
int attempt_signal(struct attempt *attempt, struct kill_result *result);
/* Hands over to the helper what may block. */
void attempt_submit(struct attempt *attempt, const struct kill_result *result);
/* victims_signalled_fn: the process has its signal, all that follows may take its time. */
void attempt_signalled(void *user, const struct boomd_task *task, int pidfd);

#endif
