/* SPDX-License-Identifier: GPL-2.0-only */
/* --dump-stats and --reset-stats against servers that answer something else, or nothing. */
#include "report/stats_client.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/redirect.h>

#include "report/stats.h"
#include "report/stats_socket.h"
#include "said.h"
#include "table_test.h"

#define LONG_US (60ULL * 1000 * 1000)

static char dir[] = "/tmp/boomd-stats-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static pid_t server;

static void setup(void)
{
	cr_assert(mkdtemp(dir) != NULL);
	cr_assert(zero(int, stats_protocol_address(dir, &address)));
}

static void teardown(void)
{
	if (server) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	unlink(address.sun_path);
	cr_expect(zero(int, rmdir(dir)));
}

static int listen_here(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert(zero(int, bind(fd, (const struct sockaddr *)&address, sizeof(address))));
	cr_assert(zero(int, listen(fd, 8)));
	return fd;
}

/* A server that hears every request out and then says this, as often as there are clients. */
static void serve(const char *reply, size_t length)
{
	int listener = listen_here();
	char request[64];

	server = fork();
	if (server) {
		close(listener);
		return;
	}
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (read(fd, request, sizeof(request)) < 0 ||
		    (length && write(fd, reply, length) < 0))
			_exit(1);
		close(fd);
	}
}

static const struct {
	const char *why, *reply;
	int error, kills;
} replies[] = {
	{"oomd's", "{\n\t\"body\" : \n\t{\n\t\t\"oomd.kills\" : 3\n\t},\n\t\"error\" : 0\n}\n", 0,
	 3},
	{"in one line", "{\"body\":{\"oomd.kills\":4},\"error\":0}", 0, 4},
	{"nothing", "", -EPROTO, 0},
	{"no JSON", "hello\n", -EPROTO, 0},
	{"half of it", "{\"body\":{\"oomd.kills\":", -EPROTO, 0},
	{"no object", "[1]\n", -EPROTO, 0},
	{"a number", "17\n", -EPROTO, 0},
	{"no error", "{\"body\":{}}\n", -EPROTO, 0},
	{"no body", "{\"error\":0}\n", -EPROTO, 0},
	{"does not know it", "{\"body\":{},\"error\":1}\n", -EPROTO, 0},
	{"refuses", "{\"body\":{},\"error\":2}\n", -EPERM, 0},
};

TABLE_TEST(stats_client, replies, replies, row)
{
	struct json_object *body = NULL, *kills;

	setup();
	serve(row->reply, strlen(row->reply));
	cr_expect(eq(int, stats_client_ask(dir, STATS_REQUEST_GET, LONG_US, &body), row->error),
		  "%s", row->why);
	if (row->error) {
		cr_expect(zero(ptr, body), "%s", row->why);
	} else {
		cr_assert(json_object_object_get_ex(body, "oomd.kills", &kills), "%s", row->why);
		cr_expect(eq(int, json_object_get_int(kills), row->kills), "%s", row->why);
	}
	json_object_put(body);
	teardown();
}

/* As many keys as oomd's own test has, and a reply that never comes to an end. */
static const struct {
	const char *why;
	int nr_keys;
	bool ends;
	int error;
} longs[] = {
	{ "oomd's LongJson", 10000, true, 0 },
	{ "endless", 100000, false, -EPROTO },
};

TABLE_TEST(stats_client, long_replies, longs, row)
{
	struct json_object *body = NULL;
	char *text;
	size_t length;
	FILE *reply = open_memstream(&text, &length);

	setup();
	fprintf(reply, "{ \"error\": 0, \"body\": {");
	for (int i = 0; i < row->nr_keys; i++)
		fprintf(reply, "%s \"a.key.of.some.length.%d\": %d", i ? "," : "", i, i);
	fprintf(reply, row->ends ? "} }\n" : ",");
	fclose(reply);
	serve(text, length);
	cr_expect(eq(int, stats_client_ask(dir, STATS_REQUEST_GET, LONG_US, &body), row->error),
		  "%s", row->why);
	if (body)
		cr_expect(eq(int, json_object_object_length(body), row->nr_keys), "%s", row->why);
	json_object_put(body);
	free(text);
	teardown();
}

