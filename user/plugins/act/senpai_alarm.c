/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See senpai_alarm.h. It goes on ringing because the first signal may come before the system call
 * that it is meant for.
 */
#include "plugins/act/senpai_alarm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define MS_PER_S  1000
#define NS_PER_MS 1000000
#define AGAIN_MS  10

static void do_nothing(int signal_number)
{
	(void)signal_number;
}

int senpai_alarm_init(struct senpai_alarm *alarm)
{
	const int number = SIGRTMIN + 1;
	/* no SA_RESTART: to be interrupted is all that is wanted */
	const struct sigaction action = { .sa_handler = do_nothing };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = number };
	sigset_t ours;

	event._sigev_un._tid = gettid();
	if (sigaction(number, &action, NULL))
		return -errno;
	sigemptyset(&ours);
	sigaddset(&ours, number);
	pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
	return timer_create(CLOCK_MONOTONIC, &event, &alarm->timer) ? -errno : 0;
}

static struct timespec timespec_of(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / MS_PER_S, .tv_nsec = ms % MS_PER_S * NS_PER_MS };
}

void senpai_alarm_start(struct senpai_alarm *alarm, int64_t after_ms)
{
	const struct itimerspec when = {
		.it_value = timespec_of(after_ms ? after_ms : 1), /* 0 would stop it */
		.it_interval = timespec_of(AGAIN_MS),
	};

	(void)timer_settime(alarm->timer, 0, &when, NULL);
}

void senpai_alarm_stop(struct senpai_alarm *alarm)
{
	(void)timer_settime(alarm->timer, 0, &(struct itimerspec){ 0 }, NULL);
}
