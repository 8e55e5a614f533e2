/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/config/messages.h"

#include <stdio.h>
#include <string.h>

void messages_collect(const struct diagnostics *diagnostics, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < diagnostics->nr_items && used + 2 < size; i++) {
		diagnostic_format(diagnostics, &diagnostics->items[i], buf + used, size - used - 1);
		used += strlen(buf + used);
		buf[used++] = '\n';
		buf[used] = '\0';
	}
}

struct parsed parsed_new_bytes(const char *text, size_t length, bool strict)
{
	struct parsed parsed = { 0 };

	diagnostics_init(&parsed.diagnostics, "t", strict);
	parsed.err = config_parse("t", text, length, &parsed.diagnostics, &parsed.config);
	messages_collect(&parsed.diagnostics, parsed.messages, sizeof(parsed.messages));
	return parsed;
}

struct parsed parsed_new(const char *text)
{
	return parsed_new_bytes(text, strlen(text), false);
}

struct parsed parsed_drop_in(const char *text)
{
	struct parsed parsed = { 0 };

	diagnostics_init(&parsed.diagnostics, "t", false);
	parsed.err = config_parse_drop_in("t", text, strlen(text), &parsed.diagnostics,
					  &parsed.config);
	messages_collect(&parsed.diagnostics, parsed.messages, sizeof(parsed.messages));
	return parsed;
}

void parsed_free(struct parsed *parsed)
{
	config_free(parsed->config);
	parsed->config = NULL;
	diagnostics_fini(&parsed->diagnostics);
}
