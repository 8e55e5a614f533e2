/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folder that root alone can write, and that nobody else will ever see: an empty file system at
 * TRUSTED, in a mount namespace of the test's own. It is gone with the test.
 */
#ifndef TESTS_TRUSTED_H
#define TESTS_TRUSTED_H

#define TRUSTED "/mnt"

/* Skips the test where that cannot be had: it takes root and mount(2). */
void trusted_open(void);

#endif
