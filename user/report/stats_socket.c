/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients, a fixed number of them. Each has as long as the limit says to bring its request to an
 * end; the reply is one send into an empty buffer, and the client is done. When all places are
 * taken, whoever has been silent longest makes room: a client that asks at once is never kept
 * waiting by those who do not.
 */
#include "report/stats_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "report/stats_protocol.h"

#define CLIENTS_MAX 16
#define BACKLOG	    64
/* Whoever connects faster is taken later; also when accept() fails, as without descriptors. */
#define BURST	    64
#define BURST_US    (100 * 1000)
#define ACCURACY_US (100 * 1000)

struct client {
	struct stats_socket *socket;
	int fd; /* -1: a free place */
	sd_event_source *readable, *limit;
	uint64_t number; /* who came when */
	size_t length;
	char request[STATS_REQUEST_BYTES];
};

struct stats_socket {
	sd_event *event;
	sd_event_source *connecting;
	int fd;
	bool bound; /* the name is ours to remove */
	struct sockaddr_un address;
	uint64_t limit_us, nr_accepted;
	struct client clients[CLIENTS_MAX];
};

static void drop(struct client *client)
{
	client->readable = sd_event_source_disable_unref(client->readable);
	client->limit = sd_event_source_disable_unref(client->limit);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

/* The credentials of the time of connect(), kept by the kernel: a client cannot tell others. */
static bool may_reset(int fd)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size))
		return false;
	return credentials.uid == 0 || credentials.uid == geteuid();
}

/* A fresh socket's buffer holds more than a reply: what is not taken at once is not waited for. */
static void answer(const struct client *client)
{
	size_t length;
	char *reply = stats_protocol_answer(client->request, client->length, may_reset(client->fd),
					    &length);

	if (!reply ||
	    send(client->fd, reply, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length)
		log_debug("stats: a client did not take its reply");
	free(reply);
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct client *client = user;
	ssize_t n = recv(fd, client->request + client->length,
			 sizeof(client->request) - client->length, MSG_DONTWAIT);

	(void)source, (void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0)
		client->length += (size_t)n;
	if (n > 0 && !stats_protocol_complete(client->request, client->length))
		return 0;
	if (n >= 0)
		answer(client);
	drop(client);
	return 0;
}

static int on_limit(sd_event_source *source, uint64_t usec, void *user)
{
	(void)source, (void)usec;
	drop(user);
	return 0;
}

/* A free one, or that of the client who came first. */
static struct client *choose_place(struct stats_socket *socket)
{
	struct client *oldest = &socket->clients[0];

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &socket->clients[i];

		if (client->fd < 0)
			return client;
		if (client->number < oldest->number)
			oldest = client;
	}
	drop(oldest);
	return oldest;
}

/* A quiet client costs the loop nothing but its limit; a kill is never behind it. */
static int attend(struct client *client)
{
	sd_event *event = client->socket->event;
	int err = sd_event_add_io(event, &client->readable, client->fd, EPOLLIN, on_readable,
				  client);

	if (err >= 0)
		err = sd_event_source_set_priority(client->readable, SD_EVENT_PRIORITY_IDLE);
	if (err >= 0)
		err = sd_event_add_time_relative(event, &client->limit, CLOCK_MONOTONIC,
						 client->socket->limit_us, ACCURACY_US, on_limit,
						 client);
	if (err >= 0)
		err = sd_event_source_set_priority(client->limit, SD_EVENT_PRIORITY_IDLE);
	return err;
}

static int on_connecting(sd_event_source *source, int listener, uint32_t revents, void *user)
{
	struct stats_socket *socket = user;
	struct client *client;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), err;

	(void)source, (void)revents;
	if (fd < 0)
		return 0;
	client = choose_place(socket);
	*client = (struct client){ .socket = socket, .fd = fd, .number = ++socket->nr_accepted };
	err = attend(client);
	if (err < 0) {
		log_debug("stats: cannot serve a client: %s", strerror(-err));
		drop(client);
	}
	return 0;
}

/* What is at our name belongs to somebody who answers, or to nobody any more. */
static int make_room(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN)
		err = -EADDRINUSE;
	close(fd);
	if (!err && unlink(address->sun_path))
		err = -errno;
	return err;
}

static int listen_there(struct stats_socket *stats)
{
	const struct sockaddr *address = (const struct sockaddr *)&stats->address;
	int err = make_room(&stats->address);

	if (err)
		return err;
	stats->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (stats->fd < 0 || bind(stats->fd, address, sizeof(stats->address)))
		return -errno;
	stats->bound = true;
	if (chmod(stats->address.sun_path, 0666) || listen(stats->fd, BACKLOG))
		return -errno;
	return 0;
}

static int attach(struct stats_socket *socket)
{
	int err = sd_event_add_io(socket->event, &socket->connecting, socket->fd, EPOLLIN,
				  on_connecting, socket);

	if (err >= 0)
		err = sd_event_source_set_priority(socket->connecting, SD_EVENT_PRIORITY_IDLE);
	if (err >= 0)
		err = sd_event_source_set_ratelimit(socket->connecting, BURST_US, BURST);
	return err < 0 ? err : 0;
}

static const char *explain(int err)
{
	switch (err) {
	case -ENAMETOOLONG:
		return "the path is longer than a socket's may be (107 bytes): a shorter "
		       "--runtime-dir";
	case -EADDRINUSE:
		return "another daemon answers there";
	case -EEXIST:
		return "there is something that is no socket";
	default:
		return strerror(-err);
	}
}

int stats_socket_open(sd_event *event, const char *runtime_dir, uint64_t limit_us,
		      struct stats_socket **ret_socket)
{
	struct stats_socket *socket = calloc(1, sizeof(*socket));
	int err;

	if (!socket)
		return -ENOMEM;
	socket->event = sd_event_ref(event);
	socket->limit_us = limit_us;
	socket->fd = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		socket->clients[i].fd = -1;
	err = stats_protocol_address(runtime_dir, &socket->address);
	if (!err)
		err = listen_there(socket);
	if (!err)
		err = attach(socket);
	if (err) {
		log_err("stats socket: %s: %s/%s", explain(err), runtime_dir, STATS_SOCKET_NAME);
		stats_socket_close(socket);
		return err;
	}
	*ret_socket = socket;
	return 0;
}

void stats_socket_close(struct stats_socket *socket)
{
	if (!socket)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		drop(&socket->clients[i]);
	sd_event_source_disable_unref(socket->connecting);
	if (socket->bound)
		unlink(socket->address.sun_path);
	if (socket->fd >= 0)
		close(socket->fd);
	sd_event_unref(socket->event);
	free(socket);
}
