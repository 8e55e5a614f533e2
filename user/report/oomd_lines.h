/* SPDX-License-Identifier: GPL-2.0-only */
/* oomd's own lines about a kill on standard error, word for word (docs/oomd.md 1.2). */
#ifndef REPORT_OOMD_LINES_H
#define REPORT_OOMD_LINES_H

#include "report/decision.h"

/* Where cgroup2 is mounted: oomd names whole paths. Static text, or as long as reports are made. */
void oomd_lines_set_root(const char *cgroup_fs);

/* Whom it tried in vain, whom it killed or would have, and the processes, 20 a line. */
void oomd_lines_report(const struct decision *decision);

#endif
