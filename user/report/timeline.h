/* SPDX-License-Identifier: GPL-2.0-only */
/* The way from the kernel's event to memory back, in times. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/decision.h"

/*
 * "event, drained +85us, snapshot +412us, ...": each step counted from the one before; steps that
 * did not happen are left out. Returns the length.
 */
size_t timeline_print(const struct decision *decision, char *buf, size_t size);
/* When it began: the event, or, woken by a timer, the first step there is; 0: no time at all. */
uint64_t timeline_begin_ns(const struct decision *decision);

#endif
