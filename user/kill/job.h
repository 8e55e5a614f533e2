/* SPDX-License-Identifier: GPL-2.0-only */
/* What the helper does with a job; runs in its thread only. */
#ifndef KILL_JOB_H
#define KILL_JOB_H

#include "kill/helper.h"

void job_run(struct job *job);

#endif
