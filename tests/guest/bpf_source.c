/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest/bpf_source.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "source/bpf.h"

#define RECORDS_MAX 65536
#define SETTLE_MS   20 /* between two looks at something that sends no record */

static struct source *source;
static struct boomd_record *records;
static size_t nr_records, next_unseen[BOOMD_RECORD_KINDS];
static bool lost;

void bpf_test_forget(void)
{
	nr_records = 0;
	lost = false;
	memset(next_unseen, 0, sizeof(next_unseen));
}

static struct source *open_source(const struct source_options *options,
				  const char *const *without, size_t nr_without)
{
	const char *why = "nothing was said";
	int err;

	bpf_test_close();
	bpf_test_forget();
	err = nr_without ? bpf_open_without(options, without, nr_without, &source, &why)
			 : source_bpf_open(options, &source, &why);
	cr_assert(zero(int, err), "%s", why);
	return source;
}

struct source *bpf_test_open(size_t max_cgroups)
{
	return open_source(&(struct source_options){ .max_cgroups = max_cgroups }, NULL, 0);
}

struct source *bpf_test_open_without(const char *const *programs, size_t nr)
{
	return open_source(&(struct source_options){}, programs, nr);
}

const char *bpf_test_open_with_swap_disk(void)
{
	static struct boomd_device device = { .device_class = BOOMD_DEVICE_SSD, .used = 1 };
	static char number[32];
	char path[256];
	struct stat st;
	FILE *swaps = fopen("/proc/swaps", "re");

	cr_assert(ne(ptr, swaps, NULL));
	cr_assert(eq(int, fscanf(swaps, "%*[^\n] %255s", path), 1), "no swap in this guest");
	fclose(swaps);
	cr_assert(zero(int, stat(path, &st)), "%s", path);
	device.major = major(st.st_rdev);
	device.minor = minor(st.st_rdev);
	snprintf(number, sizeof(number), "%u:%u", device.major, device.minor);
	open_source(&(struct source_options){ .devices = &device, .nr_devices = 1 }, NULL,
		    0);
	return number;
}

void bpf_test_close(void)
{
	if (source)
		source->ops->close(source);
	source = NULL;
}

void bpf_test_setup(void)
{
	guest_setup();
	if (!records)
		records = calloc(RECORDS_MAX, sizeof(*records));
	cr_assert(ne(ptr, records, NULL));
	bpf_test_open(0);
}

void bpf_test_teardown(void)
{
	bpf_test_close();
	guest_teardown();
}

struct source *bpf_test_source(void)
{
	return source;
}

static int keep(void *user, const struct boomd_record *record)
{
	(void)user;
	if (nr_records < RECORDS_MAX)
		records[nr_records++] = *record;
	return 0;
}

static void drain(void)
{
	bool lost_now = false;
	int nr;

	do {
		nr = source->ops->drain(source, keep, NULL, &lost_now);
		cr_assert(ge(int, nr, 0));
		lost = lost || lost_now;
	} while (nr);
	cr_assert(lt(sz, nr_records, RECORDS_MAX), "the test keeps too few records");
}

const struct boomd_record *bpf_test_records(size_t *ret_nr)
{
	drain();
	*ret_nr = nr_records;
	return records;
}

bool bpf_test_lost(void)
{
	drain();
	return lost;
}

static bool wait_ms(uint64_t until_ns)
{
	struct pollfd fd = { source->ops->event_fd(source), POLLIN, 0 };
	uint64_t now = guest_now_ns();

	if (now >= until_ns)
		return false;
	(void)poll(&fd, 1, (int)((until_ns - now) / 1000000) + 1);
	drain();
	return true;
}

struct boomd_record bpf_test_await(enum boomd_record_kind kind, uint64_t cgroup_id)
{
	uint64_t until = guest_now_ns() + BPF_TEST_MS * 1000000ULL;

	drain();
	do {
		for (size_t i = next_unseen[kind]; i < nr_records; i++)
			if (records[i].kind == kind && records[i].cgroup_id == cgroup_id) {
				next_unseen[kind] = i + 1;
				return records[i];
			}
	} while (wait_ms(until));
	cr_fatal("no record of kind %d for cgroup %llu among %zu", (int)kind,
		 (unsigned long long)cgroup_id, nr_records);
	abort();
}

size_t bpf_test_count(enum boomd_record_kind kind, uint64_t cgroup_id)
{
	size_t nr = 0;

	drain();
	for (size_t i = 0; i < nr_records; i++)
		nr += records[i].kind == kind && records[i].cgroup_id == cgroup_id;
	return nr;
}

void bpf_test_until(bool (*ready)(void *arg), void *arg, const char *what)
{
	uint64_t until = guest_now_ns() + BPF_TEST_MS * 1000000ULL;

	while (!ready(arg)) {
		cr_assert(lt(u64, guest_now_ns(), until), "%s", what);
		(void)wait_ms(guest_now_ns() + SETTLE_MS * 1000000ULL);
	}
}

struct snapshot bpf_test_snapshot(void)
{
	struct snapshot snapshot = {};

	cr_assert(zero(int, source->ops->snapshot(source, &snapshot)));
	return snapshot;
}

const struct boomd_row *bpf_test_row(const struct snapshot *snapshot, uint64_t id)
{
	for (size_t i = 0; i < snapshot->nr_rows; i++)
		if (snapshot->rows[i].id == id)
			return &snapshot->rows[i];
	return NULL;
}

const char *bpf_test_name(const struct snapshot *snapshot, uint64_t id)
{
	for (size_t i = 0; i < snapshot->nr_rows; i++)
		if (snapshot->rows[i].id == id)
			return snapshot->names[i];
	return NULL;
}

uint64_t bpf_test_root_id(void)
{
	struct stat st;

	cr_assert(zero(int, stat(GUEST_CGROUP_ROOT, &st)));
	return st.st_ino;
}
