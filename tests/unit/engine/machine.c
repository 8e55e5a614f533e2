/* SPDX-License-Identifier: GPL-2.0-only */
/* A random life and its kernel: see machine.h. */
#include "unit/engine/machine.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bpf/psi.h"

#define S     1000000000ULL
#define MIB   1048576.0
#define GIB   (1024 * MIB)
#define ROOT  0
#define D     4
#define REST_NS (4 * S) /* bpf/watch.bpf.c */
#define FLUSH_NS (21 * MACHINE_STEP_NS) /* 2 s and what the work takes: out of step with folds */

/* xorshift64* */
static uint64_t draw(struct machine *machine)
{
	machine->random ^= machine->random >> 12;
	machine->random ^= machine->random << 25;
	machine->random ^= machine->random >> 27;
	return machine->random * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(struct machine *machine, uint64_t n)
{
	return (draw(machine) >> 32) % n;
}

static double one_of(struct machine *machine, const double *values, size_t nr)
{
	return values[below(machine, nr)];
}

#define ONE_OF(machine, ...) \
	one_of(machine, (const double[]){ __VA_ARGS__ }, \
	       sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

static void cgroup_born(struct machine *machine, int i)
{
	static const char *const names[MACHINE_CGROUPS] = { "", "a", "b", "c", "d" };
	static const int parents[MACHINE_CGROUPS] = { -1, ROOT, ROOT, 2, ROOT };

	machine->cgroups[i] = (struct machine_cgroup){
		.name = names[i],
		.parent = parents[i],
		.there = true,
		.id = machine->next_id++,
		.until_ns = machine->now_ns,
		.memory_bytes = 16 * MIB,
		.target_bytes = 16 * MIB,
		.last_ns = machine->now_ns,
		.next_ns = machine->now_ns + MACHINE_FOLD_NS,
	};
}

void machine_begin(struct machine *machine, uint64_t seed)
{
	memset(machine, 0, sizeof(*machine));
	machine->random = seed * 0x9e3779b97f4a7c15ULL | 1;
	machine->now_ns = MACHINE_START_NS + below(machine, 20) * MACHINE_STEP_NS;
	machine->next_id = 1;
	for (int i = 0; i < MACHINE_CGROUPS; i++)
		cgroup_born(machine, i);
	machine->swap_total_bytes = (uint64_t)(4 * GIB);
	for (int i = 0; i < 8; i++)
		(void)draw(machine);
}

/* --- life --- */

static void begin_phase(struct machine *machine, struct machine_cgroup *cgroup)
{
	cgroup->until_ns = machine->now_ns + (8 + below(machine, 30)) * S;
	cgroup->runs = below(machine, 3) > 0;
	memset(cgroup->stall, 0, sizeof(cgroup->stall));
	cgroup->scan_pages_per_s = 0;
	cgroup->runs &= !machine->rests_from_ns || machine->now_ns < machine->rests_from_ns;
	if (!cgroup->runs)
		return;
	cgroup->stall[BOOMD_RESOURCE_MEMORY] = ONE_OF(machine, 0, 0, 0.1, 0.3, 0.6, 1);
	cgroup->stall[BOOMD_RESOURCE_IO] = ONE_OF(machine, 0, 0, 0.1, 0.3, 0.6, 1);
	cgroup->scan_pages_per_s = ONE_OF(machine, 0, 0, 50, 5000);
	cgroup->target_bytes = ONE_OF(machine, 16, 150, 250, 450, 700, 1200) * MIB;
	cgroup->anon_share = ONE_OF(machine, 0.2, 0.9);
}

static void come_or_go(struct machine *machine)
{
	struct machine_cgroup *d = &machine->cgroups[D];

	if (machine->release_ns && machine->now_ns >= machine->release_ns) {
		machine->cgroups[ROOT].nr_dying--;
		machine->release_ns = 0;
	}
	/* nobody is left in a cgroup that is removed, and so it has been folded for the last time */
	if (machine->rests_from_ns && machine->now_ns >= machine->rests_from_ns)
		return;
	if (machine->now_ns < machine->stays_until_ns || d->runs || d->fold_ns)
		return;
	if (below(machine, 50))
		return;
	machine->stays_until_ns = machine->now_ns + 10 * S; /* longer than any mode needs to see it */
	if (!d->there) {
		cgroup_born(machine, D);
	} else if (!machine->release_ns) {
		d->there = false;
		machine->cgroups[ROOT].nr_dying++;
		machine->release_ns = machine->now_ns + (1 + below(machine, 40)) * S;
	}
}

static void live_swap(struct machine *machine, double seconds)
{
	double step = 1 * GIB * seconds, missing;

	if (machine->now_ns >= machine->swap_until_ns) {
		machine->swap_until_ns = machine->now_ns + (10 + below(machine, 30)) * S;
		machine->swap_target_bytes = ONE_OF(machine, 0, 0.2, 0.55, 0.75, 0.85, 0.99) *
					     (double)machine->swap_total_bytes;
		machine->swap_out_bps = ONE_OF(machine, 0, 0, 3e5, 3e6);
		if (!below(machine, 6)) /* swapon */
			machine->swap_total_bytes += (uint64_t)(4 * GIB);
	}
	missing = machine->swap_target_bytes - machine->swap_used_bytes;
	machine->swap_used_bytes += fmax(-step, fmin(step, missing));
	if (machine->cgroups[ROOT].scan_pages_per_s > 0)
		machine->swapped_out_bytes += machine->swap_out_bps * seconds;
}

static void live_cgroup(struct machine_cgroup *cgroup, double seconds)
{
	double step = 2 * GIB * seconds, missing = cgroup->target_bytes - cgroup->memory_bytes;

	if (!cgroup->runs)
		return;
	cgroup->ran = true;
	cgroup->memory_bytes += fmax(-step, fmin(step, missing));
	cgroup->pgscan_pages += cgroup->scan_pages_per_s * seconds;
	for (int i = 0; i < BOOMD_RESOURCES; i++)
		cgroup->lines[i].total_ns += (uint64_t)(cgroup->stall[i] * seconds * 1e9);
}

/* The root runs when somebody does, and stalls as the worst. */
static void live(struct machine *machine)
{
	struct machine_cgroup *root = &machine->cgroups[ROOT];
	double seconds = (double)MACHINE_STEP_NS / 1e9, memory = 0;

	root->runs = false;
	root->scan_pages_per_s = 0;
	memset(root->stall, 0, sizeof(root->stall));
	for (int i = 1; i < MACHINE_CGROUPS; i++) {
		struct machine_cgroup *cgroup = &machine->cgroups[i];

		if (!cgroup->there)
			continue;
		if (machine->now_ns >= cgroup->until_ns)
			begin_phase(machine, cgroup);
		live_cgroup(cgroup, seconds);
		root->runs |= cgroup->runs;
		root->scan_pages_per_s += cgroup->scan_pages_per_s;
		memory += cgroup->memory_bytes;
		for (int j = 0; j < BOOMD_RESOURCES; j++)
			root->stall[j] = fmax(root->stall[j], cgroup->stall[j]);
	}
	root->target_bytes = memory;
	live_cgroup(root, seconds);
	root->memory_bytes = memory;
	if (root->runs)
		live_swap(machine, seconds);
	come_or_go(machine);
}

/* --- the kernel --- */

static void catch_up(const struct psi_age *age, struct machine_line *line)
{
	psi_catch_up(age, line->total_ns - line->folded_ns, line->avg);
}

/* psi_avgs_work() */
static void fold(struct machine_cgroup *cgroup, uint64_t now_ns)
{
	struct psi_age age = { 0 };

	psi_age(&age, now_ns, cgroup->last_ns, cgroup->next_ns, MACHINE_FOLD_NS, 0);
	if (age.stale) {
		for (int i = 0; i < BOOMD_RESOURCES; i++) {
			catch_up(&age, &cgroup->lines[i]);
			cgroup->lines[i].folded_ns = cgroup->lines[i].total_ns;
		}
		cgroup->last_ns = now_ns;
		cgroup->next_ns += (1 + age.missed) * MACHINE_FOLD_NS;
	}
	cgroup->fold_ns = cgroup->ran ? cgroup->next_ns : 0;
	cgroup->ran = false;
}

static uint64_t used_percent(const struct machine *machine)
{
	double total = (double)machine->swap_total_bytes;
	double missing = ceil(((total - floor(machine->swap_used_bytes)) * 100 + 1) / total);

	return missing < 100 ? (uint64_t)(101 - missing) : 0;
}

static uint64_t metric_value(const struct machine *machine, const struct machine_cgroup *cgroup,
			     const struct boomd_watch *row)
{
	switch ((enum boomd_metric)row->metric) {
	case BOOMD_METRIC_PSI_AVG:
		return cgroup->lines[row->resource].avg[row->window];
	case BOOMD_METRIC_MEMORY:
		return (uint64_t)cgroup->memory_bytes;
	case BOOMD_METRIC_ANON:
		return cgroup->flushed_anon;
	case BOOMD_METRIC_PGSCAN:
		return cgroup->flushed_pgscan - cgroup->seen_pgscan;
	case BOOMD_METRIC_SWAP_USED:
		return used_percent(machine);
	case BOOMD_METRIC_SWAP:
	case BOOMD_METRIC_NONE:
		break;
	}
	return 0;
}

static const struct fake_told *told_of(const struct fake_source *source, uint64_t id)
{
	for (size_t i = source->nr_told; i-- > 0;)
		if (source->told[i].id == id)
			return &source->told[i];
	return NULL;
}

static void look_at_rows(const struct machine *machine, struct machine_cgroup *cgroup,
			 struct fake_source *source)
{
	const struct fake_told *told = told_of(source, cgroup->id);
	bool rested = machine->now_ns - cgroup->watched_ns > REST_NS;

	cgroup->watched_ns = machine->now_ns;
	for (size_t i = 0; told && i < source->nr_watches; i++) {
		const struct boomd_watch *row = &source->watches[i];
		uint64_t bit = 1ULL << i;
		bool before = cgroup->watch_true & bit;
		bool now = metric_value(machine, cgroup, row) > row->threshold;

		if (!(told->mask & bit))
			continue;
		cgroup->watch_true = now ? cgroup->watch_true | bit : cgroup->watch_true & ~bit;
		if (now && (!before || (rested && row->metric == BOOMD_METRIC_PGSCAN)))
			fake_record(source, BOOMD_RECORD_WATCH_ABOVE, cgroup->id, i);
		else if (!now && before)
			fake_record(source, BOOMD_RECORD_WATCH_BELOW, cgroup->id, i);
	}
	cgroup->seen_pgscan = cgroup->flushed_pgscan;
}

/* boomd_snapshot's last round */
void machine_looked_at(struct machine *machine, const struct fake_source *source)
{
	for (size_t i = 0; i < source->nr_rows; i++) {
		struct machine_cgroup *cgroup = machine->cgroups;

		while (cgroup->id != source->rows[i].id)
			cgroup++;
		for (size_t j = 0; j < source->nr_watches; j++) {
			const struct boomd_watch *row = &source->watches[j];
			uint64_t value =
				row->metric == BOOMD_METRIC_PSI_AVG ?
					source->rows[i].psi[row->resource][row->stall].avg[row->window] :
					metric_value(machine, cgroup, row);

			if (row->metric != BOOMD_METRIC_PGSCAN && value <= row->threshold)
				cgroup->watch_true &= ~(1ULL << j);
		}
	}
}

static void tell_of_d(const struct machine *before, const struct machine *machine,
		      struct fake_source *source)
{
	const struct machine_cgroup *was = &before->cgroups[D], *is = &machine->cgroups[D];
	const struct fake_told *told = told_of(source, machine->cgroups[ROOT].id);

	if (!was->there && is->there)
		fake_record(source, BOOMD_RECORD_CGROUP_MADE, is->id, 1);
	if (was->there && !is->there)
		fake_record(source, BOOMD_RECORD_CGROUP_FREED, was->id, 1);
	if (before->release_ns && !machine->release_ns && told &&
	    told->kinds & BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_RELEASED))
		fake_record(source, BOOMD_RECORD_CGROUP_RELEASED, 1, was->id);
}

void machine_step(struct machine *machine, struct fake_source *source)
{
	struct machine before;

	machine->now_ns += MACHINE_STEP_NS;
	before = *machine;
	live(machine);
	tell_of_d(&before, machine, source);
	for (int i = 0; i < MACHINE_CGROUPS; i++) {
		struct machine_cgroup *cgroup = &machine->cgroups[i];

		if (!cgroup->there)
			continue;
		if (machine->now_ns % FLUSH_NS == 0) {
			cgroup->flushed_pgscan = (uint64_t)cgroup->pgscan_pages;
			cgroup->flushed_anon =
				(uint64_t)(cgroup->memory_bytes * cgroup->anon_share);
		}
		if (cgroup->fold_ns && machine->now_ns >= cgroup->fold_ns) {
			fold(cgroup, machine->now_ns);
			look_at_rows(machine, cgroup, source);
		}
		if (cgroup->ran && !cgroup->fold_ns)
			cgroup->fold_ns = machine->now_ns + MACHINE_FOLD_NS;
	}
}

void machine_show(const struct machine *machine, struct fake_source *source)
{
	source->nr_rows = 0;
	for (int i = 0; i < MACHINE_CGROUPS; i++) {
		const struct machine_cgroup *cgroup = &machine->cgroups[i];
		struct psi_age age = { 0 };
		struct boomd_row *row;

		if (!cgroup->there)
			continue;
		row = fake_cgroup(source, cgroup->id,
				  cgroup->parent < 0 ? 0 : machine->cgroups[cgroup->parent].id,
				  cgroup->name);
		row->memory_bytes = (uint64_t)cgroup->memory_bytes;
		row->anon_bytes = cgroup->flushed_anon;
		row->pgscan_pages = cgroup->flushed_pgscan;
		row->nr_dying = cgroup->nr_dying;
		psi_age(&age, machine->now_ns, cgroup->last_ns, cgroup->next_ns, MACHINE_FOLD_NS,
			cgroup->fold_ns != 0);
		for (int j = 0; j < BOOMD_RESOURCES; j++) {
			struct machine_line line = cgroup->lines[j];

			catch_up(&age, &line);
			memcpy(row->psi[j][BOOMD_STALL_FULL].avg, line.avg, sizeof(line.avg));
		}
	}
	source->system.memory_total_bytes = (uint64_t)(8 * GIB);
	source->system.swap_total_bytes = machine->swap_total_bytes;
	source->system.swap_free_bytes =
		machine->swap_total_bytes - (uint64_t)machine->swap_used_bytes;
	source->system.has_vmstat = source->source.wants_vmstat;
	source->system.swapped_out_pages =
		(uint64_t)machine->swapped_out_bytes / (uint64_t)sysconf(_SC_PAGESIZE);
}
