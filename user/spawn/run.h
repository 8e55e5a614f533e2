/* SPDX-License-Identifier: GPL-2.0-only */
/* One command, looked after by a process of its own. */
#ifndef SPAWN_RUN_H
#define SPAWN_RUN_H

#include <stdint.h>

#include "spawn/spawner.h"

/*
 * In a process that the spawner forked for it: runs the command until it exits, its deadline comes
 * or SIGTERM asks for its end, answers on fd, and then kills whatever it has left behind. Returns
 * the exit status: 0 when it has answered.
 */
int run_main(int fd, const struct spawn_request *request, uint64_t number);

#endif
