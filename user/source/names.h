/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of cgroups by id, for rows that come without one.
 *
 * All memory is taken at the start: an open-addressing table of ids and one arena of strings. An
 * id is never used twice, so a name, once learned, stays true; names of cgroups that are gone are
 * swept out when room is needed.
 */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names;

/* Room for max names of 55 bytes on average. -ENOMEM, or -EINVAL for a max of 0 or absurd. */
int names_new(size_t max, struct names **ret_names);
void names_free(struct names *names);

size_t names_count(const struct names *names);

/*
 * The name of id, or NULL when it is not known. Marks it as wanted. The string stays where it is
 * until the next sweep, even if it is removed.
 */
const char *names_get(struct names *names, uint64_t id);
/* -ENOSPC: the table or the arena is full; -ENAMETOOLONG: of 256 bytes or more. A name that is
 * known stays. */
int names_set(struct names *names, uint64_t id, const char *name);
void names_remove(struct names *names, uint64_t id);

/* From here on, names count as wanted when they are got or set again. */
void names_begin(struct names *names);
/* Drops what was not wanted since names_begin() and closes the gaps; moves strings. */
void names_sweep(struct names *names);

#endif
