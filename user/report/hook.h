/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines about a decision's prekill hook. */
#ifndef REPORT_HOOK_H
#define REPORT_HOOK_H

#include "report/decision.h"

/* How it ended, and what it said; nothing when none was fired. */
void hook_report(const struct decision *decision);

#endif
