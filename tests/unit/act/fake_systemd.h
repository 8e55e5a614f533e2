/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bus with a systemd on it that does as the test says: a socket in a temporary folder, named by
 * $DBUS_SYSTEM_BUS_ADDRESS, and a thread that serves it by sd-bus. The client is the real one.
 */
#ifndef TESTS_UNIT_ACT_FAKE_SYSTEMD_H
#define TESTS_UNIT_ACT_FAKE_SYSTEMD_H

enum fake_systemd {
	FAKE_QUEUES_A_JOB, /* /org/freedesktop/systemd1/job/7 */
	FAKE_REFUSES,	   /* Unit nothere.service not found.\n */
	FAKE_WRONG_REPLY,  /* a number instead of a job */
	FAKE_HANGS_UP,	   /* in the middle of the call */
	FAKE_WAITS,	   /* takes the call, and answers at fake_systemd_go_on() */
	FAKE_IS_DEAF,	   /* takes the connection, and never reads a byte */
};

void fake_systemd_start(enum fake_systemd how);
/* FAKE_WAITS: answers now. */
void fake_systemd_go_on(void);
/* Waits until a call has come in. */
void fake_systemd_await_call(void);
/* "RestartUnit(a.service, replace)" of the last call, "" before. */
const char *fake_systemd_last_call(void);
/* Hangs up, and removes the socket. */
void fake_systemd_stop(void);

#endif
