/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel log, where oomd's kill line goes: one write(2) a line, or the kernel makes two of it.
 */
#ifndef REPORT_KMSG_H
#define REPORT_KMSG_H

#include <stdbool.h>

/* Writes oomd's kill line with its prefix; 0, or -errno, or -EBADF when no kernel log is open. */
struct decision;
int kmsg_kill_line(const struct decision *decision);
/* The same for a service that systemd restarts (oomd.md 1.4); errors as above. */
int kmsg_restart_line(const char *service, bool dry);

#endif
