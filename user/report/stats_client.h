/* SPDX-License-Identifier: GPL-2.0-only */
/* The other side of the stats socket: --dump-stats and --reset-stats. Needs nothing else. */
#ifndef REPORT_STATS_CLIENT_H
#define REPORT_STATS_CLIENT_H

#include <stdint.h>

#include "report/stats_protocol.h"

struct json_object;

/*
 * Asks the daemon of runtime_dir (boomd or oomd) and returns the reply's body, to be put. -errno
 * when there is no daemon, -ETIME when it does not answer in time, -EPERM when it refuses, -EPROTO
 * when the answer makes no sense.
 */
int stats_client_ask(const char *runtime_dir, enum stats_request request, uint64_t limit_us,
		     struct json_object **ret_body);

/* Prints the counters on standard output, then resets them, as asked. 0; or -errno, explained. */
int stats_client_main(const char *runtime_dir, bool dump, bool reset);

#endif