Test(stats_client, nobody_listens)
{
	struct json_object *body = NULL;

	setup();
	cr_expect(eq(int, stats_client_ask(dir, STATS_REQUEST_GET, LONG_US, &body), -ENOENT));
	close(listen_here());
	cr_expect(eq(int, stats_client_ask(dir, STATS_REQUEST_GET, LONG_US, &body), -ECONNREFUSED));
	cr_expect(eq(int,
		     stats_client_ask("/far/too/long/for/a/socket/far/too/long/for/a/socket/far/"
				      "too/long/for/a/socket/far/too/long/for/a/socket",
				      STATS_REQUEST_GET, LONG_US, &body),
		     -ENAMETOOLONG));
	teardown();
}

/* Connected, but never taken: a daemon that hangs. */
Test(stats_client, hanging_server)
{
	struct json_object *body = NULL;
	int listener;

	setup();
	listener = listen_here();
	cr_expect(eq(int, stats_client_ask(dir, STATS_REQUEST_GET, 1000, &body), -ETIME));
	close(listener);
	teardown();
}

/* A whole daemon's side in another process, so that the client may wait. */
static void serve_really(void)
{
	sd_event *event;
	struct stats_socket *stats;
	int ready[2];
	char byte;

	cr_assert(zero(int, pipe(ready)));
	server = fork();
	if (server) {
		cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1));
		close(ready[0]);
		close(ready[1]);
		return;
	}
	stats_add(STATS_KILLS, 7);
	if (sd_event_new(&event) < 0 || stats_socket_open(event, dir, LONG_US, &stats) ||
	    write(ready[1], "x", 1) != 1)
		_exit(1);
	_exit(sd_event_loop(event));
}

static int64_t ask_kills(void)
{
	struct json_object *body = NULL, *kills = NULL;
	int64_t n;

	cr_assert(zero(int, stats_client_ask(dir, STATS_REQUEST_GET, LONG_US, &body)));
	cr_assert(json_object_object_get_ex(body, "oomd.kills", &kills));
	n = json_object_get_int64(kills);
	json_object_put(body);
	return n;
}

static const struct {
	const char *why;
	bool dump, reset;
} modes[] = {
	{ "--dump-stats", true, false },
	{ "--reset-stats", false, true },
	{ "both: first what was", true, true },
};

TABLE_TEST(stats_client, modes, modes, row)
{
	char text[4096];
	FILE *out;

	setup();
	serve_really();
	cr_redirect_stdout();
	cr_expect(zero(int, stats_client_main(dir, row->dump, row->reset)), "%s", row->why);
	fflush(stdout);
	out = cr_get_redirected_stdout();
	text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
	cr_expect(eq(int, strstr(text, "\"oomd.kills\": 7,\n") != NULL, row->dump), "%s: %s",
		  row->why, text);
	if (row->dump)
		cr_expect(eq(str, text + strlen(text) - 4, "\n}\n\n"), "%s: a blank line behind it",
			  row->why);
	cr_expect(eq(i64, ask_kills(), row->reset ? 0 : 7), "%s", row->why);
	teardown();
}

static const struct {
	const char *why, *reply, *said;
} refusals[] = {
	{"forbidden", "{\"body\":{},\"error\":2}\n",
	 "cannot reset the statistics at %s/oomd-stats.socket: the daemon allows it to root and to "
	 "its "
	 "own user only\n"},
	{"nonsense", "?",
	 "cannot reset the statistics at %s/oomd-stats.socket: the daemon's answer makes no "
	 "sense\n"},
};

TABLE_TEST(stats_client, refusals_are_explained, refusals, row)
{
	char expected[256];

	setup();
	serve(row->reply, strlen(row->reply));
	said_begin();
	cr_expect(lt(int, stats_client_main(dir, false, true), 0), "%s", row->why);
	snprintf(expected, sizeof(expected), row->said, dir);
	cr_expect(eq(str, said_end(), expected), "%s", row->why);
	teardown();
}
