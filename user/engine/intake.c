/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking records. They only raise flags here; the evaluation that follows takes the facts from its
 * own snapshot, so a lost or late record costs time, never truth.
 */
#include "engine/state.h"
#include "log.h"
#include "report/stats.h"

#define NS_PER_MS 1000000ULL

/* A storm of mkdir and rmdir is looked at this often, not for each of them. */
#define MEMBERSHIP_NS (100 * NS_PER_MS)
static void tell_record(struct engine *engine, const struct boomd_record *record)
{
	const struct engine_listener *listener = &engine->options.listener;
	const struct cgroup *cgroup = cgroup_tree_by_id(engine->tree, record->cgroup_id);
	char path[CGROUP_PATH_MAX] = "";

	if (!listener->record)
		return;
	if (cgroup)
		cgroup_path(cgroup, path, sizeof(path));
	listener->record(listener->user, record, path);
}

void engine_make_due(struct engine *engine, const struct boomd_record *record)
{
	if (engine->options.tick_ns)
		return;
	if (!engine->due) {
		engine->due = true;
		engine->trigger = *record;
	}
}

static int take_record(void *user, const struct boomd_record *record)
{
	struct engine *engine = user;

	stats_add(STATS_RECORDS, 1);
	tell_record(engine, record);
	switch ((enum boomd_record_kind)record->kind) {
	case BOOMD_RECORD_CGROUP_MADE:
	case BOOMD_RECORD_CGROUP_FREED:
	case BOOMD_RECORD_XATTR: /* of a cgroup for which an xattr_filter asks */
	case BOOMD_RECORD_CGROUP_RELEASED:
		if (engine->membership_ns == UINT64_MAX)
			engine->membership_ns = engine->drained_ns + MEMBERSHIP_NS;
		break;
	case BOOMD_RECORD_PSI_TRIGGER:
		watches_notice(engine->watches, engine->tree, record);
		engine_make_due(engine, record);
		break;
	case BOOMD_RECORD_MEMORY_EVENTS:
	case BOOMD_RECORD_SWAP_EVENTS:
	case BOOMD_RECORD_CGROUP_EVENTS:
	case BOOMD_RECORD_WATCH_ABOVE:
	case BOOMD_RECORD_WATCH_BELOW:
		engine_make_due(engine, record);
		break;
	case BOOMD_RECORD_EXIT:	      /* the pidfds say it too: verification looks at each run */
	case BOOMD_RECORD_PREFERENCE: /* the next snapshot has it */
	case BOOMD_RECORD_OOM_KILL:   /* told to the listener */
	case BOOMD_RECORD_NONE:
	case BOOMD_RECORD_KINDS:
		break;
	}
	return 0;
}

int engine_drain(struct engine *engine, uint64_t now_ns)
{
	struct source *source = engine->options.source;
	bool lost = false;
	int nr;

	engine->drained_ns = now_ns;
	nr = source->ops->drain(source, take_record, engine, &lost);
	if (lost) {
		stats_add(STATS_RECORDS_LOST, 1);
		log_warn("records were lost, looking at every cgroup again");
		engine->membership_changed = true;
		engine->due = true;
	}
	return nr;
}
