/* SPDX-License-Identifier: GPL-2.0-only */
/* The thread and its one request: see unit_restart.h. The state says whose the answer is. */
#include "plugins/act/unit_restart.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "thread.h"

#define STACK_BYTES (512 * 1024) /* for sd-bus; untouched pages cost nothing */
#define US_PER_S    1000000ULL

enum request_state {
	REQUEST_NONE,	  /* the loop's */
	REQUEST_ASKED,	  /* the thread's */
	REQUEST_ANSWERED, /* the loop's */
};

struct unit_restart {
	char *service, *machine;
	atomic_int state; /* enum request_state */
	struct unit_restart_answer answer;
	sem_t work;
	pthread_mutex_t lock; /* held to call evaluate(), which must not outlive the daemon */
	bool left;	      /* under lock: nobody waits any more, the thread frees this */
	void (*evaluate)(void *user);
	void *user;
};

static void destroy(struct unit_restart *restart)
{
	pthread_mutex_destroy(&restart->lock);
	sem_destroy(&restart->work);
	free(restart->machine);
	free(restart->service);
	free(restart);
}

static int call_systemd(sd_bus *bus, const char *service, sd_bus_error *error,
			sd_bus_message **ret_reply)
{
	int err = sd_bus_set_method_call_timeout(bus, UNIT_RESTART_TIMEOUT_S * US_PER_S);

	if (err < 0)
		return err;
	return sd_bus_call_method(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
				  "org.freedesktop.systemd1.Manager", "RestartUnit", error,
				  ret_reply, "ss", service, "replace");
}

static void ask(struct unit_restart *restart)
{
	struct unit_restart_answer *answer = &restart->answer;
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *job = "";
	sd_bus *bus = NULL;
	int err;

	err = *restart->machine ? sd_bus_open_system_machine(&bus, restart->machine)
				: sd_bus_open_system(&bus);
	if (err >= 0)
		err = call_systemd(bus, restart->service, &error, &reply);
	if (err >= 0)
		err = sd_bus_message_read(reply, "o", &job);
	answer->err = err < 0 ? err : 0;
	(void)snprintf(answer->text, sizeof(answer->text), "%s",
		       err >= 0 ? job : error.message ? error.message : strerror(-err));
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	sd_bus_close_unref(bus);
}

/* false: nobody waits for it any more. */
static bool tell(struct unit_restart *restart)
{
	bool left;

	pthread_mutex_lock(&restart->lock);
	left = restart->left;
	if (!left)
		restart->evaluate(restart->user);
	pthread_mutex_unlock(&restart->lock);
	return !left;
}

static void *restart_main(void *arg)
{
	struct unit_restart *restart = arg;
	bool wanted = true;

	while (wanted) {
		while (sem_wait(&restart->work) && errno == EINTR)
			;
		if (atomic_load_explicit(&restart->state, memory_order_acquire) == REQUEST_ASKED) {
			ask(restart);
			atomic_store_explicit(&restart->state, REQUEST_ANSWERED,
					      memory_order_release);
		}
		wanted = tell(restart);
	}
	destroy(restart);
	return NULL;
}

int unit_restart_new(const char *service, const char *machine, const struct plugin_env *env,
		     struct unit_restart **ret_restart)
{
	struct unit_restart *restart = calloc(1, sizeof(*restart));
	pthread_t thread;
	int err;

	if (!restart)
		return -ENOMEM;
	sem_init(&restart->work, 0, 0);
	pthread_mutex_init(&restart->lock, NULL);
	restart->evaluate = env->evaluate;
	restart->user = env->user;
	restart->service = strdup(service);
	restart->machine = strdup(machine);
	err = restart->service && restart->machine ? 0 : -ENOMEM;
	if (!err)
		err = thread_start("boomd-restart", STACK_BYTES, restart_main, restart, &thread);
	if (err) {
		destroy(restart);
		return err;
	}
	pthread_detach(thread);
	*ret_restart = restart;
	return 0;
}

void unit_restart_free(struct unit_restart *restart)
{
	if (!restart)
		return;
	pthread_mutex_lock(&restart->lock);
	restart->left = true;
	/* inside: once it is unlocked, all of it may be gone */
	sem_post(&restart->work);
	pthread_mutex_unlock(&restart->lock);
}

bool unit_restart_begin(struct unit_restart *restart)
{
	if (atomic_load(&restart->state) != REQUEST_NONE)
		return false;
	atomic_store_explicit(&restart->state, REQUEST_ASKED, memory_order_release);
	sem_post(&restart->work);
	return true;
}

bool unit_restart_take(struct unit_restart *restart, struct unit_restart_answer *ret_answer)
{
	if (atomic_load_explicit(&restart->state, memory_order_acquire) != REQUEST_ANSWERED)
		return false;
	*ret_answer = restart->answer;
	atomic_store(&restart->state, REQUEST_NONE);
	return true;
}
