/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration for those who give none, compiled in: boomd protects a machine with nothing
 * installed but itself. The Makefile knows that this object depends on the JSON.
 */

#include "config/config.h"

__asm__(".pushsection .rodata, \"a\"\n"
	".global config_default_start, config_default_end\n"
	".hidden config_default_start, config_default_end\n"
	"config_default_start:\n"
	".incbin \"user/config/default.json\"\n"
	"config_default_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char config_default_start[] __attribute__((visibility("hidden")));
extern const char config_default_end[] __attribute__((visibility("hidden")));

int config_default(struct diagnostics *diagnostics, struct config **ret_config)
{
	return config_parse("(built in)", config_default_start,
			    (size_t)(config_default_end - config_default_start), diagnostics,
			    ret_config);
}
