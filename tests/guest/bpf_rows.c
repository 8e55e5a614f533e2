/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every field of every row against the cgroup's own files.
 *
 * The files are read here by code of its own, so that a shared mistake cannot hide. A busy value
 * may move between two looks: a field is right when the row agrees with what the files said before
 * or after the snapshot, and a cgroup is looked at again when one is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "guest/bpf_source.h"

TestSuite(bpf_rows, .init = bpf_test_setup, .fini = bpf_test_teardown, .timeout = 240);

#define TRIES 50

/* How a file says it: alone, behind a key, behind two, in a line of a pressure file, of io.stat */
enum form { NUMBER, KEYED, SUM, AVG, TOTAL, IO };

#define ROW(field) offsetof(struct boomd_row, field)

/* "MAJ:MIN" */
static char swap_disk[32];

static const struct field {
	const char *name;
	size_t offset;
	const char *file, *key, *key2;
	enum form form;
	uint32_t flag; /* that says the row has it */
	bool seen;     /* the scene below makes it differ from 0 somewhere */
} fields[] = {
	{ "memory_bytes", ROW(memory_bytes), "memory.current", "", NULL, NUMBER,
	  BOOMD_ROW_HAS_MEMORY, true },
	{ "min_bytes", ROW(min_bytes), "memory.min", "", NULL, NUMBER, BOOMD_ROW_HAS_MEMORY, true },
	{ "low_bytes", ROW(low_bytes), "memory.low", "", NULL, NUMBER, BOOMD_ROW_HAS_MEMORY, true },
	{ "high_bytes", ROW(high_bytes), "memory.high", "", NULL, NUMBER, BOOMD_ROW_HAS_MEMORY,
	  true },
	{ "max_bytes", ROW(max_bytes), "memory.max", "", NULL, NUMBER, BOOMD_ROW_HAS_MEMORY, true },
	{ "swap_bytes", ROW(swap_bytes), "memory.swap.current", "", NULL, NUMBER,
	  BOOMD_ROW_HAS_SWAP, true },
	{ "swap_max_bytes", ROW(swap_max_bytes), "memory.swap.max", "", NULL, NUMBER,
	  BOOMD_ROW_HAS_SWAP, true },
	{ "anon_bytes", ROW(anon_bytes), "memory.stat", "anon", NULL, KEYED, BOOMD_ROW_HAS_STAT,
	  true },
	{ "file_bytes", ROW(file_bytes), "memory.stat", "file", NULL, KEYED, BOOMD_ROW_HAS_STAT,
	  true },
	{ "shmem_bytes", ROW(shmem_bytes), "memory.stat", "shmem", NULL, KEYED, BOOMD_ROW_HAS_STAT,
	  true },
	{ "pgscan_pages", ROW(pgscan_pages), "memory.stat", "pgscan", NULL, KEYED,
	  BOOMD_ROW_HAS_STAT, true },
	{ "pgsteal_pages", ROW(pgsteal_pages), "memory.stat", "pgsteal", NULL, KEYED,
	  BOOMD_ROW_HAS_STAT, true },
	{ "refault_pages", ROW(refault_pages), "memory.stat", "workingset_refault_anon",
	  "workingset_refault_file", SUM, BOOMD_ROW_HAS_STAT, true },
	{ "events.low", ROW(events.low), "memory.events", "low", NULL, KEYED, BOOMD_ROW_HAS_MEMORY,
	  false },
	{ "events.high", ROW(events.high), "memory.events", "high", NULL, KEYED,
	  BOOMD_ROW_HAS_MEMORY, true },
	{ "events.max", ROW(events.max), "memory.events", "max", NULL, KEYED, BOOMD_ROW_HAS_MEMORY,
	  true },
	{ "events.oom", ROW(events.oom), "memory.events", "oom", NULL, KEYED, BOOMD_ROW_HAS_MEMORY,
	  true },
	{ "events.oom_kill", ROW(events.oom_kill), "memory.events", "oom_kill", NULL, KEYED,
	  BOOMD_ROW_HAS_MEMORY, true },
	{ "events.oom_group_kill", ROW(events.oom_group_kill), "memory.events", "oom_group_kill",
	  NULL, KEYED, BOOMD_ROW_HAS_MEMORY, true },
	{ "events.swap_high", ROW(events.swap_high), "memory.swap.events", "high", NULL, KEYED,
	  BOOMD_ROW_HAS_SWAP, false },
	{ "events.swap_max", ROW(events.swap_max), "memory.swap.events", "max", NULL, KEYED,
	  BOOMD_ROW_HAS_SWAP, false },
	{ "events.swap_fail", ROW(events.swap_fail), "memory.swap.events", "fail", NULL, KEYED,
	  BOOMD_ROW_HAS_SWAP, false },
	{ "nr_dying", ROW(nr_dying), "cgroup.stat", "nr_dying_descendants", NULL, KEYED, 0, true },
#define IO_COUNTER(field, key, must)                                                               \
	{ "io " key, ROW(io[BOOMD_DEVICE_SSD].field), "io.stat", swap_disk, key, IO,               \
	  BOOMD_ROW_HAS_IO, must }
	IO_COUNTER(read_bytes, "rbytes=", true),
	IO_COUNTER(write_bytes, "wbytes=", true),
	IO_COUNTER(read_ios, "rios=", true),
	IO_COUNTER(write_ios, "wios=", true),
	IO_COUNTER(discard_bytes, "dbytes=", false),
	IO_COUNTER(discard_ios, "dios=", false),
#define PSI_LINE(resource, file, stall, line, flag, must)                                          \
	{ file " " line " total", ROW(psi[resource][stall].total_us), file, line, "total=", TOTAL, \
	  flag, must },                                                                            \
		{ file " " line " avg10", ROW(psi[resource][stall].avg[0]), file, line, "avg10=",  \
		  AVG, flag, must },                                                               \
		{ file " " line " avg60", ROW(psi[resource][stall].avg[1]), file, line, "avg60=",  \
		  AVG, flag, must },                                                               \
		{ file " " line " avg300", ROW(psi[resource][stall].avg[2]), file, line,           \
		  "avg300=", AVG, flag, must }
	PSI_LINE(BOOMD_RESOURCE_MEMORY, "memory.pressure", BOOMD_STALL_SOME, "some",
		 BOOMD_ROW_HAS_MEMORY_PSI, true),
	PSI_LINE(BOOMD_RESOURCE_MEMORY, "memory.pressure", BOOMD_STALL_FULL, "full",
		 BOOMD_ROW_HAS_MEMORY_PSI, true),
	PSI_LINE(BOOMD_RESOURCE_IO, "io.pressure", BOOMD_STALL_SOME, "some", BOOMD_ROW_HAS_IO_PSI,
		 true),
	PSI_LINE(BOOMD_RESOURCE_IO, "io.pressure", BOOMD_STALL_FULL, "full", BOOMD_ROW_HAS_IO_PSI,
		 true),
};

