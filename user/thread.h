/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads for what may block: their stack is small, and signals are none of their business. */
#ifndef USER_THREAD_H
#define USER_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * Starts fn(arg) under this name (15 bytes at most), with every signal blocked: they are for the
 * event loop. 0 or -errno.
 */
int thread_start(const char *name, size_t stack_bytes, void *(*fn)(void *), void *arg,
		 pthread_t *ret_thread);

#endif
