/* SPDX-License-Identifier: GPL-2.0-only */
/* How a command is told about the victim. Allocates: in the spawner's processes only. */
#ifndef SPAWN_DESCRIBE_H
#define SPAWN_DESCRIBE_H

#include <stddef.h>

#include "spawn/spawner.h"

#define DESCRIBE_WORDS_MAX 32

/*
 * The environment: PATH and BOOMD_*, nothing of boomd's own. Ends with NULL; never freed, the
 * process is about to end anyway. NULL: no memory.
 */
char **describe_environment(const struct spawn_request *request);
/* An open file with one JSON object, at its beginning; -errno. */
int describe_json(const struct spawn_request *request);
/*
 * Splits a command at blanks into at most DESCRIBE_WORDS_MAX words, in place; ret_words ends with
 * NULL. Returns how many, 0 when there are none or too many.
 */
size_t describe_split(char *command, char *ret_words[DESCRIBE_WORDS_MAX + 1]);

#endif