#define NR_FIELDS ARRAY_SIZE(fields)

/* What one look at the files gave */
struct look {
	bool there[NR_FIELDS];
	uint64_t value[NR_FIELDS];
};

/* --- the test's own reading of files --- */

static bool read_file(const char *dir, const char *file, char *text, size_t size)
{
	char path[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

/* The line that begins with key and a space, behind it */
static const char *line_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		if (!strncmp(text, key, len) && text[len] == ' ')
			return text + len + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

static bool keyed(const char *text, const char *key, uint64_t *ret)
{
	const char *line = line_of(text, key);

	if (!line)
		return false;
	*ret = strtoull(line, NULL, 10);
	return true;
}

static bool parse(const struct field *field, const char *text, uint64_t *ret)
{
	const char *at;
	uint64_t one, two;

	switch (field->form) {
	case NUMBER:
		*ret = !strncmp(text, "max", 3) ? BOOMD_MAX : strtoull(text, NULL, 10);
		return true;
	case KEYED:
		return keyed(text, field->key, ret);
	case SUM:
		if (!keyed(text, field->key, &one) || !keyed(text, field->key2, &two))
			return false;
		*ret = one + two;
		return true;
	case AVG: /* "12.34": in hundredths, which is all that the file tells */
		at = strstr(line_of(text, field->key) ?: "", field->key2);
		if (!at)
			return false;
		*ret = strtoull(at + strlen(field->key2), (char **)&at, 10) * 100;
		*ret += strtoull(at + 1, NULL, 10);
		return true;
	case IO: /* a device that was not used has no line */
		at = strstr(line_of(text, field->key) ?: "", field->key2);
		*ret = at ? strtoull(at + strlen(field->key2), NULL, 10) : 0;
		return true;
	case TOTAL:
		at = strstr(line_of(text, field->key) ?: "", field->key2);
		if (!at)
			return false;
		*ret = strtoull(at + strlen(field->key2), NULL, 10);
		return true;
	}
	return false;
}

static void look_at_files(const char *dir, struct look *ret)
{
	char text[16384];

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < NR_FIELDS; i++) {
		if (!i || strcmp(fields[i].file, fields[i - 1].file))
			if (!read_file(dir, fields[i].file, text, sizeof(text)))
				strcpy(text, "?");
		ret->there[i] = strcmp(text, "?") && parse(&fields[i], text, &ret->value[i]);
	}
}

static uint64_t row_value(const struct boomd_row *row, const struct field *field)
{
	const void *at = (const char *)row + field->offset;
	uint64_t whole, part;

	if (field->form != AVG)
		return !strcmp(field->name, "nr_dying") ? *(const uint32_t *)at
							: *(const uint64_t *)at;
	whole = *(const uint32_t *)at >> BOOMD_PSI_FIXED_SHIFT;
	part = *(const uint32_t *)at & ((1 << BOOMD_PSI_FIXED_SHIFT) - 1);
	return whole * 100 + (part * 100 >> BOOMD_PSI_FIXED_SHIFT);
}

/* --- comparing --- */

static struct tally {
	size_t nr_cgroups, nr_compared;
	size_t seen[NR_FIELDS];
} tally;

static bool agrees(const struct look *before, const struct look *after, size_t i, uint64_t value)
{
	return value == before->value[i] || value == after->value[i];
}

/* The root's memory comes from /proc/meminfo: it has no files for the fields of HAS_MEMORY. */
static bool has_files(const struct boomd_row *row, size_t i)
{
	return row->level || fields[i].flag != BOOMD_ROW_HAS_MEMORY;
}

/* The number of the first field that is wrong, or NR_FIELDS. */
static size_t compare_fields(const struct boomd_row *row, const struct look *before,
			     const struct look *after, struct tally *count)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		bool has = !fields[i].flag || row->flags & fields[i].flag;
		uint64_t value = row_value(row, &fields[i]);

		if (!has_files(row, i))
			continue;
		if (has != after->there[i] || (has && !agrees(before, after, i, value)))
			return i;
		if (!has && value)
			return i;
		count->nr_compared++;
		count->seen[i] += has && value && value != BOOMD_MAX;
	}
	return NR_FIELDS;
}

