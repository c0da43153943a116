/* process.c - another program, run for what it prints. */
#include "core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 4096, NOT_FOUND = 127 };

bool process_exists(const char *name)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		const size_t length = strcspn(path, ":");
		char file[CHUNK];

		if (snprintf(file, sizeof file, "%.*s/%s", (int)length, path, name) < CHUNK &&
		    length && access(file, X_OK) == 0)
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

static void become(const char *const *arguments, bool quiet, int output)
{
	const int nowhere = quiet ? open("/dev/null", O_WRONLY) : -1;

	dup2(output, STDOUT_FILENO);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	execvp(arguments[0], (char *const *)(size_t)arguments);
	_exit(NOT_FOUND);
}

static char *read_all(int input)
{
	char *text = memory_new(CHUNK + 1, 1);
	size_t size = 0, room = CHUNK;
	ssize_t got;

	while ((got = read(input, text + size, room - size)) > 0 || (got < 0 && errno == EINTR)) {
		size += got > 0 ? (size_t)got : 0;
		if (size == room)
			text = memory_resize(text, (room *= 2) + 1, 1);
	}
	text[size] = '\0';
	return text;
}

bool process_read(const char *const *arguments, bool quiet, char **text, int *status,
                  struct error *error)
{
	int ends[2], state = 0;
	pid_t process;

	*text = NULL;
	if (!process_exists(arguments[0]))
		return error_set(error, "%s is not in PATH", arguments[0]);
	if (pipe2(ends, O_CLOEXEC))
		return error_set(error, "%s cannot be started: %s", arguments[0], strerror(errno));
	fflush(NULL);
	process = fork();
	if (process == 0)
		become(arguments, quiet, ends[1]);
	close(ends[1]);
	if (process > 0) {
		*text = read_all(ends[0]);
		while (waitpid(process, &state, 0) < 0 && errno == EINTR)
			;
		*status = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
	}
	close(ends[0]);
	return process > 0 ||
	       error_set(error, "%s cannot be started: %s", arguments[0], strerror(errno));
}
