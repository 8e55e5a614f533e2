/* SPDX-License-Identifier: GPL-2.0-only */
/* One request, one reply, one limit for both: a daemon that hangs must not hang who asks it. */
#include "report/stats_client.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define US_PER_S    1000000ULL
#define NS_PER_US   1000ULL
#define NS_PER_MS   1000000ULL
#define REPLY_BYTES (1024 * 1024)

/* Returns a connected socket or -errno. */
static int connect_to(const char *runtime_dir, uint64_t limit_us)
{
	const struct timeval limit = { (time_t)(limit_us / US_PER_S),
				       (suseconds_t)(limit_us % US_PER_S) };
	struct sockaddr_un address;
	int err = stats_protocol_address(runtime_dir, &address);
	int fd;

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* connect() waits as long, too, when too many are waiting already */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = errno == EAGAIN ? -ETIME : -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int await_reply(int fd, uint64_t deadline_ns)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	uint64_t now_ns = clock_now_ns();
	int n;

	if (now_ns >= deadline_ns)
		return -ETIME;
	n = poll(&readable, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n ? 0 : -ETIME;
}

/* Reads until a whole object is there or the other side closes. */
static int read_reply(int fd, uint64_t deadline_ns, struct json_tokener *tokener,
		      struct json_object **ret_reply)
{
	char text[4096];
	size_t used = 0;

	while (used < REPLY_BYTES) {
		int err = await_reply(fd, deadline_ns);
		ssize_t n;

		if (err)
			return err;
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n ? -errno : -EPROTO;
		used += (size_t)n;
		*ret_reply = json_tokener_parse_ex(tokener, text, (int)n);
		if (*ret_reply)
			return 0;
		if (json_tokener_get_error(tokener) != json_tokener_continue)
			return -EPROTO;
	}
	return -EPROTO;
}

static int take_body(struct json_object *reply, struct json_object **ret_body)
{
	struct json_object *error, *body;

	if (!json_object_is_type(reply, json_type_object) ||
	    !json_object_object_get_ex(reply, "error", &error) ||
	    !json_object_object_get_ex(reply, "body", &body))
		return -EPROTO;
	if (json_object_get_int(error))
		return json_object_get_int(error) == STATS_ERROR_FORBIDDEN ? -EPERM : -EPROTO;
	*ret_body = json_object_get(body);
	return 0;
}

static int converse(int fd, enum stats_request request, uint64_t deadline_ns,
		    struct json_tokener *tokener, struct json_object **ret_body)
{
	const char line[] = { (char)request, '\n' };
	struct json_object *reply = NULL;
	int err;

	if (send(fd, line, sizeof(line), MSG_NOSIGNAL) != (ssize_t)sizeof(line))
		return -errno;
	err = read_reply(fd, deadline_ns, tokener, &reply);
	if (!err)
		err = take_body(reply, ret_body);
	json_object_put(reply);
	return err;
}

int stats_client_ask(const char *runtime_dir, enum stats_request request, uint64_t limit_us,
		     struct json_object **ret_body)
{
	uint64_t deadline_ns = clock_now_ns() + limit_us * NS_PER_US;
	struct json_tokener *tokener;
	int err, fd = connect_to(runtime_dir, limit_us);

	if (fd < 0)
		return fd;
	tokener = json_tokener_new();
	err = tokener ? converse(fd, request, deadline_ns, tokener, ret_body) : -ENOMEM;
	if (tokener)
		json_tokener_free(tokener);
	close(fd);
	return err;
}

static const char *explain(int err)
{
	switch (err) {
	case -EPERM:
		return "the daemon allows it to root and to its own user only";
	case -EPROTO:
		return "the daemon's answer makes no sense";
	case -ETIME:
		return "no answer in time";
	default:
		return strerror(-err);
	}
}

static int ask(const char *runtime_dir, enum stats_request request, struct json_object **ret_body)
{
	int err = stats_client_ask(runtime_dir, request, STATS_LIMIT_US, ret_body);

	if (err)
		log_err("cannot %s the statistics at %s/%s: %s",
			request == STATS_REQUEST_RESET ? "reset" : "get", runtime_dir,
			STATS_SOCKET_NAME, explain(err));
	return err;
}

int stats_client_main(const char *runtime_dir, bool dump, bool reset)
{
	struct json_object *body = NULL;
	int err = 0;

	if (dump) {
		err = ask(runtime_dir, STATS_REQUEST_GET, &body);
		if (err)
			return err;
		/* styled, and a blank line behind it, as oomd's */
		printf("%s\n\n", json_object_to_json_string_ext(body, JSON_C_TO_STRING_PRETTY |
								      JSON_C_TO_STRING_SPACED));
		json_object_put(body);
		if (fflush(stdout))
			return -errno;
	}
	if (!reset)
		return 0;
	err = ask(runtime_dir, STATS_REQUEST_RESET, &body);
	if (!err)
		json_object_put(body);
	return err;
}
