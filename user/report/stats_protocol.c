/* SPDX-License-Identifier: GPL-2.0-only */
/* From a request to its reply; who asks, and how it gets there, is the socket's business. */
#include "report/stats_protocol.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "report/stats.h"

int stats_protocol_address(const char *runtime_dir, struct sockaddr_un *ret_address)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", runtime_dir,
			      STATS_SOCKET_NAME);

	if (length < 0 || (size_t)length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	*ret_address = address;
	return 0;
}

bool stats_protocol_complete(const char *request, size_t length)
{
	return length >= STATS_REQUEST_BYTES || memchr(request, '\n', length) ||
	       memchr(request, '\0', length);
}

static enum stats_error serve(char request, bool may_reset, struct json_object *body)
{
	switch (request) {
	case STATS_REQUEST_GET:
		for (enum stats_counter i = 0; i < STATS_NR; i++)
			if (stats_name(i))
				json_object_object_add(body, stats_name(i),
						       json_object_new_int64(stats_get(i)));
		return STATS_ERROR_NONE;
	case STATS_REQUEST_RESET:
		if (!may_reset)
			return STATS_ERROR_FORBIDDEN;
		stats_reset();
		return STATS_ERROR_NONE;
	case STATS_REQUEST_NONE:
		return STATS_ERROR_NONE;
	default:
		return STATS_ERROR_UNKNOWN;
	}
}

char *stats_protocol_answer(const char *request, size_t length, bool may_reset, size_t *ret_length)
{
	struct json_object *reply = json_object_new_object(), *body = json_object_new_object();
	enum stats_error error = serve(length ? *request : '\0', may_reset, body);
	char *text = NULL;
	int n;

	json_object_object_add(reply, "body", body);
	json_object_object_add(reply, "error", json_object_new_int(error));
	n = asprintf(&text, "%s\n", json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PRETTY |
								   JSON_C_TO_STRING_SPACED));
	json_object_put(reply);
	if (n < 0)
		return NULL;
	*ret_length = (size_t)n;
	return text;
}
