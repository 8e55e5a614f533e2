/* SPDX-License-Identifier: GPL-2.0-only */
#include "allocations.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED
#endif

static __thread volatile size_t nr_allocations; /* the compiler thinks malloc touches nothing */

#ifndef SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

__attribute__((weak)) void *malloc(size_t size)
{
	nr_allocations++;
	return __libc_malloc(size);
}

__attribute__((weak)) void *calloc(size_t nr, size_t size)
{
	nr_allocations++;
	return __libc_calloc(nr, size);
}

__attribute__((weak)) void *realloc(void *old, size_t size)
{
	nr_allocations++;
	return __libc_realloc(old, size);
}

__attribute__((weak)) void *memalign(size_t alignment, size_t size);
__attribute__((weak)) void *memalign(size_t alignment, size_t size)
{
	nr_allocations++;
	return __libc_memalign(alignment, size);
}

__attribute__((weak)) void *aligned_alloc(size_t alignment, size_t size)
{
	nr_allocations++;
	return __libc_memalign(alignment, size);
}

/* free is on the list too: what is given back was taken, and it may take a lock. */
__attribute__((weak)) void free(void *memory)
{
	nr_allocations += memory != NULL;
	__libc_free(memory);
}
#endif

bool allocations_sanitized(void)
{
#ifdef SANITIZED
	return true;
#else
	return false;
#endif
}

bool allocations_can_count(void)
{
	void *volatile memory;
	size_t nr;

	allocations_begin();
	memory = malloc(10);
	memory = realloc(memory, 20);
	free(memory);
	memory = calloc(1, 10);
	free(memory);
	nr = allocations_end();
	return nr == 5;
}

void allocations_begin(void)
{
	nr_allocations = 0;
}

size_t allocations_end(void)
{
	return nr_allocations;
}
