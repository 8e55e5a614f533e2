/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom boomd and its peer, Debian's oomd, kill in the same situation.
 */
#ifndef TESTS_GUEST_PEER_DECIDE_H
#define TESTS_GUEST_PEER_DECIDE_H

#include "guest/peer/kill_line.h"
#include "guest/peer/scene.h"

enum peer { PEER_OOMD, PEER_BOOMD, PEERS };

/* Fails the test with the reason where this guest has no oomd. */
void peer_require_oomd(void);
/*
 * Puts the guest into the situation; oomd and boomd, one after the other, kill. oomd's line is
 * empty where it is to refuse the configuration.
 */
void peer_decide(const struct peer_situation *s, struct peer_kill_line ret_lines[PEERS]);

#endif