static void expect_flags(const char *dir, const struct boomd_row *row)
{
	static const char *const names[] = { "trusted.oomd_prefer", "user.oomd_prefer",
					     "trusted.oomd_avoid", "user.oomd_avoid" };
	uint32_t preference = 0;
	char text[256];
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (getxattr(dir, names[i], NULL, 0) >= 0)
			preference |= 1U << i;
	cr_expect(eq(u32, row->preference, preference), "%s", dir);
	if (read_file(dir, "memory.oom.group", text, sizeof(text)))
		cr_expect(eq(int, !!(row->flags & BOOMD_ROW_OOM_GROUP), atoi(text)), "%s", dir);
	if (read_file(dir, "cgroup.events", text, sizeof(text))) {
		cr_assert(keyed(text, "populated", &value));
		cr_expect(ne(u32, row->flags & BOOMD_ROW_HAS_POPULATED, 0), "%s", dir);
		cr_expect(eq(int, !!(row->flags & BOOMD_ROW_POPULATED), (int)value), "%s", dir);
	} else {
		cr_expect(zero(u32, row->flags & BOOMD_ROW_HAS_POPULATED), "%s", dir);
	}
	tally.nr_compared += 3;
}

static void compare_cgroup(const char *dir, const struct stat *st)
{
	struct look before, after;
	const struct boomd_row *row = NULL;
	size_t wrong = 0;

	for (int try = 0; try < TRIES; try++) {
		struct tally count = tally;
		struct snapshot snapshot;

		look_at_files(dir, &before);
		snapshot = bpf_test_snapshot();
		look_at_files(dir, &after);
		row = bpf_test_row(&snapshot, st->st_ino);
		cr_assert(ne(ptr, (void *)row, NULL), "%s is not in the snapshot", dir);
		wrong = compare_fields(row, &before, &after, &count);
		if (wrong == NR_FIELDS) {
			tally = count;
			expect_flags(dir, row);
			tally.nr_cgroups++;
			return;
		}
	}
	cr_expect(false, "%s: %s is %llu, the file says %llu then %llu (%s)", dir,
		  fields[wrong].name, (unsigned long long)row_value(row, &fields[wrong]),
		  (unsigned long long)before.value[wrong], (unsigned long long)after.value[wrong],
		  after.there[wrong] ? "it is there" : "it is not there");
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)walk;
	if (type == FTW_D)
		compare_cgroup(path, st);
	return 0;
}

