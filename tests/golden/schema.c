// SPDX-License-Identifier: GPL-2.0
/* Prints the JSON schema, as `ipctrace --json-schema` does, without the rest of ipctrace. */
#include "words/schema.h"

int main(void)
{
	schema__print(stdout);
	return 0;
}
