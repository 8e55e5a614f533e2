/* SPDX-License-Identifier: GPL-2.0-only */
/* The index: what is there, what is not, and full to the last id. */
#include "cgroup/index.h"

#include "table_test.h"

Test(index, takes_no_id_zero)
{
	struct id_index index;
	uint32_t value = 77;

	cr_assert(zero(int, id_index_init(&index, 4)));
	cr_expect(not(id_index_put(&index, 0, 1)));
	cr_expect(not(id_index_get(&index, 0, &value)));
	cr_expect(eq(u32, value, 77), "untouched");
	id_index_fini(&index);
}

Test(index, keeps_the_first_value)
{
	struct id_index index;
	uint32_t value;

	cr_assert(zero(int, id_index_init(&index, 4)));
	cr_expect(id_index_put(&index, 5, 1));
	cr_expect(not(id_index_put(&index, 5, 2)));
	cr_expect(id_index_get(&index, 5, &value));
	cr_expect(eq(u32, value, 1));
	id_index_fini(&index);
}

Test(index, forgets_when_it_is_reset)
{
	struct id_index index;
	uint32_t value;

	cr_assert(zero(int, id_index_init(&index, 1000)));
	for (uint32_t i = 1; i <= 1000; i++)
		cr_assert(id_index_put(&index, i, i));
	id_index_reset(&index, 10);
	for (uint32_t i = 1; i <= 1000; i++)
		cr_assert(not(id_index_get(&index, i, &value)), "%u", i);
	cr_expect(id_index_put(&index, 3, 33));
	id_index_reset(&index, 1000);
	cr_expect(not(id_index_get(&index, 3, &value)));
	id_index_fini(&index);
}

/* Ids as inode numbers come: one after another, far apart, and with the kernel's upper half. */
static const struct {
	const char *why;
	uint64_t first, step;
} series[] = {
	{ "one after another", 1, 1 },
	{ "far apart", 7, 4096 },
	{ "upper half only", 1ULL << 32, 1ULL << 32 },
	{ "around the end", UINT64_MAX - 4999, 3 },
};

TABLE_TEST(index, holds_all_ids_it_was_made_for, series, row)
{
	const uint32_t nr = 16384;
	struct id_index index;
	uint32_t value;

	cr_assert(zero(int, id_index_init(&index, nr)));
	for (uint32_t turn = 0; turn < 2; turn++) {
		id_index_reset(&index, nr);
		for (uint32_t i = 0; i < nr; i++)
			cr_assert(id_index_put(&index, row->first + i * row->step, i), "%s",
				  row->why);
		for (uint32_t i = 0; i < nr; i++) {
			cr_assert(id_index_get(&index, row->first + i * row->step, &value), "%s",
				  row->why);
			cr_assert(eq(u32, value, i), "%s", row->why);
		}
		/* one that is not there is not sought for ever, however full it is */
		cr_assert(not(id_index_get(&index, row->first - 1, &value)), "%s", row->why);
	}
	id_index_fini(&index);
}
