/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open addressing with linear steps. Cells are addressed by the upper bits of a multiplication
 * (Fibonacci hashing), which spreads ids that follow one another, as inode numbers do.
 */
#include "cgroup/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BITS_MIN 3U

/* log2 of the cells for nr_ids: twice as many, at least 8 */
static unsigned int index_bits(size_t nr_ids)
{
	unsigned int bits = BITS_MIN;

	while (((size_t)1 << bits) < 2 * nr_ids)
		bits++;
	return bits;
}

int id_index_init(struct id_index *index, size_t max_ids)
{
	size_t nr_cells = (size_t)1 << index_bits(max_ids);

	*index = (struct id_index){
		.ids = calloc(nr_cells, sizeof(*index->ids)),
		.values = calloc(nr_cells, sizeof(*index->values)),
		.max_ids = max_ids,
		.shift = 64 - index_bits(max_ids),
	};
	if (index->ids && index->values)
		return 0;
	id_index_fini(index);
	return -ENOMEM;
}

void id_index_fini(struct id_index *index)
{
	free(index->ids);
	free(index->values);
	*index = (struct id_index){ 0 };
}

void id_index_reset(struct id_index *index, size_t nr_ids)
{
	unsigned int bits = index_bits(nr_ids < index->max_ids ? nr_ids : index->max_ids);

	index->shift = 64 - bits;
	memset(index->ids, 0, sizeof(*index->ids) << bits);
}

/* The cell that holds id, or the empty one where it belongs. */
static size_t index_cell(const struct id_index *index, uint64_t id)
{
	size_t mask = ((size_t)1 << (64 - index->shift)) - 1;
	size_t cell = (size_t)(id * 0x9e3779b97f4a7c15ULL >> index->shift);

	while (index->ids[cell] && index->ids[cell] != id)
		cell = (cell + 1) & mask;
	return cell;
}

bool id_index_put(struct id_index *index, uint64_t id, uint32_t value)
{
	size_t cell = index_cell(index, id);

	if (!id || index->ids[cell])
		return false;
	index->ids[cell] = id;
	index->values[cell] = value;
	return true;
}

bool id_index_get(const struct id_index *index, uint64_t id, uint32_t *ret_value)
{
	size_t cell = index_cell(index, id);

	if (!id || !index->ids[cell])
		return false;
	*ret_value = index->values[cell];
	return true;
}
