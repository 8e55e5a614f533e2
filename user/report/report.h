/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What boomd says of its decisions: log lines for people, oomd's line in the kernel log.
 * Runs after the signals are sent; made of the decision record alone.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdint.h>

#include "report/decision.h"
#include "source/source.h"

/*
 * Opens the kernel log (default /dev/kmsg, tests give a file: O_WRONLY|O_CREAT|O_APPEND 0644, as
 * oomd's --kmsg-override). -errno when it cannot be opened; reports then go to standard error only.
 */
int report_open(const char *kmsg_path);
void report_close(void);

/* At start: one line per capability, best rung or why not. */
void report_ladder(const struct capability *rungs, size_t nr_rungs);
/* --verbose: one line per record as it arrives. path may be "" when the cgroup is unknown. */
void report_record(const struct boomd_record *record, const char *path);
/* When the kill was tried: candidates, why the first one won, oomd's kill line (also to kmsg). */
void report_decision(const struct decision *decision);
/* When it is over: who exited, how long each step took, what came back. */
void report_outcome(const struct decision *decision);

/* oomd's kill line (oomd.md 1.2), without prefix, with its newline; returns its length. */
size_t report_kill_line(const struct decision *decision, char *buf, size_t size);

#endif