/* --- a scene in which every field has something to say --- */

static struct guest_load *hold(struct guest_cgroup *cg, const char *mib)
{
	struct guest_load *load = guest_load_start(cg, "hog", "--mib", mib, NULL);

	guest_load_await_ready(load, BPF_TEST_MS);
	return load;
}

/* A file in memory (the guest's root is one), charged to the cgroup that writes it */
static void write_shmem(struct guest_cgroup *cg, const char *path, size_t bytes)
{
	static char block[4096];
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

		guest_cgroup_write(cg, "cgroup.procs", "0");
		for (size_t at = 0; at < bytes; at += sizeof(block))
			if (write(fd, block, sizeof(block)) != sizeof(block))
				_exit(1);
		_exit(0);
	}
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(zero(int, status));
}

/*
 * A socket belongs to the cgroup that it was made in, and holds it after its removal. (A charged
 * page does so until 6.18 only.) Returns the socket.
 */
static int make_dying(const char *parent)
{
	char name[256];
	struct guest_cgroup *cg;
	int fd, root;

	snprintf(name, sizeof(name), "%s/dying", parent);
	cg = guest_cgroup_new(name);
	guest_cgroup_write(cg, "cgroup.procs", "0");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	root = open(GUEST_CGROUP_ROOT "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	cr_assert(eq(long, write(root, "0", 1), 1));
	close(root);
	cr_assert(ge(int, fd, 0));
	guest_cgroup_remove(cg);
	return fd;
}

static void make_limits(void)
{
	struct guest_cgroup *cg = guest_cgroup_new("limits");

	guest_cgroup_write(cg, "memory.min", "4M");
	guest_cgroup_write(cg, "memory.low", "8M");
	guest_cgroup_write(cg, "memory.high", "64M");
	guest_cgroup_write(cg, "memory.max", "128M");
	guest_cgroup_write(cg, "memory.swap.max", "32M");
	guest_cgroup_write(cg, "memory.oom.group", "1");
	guest_cgroup_set_xattr(cg, "trusted.oomd_prefer", "1");
	(void)hold(cg, "12");
}

/* Over memory.max, with a little swap that fills up: events of every kind, then a group kill */
static void make_killed(void)
{
	struct guest_cgroup *cg = guest_cgroup_new("killed/group");
	struct guest_load *load;
	int how;

	guest_cgroup_write(cg, "memory.max", "16M");
	guest_cgroup_write(cg, "memory.swap.max", "4M");
	guest_cgroup_write(cg, "memory.oom.group", "1");
	load = guest_load_start(cg, "hog", "--mib", "64", NULL);
	cr_assert(guest_load_await_death(load, BPF_TEST_MS, &how));
	cr_assert(guest_cgroup_await_empty(cg, BPF_TEST_MS));
}

static struct guest_cgroup *make_thrash(void)
{
	struct guest_cgroup *cg = guest_cgroup_new("pressed/thrash");
	struct guest_load *load;

	guest_cgroup_write(cg, "memory.high", "16M");
	load = guest_load_start(cg, "hog", "--mib", "32", "--touch", NULL);
	guest_load_await_ready(load, BPF_TEST_MS);
	return cg;
}

static void make_switched_off(void)
{
	struct guest_cgroup *parent = guest_cgroup_new("off");
	struct guest_cgroup *quiet = guest_cgroup_new("no-pressure");

	(void)guest_cgroup_new("off/child");
	guest_cgroup_write(parent, "cgroup.subtree_control", "-memory");
	guest_cgroup_write(quiet, "cgroup.pressure", "0");
}

/* Returns what must stay open while it is looked at. */
static int make_scene(void)
{
	(void)guest_cgroup_new("empty");
	(void)hold(guest_cgroup_new("deep/a/b/c"), "4");
	make_limits();
	make_killed();
	make_switched_off();
	write_shmem(guest_cgroup_new("shmem"), "/dev/shm/alive", 2 << 20);
	return make_dying("deep/a");
}

static bool pressure_everywhere(void *id)
{
	struct snapshot snapshot = bpf_test_snapshot();
	const struct boomd_row *row = bpf_test_row(&snapshot, *(uint64_t *)id);

	for (size_t i = 0; i < NR_FIELDS; i++)
		if ((fields[i].form == AVG || fields[i].form == TOTAL) &&
		    !row_value(row, &fields[i]))
			return false;
	return true;
}

/* The counter of a disk's I/Os under way, and of those done, in /proc/diskstats */
static uint64_t disk_done(uint64_t *ret_under_way)
{
	FILE *stats = fopen("/proc/diskstats", "re");
	unsigned int major, minor, want_major, want_minor;
	unsigned long long reads = 0, writes = 0, under_way = 0;
	char line[512];

	cr_assert(ne(ptr, stats, NULL));
	cr_assert(eq(int, sscanf(swap_disk, "%u:%u", &want_major, &want_minor), 2));
	while (fgets(line, sizeof(line), stats))
		if (sscanf(line, "%u %u %*s %llu %*u %*u %*u %llu %*u %*u %*u %llu", &major, &minor,
			   &reads, &writes, &under_way) == 5 &&
		    major == want_major && minor == want_minor)
			break;
	fclose(stats);
	*ret_under_way = under_way;
	return reads + writes;
}

static bool disk_is_quiet(void *unused)
{
	static uint64_t last;
	static int nr;
	uint64_t under_way, done = disk_done(&under_way);

	(void)unused;
	nr = done == last && !under_way ? nr + 1 : 0;
	last = done;
	return nr >= 5;
}

static bool disk_is_busy(void *unused)
{
	uint64_t under_way;
	static uint64_t last;
	uint64_t done = disk_done(&under_way);
	bool busy = last && done > last + 20;

	(void)unused;
	last = last && !busy ? last : done;
	return busy;
}

Test(bpf_rows, every_field_of_every_cgroup_is_what_its_files_say)
{
	struct guest_cgroup *thrash;
	uint64_t id;
	int held;

	snprintf(swap_disk, sizeof(swap_disk), "%s", bpf_test_open_with_swap_disk());
	held = make_scene();
	thrash = make_thrash();
	id = guest_cgroup_id(thrash);
	bpf_test_until(pressure_everywhere, &id, "the thrashing cgroup has pressure of all kinds");
	guest_cgroup_write(thrash, "cgroup.freeze", "1");

	memset(&tally, 0, sizeof(tally));
	cr_assert(zero(int, nftw(GUEST_CGROUP_ROOT, visit, 16, FTW_PHYS | FTW_MOUNT)));

	cr_expect(ge(sz, tally.nr_cgroups, 15), "so many cgroups were compared");
	cr_expect(ge(sz, tally.nr_compared, 500), "so many fields were compared");
	for (size_t i = 0; i < NR_FIELDS; i++)
		cr_expect(ge(sz, tally.seen[i], fields[i].seen), "%s was 0 everywhere",
			  fields[i].name);
	fprintf(stderr, "compared %zu fields of %zu cgroups\n", tally.nr_compared,
		tally.nr_cgroups);
	close(held);
	unlink("/dev/shm/alive");
}

Test(bpf_rows, the_root_is_the_whole_machine)
{
	struct snapshot snapshot = bpf_test_snapshot();
	const struct boomd_row *root = bpf_test_row(&snapshot, bpf_test_root_id());

	cr_assert(ne(ptr, (void *)root, NULL));
	cr_expect(zero(u64, root->parent_id));
	cr_expect(zero(u32, root->level));
	cr_expect(eq(str, (char *)bpf_test_name(&snapshot, root->id), ""));
	cr_expect(eq(u64, root->memory_bytes,
		     snapshot.system.memory_total_bytes - snapshot.system.memory_free_bytes));
	cr_expect(gt(u64, root->anon_bytes, 0));
	cr_expect(ne(u32, root->flags & BOOMD_ROW_HAS_MEMORY, 0));
	cr_expect(eq(u64, root->max_bytes, BOOMD_MAX));
}

/* Reading the file adds up what CPUs have counted; so the row is taken before anybody reads it. */
Test(bpf_rows, io_is_counted_before_the_kernel_adds_it_up)
{
	const size_t first = NR_FIELDS - 16 - 6;
	struct guest_cgroup *thrash, *parent;
	struct look look;

	snprintf(swap_disk, sizeof(swap_disk), "%s", bpf_test_open_with_swap_disk());
	cr_assert(eq(str, (char *)fields[first].name, "io rbytes="));
	parent = guest_cgroup_new("pressed");
	thrash = make_thrash();
	for (int round = 0; round < 3; round++) {
		struct snapshot snapshot;
		struct guest_cgroup *both[] = { thrash, parent };

		guest_cgroup_write(thrash, "cgroup.freeze", "1");
		bpf_test_until(disk_is_quiet, NULL, "the swap disk comes to rest");
		snapshot = bpf_test_snapshot();
		for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
			const struct boomd_row *row =
				bpf_test_row(&snapshot, guest_cgroup_id(both[i]));

			look_at_files(guest_cgroup_path(both[i]), &look);
			cr_assert(ne(u32, row->flags & BOOMD_ROW_HAS_IO, 0));
			for (size_t f = first; f < first + 6; f++)
				cr_expect(eq(u64, row_value(row, &fields[f]), look.value[f]),
					  "%s of %s", fields[f].name, guest_cgroup_path(both[i]));
			cr_expect(gt(u64, look.value[first], 0));
		}
		guest_cgroup_write(thrash, "cgroup.freeze", "0");
		bpf_test_until(disk_is_busy, NULL, "the thrashing goes on");
	}
}

