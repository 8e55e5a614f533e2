/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Getting the programs into this kernel.
 *
 * What the kernel has is asked of its BTF, never of its version. A program whose hook is not there
 * stays out, and so does one that the kernel refuses; what it would have told is then named among
 * the capabilities with the rung below. Only the programs without which there is no snapshot are
 * required.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"
#include "log.h"

enum hook { HOOK_NONE, HOOK_FUNC, HOOK_TRACEPOINT };

/* Which type a tracepoint's first argument must have. */
enum first { FIRST_ANY, FIRST_POINTER, FIRST_NUMBER };

static const struct feature {
	const char *program;
	const char *what;      /* the capability: what rows of one name give together; NULL: none */
	enum hook hook;
	const char *target;    /* function or tracepoint */
	const char *when;      /* a tracepoint; only where it begins as `first` says */
	enum first first;      /* of `when`, or else of `target` */
	bool required;	       /* no snapshot without it */
	bool instead;	       /* takes the place of the row before */
	const char *otherwise; /* the rung without it */
	const char *why;       /* and what that means */
} features[] = {
	{ .program = "boomd_snapshot", .what = "snapshot", .required = true },
	{ .program = "boomd_seed", .what = "snapshot", .required = true },
	{ .program = "boomd_set_cgroup", .what = "snapshot", .required = true },
	{ .program = "boomd_clear_watches", .what = "snapshot", .required = true },
	{ .program = "boomd_cgroup_mkdir", .what = "cgroups made and freed",
	  .hook = HOOK_TRACEPOINT, .target = "cgroup_mkdir", .required = true },
	{ .program = "boomd_cgroup_rmdir", .what = "cgroups made and freed",
	  .hook = HOOK_TRACEPOINT, .target = "cgroup_rmdir", .required = true },
	{ .program = "boomd_cgroup_release", .what = "cgroups made and freed",
	  .hook = HOOK_TRACEPOINT, .target = "cgroup_release",
	  .otherwise = "polling", .why = "cgroup_release cannot be traced here" },
	{ .program = "boomd_notify", .what = "memory events",
	  .hook = HOOK_FUNC, .target = "kernfs_notify",
	  .otherwise = "none", .why = "kernfs_notify cannot be traced here" },
	{ .program = "boomd_folded", .what = "psi averages",
	  .hook = HOOK_FUNC, .target = "psi_avgs_work",
	  .otherwise = "polling", .why = "psi_avgs_work cannot be traced here" },
	{ .program = "boomd_setxattr", .what = "preferences",
	  .hook = HOOK_FUNC, .target = "vfs_setxattr",
	  .otherwise = "cgroup files", .why = "vfs_setxattr cannot be traced here: read at start" },
	{ .program = "boomd_removexattr", .what = "preferences",
	  .hook = HOOK_FUNC, .target = "vfs_removexattr",
	  .otherwise = "cgroup files",
	  .why = "vfs_removexattr cannot be traced here: what was read at start stays" },
	{ .program = "boomd_tasks", .what = "processes",
	  .otherwise = "cgroup files", .why = "the task iterator does not run here" },
	{ .program = "boomd_exit", .what = "exits",
	  .hook = HOOK_TRACEPOINT, .target = "sched_process_exit",
	  .otherwise = "none", .why = "sched_process_exit cannot be traced here" },
	{ .program = "boomd_oom_kill", .what = "kernel OOM kills",
	  .hook = HOOK_TRACEPOINT, .target = "mark_victim", .first = FIRST_POINTER,
	  .otherwise = "polling", .why = "memory.events counts them, but not whom" },
	{ .program = "boomd_oom_kill_old", .what = "kernel OOM kills", .instead = true,
	  .hook = HOOK_FUNC, .target = "mark_oom_victim",
	  .when = "mark_victim", .first = FIRST_NUMBER },
};

#define NR_FEATURES (sizeof(features) / sizeof(features[0]))
_Static_assert(NR_FEATURES <= BPF_FEATURES_MAX, "each feature has a link");

static struct bpf_program *program_of(const struct bpf_source *source, size_t i)
{
	return bpf_object__find_program_by_name(source->skel->obj, features[i].program);
}

/* --- what the kernel has --- */

/* The arguments of a tracepoint: of the function type behind typedef btf_trace_<name>. */
static const struct btf_type *tracepoint_proto(const struct btf *btf, const char *name)
{
	char typedef_name[64];
	const struct btf_type *type;
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return NULL;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type);
	if (!type || !btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

static bool tracepoint_is(const struct btf *btf, const char *name, enum first first)
{
	const struct btf_type *proto = tracepoint_proto(btf, name), *type;
	int id;

	if (!proto)
		return false;
	if (first == FIRST_ANY)
		return true;
	if (btf_vlen(proto) < 2) /* argument 0 is the tracepoint's own */
		return false;
	id = btf__resolve_type(btf, btf_params(proto)[1].type);
	type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	return type && btf_is_ptr(type) == (first == FIRST_POINTER);
}

static bool feature_there(const struct btf *btf, const struct feature *feature)
{
	switch (feature->hook) {
	case HOOK_NONE:
		return true;
	case HOOK_TRACEPOINT:
		return tracepoint_is(btf, feature->target, feature->first);
	case HOOK_FUNC:
		if (feature->when && !tracepoint_is(btf, feature->when, feature->first))
			return false;
		return btf__find_by_name_kind(btf, feature->target, BTF_KIND_FUNC) >= 0;
	}
	return false;
}

static int probe(struct bpf_source *source, const char **ret_why)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf) {
		*ret_why = "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)";
		return -ENOTSUP;
	}
	for (size_t i = 0; i < NR_FEATURES; i++)
		source->missing[i] |= !feature_there(btf, &features[i]);
	btf__free(btf);
	return 0;
}

