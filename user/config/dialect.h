/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's dialect of JSON, made strict JSON without moving a byte: comments and trailing commas
 * become spaces. json-c then parses strictly, and so refuses what it would let pass and oomd does
 * not (single quotes, True, NULL); its offsets stay offsets into the file.
 */
#ifndef CONFIG_DIALECT_H
#define CONFIG_DIALECT_H

#include <stddef.h>

#define DIALECT_NONE ((size_t)-1)

/*
 * Returns the offset of the first string that goes on over the end of its line, or DIALECT_NONE:
 * legal in oomd, but when the text then makes no sense, the likely place of a missing quote.
 */
size_t dialect_blank(char *text, size_t length);

#endif
