/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints docs/oomd-conformance.md: the tables of the unit tests, without running them. */
#include "unit/conformance/catalogue.h"

int main(void)
{
	conformance_print(stdout);
	return 0;
}
