/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting a thread: see thread.h. */
#include "thread.h"

#include <signal.h>

int thread_start(const char *name, size_t stack_bytes, void *(*fn)(void *), void *arg,
		 pthread_t *ret_thread)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack_bytes);
	err = pthread_create(ret_thread, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		(void)pthread_setname_np(*ret_thread, name);
	return -err;
}
