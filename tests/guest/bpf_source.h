/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the bpf source share: an open source, and records to wait for. */
#ifndef TESTS_GUEST_BPF_SOURCE_H
#define TESTS_GUEST_BPF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/guest.h"
#include "source/source.h"
#include "table_test.h"

#define BPF_TEST_MS 30000 /* emulated guests are slow; nobody waits this long unless it failed */

/* .init and .fini: as guest_setup, and an open source */
void bpf_test_setup(void);
void bpf_test_teardown(void);
/* the source; NULL between a close and an open */
struct source *bpf_test_source(void);
/* closes the one there is and opens another */
struct source *bpf_test_open(size_t max_cgroups);
/* the same, and counts the I/O of the swap disk as an SSD's; "MAJ:MIN" of it */
const char *bpf_test_open_with_swap_disk(void);
/* the same, as if the kernel had no place for these programs */
struct source *bpf_test_open_without(const char *const *programs, size_t nr);
void bpf_test_close(void);

/* Every record since the source was opened, in order; drains what waits first. */
const struct boomd_record *bpf_test_records(size_t *ret_nr);
bool bpf_test_lost(void); /* did any drain say so? */
/* The first record of this kind and cgroup that was not returned before; fails when it does not
 * come */
struct boomd_record bpf_test_await(enum boomd_record_kind kind, uint64_t cgroup_id);
/* How many there are now; drains first */
size_t bpf_test_count(enum boomd_record_kind kind, uint64_t cgroup_id);
/* Forgets what came so far. */
void bpf_test_forget(void);

struct snapshot bpf_test_snapshot(void);
/* NULL when it is not in it */
const struct boomd_row *bpf_test_row(const struct snapshot *snapshot, uint64_t id);
const char *bpf_test_name(const struct snapshot *snapshot, uint64_t id);
uint64_t bpf_test_root_id(void);
/* Ends when ready(arg) says so; wakes for records; fails after BPF_TEST_MS */
void bpf_test_until(bool (*ready)(void *arg), void *arg, const char *what);

#endif
