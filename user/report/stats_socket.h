/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stats socket: read by everybody, reset by root and by boomd's own user only (oomd lets
 * everybody, oomd.md 0.28). It is served by the daemon's event loop and never holds it up: a client
 * that is slow, silent or one too many is dropped, and whatever else is ready comes first. Without
 * clients it wakes nobody.
 */
#ifndef REPORT_STATS_SOCKET_H
#define REPORT_STATS_SOCKET_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct stats_socket;

/*
 * Listens at runtime_dir/oomd-stats.socket from now on, in place of what a crashed daemon left
 * there. A client has limit_us for its request. 0, or -errno, and the reason is logged:
 * -ENAMETOOLONG; -EADDRINUSE: somebody answers there; -EEXIST: there is something that is no
 * socket.
 */
int stats_socket_open(sd_event *event, const char *runtime_dir, uint64_t limit_us,
		      struct stats_socket **ret_socket);
/* Drops the clients and removes the socket. NULL is fine. */
void stats_socket_close(struct stats_socket *socket);

#endif
