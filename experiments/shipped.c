/* shipped.c - the experiments that come with the program, found by name. */
#include "experiments/shipped.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder that may have them, by its number; false: there are no more. */
static bool folder_at(int i, char path[PATH_MAX])
{
	static const char *const beside[] = { "../../experiments", "../share/bakeoff/experiments" };
	char program[PATH_MAX] = "", folder[PATH_MAX];

	if (i == 0) {
		strcpy(path, "experiments");
		return true;
	}
	if (i > 2 || readlink("/proc/self/exe", program, sizeof program - 1) < 0)
		return false;
	*strrchr(program, '/') = '\0';
	if (snprintf(folder, sizeof folder, "%s/%s", program, beside[i - 1]) >= PATH_MAX)
		return false;
	if (!realpath(folder, path))
		strcpy(path, folder);
	return true;
}

/* The first folder that has the experiment, with `path` to it; -1: none. */
static int find(const char *name, char path[PATH_MAX])
{
	char folder[PATH_MAX];

	for (int i = 0; folder_at(i, folder); i++)
		if (snprintf(path, PATH_MAX, "%s/%s.yaml", folder, name) < PATH_MAX &&
		    access(path, R_OK) == 0)
			return i;
	return -1;
}

const char *shipped_find(const char *name, char path[PATH_MAX])
{
	if (strpbrk(name, "/.") || access(name, R_OK) == 0)
		return name;
	return find(name, path) >= 0 ? path : name;
}

static int is_experiment(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".yaml");
}

void shipped_list(void say(void *context, const char *name), void *context)
{
	char folder[PATH_MAX], path[PATH_MAX];

	for (int i = 0; folder_at(i, folder); i++) {
		struct dirent **list;
		const int count = scandir(folder, &list, is_experiment, alphasort);

		for (int j = 0; j < count; j++) {
			*strrchr(list[j]->d_name, '.') = '\0';
			if (find(list[j]->d_name, path) == i)
				say(context, list[j]->d_name);
			free(list[j]);
		}
		if (count >= 0)
			free(list);
	}
}
