// SPDX-License-Identifier: GPL-2.0
/*
 * Lesson 2.4: two unrelated programs, shmread and shmwrite, talk through a segment that both find
 * by its key. Each reads `written`, and sleeps for a while when it is not its turn; nobody wakes
 * it.
 *
 * script   shmread waits already when shmwrite comes
 * early    shmwrite comes first: shmread begins with `written = 0`, and the first message is lost
 *
 * This file is three programs: started as shmread or shmwrite it is that one. With --interactive
 * the text of script comes from the terminal, until "end"; early has its own all the same. What a reader does quickly here, 0.1 s in place of
 * each second, it does in the lesson's time with --pace lesson.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lesson.h"
#include "shmdata.h"
#include "sysv.h"

static const char *pace = "quick", **lines; /* NULL: from the terminal */

static void nap(int seconds)
{
	bool lesson = strcmp(pace, "lesson") == 0;
	struct timespec t = {lesson ? seconds : 0, lesson ? 0 : seconds * 100000000L};

	nanosleep(&t, NULL);
}

/* The time at which a message was written is in the last bytes of text, behind the message. */
#define LINE_SZ (TEXT_SZ - sizeof(struct timespec))

static void *stamp(struct shared_use_st *shared)
{
	return shared->text + LINE_SZ;
}

static double ms_since(const void *then)
{
	struct timespec t, now;

	memcpy(&t, then, sizeof(t));
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - t.tv_sec) * 1e3 + (now.tv_nsec - t.tv_nsec) / 1e6;
}

static struct shared_use_st *find_shared(int *id)
{
	*id = shmget(LESSON_KEY, sizeof(struct shared_use_st), 0666 | IPC_CREAT);
	if (*id == -1)
		die("shmget");
	return attach(*id, 0);
}

static void shmread(void)
{
	int id, n = 0;
	double late = 0;
	struct shared_use_st *shared = find_shared(&id);

	shared->written = 0;
	for (bool running = true; running;) {
		if (!shared->written) {
			nap(1);
			continue;
		}
		late += ms_since(stamp(shared));
		n++;
		printf("You wrote: %s\n", shared->text);
		running = strncmp(shared->text, "end", 3) != 0;
		nap(rand() % 3);
		shared->written = 0;
	}
	printf("shmread: %d messages lay there for %.1f ms on average before it looked\n", n,
	       late / n);
	detach(shared);
	if (shmctl(id, IPC_RMID, NULL) == -1)
		die("IPC_RMID");
}

/* The next line without its end; "end" when there is none. */
static const char *next_line(void)
{
	static char line[LINE_SZ];

	if (lines)
		return *lines ? *lines++ : "end";
	fprintf(stderr, "Enter some text: ");
	const char *got = fgets(line, sizeof(line), stdin);

	/* Only a terminal shows the newline that is typed. */
	if (!got || !isatty(STDIN_FILENO))
		fputc('\n', stderr);
	if (!got)
		return "end";
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void shmwrite(void)
{
	struct timespec now;
	int id;
	struct shared_use_st *shared = find_shared(&id);

	for (bool running = true; running;) {
		while (shared->written == 1) {
			nap(1);
			printf("Waiting...\n");
		}
		const char *line = next_line();

		strncpy(shared->text, line, LINE_SZ);
		clock_gettime(CLOCK_MONOTONIC, &now);
		memcpy(stamp(shared), &now, sizeof(now));
		shared->written = 1;
		running = strncmp(line, "end", 3) != 0;
	}
	detach(shared);
}

static const char *script[] = {"I am shmwrite!", "shared memory has no end of message", "end",
			       NULL};
static bool interactive;

/* A program of its own: all that it has in common with the other one is the key. */
static pid_t start(const char *program)
{
	const char *argv[8] = {program, lesson_pace ? "lesson" : "quick"};
	pid_t pid = fork_as(program);

	if (pid)
		return pid;
	if (!interactive)
		memcpy(argv + 2, script, sizeof(script));
	execvp(program_invocation_name, (char **)argv);
	die(program);
}

static void both(const char *first, const char *second)
{
	call_me("parent");
	need_free(LESSON_KEY);
	pid_t one = start(first);
	own_segment_of(one, LESSON_KEY);
	wait_until_in(one, "nanosleep");
	pid_t two = start(second);
	own_segment_of(two, LESSON_KEY);
	reap(one, 0);
	reap(two, 0);
}

static void run_script(void)
{
	both("shmread", "shmwrite");
}

static void early(void)
{
	/* There must be a message before shmread comes, so none is asked for. */
	interactive = false;
	both("shmwrite", "shmread");
}

static int program_main(char **argv, void (*program)(void))
{
	call_me(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	pace = argv[1];
	if (argv[2])
		lines = (const char **)argv + 2;
	program();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct lesson_case cases[] = {{"script", run_script}, {"early", early}, {0}};

	if (strcmp(argv[0], "shmread") == 0)
		return program_main(argv, shmread);
	if (strcmp(argv[0], "shmwrite") == 0)
		return program_main(argv, shmwrite);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--interactive"))
			continue;
		interactive = true;
		memmove(argv + i, argv + i + 1, (argc - i) * sizeof(*argv));
		argc--;
		i--;
	}
	return lesson_main(argc, argv, cases);
}
