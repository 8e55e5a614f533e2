/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules and drop-ins from their text. What is not as it should be fails the test. */
#ifndef TESTS_UNIT_ENGINE_FROM_TEXT_H
#define TESTS_UNIT_ENGINE_FROM_TEXT_H

#include "engine/drop_in.h"

struct rules *rules_from_text(const char *text);
/* NULL when it is refused as expected; the messages are in drop_in_messages() then. */
struct drop_in *drop_in_from_text(const char *tag, const char *text, const struct rules *base,
				  int expected_err);
/* What was said of the last one. */
char *drop_in_messages(void);

#endif
