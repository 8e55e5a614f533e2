/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A spawner for tests (the real one: build/boomd beside the tests' own program), scripts for it to
 * run, and a fifo whose end says that everybody who held it is dead. Nothing here waits for time.
 */
#ifndef TESTS_UNIT_SPAWN_COMMANDS_H
#define TESTS_UNIT_SPAWN_COMMANDS_H

#include "spawn/spawner.h"

#define COMMAND_FAR_NS 3600000000000ULL /* a deadline that never comes */

/* In a folder of its own, which commands_end() removes. */
void commands_begin(struct spawner **ret_spawner);
void commands_end(struct spawner *spawner);

/* "/bin/sh <script>", valid until the next call; "$FIFO" in text is the fifo's path. */
const char *commands_script(const char *text);
/* Fires it with a victim "a.slice/b", to be killed timeout_ns from now. */
uint64_t commands_fire(struct spawner *spawner, const char *command, uint64_t timeout_ns);
/* Until it is over. */
struct spawn_result commands_await(struct spawner *spawner, uint64_t number);
/* Until somebody has written to the fifo, then until nobody has it open any more. */
void commands_await_fifo(void);
void commands_await_fifo_end(void);

#endif
