// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a trace file with what real ones do not have: names that attack the terminal and JSON in
 * each string of the file, a loss, and a sleep that has not ended.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "records.h"
#include "file/writer.h"

#define START 1000000000000ULL
#define PIPE  5140
#define NAME  "\033[2J\"\n\xff\xe7\xae\xa1\xe9\x81\x93"
#define TITLE "\"\033[2J\a\xff\xc2\x9b\""
#define CLAIMS                                                                                     \
	"scenario " TITLE "\nlesson 1\nclaim c " TITLE "\n  lesson 1 " TITLE "\n  differs " TITLE  \
	"\n  parent exit comm=" TITLE "\n"

static __u64 now = START;
static struct writer *out;

static void put(union any_event rec)
{
	writer__record(out, &rec.e);
	now += 3100;
}

int main(void)
{
	const struct trace_about about = {.version = NAME "version",
					  .kernel = NAME "kernel",
					  .boot_id = NAME "boot",
					  .backend = NAME "backend",
					  .command = NAME "command"};
	const struct trace_run run = {.name = NAME "run",
				      .scenario = NAME "scenario",
				      .title = NAME "title",
				      .expect_file = NAME "file",
				      .expect = {CLAIMS, sizeof(CLAIMS) - 1},
				      .extent = EXTENT_WHOLE};
	const struct trace_end end = {.doubt = NAME "doubt",
				      .message = NAME "message",
				      .output = {NAME, sizeof(NAME) - 1},
				      .incomplete = 1};
	union any_event exec = rec_exec(816, now, NAME);
	union any_event sleep;

	out = writer__new(STDOUT_FILENO, &about, 0);
	if (!out || writer__run(out, &run))
		return 1;

	put(rec_exec(815, now, "parent"));
	put(rec_object(815, now, OBJ_CREATED, 3, END_READ, PIPE, 0x10));
	put(rec_object(815, now, OBJ_CREATED, 4, END_WRITE, PIPE, 0x20));
	put(rec_fork(815, now, 816, "parent"));
	put(rec_object(816, now, OBJ_INHERITED, 3, END_READ, PIPE, 0x10));
	put(rec_object(816, now, OBJ_INHERITED, 4, END_WRITE, PIPE, 0x20));
	exec.e.ts = now;
	snprintf(exec.life.path, PATH_LEN, "/tmp/\xe2\x80\xae\x07%s", "evil\\name");
	put(exec);
	put(rec_rename(816, now, NAME));
	put(rec_signal(816, now, SIGTERM, 0, 815, NAME, "kill", 0));
	put(rec_lost(now, 17));
	sleep = rec_wait(816, now, 0, now + 2500000, "read", WAIT_PIPE_EMPTY, PIPE);
	sleep.e.flags |= EVF_OPEN;
	put(rec_exit(815, now, 1 << 8));
	put(rec_object(815, now, OBJ_EXIT_CLOSED, 3, END_READ, PIPE, 0x10));
	put(rec_object(815, now, OBJ_EXIT_CLOSED, 4, END_WRITE, PIPE, 0x20));
	put(sleep);
	return writer__run_end(out, &end) || writer__close(out) ? 1 : 0;
}
