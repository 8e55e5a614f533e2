/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stats socket with real sockets in a folder of the test's own. Clients and server are one
 * process: what a client waits for is awaited by running the server's loop, so that nothing
 * depends on time passing.
 */
#include "report/stats_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report/stats.h"
#include "report/stats_protocol.h"
#include "said.h"
#include "table_test.h"

#define LONG_US	 (3600ULL * 1000 * 1000)
#define AWAIT_US (20ULL * 1000 * 1000)
#define NOBODY	 65534
#define CROWD	 50

static char dir[] = "/tmp/boomd-stats-XXXXXX";
static char path[sizeof(dir) + sizeof(STATS_SOCKET_NAME)];
static sd_event *event;
static struct stats_socket *server;

static void setup(void)
{
	cr_assert(mkdtemp(dir) != NULL);
	cr_assert(zero(int, chmod(dir, 0755)));
	snprintf(path, sizeof(path), "%s/%s", dir, STATS_SOCKET_NAME);
	cr_assert(ge(int, sd_event_new(&event), 0));
}

static void open_server(uint64_t limit_us)
{
	setup();
	cr_assert(zero(int, stats_socket_open(event, dir, limit_us, &server)));
}

static void teardown(void)
{
	stats_socket_close(server);
	sd_event_unref(event);
	unlink(path);
	cr_expect(zero(int, rmdir(dir)));
}

/* A socket at the server's name, by whoever does not know stats_protocol_address(). */
static struct sockaddr_un address(void)
{
	struct sockaddr_un there = { .sun_family = AF_UNIX };

	strcpy(there.sun_path, path);
	return there;
}

static int make_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int connect_client(void)
{
	const struct sockaddr_un there = address();
	int fd = make_socket();

	cr_assert(zero(int, connect(fd, (const struct sockaddr *)&there, sizeof(there))));
	return fd;
}

static void say(int fd, const char *bytes, size_t length)
{
	cr_assert(eq(int, (int)send(fd, bytes, length, MSG_NOSIGNAL), (int)length));
}

static int on_awaited(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source, (void)fd, (void)revents, (void)user;
	return 0;
}

/* Runs the loop until the client has something to read, the end included. */
static void await(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	sd_event_source *awaited;

	/* it is no source of the server's: the loop must not sleep on when only it becomes ready */
	cr_assert(ge(int, sd_event_add_io(event, &awaited, fd, EPOLLIN, on_awaited, NULL), 0));
	while (poll(&readable, 1, 0) == 0)
		cr_assert(gt(int, sd_event_run(event, AWAIT_US), 0), "nothing happens any more");
	sd_event_source_disable_unref(awaited);
}

