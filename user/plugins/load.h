/* SPDX-License-Identifier: GPL-2.0-only */
/* Plugins of others: shared objects of one directory, loaded once, at start. */
#ifndef PLUGINS_LOAD_H
#define PLUGINS_LOAD_H

/*
 * Loads every *.so of the directory, by name, into the registry. It and they must be fit to be run
 * as root (trust.h) and built for this boomd. 0; or how many of them were refused; or -errno when
 * the directory itself was. Each is named with the reason; those that are in order are in.
 */
int plugins_load(const char *dir);

#endif
