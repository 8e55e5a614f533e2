/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After a kill: who has exited, what came back, and when it is over. While a kill is being verified no
 * other one may start, because memory that is about to come back must not cost a second victim.
 */
#ifndef ENGINE_VERIFICATION_H
#define ENGINE_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "report/decision.h"
#include "source/source.h"

struct verification {
	bool running;
	uint64_t deadline_ns; /* then the kill counts as stuck */
	struct decision decision;
};

/* Takes over a decision whose signals are sent. */
void verification_begin(struct verification *verification, const struct decision *decision,
			uint64_t now_ns);
/*
 * Looks at who has exited. True when it is over by this call: everybody has, or time is up. The
 * caller then takes a snapshot and calls verification_end().
 */
bool verification_over(struct verification *verification, struct killer *killer, uint64_t now_ns);
/* Fills in outcome, times and what came back. snapshot NULL: memory could not be looked at. */
void verification_end(struct verification *verification, struct killer *killer,
		      const struct snapshot *snapshot);

#endif
