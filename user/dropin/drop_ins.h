/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --drop-in-dir (oomd.md 2.3): each file of one directory is a drop-in, read when it is whole,
 * compiled, and given to the engine; taken out again when the file goes.
 *
 * A file is taken as a whole or not at all. What is wrong with a new version is told with its
 * place, and the version before stays in force. Versions that were accepted are remembered, so that
 * a reload of the base configuration puts them on top again, the newest first as before.
 */
#ifndef DROPIN_DROP_INS_H
#define DROPIN_DROP_INS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"

struct drop_ins;

/* Reads nothing yet. strict: warnings are errors. 0 or -errno. */
int drop_ins_new(const char *directory, bool strict, struct drop_ins **ret_drop_ins);
void drop_ins_free(struct drop_ins *drop_ins);

/*
 * Puts all drop-ins onto rules that have none and that no engine runs yet: at start and at reload.
 * Looks at the directory anew. 0, -EINVAL if some file is not in force as it is on the disk, or
 * -errno if the directory cannot be looked at; all of it has been told.
 */
int drop_ins_apply(struct drop_ins *drop_ins, struct rules *rules);

/* Readable when there is something for drop_ins_take(). */
int drop_ins_fd(const struct drop_ins *drop_ins);
/*
 * Takes what has happened to the engine. It reads files and allocates, so it belongs between two
 * evaluations, after the records that wait.
 */
void drop_ins_take(struct drop_ins *drop_ins, struct engine *engine);

#endif
