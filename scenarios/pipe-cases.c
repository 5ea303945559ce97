// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 1.4: the four cases of reading from and writing to a pipe.
 *
 * 1  nobody reads, the writer keeps writing: it sleeps when the pipe is full
 * 2  nobody writes, the reader keeps reading: it sleeps as the pipe is empty
 * 3  the writer stops and closes: the reader gets what is left, then reads 0
 * 4  the reader stops and closes: the writer dies of SIGPIPE
 *
 * Cases 1 and 2 would last for ever: after --hold MS the other process ends them with SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lesson.h"

static const char child[] = "I am child!";

static void make_pipe(int fd[2])
{
	if (pipe(fd) == -1)
		die("pipe");
}

static void print_status(int status)
{
	printf("exitsingle(%d),exit(%d)\n", status & 0xff, (status >> 8) & 0xff);
}

static void nobody_reads(void)
{
	static const char thirteen[] = "I am  child!"; /* as in lesson 1.6: 13 bytes with the NUL */
	int fd[2], bytes;

	call_me("reader");
	make_pipe(fd);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		while (write(fd[1], thirteen, sizeof(thirteen)) == sizeof(thirteen))
			;
		die("write"); /* it should sleep, not fail */
	}
	close(fd[1]);
	wait_until_in(id, "pipe_write");
	if (ioctl(fd[0], FIONREAD, &bytes) == -1)
		die("FIONREAD");
	printf("the writer sleeps, %d bytes are in the pipe\n", bytes);
	hold();
	kill(id, SIGTERM);
	print_status(reap(id, SIGTERM));
	close(fd[0]);
}

static void nobody_writes(void)
{
	char msg[100];
	int fd[2];

	call_me("writer");
	make_pipe(fd);
	pid_t id = fork_as("reader");
	if (id == 0) {
		close(fd[1]);
		if (read(fd[0], msg, sizeof(msg)) == -1)
			die("read");
		exit(1); /* it should sleep, not return */
	}
	close(fd[0]);
	wait_until_in(id, "pipe_read");
	printf("the reader sleeps\n");
	hold();
	kill(id, SIGTERM);
	print_status(reap(id, SIGTERM));
	close(fd[1]);
}

static void writer_closes(void)
{
	char msg[sizeof(child)];
	ssize_t s;
	int fd[2];

	call_me("reader");
	make_pipe(fd);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		wait_until_in(getppid(), "do_wait"); /* the parent has closed fd[1] */
		for (int i = 0; i < 5; i++)
			if (write(fd[1], child, sizeof(child)) == -1)
				die("write");
		close(fd[1]);
		exit(0);
	}
	close(fd[1]);
	reap(id, 0); /* written and closed before the first read */
	for (int j = 0; (s = read(fd[0], msg, sizeof(msg))) > 0; j++)
		printf("%s %d\n", msg, j);
	printf("read returns %zd\n", s);
	close(fd[0]);
}

static void reader_closes(void)
{
	int fd[2];

	call_me("reader");
	make_pipe(fd);
	pid_t id = fork_as("writer");
	if (id == 0) {
		close(fd[0]);
		for (int i = 0; i < 10; i++) {
			/* Where the lesson sleeps for 2 s: until the parent reads, or waits for us.
			 */
			wait_until_in(getppid(), i < 5 ? "pipe_read" : "do_wait");
			if (write(fd[1], child, strlen(child) + 1) == -1)
				die("write");
			if (lesson_pace)
				sleep(2);
		}
		exit(0);
	}
	close(fd[1]);
	for (int j = 0; j < 5; j++) {
		char msg[100] = "";
		ssize_t s = read(fd[0], msg, sizeof(msg));

		if (s > 0)
			msg[s - 1] = '\0';
		printf("%s %d\n", msg, j);
	}
	close(fd[0]); /* the writer goes on, the reader has closed its end */
	print_status(reap(id, SIGPIPE));
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"1", nobody_reads},
						   {"2", nobody_writes},
						   {"3", writer_closes},
						   {"4", reader_closes},
						   {0}};

	return lesson_main(argc, argv, cases);
}
