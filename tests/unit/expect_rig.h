/* SPDX-License-Identifier: GPL-2.0 */
/* An .expect file that is parsed, and what is said of it; for tests of the parser. */
#ifndef IPCTRACE_EXPECT_RIG_H
#define IPCTRACE_EXPECT_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "claims/expect.h"

static const char good[] =
    "# a comment\n"
    "scenario \"the four cases\"\n"
    "lesson 1.4\n"
    "\n"
    "case 1 \"nobody reads\"\n"
    "  claim sleeps \"a full pipe puts the writer to sleep\"\n"
    "    lesson 1.4 \"读端不读，写端一直写\" = \"nobody reads\"\n"
    "    differs \"it is the slots that are full\"\n"
    "    * object created object=$p end=write   # tail\n"
    "    count == 5040  writer op write ret=13 object=$p\n"
    "    writer block full object=$p used=slots readers>=1\n"
    "    never  writer op write object=$p nonblock=true\n"
    "    \"my writer\" wake cause=signalled slept>=100ms object=$p waker.pid=$_\n"
    "\n"
    "case 4 \"the reader leaves\"\n"
    "  claim dies \"SIGPIPE\"\r\n"
    "    writer op write ret=-EPIPE\n"
    "    writer signal SIGPIPE cause=no-readers\n"
    "    writer deliver SIGPIPE handler=\"default\"\n"
    "    writer exit signal=SIGPIPE\n"
    "  claim sleeps \"the same name in another case\"\n"
    "    count >= 0x10 writer op write arg!=64k\n";

static char err[400];

static inline struct expect *parse_bytes(const char *text, size_t len)
{
	FILE *in = len ? fmemopen((void *)text, len, "r") : fopen("/dev/null", "r");
	struct expect *ex;

	assert_non_null(in);
	memset(err, 0, sizeof(err));
	errno = 0;
	ex = expect__parse(in, "f.expect", err, sizeof(err));
	fclose(in);
	return ex;
}

static inline struct expect *parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

#endif
