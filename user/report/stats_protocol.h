/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's protocol on the stats socket (oomd.md 3.4): the first byte of a request says what is
 * wanted, the reply is {"body": {...}, "error": N} and a newline.
 */
#ifndef REPORT_STATS_PROTOCOL_H
#define REPORT_STATS_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_SOCKET_NAME   "oomd-stats.socket"
#define STATS_REQUEST_BYTES 32	    /* at most; a newline, a NUL or the end of it comes sooner */
#define STATS_LIMIT_US	    2000000 /* for a request, on both sides */

enum stats_request { STATS_REQUEST_GET = 'g', STATS_REQUEST_RESET = 'r', STATS_REQUEST_NONE = '0' };

enum stats_error {
	STATS_ERROR_NONE = 0,
	STATS_ERROR_UNKNOWN = 1,   /* no such request, or an empty one */
	STATS_ERROR_FORBIDDEN = 2, /* boomd's own: not everybody may reset */
};

struct sockaddr_un;

/* Where it is, or -ENAMETOOLONG: the kernel takes 107 bytes. */
int stats_protocol_address(const char *runtime_dir, struct sockaddr_un *ret_address);

/* Has the request ended within these bytes? */
bool stats_protocol_complete(const char *request, size_t length);
/*
 * Does what is asked for. Returns the reply, to be freed, and its length; NULL: out of memory.
 * may_reset: whoever asks is trusted.
 */
char *stats_protocol_answer(const char *request, size_t length, bool may_reset, size_t *ret_length);

#endif
