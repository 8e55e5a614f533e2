/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configurations for guest tests, as macros that paste JSON.
 *
 * WHEN_STALLED fires when the kernel's own trigger does; WHEN_TOLD fires once the test makes the
 * cgroup "go.slice", so that a test of *whom* boomd kills need not create pressure.
 */
#ifndef TESTS_GUEST_RULES_H
#define TESTS_GUEST_RULES_H

#define RULES(detector, action)                                                                    \
	"{ \"rulesets\": [ { \"name\": \"test\", \"post_action_delay\": \"30\","                   \
	" \"detectors\": [ [ \"group\", " detector " ] ],"                                         \
	" \"actions\": [ " action " ] } ] }"

#define WHEN_STALLED(cgroup)                                                                       \
	"{ \"name\": \"psi_trigger\", \"args\": { \"cgroup\": \"" cgroup "\","                     \
	" \"resource\": \"memory\", \"stall\": \"full\","                                          \
	" \"threshold_ms\": \"100\", \"window_ms\": \"1000\" } }"

#define WHEN_PRESSURE_ABOVE(cgroup, percent)                                                       \
	"{ \"name\": \"pressure_above\", \"args\": { \"cgroup\": \"" cgroup "\","                  \
	" \"resource\": \"memory\", \"threshold\": \"" percent "\", \"duration\": \"0\" } }"

#define WHEN_TOLD "{ \"name\": \"exists\", \"args\": { \"cgroup\": \"go.slice\" } }"

/* more: further arguments, e.g. ", \"recursive\": true" */
#define KILL_BIGGEST(cgroup, more)                                                                 \
	"{ \"name\": \"kill_by_memory_size_or_growth\", \"args\": { \"cgroup\": \"" cgroup "\"" more " } }"

#endif
