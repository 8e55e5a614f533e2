/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of a decision in the order in which they happen, out of the record. */
#include "report/timeline.h"

#include <stdio.h>

#include "report/text.h"
#include "report/units.h"

static const struct {
	const char *name;
	size_t offset; /* of the uint64_t in struct decision */
} steps[] = {
	{"event", offsetof(struct decision, event_ns)},
	{"drained", offsetof(struct decision, drained_ns)},
	{"snapshot", offsetof(struct decision, snapshot_ns)},
	{"hook fired", offsetof(struct decision, hook.fired_ns)},
	{"hook over", offsetof(struct decision, hook.result.finished_ns)},
	{"decided", offsetof(struct decision, decided_ns)},
	{"signalled", offsetof(struct decision, signalled_ns)},
	{"exited", offsetof(struct decision, exited_ns)},
	{"recovered", offsetof(struct decision, recovered_ns)},
};

#define NR_STEPS (sizeof(steps) / sizeof(steps[0]))

static uint64_t step_ns(const struct decision *decision, size_t step)
{
	return *(const uint64_t *)((const char *)decision + steps[step].offset);
}

uint64_t timeline_begin_ns(const struct decision *decision)
{
	for (size_t i = 0; i < NR_STEPS; i++) {
		if (step_ns(decision, i))
			return step_ns(decision, i);
	}
	return 0;
}

size_t timeline_print(const struct decision *decision, char *buf, size_t size)
{
	uint64_t before_ns = 0;
	size_t used = 0;
	char took[UNITS_BYTES];

	if (!size)
		return 0;
	buf[0] = '\0';
	for (size_t i = 0; i < NR_STEPS; i++) {
		uint64_t at_ns = step_ns(decision, i);

		if (!at_ns)
			continue;
		if (!before_ns)
			text_append(buf, size, &used, "%s", steps[i].name);
		else
			text_append(buf, size, &used, ", %s %s%s", steps[i].name,
				    at_ns < before_ns ? "" : "+",
				    units_time((int64_t)(at_ns - before_ns), took));
		before_ns = at_ns;
	}
	return used;
}