/* The kernel does not fold what rests, so this is the row's own arithmetic against the file's. */
Test(bpf_rows, averages_of_a_resting_cgroup_fade_as_its_file_says)
{
	struct guest_cgroup *cg = make_thrash();
	const size_t avg10 = NR_FIELDS - 15;
	uint64_t id = guest_cgroup_id(cg), peak, now, file;
	uint64_t until = guest_now_ns() + 60000000000ULL; /* a busy machine: 14 s else */
	size_t nr_fades = 0, nr_wrong = 0;
	struct snapshot snapshot;

	cr_assert(eq(str, (char *)fields[avg10].name, "memory.pressure some avg10"));
	bpf_test_until(pressure_everywhere, &id, "the thrashing cgroup has pressure of all kinds");
	guest_cgroup_write(cg, "cgroup.kill", "1");
	cr_assert(guest_cgroup_await_empty(cg, BPF_TEST_MS));
	snapshot = bpf_test_snapshot();
	peak = row_value(bpf_test_row(&snapshot, id), &fields[avg10]);
	/* Reading the file folds; so the row alone is asked until it has changed. */
	for (now = peak; now > peak / 4 && guest_now_ns() < until;) {
		uint64_t then = now;

		snapshot = bpf_test_snapshot();
		now = row_value(bpf_test_row(&snapshot, id), &fields[avg10]);
		if (now < then) {
			struct look look;

			nr_fades++;
			look_at_files(guest_cgroup_path(cg), &look);
			file = look.value[avg10];
			nr_wrong += now != file;
			cr_expect(le(u64, now > file ? now - file : file - now, 1),
				  "row %llu, file %llu of %llu", (unsigned long long)now,
				  (unsigned long long)file, (unsigned long long)peak);
		}
	}
	cr_expect(le(u64, now, peak / 4), "it fades though nobody runs there");
	cr_expect(ge(sz, nr_fades, 2));
	cr_expect(le(sz, nr_wrong, 1), "of %zu", nr_fades);
}
