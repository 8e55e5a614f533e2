/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One command from beginning to end. It may do whatever it likes: ignore signals, close its
 * output, flood it, go into the background. Its time is over when its deadline comes, and with its
 * main process all that it has started ends: the cgroup they live in is boomd's own, where nobody
 * is ever a victim, so nothing may stay there.
 */
#include "spawn/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "kill/offspring.h"
#include "spawn/describe.h"
#include "spawn/message.h"

#define NS_PER_MS 1000000ULL
/*
 * What was said until then is told a little before the deadline: at the deadline boomd kills its
 * victim and writes the record of it, whether an answer has come or not.
 */
#define LAST_WORDS_NS (100 * NS_PER_MS)
/* Read at a time, and at the end: a pipe's worth. */
#define CHUNK_BYTES 65536

struct command {
	int reply_fd, signal_fd, output_fd; /* output: -1 when it is closed */
	pid_t pid;
	uint64_t deadline_ns, last_words_ns; /* last words: 0 when they are told */
	bool stopped;			     /* SIGTERM: nobody waits for it any more */
	struct spawn_reply reply;
};

static void answer(struct command *command)
{
	while (send(command->reply_fd, &command->reply, sizeof(command->reply), MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		;
}

/* --- start --- */

static void set_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, score, strlen(score)) < 0) {
		/* without the right to it things stay as they are */
	}
	close(fd);
}

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr, int input_fd,
		  int output_fd)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	err = posix_spawnattr_setsigmask(attr, &none);
	if (!err)
		err = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	if (!err)
		err = posix_spawn_file_actions_addchdir_np(actions, "/");
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, input_fd, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, output_fd, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, output_fd, STDERR_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return -err;
}

static int execute(struct command *command, const struct spawn_request *request, int input_fd,
		   int output_fd)
{
	char *words[DESCRIBE_WORDS_MAX + 1], **env = describe_environment(request);
	char text[SPAWN_MESSAGE_MAX];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err;

	strcpy(text, request->command); /* it came in a message of that size */
	if (!describe_split(text, words))
		return -EINVAL;
	if (!env)
		return -ENOMEM;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	err = set_up(&actions, &attr, input_fd, output_fd);
	set_oom_score("1000"); /* where the kernel must take somebody, a hook is worth least */
	if (!err)
		err = -posix_spawn(&command->pid, words[0], &actions, &attr, words, env);
	set_oom_score("-1000");
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

static int start(struct command *command, const struct spawn_request *request)
{
	int pipe_fds[2], input_fd = describe_json(request), err;

	if (input_fd < 0)
		return input_fd;
	if (pipe2(pipe_fds, O_CLOEXEC)) {
		err = -errno;
		close(input_fd);
		return err;
	}
	/* only our end: a command need not expect a pipe that does not block */
	(void)fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	err = execute(command, request, input_fd, pipe_fds[1]);
	close(input_fd);
	close(pipe_fds[1]);
	if (err) {
		close(pipe_fds[0]);
		return err;
	}
	command->output_fd = pipe_fds[0];
	command->reply.result.started_ns = clock_now_ns();
	return 0;
}

/* --- run --- */

static void keep(struct spawn_result *result, const char *text, size_t length)
{
	size_t used = result->output_bytes;

	result->output_bytes += length;
	for (size_t i = 0; i < length && used + 1 < SPAWN_OUTPUT_MAX; i++)
		result->output[used++] = text[i] ? text[i] : ' ';
}

/* One chunk at most: a flood must not keep us from the clock. */
static void take_output(struct command *command)
{
	char chunk[CHUNK_BYTES];
	ssize_t n = read(command->output_fd, chunk, sizeof(chunk));

	if (n > 0) {
		keep(&command->reply.result, chunk, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(command->output_fd);
		command->output_fd = -1;
	}
}

/* true: the command's main process has exited. Orphans that have become ours are reaped, too. */
static bool take_exits(struct command *command)
{
	struct spawn_result *result = &command->reply.result;
	bool over = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command->pid)
			continue;
		over = true;
		result->end = WIFSIGNALED(status) ? SPAWN_SIGNALLED : SPAWN_EXITED;
		result->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	}
	return over;
}

static bool take_signals(struct command *command)
{
	struct signalfd_siginfo info;

	while (read(command->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			command->stopped = true;
	return take_exits(command) || command->stopped;
}

/* ms for poll(), rounded up so that what is waited for has come then. */
static int left_ms(uint64_t until_ns, uint64_t now_ns)
{
	uint64_t ms = until_ns > now_ns ? (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;

	return ms < 60000 ? (int)ms : 60000;
}

static void watch(struct command *command)
{
	struct pollfd fds[] = { { .fd = command->signal_fd, .events = POLLIN },
				{ .events = POLLIN } };

	for (;;) {
		uint64_t now_ns = clock_now_ns();

		if (now_ns >= command->deadline_ns) {
			command->reply.result.end = SPAWN_TIMED_OUT;
			return;
		}
		if (command->last_words_ns && now_ns >= command->last_words_ns) {
			command->last_words_ns = 0;
			answer(command);
		}
		fds[1].fd = command->output_fd;
		(void)poll(fds, 2, left_ms(command->last_words_ns ? command->last_words_ns :
								    command->deadline_ns, now_ns));
		if (command->output_fd >= 0 && fds[1].revents)
			take_output(command);
		if (fds[0].revents && take_signals(command))
			return;
	}
}

/* --- the whole of it --- */

static int prepare(struct command *command)
{
	sigset_t signals;
	int err = offspring_adopt();

	if (err)
		return err;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	command->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return command->signal_fd < 0 ? -errno : 0;
}

int run_main(int fd, const struct spawn_request *request, uint64_t number)
{
	static struct command command; /* zeroed, and no load for the stack */
	struct spawn_result *result = &command.reply.result;
	int err;

	command.reply_fd = fd;
	command.output_fd = -1;
	command.deadline_ns = request->deadline_ns;
	command.last_words_ns = request->deadline_ns - LAST_WORDS_NS;
	command.reply.number = number;
	result->end = SPAWN_RUNNING;
	err = prepare(&command);
	if (!err)
		err = start(&command, request);
	if (err) {
		result->end = SPAWN_NOT_STARTED;
		result->status = err;
	} else {
		watch(&command);
		if (command.output_fd >= 0 && result->end != SPAWN_TIMED_OUT)
			take_output(&command);
	}
	result->finished_ns = clock_now_ns();
	if (!command.stopped)
		answer(&command);
	offspring_kill();
	return 0;
}