/* --- loading --- */

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];

	if (!getenv("BOOMD_DEBUG") || level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	log_line(level == LIBBPF_WARN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "%s", line);
	return 0;
}

static int set_sizes(struct bpf_source *source)
{
	struct boomd_bpf *skel = source->skel;
	uint32_t max = (uint32_t)source->max_cgroups;
	int err;

	skel->rodata->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	skel->rodata->nr_cpus = (uint32_t)libbpf_num_possible_cpus();
	skel->rodata->nr_devices = (uint32_t)source->nr_devices;
	err = bpf_map__set_max_entries(skel->maps.cgroups, max);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.psi_groups, max);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.rows, max);
	return err;
}

/* Opens and loads all that is not missing; with `only`, just the required ones and that one. */
static int load_once(struct bpf_source *source, size_t only)
{
	int err;

	source->skel = boomd_bpf__open();
	if (!source->skel)
		return -errno;
	err = set_sizes(source);
	for (size_t i = 0; !err && i < NR_FEATURES; i++) {
		bool wanted = !source->missing[i] &&
			      (only == NR_FEATURES || only == i || features[i].required);

		err = bpf_program__set_autoload(program_of(source, i), wanted);
	}
	if (!err)
		err = boomd_bpf__load(source->skel);
	if (err) {
		boomd_bpf__destroy(source->skel);
		source->skel = NULL;
	}
	return err;
}

int bpf_load_by_one(struct bpf_source *source)
{
	for (size_t i = 0; i < NR_FEATURES; i++) {
		if (features[i].required || source->missing[i])
			continue;
		source->missing[i] = load_once(source, i) != 0;
		boomd_bpf__destroy(source->skel);
		source->skel = NULL;
	}
	return load_once(source, NR_FEATURES);
}

int bpf_load(struct bpf_source *source, const char **ret_why)
{
	int err;

	libbpf_set_print(quiet);
	err = probe(source, ret_why);
	if (err)
		return err;
	for (size_t i = 0; i < NR_FEATURES; i++)
		if (features[i].required && source->missing[i]) {
			*ret_why = "the kernel does not tell of cgroups made and removed";
			return -ENOTSUP;
		}
	err = load_once(source, NR_FEATURES);
	if (err && err != -EPERM)
		err = bpf_load_by_one(source);
	if (!err)
		return 0;
	*ret_why = err == -EPERM ? "no permission to load BPF programs (root, no kernel lockdown)"
				 : "the kernel does not take the BPF programs";
	return err == -EPERM ? err : -ENOTSUP;
}

int bpf_attach(struct bpf_source *source, const char **ret_why)
{
	for (size_t i = 0; i < NR_FEATURES; i++) {
		if (features[i].hook == HOOK_NONE || source->missing[i])
			continue;
		source->links[i] = bpf_program__attach(program_of(source, i));
		if (source->links[i])
			continue;
		if (features[i].required) {
			*ret_why = "the BPF programs cannot be attached";
			return errno == EPERM || errno == EACCES ? -EPERM : -ENOTSUP;
		}
		source->missing[i] = true;
	}
	return 0;
}

void bpf_unload(struct bpf_source *source)
{
	for (size_t i = 0; i < NR_FEATURES; i++) {
		bpf_link__destroy(source->links[i]);
		source->links[i] = NULL;
	}
	boomd_bpf__destroy(source->skel);
	source->skel = NULL;
}

static size_t feature_of(const char *program)
{
	size_t i = 0;

	while (i < NR_FEATURES && strcmp(features[i].program, program))
		i++;
	return i;
}

bool bpf_has(const struct bpf_source *source, const char *program)
{
	size_t i = feature_of(program);

	return i < NR_FEATURES && !source->missing[i];
}

void bpf_lacks(struct bpf_source *source, const char *program)
{
	size_t i = feature_of(program);

	if (i < NR_FEATURES)
		source->missing[i] = true;
}

/* What the rows from i on that give one capability come to; *ret_next is the first row after. */
static struct capability capability_of(const struct bpf_source *source, size_t i, size_t *ret_next)
{
	struct capability rung = { .what = features[i].what, .rung = "bpf", .why = "" };
	const struct feature *lacking = NULL;

	for (; i < NR_FEATURES && features[i].what && !strcmp(features[i].what, rung.what); i++)
		if (source->missing[i] && !features[i].instead)
			lacking = &features[i];
		else if (!source->missing[i] && features[i].instead)
			lacking = NULL;
	if (lacking) {
		rung.rung = lacking->otherwise;
		rung.why = lacking->why;
	}
	*ret_next = i;
	return rung;
}

size_t bpf_capabilities(const struct bpf_source *source, struct capability *ret_rungs, size_t max)
{
	size_t nr = 0, i = 0;

	while (i < NR_FEATURES) {
		struct capability rung;

		if (!features[i].what) {
			i++;
			continue;
		}
		rung = capability_of(source, i, &i);
		if (nr < max)
			ret_rungs[nr] = rung;
		nr++;
	}
	return nr;
}

/* --- odds and ends of loaded programs --- */

int bpf_run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);

	return err ? err : (int)opts.retval;
}

int bpf_map_mapping(const struct bpf_map *map, size_t bytes, struct bpf_mapping *ret_mapping)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base;

	bytes = (bytes + page - 1) / page * page;
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (base == MAP_FAILED)
		return -errno;
	*ret_mapping = (struct bpf_mapping){ base, bytes };
	return 0;
}

void bpf_unmap_mapping(struct bpf_mapping *mapping)
{
	if (mapping->base)
		munmap(mapping->base, mapping->bytes);
	mapping->base = NULL;
}