/* Does everything that can be done without waiting. */
static void settle(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

/* All that comes until the end; ECONNRESET is an end, too: the server left bytes unread. */
static size_t hear(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	for (;;) {
		await(fd);
		n = recv(fd, text + used, size - 1 - used, 0);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	text[used] = '\0';
	close(fd);
	return used;
}

/* The reply's error; ret_body is to be put. -1: it is none. */
static int hear_reply(int fd, struct json_object **ret_body)
{
	struct json_object *reply, *error, *body;
	char text[4096];
	size_t length = hear(fd, text, sizeof(text));
	int code = -1;

	reply = length && text[length - 1] == '\n' ? json_tokener_parse(text) : NULL;
	if (json_object_object_get_ex(reply, "error", &error) &&
	    json_object_object_get_ex(reply, "body", &body)) {
		code = json_object_get_int(error);
		*ret_body = json_object_get(body);
	}
	json_object_put(reply);
	return code;
}

static int ask(const char *request)
{
	struct json_object *body = NULL;
	int fd = connect_client(), error;

	say(fd, request, strlen(request));
	error = hear_reply(fd, &body);
	json_object_put(body);
	return error;
}

static const struct {
	const char *why, *bytes;
	size_t length;
	bool ends; /* the client says that nothing more will come */
	int error;
	bool counters; /* in the body */
	bool resets;
} requests[] = {
	{"get", "g\n", 2, false, 0, true, false},
	{"a NUL ends it, too", "g", 2, false, 0, true, false},
	{"or the end", "g", 1, true, 0, true, false},
	{"or so many bytes", "gggggggggggggggggggggggggggggggg", 32, false, 0, true, false},
	{"only the first byte counts", "getting\n", 8, false, 0, true, false},
	{"only the first line counts", "g\nr\nr\nr\n", 8, false, 0, true, false},
	{"more than there may be", "g123456789012345678901234567890123456789\n", 41, false, 0, true,
	 false},
	{"reset", "r\n", 2, false, 0, false, true},
	{"nothing to do", "0\n", 2, false, 0, false, false},
	{"no such request", "xlsk\n", 5, false, 1, false, false},
	{"capitals", "G\n", 2, false, 1, false, false},
	{"a leading blank", " g\n", 3, false, 1, false, false},
	{"an empty line", "\n", 1, false, 1, false, false},
	{"an empty line before", "\ng\n", 3, false, 1, false, false},
	{"a NUL", "\0g\n", 3, false, 1, false, false},
	{"the end at once", "", 0, true, 1, false, false},
	{"no text at all", "\xff\xfe\xfd\n", 4, false, 1, false, false},
	{"another protocol", "GET / HTTP/1.1\r\n\r\n", 18, false, 1, false, false},
};

TABLE_TEST(stats_socket, requests, requests, row)
{
	struct json_object *body = NULL, *kills;
	int fd;

	open_server(LONG_US);
	stats_add(STATS_KILLS, 7);
	fd = connect_client();
	if (row->length)
		say(fd, row->bytes, row->length);
	if (row->ends)
		cr_assert(zero(int, shutdown(fd, SHUT_WR)));
	cr_expect(eq(int, hear_reply(fd, &body), row->error), "%s", row->why);
	cr_assert(json_object_is_type(body, json_type_object), "%s", row->why);
	cr_expect(eq(int, json_object_object_length(body) > 0, row->counters), "%s", row->why);
	if (row->counters) {
		cr_assert(json_object_object_get_ex(body, "oomd.kills", &kills), "%s", row->why);
		cr_expect(eq(int, json_object_get_int(kills), 7), "%s", row->why);
	}
	cr_expect(eq(i64, stats_get(STATS_KILLS), row->resets ? 0 : 7), "%s", row->why);
	json_object_put(body);
	teardown();
}

Test(stats_socket, body_has_every_counter_that_is_shown)
{
	struct json_object *body = NULL, *value;
	int fd;

	open_server(LONG_US);
	for (enum stats_counter i = 0; i < STATS_NR; i++)
		stats_add(i, 100 + (int64_t)i);
	fd = connect_client();
	say(fd, "g\n", 2);
	cr_assert(zero(int, hear_reply(fd, &body)));
	for (enum stats_counter i = 0; i < STATS_NR; i++) {
		if (!stats_name(i))
			continue;
		cr_assert(json_object_object_get_ex(body, stats_name(i), &value), "%s",
			  stats_name(i));
		cr_expect(eq(i64, json_object_get_int64(value), 100 + (int64_t)i), "%s",
			  stats_name(i));
	}
	cr_expect(eq(int, json_object_object_length(body), STATS_NR - 1), "all but oomd.restarts");
	json_object_put(body);
	teardown();
}

/* --- clients that mean no good --- */

static const struct {
	const char *why, *bytes;
} unfinished[] = {
	{ "silent", "" },
	{ "half a request", "g" },
	{ "one byte less than the end", "ggggggggggggggggggggggggggggggg" },
};

TABLE_TEST(stats_socket, who_is_late_is_dropped_unheard, unfinished, row)
{
	char text[64];
	int fd;

	open_server(1);
	fd = connect_client();
	say(fd, row->bytes, strlen(row->bytes));
	cr_expect(zero(sz, hear(fd, text, sizeof(text))), "%s", row->why);
	cr_expect(zero(int, ask("g\n")), "%s", row->why);
	teardown();
}

TABLE_TEST(stats_socket, nobody_waits_for_the_silent, unfinished, row)
{
	struct pollfd quiet;
	int fd;

	open_server(LONG_US);
	fd = connect_client();
	say(fd, row->bytes, strlen(row->bytes));
	cr_expect(zero(int, ask("g\n")), "%s", row->why);
	quiet = (struct pollfd){ .fd = fd, .events = POLLIN };
	cr_expect(zero(int, poll(&quiet, 1, 0)), "%s: it has its time", row->why);
	close(fd);
	settle();
	teardown();
}

Test(stats_socket, byte_by_byte_is_fine_in_time)
{
	struct json_object *body = NULL;
	int fd;

	open_server(LONG_US);
	fd = connect_client();
	say(fd, "g", 1);
	settle();
	say(fd, "e", 1);
	settle();
	say(fd, "\n", 1);
	cr_expect(zero(int, hear_reply(fd, &body)));
	json_object_put(body);
	teardown();
}

/* What is not read is not kept: the flood ends with the reply. */
Test(stats_socket, flood)
{
	static char flood[1 << 20];
	struct json_object *body = NULL;
	int fd;

	open_server(LONG_US);
	memset(flood, 'g', sizeof(flood));
	fd = connect_client();
	cr_assert(gt(int, (int)send(fd, flood, sizeof(flood), MSG_NOSIGNAL), 32));
	cr_expect(zero(int, hear_reply(fd, &body)));
	json_object_put(body);
	cr_expect(zero(int, ask("g\n")));
	teardown();
}

Test(stats_socket, who_goes_before_the_reply_does_no_harm)
{
	open_server(LONG_US);
	for (int i = 0; i < CROWD; i++) {
		int fd = connect_client();

		say(fd, "g\n", i % 2 ? 2 : 1);
		close(fd);
	}
	cr_expect(zero(int, ask("g\n")));
	teardown();
}

Test(stats_socket, crowd_is_served)
{
	int fds[CROWD];

	open_server(LONG_US);
	for (int i = 0; i < CROWD; i++) {
		fds[i] = connect_client();
		say(fds[i], "g\n", 2);
	}
	for (int i = 0; i < CROWD; i++) {
		struct json_object *body = NULL;

		cr_expect(zero(int, hear_reply(fds[i], &body)), "client %d", i);
		json_object_put(body);
	}
	teardown();
}

static size_t count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t nr = 0;

	while (readdir(folder))
		nr++;
	closedir(folder);
	return nr;
}

/* The silent give way to those who come later, and never hold more than their few descriptors. */
Test(stats_socket, silent_crowd_keeps_nobody_out)
{
	size_t nr_before, nr_dropped = 0;
	int fds[CROWD];

	open_server(LONG_US);
	cr_assert(zero(int, ask("g\n"))); /* the loop keeps what it took for the first client */
	nr_before = count_descriptors();
	for (int i = 0; i < CROWD; i++)
		fds[i] = connect_client();
	settle();
	cr_expect(le(sz, count_descriptors(), nr_before + CROWD + 16));
	cr_expect(zero(int, ask("g\n")));
	for (int i = 0; i < CROWD; i++) {
		struct pollfd end = { .fd = fds[i], .events = POLLIN };

		nr_dropped += poll(&end, 1, 0) == 1;
		close(fds[i]);
	}
	cr_expect(ge(sz, nr_dropped, CROWD - 16));
	settle();
	cr_expect(eq(sz, count_descriptors(), nr_before));
	teardown();
}

/* --- who may reset --- */

/* Asks as somebody else, and ends with the reply's error. */
static _Noreturn void ask_as(uid_t uid, char request)
{
	const struct sockaddr_un there = address();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char line[] = { request, '\n' }, text[4096] = "";
	const char *error;
	size_t used = 0;
	ssize_t n;

	if (setresuid(uid, uid, uid) ||
	    connect(fd, (const struct sockaddr *)&there, sizeof(there)) || write(fd, line, 2) != 2)
		_exit(99);
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	error = strstr(text, "\"error\": ");
	_exit(error ? error[9] - '0' : 98);
}

static const struct {
	const char *why;
	uid_t uid;
	char request;
	int error;
} others[] = {
	{ "root may reset", 0, 'r', 0 },
	{ "nobody may not", NOBODY, 'r', 2 },
	{ "nobody may read", NOBODY, 'g', 0 },
	{ "nobody may ask for nothing", NOBODY, '0', 0 },
};

TABLE_TEST(stats_socket, others, others, row)
{
	mode_t umask_before = umask(077);
	struct pollfd ended = { .events = POLLIN };
	int status;
	pid_t pid;

	if (geteuid())
		cr_skip_test("not root: cannot become somebody else");
	open_server(LONG_US);
	umask(umask_before);
	stats_add(STATS_KILLS, 7);
	pid = fork();
	if (!pid)
		ask_as(row->uid, row->request);
	ended.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	await(ended.fd);
	cr_assert(eq(int, (int)waitpid(pid, &status, 0), (int)pid));
	cr_expect(eq(int, WEXITSTATUS(status), row->error), "%s", row->why);
	cr_expect(eq(i64, stats_get(STATS_KILLS), row->request == 'r' && !row->error ? 0 : 7), "%s",
		  row->why);
	close(ended.fd);
	teardown();
}

/* --- its name --- */

Test(stats_socket, comes_and_goes)
{
	struct stat st;
	mode_t umask_before = umask(077);

	open_server(LONG_US);
	umask(umask_before);
	cr_assert(zero(int, lstat(path, &st)));
	cr_expect(eq(u32, st.st_mode, S_IFSOCK | 0666));
	stats_socket_close(server);
	server = NULL;
	cr_expect(eq(int, lstat(path, &st), -1));
	teardown();
}

/* What a daemon leaves behind that was killed. */
static void leave_stale_socket(void)
{
	const struct sockaddr_un there = address();
	int fd = make_socket();

	cr_assert(zero(int, bind(fd, (const struct sockaddr *)&there, sizeof(there))));
	close(fd);
}

Test(stats_socket, stale_one_is_replaced)
{
	setup();
	leave_stale_socket();
	cr_assert(zero(int, stats_socket_open(event, dir, LONG_US, &server)));
	cr_expect(zero(int, ask("g\n")));
	teardown();
}

static void expect_refused(int error, const char *said)
{
	struct stat st;

	said_begin();
	cr_expect(eq(int, stats_socket_open(event, dir, LONG_US, &server), error));
	cr_expect(strstr(said_end(), said) != NULL);
	cr_expect(zero(ptr, server));
	cr_expect(zero(int, lstat(path, &st)), "what was there stays there");
	teardown();
}

Test(stats_socket, living_one_is_left_alone)
{
	struct sockaddr_un here;
	int fd = make_socket();

	setup();
	here = address();
	cr_assert(zero(int, bind(fd, (const struct sockaddr *)&here, sizeof(here))));
	cr_assert(zero(int, listen(fd, 1)));
	expect_refused(-EADDRINUSE, "another daemon answers there");
	close(fd);
}

Test(stats_socket, file_is_left_alone)
{
	setup();
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	expect_refused(-EEXIST, "there is something that is no socket");
}

Test(stats_socket, link_is_not_followed)
{
	setup();
	cr_assert(zero(int, symlink("/dev/null", path)));
	expect_refused(-EEXIST, "there is something that is no socket");
}

/* sun_path has 108 bytes with its NUL. */
static const struct {
	const char *why;
	size_t length; /* of the whole path */
	int error;
} lengths[] = {
	{ "as long as it may be", 107, 0 },
	{ "one more", 108, -ENAMETOOLONG },
	{ "far too long", 3000, -ENAMETOOLONG },
};

TABLE_TEST(stats_socket, long_paths, lengths, row)
{
	static char longer[4096];
	size_t used;

	setup();
	used = strlen(strcpy(longer, dir));
	for (; used < row->length - strlen("/" STATS_SOCKET_NAME); used++)
		longer[used] = (used - strlen(dir)) % 2 ? '.' : '/'; /* it is the same folder */
	said_begin();
	cr_expect(eq(int, stats_socket_open(event, longer, LONG_US, &server), row->error), "%s",
		  row->why);
	cr_expect(eq(int, strstr(said_end(), "107 bytes") != NULL, row->error != 0), "%s",
		  row->why);
	teardown();
}

Test(stats_socket, no_such_folder)
{
	setup();
	said_begin();
	cr_expect(eq(int, stats_socket_open(event, "/nonexistent", LONG_US, &server), -ENOENT));
	cr_expect(strstr(said_end(), "No such file") != NULL);
	teardown();
}
