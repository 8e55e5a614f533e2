/* SPDX-License-Identifier: GPL-2.0-only */
/* See fake_systemd.h. One connection at a time, as the plugin makes them. */
#include "unit/act/fake_systemd.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <criterion/criterion.h>

static struct {
	enum fake_systemd how;
	char folder[32], path[64], call[256];
	int listen_fd;
	atomic_int fd; /* the connection, -1: none */
	sem_t called, go_on;
	pthread_t thread;
} fake = { .listen_fd = -1 };

static int answer(sd_bus_message *call)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	switch (fake.how) {
	case FAKE_WAITS:
		while (sem_wait(&fake.go_on) && errno == EINTR)
			;
		/* fall through */
	case FAKE_QUEUES_A_JOB:
		return sd_bus_reply_method_return(call, "o", "/org/freedesktop/systemd1/job/7");
	case FAKE_REFUSES:
		sd_bus_error_set_const(&error, "org.freedesktop.systemd1.NoSuchUnit",
				       "Unit nothere.service not found.\n");
		return sd_bus_reply_method_error(call, &error);
	case FAKE_WRONG_REPLY:
		return sd_bus_reply_method_return(call, "u", 7);
	case FAKE_HANGS_UP:
	case FAKE_IS_DEAF:
		break;
	}
	return -ECONNRESET;
}

static int on_message(sd_bus_message *message, void *user, sd_bus_error *error)
{
	const char *service, *mode;

	(void)user, (void)error;
	if (sd_bus_message_is_method_call(message, "org.freedesktop.DBus", "Hello"))
		return sd_bus_reply_method_return(message, "s", ":1.1");
	if (!sd_bus_message_is_method_call(message, "org.freedesktop.systemd1.Manager",
					   "RestartUnit") ||
	    strcmp(sd_bus_message_get_path(message), "/org/freedesktop/systemd1") ||
	    sd_bus_message_read(message, "ss", &service, &mode) < 0)
		return 0;
	snprintf(fake.call, sizeof(fake.call), "RestartUnit(%s, %s)", service, mode);
	sem_post(&fake.called);
	return answer(message);
}

static sd_bus *serve(int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id;

	sd_id128_randomize(&id);
	if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
	    sd_bus_set_server(bus, 1, id) < 0 ||
	    sd_bus_add_filter(bus, NULL, on_message, NULL) < 0 || sd_bus_start(bus) < 0)
		abort();
	return bus;
}

static void serve_connection(int fd)
{
	sd_bus *bus = serve(fd);
	int err;

	do {
		err = sd_bus_process(bus, NULL);
		if (err == 0)
			err = sd_bus_wait(bus, UINT64_MAX);
	} while (err >= 0);
	atomic_store(&fake.fd, -1);
	sd_bus_close_unref(bus);
}

static void *fake_main(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept4(fake.listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		atomic_store(&fake.fd, fd);
		if (fake.how != FAKE_IS_DEAF)
			serve_connection(fd);
	}
	return NULL;
}

void fake_systemd_start(enum fake_systemd how)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char where[128];

	fake.how = how;
	atomic_store(&fake.fd, -1);
	sem_init(&fake.called, 0, 0);
	sem_init(&fake.go_on, 0, 0);
	snprintf(fake.folder, sizeof(fake.folder), "/tmp/boomd-bus.XXXXXX");
	cr_assert(mkdtemp(fake.folder));
	snprintf(fake.path, sizeof(fake.path), "%s/bus", fake.folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake.path);
	fake.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(!bind(fake.listen_fd, (struct sockaddr *)&address, sizeof(address)));
	cr_assert(!listen(fake.listen_fd, 4));
	snprintf(where, sizeof(where), "unix:path=%s", fake.path);
	cr_assert(!setenv("DBUS_SYSTEM_BUS_ADDRESS", where, 1));
	cr_assert(!pthread_create(&fake.thread, NULL, fake_main, NULL));
}

void fake_systemd_go_on(void)
{
	sem_post(&fake.go_on);
}

void fake_systemd_await_call(void)
{
	while (sem_wait(&fake.called) && errno == EINTR)
		;
}

const char *fake_systemd_last_call(void)
{
	return fake.call;
}

void fake_systemd_stop(void)
{
	int fd = atomic_load(&fake.fd);

	shutdown(fake.listen_fd, SHUT_RDWR);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
	sem_post(&fake.go_on);
	pthread_join(fake.thread, NULL);
	fd = atomic_load(&fake.fd);
	if (fd >= 0)
		close(fd); /* a deaf one */
	close(fake.listen_fd);
	unlink(fake.path);
	rmdir(fake.folder);
}
