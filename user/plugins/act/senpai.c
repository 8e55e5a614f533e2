/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * senpai: finds out how much memory cgroups really need, by taking away what they do not miss
 * (oomd.md 1.4). By default their memory.high is moved up and down so that they stall as much as
 * pressure_ms says; with immediate_backoff a part of what is too much is reclaimed now and then,
 * and memory.high stays as it is.
 *
 * It lives by ticks (5 s, or --interval), as its arguments say, and not by what happens: unlike
 * detectors it asks to be woken at each. It only decides here; cgroup files are the worker's
 * (senpai_worker.c), and what it found is looked at a tick later. What was changed is given
 * back when the cgroup or the plugin leaves, or boomd does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/index.h"
#include "log.h"
#include "plugins/act/senpai_student.h"
#include "plugins/plugin.h"

#define CGROUPS_MAX 2048
#define BYTES_MAX   (1LL << 60)
#define TICKS_MAX   (1LL << 40)

struct senpai {
	struct cgroup_patterns cgroup;
	struct senpai_way way;
	int64_t log_interval; /* ticks */
	int64_t memory_high_timeout_ms;

	struct senpai_ledger *ledger; /* NULL: nothing will run (--check-config) */
	struct student *students;     /* CGROUPS_MAX */
	struct id_index index;	      /* of students */
	size_t nr_students;	      /* the highest that is in use, and one */
	uint64_t next_tick_ns;
	int64_t log_ticks;
	bool told_dry, told_full;
};

#define ARG(member) .offset = offsetof(struct senpai, member)

static const struct plugin_arg senpai_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .required = true, .help = "whose memory to trim" },
	{ "limit_min_bytes", ARG_INT, ARG(way.settings.limit_min_bytes), .fallback = "104857600",
	  .max = BYTES_MAX, .help = "leave it this many bytes and what nobody can reclaim" },
	{ "limit_max_bytes", ARG_INT, ARG(way.settings.limit_max_bytes), .fallback = "10737418240",
	  .max = BYTES_MAX, .help = "no limit further above what it uses, bytes" },
	{ "interval", ARG_INT, ARG(way.interval), .fallback = "6", .max = TICKS_MAX,
	  .help = "ticks between two steps" },
	{ "pressure_ms", ARG_INT, ARG(way.settings.pressure_ms), .fallback = "10", .min = 1,
	  .max = TICKS_MAX, .help = "milliseconds it should stall in an interval" },
	{ "pressure_pct", ARG_DOUBLE, ARG(way.pressure_pct), .fallback = "0.1",
	  .help = "immediate_backoff: below this memory pressure, percent" },
	{ "io_pressure_pct", ARG_DOUBLE, ARG(way.io_pressure_pct), .fallback = "0.1",
	  .help = "immediate_backoff: and below this io pressure, percent" },
	{ "max_probe", ARG_DOUBLE, ARG(way.settings.max_probe), .fallback = "0.01", .max = 1,
	  .help = "the most to take in one step, as a part" },
	{ "max_backoff", ARG_DOUBLE, ARG(way.settings.max_backoff), .fallback = "1.0", .max = 1e6,
	  .help = "the most to give back in one step, as a part" },
	{ "coeff_probe", ARG_DOUBLE, ARG(way.settings.coeff_probe), .fallback = "10", .min = 1e-6,
	  .max = 1e9, .help = "how many times too little pressure takes the most" },
	{ "coeff_backoff", ARG_DOUBLE, ARG(way.settings.coeff_backoff), .fallback = "20", .min = 1e-6,
	  .max = 1e9, .help = "how many times too much pressure gives the most back" },
	{ "immediate_backoff", ARG_BOOL, ARG(way.immediate_backoff), .fallback = "false",
	  .help = "reclaim now and then instead of keeping a limit" },
	{ "memory_high_timeout_ms", ARG_INT, ARG(memory_high_timeout_ms), .fallback = "0",
	  .max = TICKS_MAX, .help = "longest time to reclaim by memory.high; 0: no limit" },
	{ "swap_threshold", ARG_DOUBLE, ARG(way.settings.swap_threshold), .fallback = "0.8",
	  .help = "part of its swap that may be in use" },
	{ "swapout_bps_threshold", ARG_INT, ARG(way.settings.swapout_bps_threshold),
	  .fallback = "1048576", .max = BYTES_MAX,
	  .help = "bytes a second that may be swapped out" },
	{ "swap_validation", ARG_BOOL, ARG(way.swap_validation), .fallback = "false",
	  .help = "immediate_backoff: only below swap_threshold" },
	{ "modulate_swappiness", ARG_BOOL, ARG(way.modulate_swappiness), .fallback = "false",
	  .help = "immediate_backoff: swap less when swap is short or busy" },
	{ "log_interval", ARG_INT, ARG(log_interval), .fallback = "60", .max = TICKS_MAX,
	  .help = "ticks between two lines of the log" },
	{ 0 },
};

