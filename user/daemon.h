/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon: source, killer, engine and the event loop that ties them together. */
#ifndef USER_DAEMON_H
#define USER_DAEMON_H

#include "options.h"

/* Exit statuses, oomd's (oomd.md 3.1). */
enum { EXIT_STATUS_OK = 0, EXIT_STATUS_USAGE = 1, EXIT_STATUS_CANNOT_RUN = 3 };

/* Starts everything in order, runs until SIGTERM or SIGINT, stops in reverse order. */
int daemon_main(const struct options *options);

#endif
