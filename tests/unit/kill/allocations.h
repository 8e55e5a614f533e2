/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts what a thread allocates, by standing in front of malloc and its kin. Not under sanitizers,
 * which stand there themselves. Weak, so that another test's own counter would win; then
 * allocations_can_count() says no.
 */
#ifndef TESTS_KILL_ALLOCATIONS_H
#define TESTS_KILL_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* A sanitizer owns malloc in this build: nothing can be counted. */
bool allocations_sanitized(void);
/* Tries it out. */
bool allocations_can_count(void);
/* Of the calling thread, since allocations_begin(). */
void allocations_begin(void);
size_t allocations_end(void);

#endif
