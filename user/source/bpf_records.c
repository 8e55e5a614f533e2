/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records come through the ring buffer and are handed on as they are, but for PSI triggers: the
 * record says in which cgroup one fired, and a poll of that cgroup's triggers says which.
 */
#include "source/bpf.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <time.h>

#include "clock.h"
#include "source/cgroupfs_notify.h"

#define FIRED_BATCH 64
#define DRAIN_MAX   4096 /* records handed over at once; more wait for the next drain */

static int hand_over(struct bpf_source *source, const struct boomd_record *record)
{
	int err = source->record_fn(source->record_user, record);

	if (err < 0)
		source->drain_err = err;
	else
		source->nr_drained++;
	return err < 0 ? err : 0;
}

/* One record for each trigger that fired; template has the values of that instant, or none. */
static int hand_over_fired(struct bpf_source *source, const struct boomd_record *template,
			   const struct trigger_fired *fired, size_t nr)
{
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++) {
		struct boomd_record record = *template;

		record.kind = BOOMD_RECORD_PSI_TRIGGER;
		record.cgroup_id = fired[i].id;
		record.detail = fired[i].tag;
		err = hand_over(source, &record);
	}
	return err;
}

/* Somebody's trigger fired there. If none of ours did, it was another program's. */
static int on_trigger(struct bpf_source *source, const struct boomd_record *record)
{
	struct trigger_fired fired[FIRED_BATCH];
	size_t nr = triggers_poll(source->triggers, record->cgroup_id, fired, FIRED_BATCH);

	return hand_over_fired(source, record, fired, nr);
}

int bpf_on_record(void *user, void *data, size_t size)
{
	struct bpf_source *source = user;
	const struct boomd_record *record = data;
	int err;

	if (size < sizeof(*record))
		return 0;
	switch (record->kind) {
	case BOOMD_RECORD_PSI_TRIGGER:
		err = on_trigger(source, record);
		break;
	case BOOMD_RECORD_CGROUP_MADE:
		(void)bpf_learn_name(source, record->cgroup_id);
		if (names_count(source->names) >= source->nr_mapped)
			(void)bpf_rows_reserve(source, names_count(source->names));
		err = hand_over(source, record);
		break;
	case BOOMD_RECORD_CGROUP_FREED:
		triggers_drop(source->triggers, record->cgroup_id);
		if (source->notify)
			cgroupfs_notify_remove(source->notify, record->cgroup_id);
		names_remove(source->names, record->cgroup_id);
		err = hand_over(source, record);
		break;
	default:
		err = hand_over(source, record);
	}
	if (!err && source->nr_drained >= DRAIN_MAX)
		err = -ECANCELED; /* the rest waits in the buffer, which stays readable */
	return err;
}

/* Triggers about which no record came; id 0: all. */
static int poll_triggers(struct bpf_source *source, uint64_t id)
{
	const struct boomd_record template = { .time_ns = clock_now_ns() };
	struct trigger_fired fired[FIRED_BATCH];
	size_t nr;
	int err;

	do {
		nr = triggers_poll(source->triggers, id, fired, FIRED_BATCH);
		err = hand_over_fired(source, &template, fired, nr);
	} while (!err && nr == FIRED_BATCH); /* one fires once in 500 ms at most: this ends */
	return err;
}

/*
 * After a drop, a trigger may have fired whose record was lost, and one that is not polled keeps
 * silent from then on. Where the hook is missing, inotify says which to ask.
 */
static int drain_triggers(struct bpf_source *source, bool lost)
{
	uint64_t id;
	int err = lost ? poll_triggers(source, 0) : 0;

	while (!err && source->notify && source->nr_drained < DRAIN_MAX &&
	       cgroupfs_notify_read(source->notify, &id, 1))
		err = poll_triggers(source, id);
	return err;
}

int bpf_drain_records(struct bpf_source *source, source_record_fn fn, void *user, bool *ret_lost)
{
	uint64_t dropped;
	int err;

	source->record_fn = fn;
	source->record_user = user;
	source->nr_drained = 0;
	source->drain_err = 0;
	err = ring_buffer__consume(source->ring);
	if (err < 0 && err != -ECANCELED && !source->drain_err)
		return err;
	dropped = __atomic_load_n(&source->state->records_dropped, __ATOMIC_RELAXED);
	*ret_lost = dropped != source->dropped_seen;
	source->dropped_seen = dropped;
	if (!source->drain_err)
		(void)drain_triggers(source, *ret_lost);
	/* While a kill is under way nothing may allocate, not even in the kernel. */
	if (!source->drain_err && !source->state->exits_watched)
		bpf_walks_refill(source);
	return source->drain_err ? source->drain_err : source->nr_drained;
}
