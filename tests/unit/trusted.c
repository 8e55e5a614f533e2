/* SPDX-License-Identifier: GPL-2.0-only */
/* See trusted.h. */
#include "unit/trusted.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

void trusted_open(void)
{
	if (geteuid())
		cr_skip_test("not root: nothing here belongs to root");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("boomd-test", TRUSTED, "tmpfs", 0, "mode=755"))
		cr_skip_test("cannot mount a file system of the test's own");
}
