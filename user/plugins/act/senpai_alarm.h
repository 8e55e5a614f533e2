/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timer that interrupts one thread: the kernel ends a write to memory.high or memory.reclaim when
 * a signal is pending for its writer (mm/memcontrol.c). From kill(2) it differs in that nobody else
 * can be hit: the signal goes to the thread that made the alarm, and its handler does nothing.
 */
#ifndef ACT_SENPAI_ALARM_H
#define ACT_SENPAI_ALARM_H

#include <stdint.h>
#include <time.h>

struct senpai_alarm {
	timer_t timer;
};

/* For the calling thread. 0 or -errno. */
int senpai_alarm_init(struct senpai_alarm *alarm);
/* Interrupts it after this time, and again and again until it is stopped. For any thread. */
void senpai_alarm_start(struct senpai_alarm *alarm, int64_t after_ms);
void senpai_alarm_stop(struct senpai_alarm *alarm);

#endif
