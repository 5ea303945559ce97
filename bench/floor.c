/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a command with empty programs on the hooks of the syscall backend: floor CMD ARGS... */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.skel.h"

int main(int argc, char **argv)
{
	struct floor *skel = floor__open_and_load();
	int status = 1;
	pid_t pid;

	if (!skel || floor__attach(skel) || argc < 2) {
		fprintf(stderr, "floor: cannot attach; usage: floor CMD ARGS...\n");
		return 1;
	}
	pid = fork();
	if (!pid) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		perror("floor");
	floor__destroy(skel);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
