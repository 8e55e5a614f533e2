/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints docs/oomd-conformance.md: the tables of the unit tests, without running them. With the
 * argument "differences", the table in docs/migrating-from-oomd.md.
 */
#include <string.h>

#include "unit/conformance/catalogue.h"

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "differences"))
		conformance_print_differences(stdout);
	else
		conformance_print(stdout);
	return 0;
}
