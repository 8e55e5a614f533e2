/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Collected messages: see diagnostics.h. Everything a configuration says ends up on terminals and
 * in journals, so texts are made printable and kept short here, once, for all who add or print.
 */
#include "config/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define TEXT_BYTES 480 /* a longer text is cut: what was expected comes first in every message */

void diagnostics_init(struct diagnostics *diagnostics, const char *file, bool strict)
{
	*diagnostics = (struct diagnostics){ .file = file, .strict = strict };
}

void diagnostics_fini(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->nr_items; i++)
		free(diagnostics->items[i].text);
	free(diagnostics->items);
	*diagnostics = (struct diagnostics){ .file = diagnostics->file,
					     .strict = diagnostics->strict };
}

/* Ends a text that was cut with dots, never in the middle of a UTF-8 character. */
static void mark_cut(char *text)
{
	size_t end = strlen(text);

	end = end > 3 ? end - 3 : 0;
	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	strcpy(text + end, "...");
}

/* The text, printable and not too long; NULL when memory is out. */
static char *printable(const char *format, va_list args)
{
	char raw[TEXT_BYTES], clean[TEXT_BYTES];
	int length = vsnprintf(raw, sizeof(raw), format, args);

	log_clean(raw, clean, sizeof(clean));
	if (length >= (int)sizeof(raw) || strlen(clean) + 5 >= sizeof(clean))
		mark_cut(clean);
	return strdup(clean);
}

/* Room for one more: the array doubles each time it holds a power of two. */
static bool has_room(struct diagnostics *diagnostics)
{
	size_t nr = diagnostics->nr_items;
	struct diagnostic *items;

	if (nr & (nr - 1))
		return true;
	items = reallocarray(diagnostics->items, nr ? 2 * nr : 1, sizeof(*items));
	if (!items)
		return false;
	diagnostics->items = items;
	return true;
}

void diagnostics_add(struct diagnostics *diagnostics, enum severity severity, struct where at,
		     const char *format, ...)
{
	va_list args;
	char *text;

	/* Counted first: an error that cannot be remembered is still one. */
	if (severity == SEVERITY_ERROR || diagnostics->strict)
		diagnostics->nr_errors++;
	else
		diagnostics->nr_warnings++;

	if (!has_room(diagnostics))
		return;
	va_start(args, format);
	text = printable(format, args);
	va_end(args);
	if (text)
		diagnostics->items[diagnostics->nr_items++] = (struct diagnostic){ severity, at, text };
}

const char *diagnostic_format(const struct diagnostics *diagnostics,
			      const struct diagnostic *diagnostic, char *buf, size_t size)
{
	bool is_error = diagnostic->severity == SEVERITY_ERROR;
	const char *kind = is_error ? "error" : diagnostics->strict ? "error (strict)" : "warning";
	char file[256], place[32] = "";

	log_clean(diagnostics->file ? diagnostics->file : "", file, sizeof(file));
	if (diagnostic->at.line)
		snprintf(place, sizeof(place), "%u:%u:", diagnostic->at.line, diagnostic->at.column);
	snprintf(buf, size, "%s:%s %s: %s", file, place, kind, diagnostic->text);
	return buf;
}

void diagnostics_log(const struct diagnostics *diagnostics)
{
	char line[1024];

	for (size_t i = 0; i < diagnostics->nr_items; i++) {
		const struct diagnostic *item = &diagnostics->items[i];

		diagnostic_format(diagnostics, item, line, sizeof(line));
		if (item->severity == SEVERITY_ERROR || diagnostics->strict)
			log_err("%s", line);
		else
			log_warn("%s", line);
	}
}
