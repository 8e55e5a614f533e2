/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hook said is text from outside: line by line, and cleaned. */
#include "report/hook.h"

#include <string.h>

#include "log.h"
#include "report/text.h"
#include "report/units.h"

static void append_end(const struct spawn_result *result, char *buf, size_t size, size_t *used)
{
	switch ((enum spawn_end)result->end) {
	case SPAWN_NONE:
	case SPAWN_RUNNING:
		break;
	case SPAWN_EXITED:
		text_append(buf, size, used, "exit status %d", result->status);
		return;
	case SPAWN_SIGNALLED:
		text_append(buf, size, used, "ended by signal %d", result->status);
		return;
	case SPAWN_TIMED_OUT:
		text_append(buf, size, used, "TIMED OUT and killed");
		return;
	case SPAWN_NOT_STARTED:
		text_append(buf, size, used, "NOT STARTED: %s", strerror(-result->status));
		return;
	case SPAWN_LOST:
		text_append(buf, size, used, "LOST: its spawner died");
		return;
	}
	text_append(buf, size, used, "no answer");
}

static const char *path_of(const struct decision *decision, uint64_t id)
{
	for (size_t i = 0; i < decision->nr_candidates && i < DECISION_CANDIDATES_MAX; i++)
		if (decision->candidates[i].id == id)
			return decision->candidates[i].path;
	return "another candidate";
}

/* One line of output; the text goes on behind it. */
static const char *report_line(const char *text)
{
	char line[SPAWN_OUTPUT_MAX], clean[4 * SPAWN_OUTPUT_MAX + 8];
	size_t length = strcspn(text, "\n");

	memcpy(line, text, length);
	line[length] = '\0';
	log_info("  hook output: %s", log_clean(line, clean, sizeof(clean)));
	return text + length + (text[length] == '\n');
}

void hook_report(const struct decision *decision)
{
	const struct decision_hook *hook = &decision->hook;
	const struct spawn_result *result = &hook->result;
	char name[TEXT_NAME_BYTES], path[TEXT_PATH_BYTES], took[UNITS_BYTES], end[256] = "";
	bool good = result->end == SPAWN_EXITED && !result->status;
	size_t used = 0;

	if (!*hook->name)
		return;
	append_end(result, end, sizeof(end), &used);
	if (result->finished_ns >= hook->fired_ns)
		text_append(end, sizeof(end), &used, " after %s",
			    units_time((int64_t)(result->finished_ns - hook->fired_ns), took));
	if (decision->nr_hooks > 1)
		text_append(end, sizeof(end), &used, "; the last of %zu hooks", decision->nr_hooks);
	log_line(good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "  hook %s for %s: %s",
		 text_name(hook->name, name), text_path(path_of(decision, hook->cgroup_id), path), end);
	for (const char *text = result->output; *text;)
		text = report_line(text);
	if (result->output_bytes > strlen(result->output))
		log_info("  hook output: %llu bytes in all, the rest is lost",
			 (unsigned long long)result->output_bytes);
}
