/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the children of boomd's own helpers end: the spawner's commands and whatever these have
 * started. They are nobody's victims, but every signal is sent from this room.
 */
#ifndef KILL_OFFSPRING_H
#define KILL_OFFSPRING_H

#include <sys/types.h>

/* From now on orphans among the caller's descendants become its children. 0 or -errno. */
int offspring_adopt(void);
/*
 * Kills all descendants of the caller, which has adopted them and is single-threaded, and awaits
 * their deaths. Nothing escapes by another session or by being forked into the background: whoever
 * loses its parent becomes a child of the caller, and is killed in the next round. A child that is
 * not reaped keeps its number, so that no stranger is hit. Blocks as long as somebody takes to die.
 */
void offspring_kill(void);
/* Asks a child of the caller, not reaped yet, to end (SIGTERM). */
void offspring_stop(pid_t child);

#endif
