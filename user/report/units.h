/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them. Each returns buf. */
#ifndef REPORT_UNITS_H
#define REPORT_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define UNITS_BYTES 24 /* enough for any of these */

/* "0B", "4.0K", "612.3M", "1.5G"; 1024-based */
const char *units_bytes(uint64_t bytes, char buf[UNITS_BYTES]);
/* "85us", "4.2ms", "1.35s", "12min 5s"; negative when a clock went wrong */
const char *units_time(int64_t ns, char buf[UNITS_BYTES]);

#endif
