/* SPDX-License-Identifier: GPL-2.0-only */
/* names: what is set is found, what is swept is gone, and a full table says so. */
#include "source/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MAX 64

static struct names *names;

static void setup(void)
{
	cr_assert(zero(int, names_new(MAX, &names)));
}

static void teardown(void)
{
	names_free(names);
	names = NULL;
}

TestSuite(names, .init = setup, .fini = teardown);

static const char *name_of(uint64_t id)
{
	static char buf[32];

	snprintf(buf, sizeof(buf), "cgroup-%llu", (unsigned long long)id);
	return buf;
}

Test(names, absurd_sizes_are_refused)
{
	struct names *none = NULL;

	cr_expect(eq(int, names_new(0, &none), -EINVAL));
	cr_expect(eq(int, names_new((size_t)-1, &none), -EINVAL));
	cr_expect(eq(ptr, none, NULL));
	names_free(NULL);
}

Test(names, no_id_is_zero)
{
	cr_expect(eq(int, names_set(names, 0, "x"), -EINVAL));
	cr_expect(eq(ptr, (void *)names_get(names, 0), NULL));
	names_remove(names, 0);
}

Test(names, a_name_of_255_bytes_fits_and_256_does_not)
{
	char name[257];

	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	cr_expect(eq(int, names_set(names, 1, name), -ENAMETOOLONG));
	name[255] = '\0';
	cr_expect(zero(int, names_set(names, 1, name)));
	cr_expect(eq(str, (char *)names_get(names, 1), name));
}

Test(names, the_empty_name_is_a_name)
{
	cr_assert(zero(int, names_set(names, 1, "")));
	cr_expect(eq(str, (char *)names_get(names, 1), ""));
}

Test(names, a_full_table_says_so_and_keeps_what_it_has)
{
	for (uint64_t id = 1; id <= MAX; id++)
		cr_assert(zero(int, names_set(names, id, name_of(id))));
	cr_expect(eq(int, names_set(names, MAX + 1, "more"), -ENOSPC));
	cr_expect(zero(int, names_set(names, MAX, "known already")));
	for (uint64_t id = 1; id <= MAX; id++)
		cr_expect(eq(str, (char *)names_get(names, id), (char *)name_of(id)));
	names_remove(names, 7);
	cr_expect(zero(int, names_set(names, MAX + 1, "more")));
}

Test(names, a_full_arena_says_so_and_the_sweep_makes_room)
{
	char name[256];
	uint64_t id = 0;

	memset(name, 'n', 255);
	name[255] = '\0';
	while (!names_set(names, ++id, name))
		;
	cr_assert(lt(u64, id, MAX + 1), "the arena ends before the table");
	names_begin(names);
	cr_assert(ne(ptr, (void *)names_get(names, 1), NULL));
	names_sweep(names);
	cr_expect(eq(sz, names_count(names), 1));
	cr_expect(eq(str, (char *)names_get(names, 1), name));
	cr_expect(zero(int, names_set(names, id, name)));
}

Test(names, a_string_stays_after_its_removal_until_the_sweep)
{
	const char *name;

	cr_assert(zero(int, names_set(names, 1, "first")));
	name = names_get(names, 1);
	names_remove(names, 1);
	cr_expect(eq(ptr, (void *)names_get(names, 1), NULL));
	cr_expect(eq(str, (char *)name, "first"));
}

Test(names, set_again_after_removal_survives_the_sweep_once)
{
	cr_assert(zero(int, names_set(names, 1, "old")));
	names_remove(names, 1);
	cr_assert(zero(int, names_set(names, 1, "new")));
	names_sweep(names);
	cr_expect(eq(sz, names_count(names), 1));
	cr_expect(eq(str, (char *)names_get(names, 1), "new"));
}

/* Against a plain array: ids that collide, sets, removes and sweeps in a fixed random order. */
Test(names, agrees_with_a_plain_array_over_100000_steps)
{
	bool known[256] = {}, wanted[256] = {};
	unsigned int seed = 42;
	size_t count = 0, refused = 0;

	for (int step = 0; step < 100000; step++) {
		uint64_t id = 1 + (uint64_t)(rand_r(&seed) % 255);
		int what = rand_r(&seed) % 100;

		if (what < 50) {
			int err = names_set(names, id, name_of(id));

			cr_assert(err == 0 || err == -ENOSPC, "%d", err);
			refused += err != 0;
			count += !err && !known[id];
			known[id] = wanted[id] = known[id] || !err;
		} else if (what < 90) {
			names_remove(names, id);
			count -= known[id];
			known[id] = false;
		} else if (what < 95) {
			names_begin(names);
			memset(wanted, 0, sizeof(wanted));
		} else {
			names_sweep(names);
			for (int i = 0; i < 256; i++) {
				count -= known[i] && !wanted[i];
				known[i] = known[i] && wanted[i];
			}
		}
		cr_assert(eq(sz, names_count(names), count), "step %d", step);
		id = 1 + (uint64_t)(rand_r(&seed) % 255);
		const char *got = names_get(names, id);

		wanted[id] = known[id];
		cr_assert(eq(int, got != NULL, known[id]), "step %d, id %llu", step,
			  (unsigned long long)id);
		if (got)
			cr_assert(eq(str, (char *)got, (char *)name_of(id)));
	}
	cr_expect(gt(sz, refused, 0), "the table was full at times");
}
