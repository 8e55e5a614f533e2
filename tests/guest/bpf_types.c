/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmlinux.h against the kernel that runs: every type, field and enumerator that a program touches
 * must be there and be the same kind of thing. Where kernels differ, exactly one of the two names
 * of the table below must be there. (That vmlinux.h has nothing that no program touches is a unit
 * test.)
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "bpf/boomd.skel.h"
#include "guest/bpf_source.h"

TestSuite(bpf_types, .timeout = 60);

/* Names as vmlinux.h has them; two_at_most: an old kernel may have neither */
static const struct {
	const char *one, *other;
	bool may_miss;
} alternates[] = {
	{ "kernfs_node.__parent", "kernfs_node___old.parent", false },
	{ "cgroup_subsys_state.nr_populated_csets", "cgroup___old.nr_populated_csets", false },
	{ "mm_struct.rss_stat", "mm_struct___old.rss_stat", false },
	{ "mm_struct.rss_stat", "mm_rss_stat.count", false },
	{ "node_stat_item.PGSCAN_KSWAPD", "vm_event_item.PGSCAN_KSWAPD___event", false },
	{ "node_stat_item.PGSCAN_DIRECT", "vm_event_item.PGSCAN_DIRECT___event", false },
	{ "node_stat_item.PGSTEAL_KSWAPD", "vm_event_item.PGSTEAL_KSWAPD___event", false },
	{ "node_stat_item.PGSTEAL_DIRECT", "vm_event_item.PGSTEAL_DIRECT___event", false },
	{ "node_stat_item.PGSCAN_KHUGEPAGED", "vm_event_item.PGSCAN_KHUGEPAGED___event", true },
	{ "node_stat_item.PGSTEAL_KHUGEPAGED", "vm_event_item.PGSTEAL_KHUGEPAGED___event", true },
	{ "node_stat_item.PGSCAN_PROACTIVE", "vm_event_item.PGSCAN_PROACTIVE___event", true },
	{ "node_stat_item.PGSTEAL_PROACTIVE", "vm_event_item.PGSTEAL_PROACTIVE___event", true },
};

/* The programs' own types: of the border (boomd_*) and of a program's stack. */
static const char *const own[] = { "walk",    "round",	"exited", "stat_places",
				   "psi_age", "io_sum", "io_cpus", "released", "truths" };

/* Read with the size that BTF says, so it may differ. */
static const char *const any_size[] = { "cgroup.subtree_control" };

static struct btf *kernel;
static const struct btf *ours;

