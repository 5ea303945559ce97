/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a trace file of a later minor version, with much that this version does not know. With any
 * argument its claims are such that this version cannot read them, too.
 */
#include <unistd.h>

#include "future_rig.h"

int main(int argc, char **argv)
{
	const char *claims = argc > 1
				 ? "lesson 1\nclaim c \"c\"\n  lesson 1 \"c\"\n  unless w op\n"
				 : "lesson 1\nclaim c \"c\"\n  lesson 1 \"c\"\n  w op op=write\n";

	return future_write(STDOUT_FILENO, TRACE_MINOR + 1, claims) ? 1 : 0;
}
