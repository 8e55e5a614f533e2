/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/engine/from_text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "unit/config/messages.h"

static char messages[4096];

struct rules *rules_from_text(const char *text)
{
	const struct plugin_env env = { .memory_total_bytes = 1 << 30 };
	struct parsed parsed = parsed_new(text);
	struct rules *rules = NULL;

	cr_assert(parsed.config != NULL, "%s", parsed.messages);
	cr_assert(zero(int, rules_compile(parsed.config, &env, &parsed.diagnostics, &rules)));
	parsed.config = NULL; /* the rules' now */
	parsed_free(&parsed);
	return rules;
}

struct drop_in *drop_in_from_text(const char *tag, const char *text, const struct rules *base,
				  int expected_err)
{
	struct parsed parsed = parsed_drop_in(text);
	struct drop_in *drop_in = NULL;
	int err;

	cr_assert(parsed.config != NULL, "%s", parsed.messages);
	err = drop_in_compile(tag, parsed.config, base, &parsed.diagnostics, &drop_in);
	messages_collect(&parsed.diagnostics, messages, sizeof(messages));
	parsed_free(&parsed);
	cr_expect(eq(int, err, expected_err), "%s", messages);
	cr_assert(eq(int, drop_in == NULL, err != 0));
	return drop_in;
}

char *drop_in_messages(void)
{
	return messages;
}
