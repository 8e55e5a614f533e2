/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel log, where oomd's kill line goes: one write(2) a line, or the kernel makes two of it.
 */
#ifndef REPORT_KMSG_H
#define REPORT_KMSG_H

/* Writes oomd's kill line with its prefix; 0, or -errno, or -EBADF when no kernel log is open. */
struct decision;
int kmsg_kill_line(const struct decision *decision);

#endif