static int senpai_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	struct senpai *s = state;
	struct senpai_ledger ledger = {
		.settings = s->way.settings,
		.cgroup_fs = env->cgroup_fs,
		.proc = "/proc",
		.memory_total_bytes = (int64_t)env->memory_total_bytes,
		.high_timeout_ms = s->memory_high_timeout_ms,
	};
	int err = 0;

	if (!env->cgroup_fs)
		return 0;
	s->students = calloc(CGROUPS_MAX, sizeof(*s->students));
	err = s->students ? id_index_init(&s->index, CGROUPS_MAX) : -ENOMEM;
	if (!err)
		err = senpai_ledger_open(&ledger, CGROUPS_MAX, &s->ledger);
	if (err) {
		id_index_fini(&s->index);
		free(s->students);
		snprintf(ret_error->text, sizeof(ret_error->text), "%s", strerror(-err));
	}
	return err;
}

static void senpai_fini(void *state)
{
	struct senpai *s = state;

	senpai_ledger_close(s->ledger);
	id_index_fini(&s->index);
	free(s->students);
}

static bool senpai_needs_vmstat(const void *state)
{
	(void)state;
	return true; /* what can be reclaimed depends on vm.swappiness */
}

/* --- who is looked after --- */

static void index_students(struct senpai *s)
{
	size_t nr = 0;

	id_index_reset(&s->index, CGROUPS_MAX);
	for (size_t i = 0; i < s->nr_students; i++) {
		struct student *student = &s->students[i];

		student->seen = false;
		if (!student->entry)
			continue;
		id_index_put(&s->index, student->id, (uint32_t)i);
		nr = i + 1;
	}
	s->nr_students = nr;
}

/* At the end, so that the first tick is linear; among the others only when there is no end left. */
static struct senpai_entry *find_place(struct senpai *s, const struct cgroup *cgroup,
				       size_t *ret_number)
{
	struct senpai_entry *entry = NULL;
	size_t i = s->nr_students < CGROUPS_MAX ? s->nr_students : 0;

	for (; i < CGROUPS_MAX && !entry; i++) {
		if (!s->students[i].entry)
			entry = senpai_entry_claim(s->ledger, i, cgroup);
		*ret_number = i;
	}
	return entry;
}

static void enrol(struct senpai *s, const struct cgroup *cgroup, const struct moment *now)
{
	size_t number;
	struct senpai_entry *entry = find_place(s, cgroup, &number);

	if (!entry) {
		if (!s->told_full)
			log_warn("senpai: more than %d cgroups, the rest is left alone", CGROUPS_MAX);
		s->told_full = true;
		return;
	}
	s->students[number] =
		(struct student){ .entry = entry, .id = cgroup->row->id, .seen = true };
	if (s->nr_students <= number)
		s->nr_students = number + 1;
	student_begin(&s->students[number], &s->way, cgroup, now);
}

static void look_after(struct senpai *s, const struct cgroup *cgroup, const struct moment *now,
		       bool log_now)
{
	struct student *student;
	uint32_t number;

	/* the root has no limit; boomd itself must not be slowed down; oomd ends without PSI totals */
	if (!cgroup->parent || cgroup->row->id == now->own_cgroup_id ||
	    !(cgroup->row->flags & BOOMD_ROW_HAS_MEMORY) ||
	    !(cgroup->row->flags & BOOMD_ROW_HAS_MEMORY_PSI))
		return;
	if (!id_index_get(&s->index, cgroup->row->id, &number)) {
		enrol(s, cgroup, now);
		return;
	}
	student = &s->students[number];
	student->seen = true;
	if (!senpai_entry_is_idle(student->entry))
		return; /* the worker is late; the stalls are counted next time */
	student_tick(student, &s->way, cgroup, now);
	if (log_now)
		student_log(student, now);
}

static void dismiss_unseen(struct senpai *s)
{
	for (size_t i = 0; i < s->nr_students; i++) {
		struct student *student = &s->students[i];

		if (!student->entry || student->seen || !senpai_entry_is_idle(student->entry))
			continue;
		senpai_entry_leave(student->entry);
		student->entry = NULL;
	}
}

static void tick(struct senpai *s, const struct moment *now)
{
	struct arena *arena = now->evaluation->arena;
	static const struct cgroup_patterns none;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	bool log_now = ++s->log_ticks >= s->log_interval;

	if (log_now)
		s->log_ticks = 0;
	if (plugin_resolve(now, &s->cgroup, &none, &list)) {
		log_warn("senpai: no room to list cgroups, none is looked at");
		arena_release(arena, mark);
		return;
	}
	index_students(s);
	for (size_t i = 0; i < list.nr_items; i++)
		look_after(s, list.items[i], now, log_now);
	dismiss_unseen(s);
	arena_release(arena, mark);
}

static enum verdict senpai_run(void *state, const struct moment *now)
{
	struct senpai *s = state;

	if (!s->ledger)
		return VERDICT_CONTINUE;
	if (now->dry_run) {
		if (!s->told_dry)
			log_info("senpai: dry run, no cgroup's memory is touched");
		s->told_dry = true;
		return VERDICT_CONTINUE;
	}
	if (now->now_ns >= s->next_tick_ns) {
		s->next_tick_ns = now->now_ns + now->tick_ns;
		tick(s, now);
	}
	moment_wake_at(now, s->next_tick_ns);
	return VERDICT_CONTINUE;
}

const struct plugin plugin_senpai = {
	.api = PLUGIN_API,
	.kind = PLUGIN_ACT,
	.name = "senpai",
	.about = "take away memory that cgroups do not miss",
	.args = senpai_args,
	.state_size = sizeof(struct senpai),
	.init = senpai_init,
	.fini = senpai_fini,
	.needs_vmstat = senpai_needs_vmstat,
	.run = senpai_run,
};
