/* SPDX-License-Identifier: GPL-2.0-only */
/* Comments and trailing commas become spaces: see dialect.h. */
#include "config/dialect.h"

#include <string.h>

/* The byte after the string that begins at `start`, or length when it is not closed. */
static size_t string_end(const char *text, size_t length, size_t start)
{
	for (size_t i = start + 1; i < length; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '"')
			return i + 1;
	}
	return length;
}

/* The byte after the comment that begins at `start`; start itself when there is none. */
static size_t comment_end(const char *text, size_t length, size_t start)
{
	const char *close;
	size_t end = start;

	if (length - start < 2)
		return start;
	if (text[start + 1] == '/') {
		while (end < length && text[end] != '\n' && text[end] != '\r')
			end++;
		return end;
	}
	if (text[start + 1] != '*')
		return start;
	close = memmem(text + start + 2, length - start - 2, "*/", 2);
	return close ? (size_t)(close - text) + 2 : start; /* not closed: json-c will complain */
}

static void blank(char *text, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++)
		if (text[i] != '\n' && text[i] != '\r')
			text[i] = ' ';
}

size_t dialect_blank(char *text, size_t length)
{
	size_t comma = DIALECT_NONE; /* a comma with nothing but space and comments after it yet */
	size_t multiline = DIALECT_NONE;
	char last = '['; /* the last byte that means something */

	for (size_t i = 0, end; i < length; i = end) {
		end = i + 1;
		if (strchr(" \t\r\n", text[i]) && text[i])
			continue;
		if (text[i] == '/' && comment_end(text, length, i) > i) {
			end = comment_end(text, length, i);
			blank(text, i, end);
			continue;
		}
		if (text[i] == '"') {
			end = string_end(text, length, i);
			if (multiline == DIALECT_NONE && memchr(text + i, '\n', end - i))
				multiline = i;
		}
		if ((text[i] == ']' || text[i] == '}') && comma != DIALECT_NONE)
			text[comma] = ' ';
		/* "[,]" and "[1,,]" are wrong in oomd too: a comma must follow a value. */
		comma = text[i] == ',' && !strchr("[{,:", last) ? i : DIALECT_NONE;
		last = text[i];
	}
	return multiline;
}
