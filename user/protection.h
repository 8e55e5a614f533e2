/* SPDX-License-Identifier: GPL-2.0-only */
/* What boomd does for its own survival: one instance, memory locked, last to be killed. */
#ifndef USER_PROTECTION_H
#define USER_PROTECTION_H

/*
 * Only one boomd at a time: locks runtime_dir/boomd.lock for as long as the process lives.
 * -EWOULDBLOCK: another one runs. The lock's fd is returned on success.
 */
int protection_lock_instance(const char *runtime_dir);

/* oom_score_adj -1000: boomd must outlive whom it kills. Warns when it cannot. */
void protection_against_kernel_oom(void);

/*
 * Locks memory as it is touched: what the path has used once stays, what is only reserved for a
 * bigger machine costs nothing. Touches a stack's worth. Warns when it cannot.
 */
void protection_lock_memory(void);

#endif
