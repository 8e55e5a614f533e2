/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was looked at, with scores and what became of each: lines for people. */
#ifndef REPORT_CANDIDATES_H
#define REPORT_CANDIDATES_H

#include "report/decision.h"

void candidates_report(const struct decision *decision);
/* The processes that got the signal, the largest first, and those that could not get it. */
void processes_report(const struct decision *decision);

#endif
