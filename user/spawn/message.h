/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What boomd and the spawner say to each other, one message a packet. Both ends are the same
 * program, so there is no version and no byte order.
 */
#ifndef SPAWN_MESSAGE_H
#define SPAWN_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "spawn/result.h"
#include "spawn/spawner.h"

#define SPAWN_MESSAGE_MAX 8192

enum spawn_kind { SPAWN_RUN = 1, SPAWN_CANCEL };

/* From boomd. Behind it, for SPAWN_RUN: the texts, each with its NUL, in the order of enum spawn_text. */
struct spawn_message {
	uint32_t kind; /* enum spawn_kind */
	uint32_t dry;
	uint64_t number;      /* of the run, never 0, never used twice */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC: killed then */
	uint64_t cgroup_id;
	uint64_t memory_bytes, swap_bytes;
	double memory_full_avg10; /* percent */
};

enum spawn_text {
	SPAWN_TEXT_COMMAND,
	SPAWN_TEXT_CGROUP,
	SPAWN_TEXT_RULESET,
	SPAWN_TEXT_GROUP,
	SPAWN_TEXT_PLUGIN,
	SPAWN_TEXT_UUID,
	SPAWN_TEXTS
};

/* To boomd. SPAWN_RUNNING: what it has said so far, in case that it must be killed. */
struct spawn_reply {
	uint64_t number;
	struct spawn_result result;
};

/* The request in a buffer of SPAWN_MESSAGE_MAX: its length, or -E2BIG. */
int spawn_pack(const struct spawn_request *request, uint64_t number, char *buf);
/* The request out of a message; texts point into it. -EBADMSG: it is none. */
int spawn_unpack(const char *buf, size_t length, struct spawn_request *ret_request,
		 uint64_t *ret_number);

#endif