static bool among(const char *name, const char *const *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

/* "mm_struct___old" -> "mm_struct" */
static void essential(const char *name, char *ret, size_t size)
{
	const char *flavour = strstr(name + 1, "___");

	snprintf(ret, size, "%.*s", flavour ? (int)(flavour - name) : (int)strlen(name), name);
}

static const struct btf_type *resolved(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* Of a struct of the kernel, also inside its nameless parts; NULL: none */
static const struct btf_type *kernel_field(const struct btf_type *type, const char *name)
{
	const struct btf_member *member = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++, member++) {
		const char *here = btf__name_by_offset(kernel, member->name_off);
		const struct btf_type *inner = resolved(kernel, member->type);

		if (!strcmp(here, name))
			return inner;
		if (!*here && btf_is_composite(inner)) {
			inner = kernel_field(inner, name);
			if (inner)
				return inner;
		}
	}
	return NULL;
}

static bool same_kind(const struct btf_type *a, const struct btf_type *b, const char *key)
{
	if (btf_is_int(a) && (btf_is_int(b) || btf_is_any_enum(b)))
		return a->size == b->size || among(key, any_size, ARRAY_SIZE(any_size));
	if (btf_is_composite(a))
		return btf_is_composite(b);
	return btf_kind(a) == btf_kind(b);
}

static bool field_there(const struct btf_type *their_struct, const struct btf_type *type,
			const char *name, const char *key)
{
	const struct btf_type *theirs = kernel_field(their_struct, name);

	if (!theirs)
		return false;
	if (btf_is_array(type) && btf_is_array(theirs))
		return same_kind(resolved(ours, btf_array(type)->type),
				 resolved(kernel, btf_array(theirs)->type), key);
	return same_kind(type, theirs, key);
}

/* One look at each name; alternates are remembered and judged at the end. */
static size_t nr_types, nr_names;
static bool there[ARRAY_SIZE(alternates)][2], asked[ARRAY_SIZE(alternates)][2];

static void judge(const char *key, bool is_there)
{
	bool alternate = false;

	for (size_t i = 0; i < ARRAY_SIZE(alternates); i++) {
		bool one = !strcmp(alternates[i].one, key);

		if (!one && strcmp(alternates[i].other, key))
			continue;
		there[i][!one] = is_there;
		asked[i][!one] = true;
		alternate = true;
	}
	cr_expect(alternate || is_there, "%s", key);
	nr_names++;
}

static void check_struct(const struct btf_type *type, const char *name)
{
	const struct btf_member *member = btf_members(type);
	char real[128], key[256];
	int id;

	essential(name, real, sizeof(real));
	id = btf__find_by_name_kind(kernel, real, BTF_KIND_STRUCT);
	for (int i = 0; i < btf_vlen(type); i++, member++) {
		const char *field = btf__name_by_offset(ours, member->name_off);

		snprintf(key, sizeof(key), "%s.%s", name, field);
		judge(key, id > 0 && field_there(btf__type_by_id(kernel, (__u32)id),
						 resolved(ours, member->type), field, key));
	}
	nr_types++;
}

static bool enumerator_there(const struct btf_type *type, const char *name)
{
	char real[128];

	essential(name, real, sizeof(real));
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(kernel, btf_enum(type)[i].name_off), real))
			return true;
	return false;
}

static void check_enum(const struct btf_type *type, const char *name)
{
	int id = btf__find_by_name_kind(kernel, name, BTF_KIND_ENUM);
	char key[256];

	cr_assert(gt(int, id, 0), "enum %s", name);
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *value = btf__name_by_offset(ours, btf_enum(type)[i].name_off);

		snprintf(key, sizeof(key), "%s.%s", name, value);
		judge(key, enumerator_there(btf__type_by_id(kernel, (__u32)id), value));
	}
	nr_types++;
}

static void check_alternates(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(alternates); i++) {
		cr_expect(asked[i][0], "%s is not touched any more", alternates[i].one);
		cr_expect(asked[i][1], "%s is not touched any more", alternates[i].other);
		cr_expect(not(there[i][0] && there[i][1]), "%s and %s", alternates[i].one,
			  alternates[i].other);
		cr_expect(there[i][0] || there[i][1] || alternates[i].may_miss, "neither %s nor %s",
			  alternates[i].one, alternates[i].other);
	}
}

Test(bpf_types, what_the_programs_touch_is_there)
{
	size_t bytes;
	const void *elf = boomd_bpf__elf_bytes(&bytes);
	struct bpf_object *object = bpf_object__open_mem(elf, bytes, NULL);

	cr_assert(ne(ptr, object, NULL));
	kernel = btf__load_vmlinux_btf();
	cr_assert(ne(ptr, kernel, NULL));
	ours = bpf_object__btf(object);
	for (__u32 id = 1; id < btf__type_cnt(ours); id++) {
		const struct btf_type *type = btf__type_by_id(ours, id);
		const char *name = btf__name_by_offset(ours, type->name_off);

		if (!*name || !strncmp(name, "boomd_", 6) || among(name, own, ARRAY_SIZE(own)))
			continue;
		if (btf_is_struct(type))
			check_struct(type, name);
		else if (btf_is_enum(type))
			check_enum(type, name);
	}
	check_alternates();
	cr_expect(ge(sz, nr_types, 30));
	cr_expect(ge(sz, nr_names, 110));
	fprintf(stderr, "checked %zu names of %zu types\n", nr_names, nr_types);
	btf__free(kernel);
	bpf_object__close(object);
}
