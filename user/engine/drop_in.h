/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drop-ins (oomd.md 2.3): further rulesets, put together of a base ruleset and a file that replaces
 * parts of it. A drop-in's rulesets are like any other; they run before their base ruleset, the
 * newest first. One file is one drop-in, and comes and goes as a whole.
 */
#ifndef ENGINE_DROP_IN_H
#define ENGINE_DROP_IN_H

#include "engine/rules.h"

struct drop_in {
	char *tag; /* the file's name */
	struct config *config; /* base and file merged: what the rulesets were made of */
	struct ruleset *rulesets;
	size_t nr_rulesets;
	struct hook_list hooks; /* prekill hooks, before those of older drop-ins and of the base */
	struct drop_in *older;
};

/*
 * written is the file, base the rules it is to be added to; nothing of written is kept. Allocates:
 * between evaluations only. 0, or -EINVAL with every mistake told to diagnostics, or -ENOMEM.
 */
int drop_in_compile(const char *tag, const struct config *written, const struct rules *base,
		    struct diagnostics *diagnostics, struct drop_in **ret_drop_in);
void drop_in_free(struct drop_in *drop_in);

/* In front of all others. The rules own it then. None of its tag may be there. */
void rules_add_drop_in(struct rules *rules, struct drop_in *drop_in);
/* Takes it out for drop_in_free(). NULL: none of that tag. */
struct drop_in *rules_take_drop_in(struct rules *rules, const char *tag);
struct drop_in *rules_find_drop_in(const struct rules *rules, const char *tag);

#endif
