/* submission_read.c - what is in the folder that the tasks of a job array share. */
#include "core/number.h"
#include "experiments/database_copy.h"
#include "experiments/run.h"
#include "experiments/submission.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_TRIALS = 10000000 };

/* "number\tcontestant\tseed" of the trial that comes next. */
static bool read_trial(struct submission *s, char *line)
{
	char *name = strchr(line, '\t'), *seed = name ? strrchr(name + 1, '\t') : NULL;
	long number, value;

	if (!seed || s->trials == MOST_TRIALS)
		return false;
	*name++ = *seed++ = '\0';
	if (!number_read_whole(line, &number) || number != s->trials + 1 ||
	    !number_read_whole(seed, &value))
		return false;
	s->trial = memory_resize(s->trial, (size_t)s->trials + 1, sizeof *s->trial);
	s->trial[s->trials++] = (struct submission_trial){ memory_text(name), value };
	return true;
}

/* The first line names the experiment. */
static bool read_trials(struct submission *s, FILE *file, const char *path, struct error *error)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;
	int number = 0;

	while (good && (length = getline(&line, &room, file)) >= 0) {
		if (length && line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!number++)
			s->experiment = memory_text(line);
		else
			good = read_trial(s, line);
	}
	free(line);
	if (good && s->trials)
		return true;
	return error_set(error, "%s:%d: is no list of trials as `bakeoff submit` writes it", path,
	                 number);
}

static void read_jobs(struct submission *s, FILE *file)
{
	char *line = NULL;
	size_t room = 0;

	while (file && getline(&line, &room, file) >= 0) {
		struct submission_job job;
		int end = 0;

		if (sscanf(line, "%12ld\t%7d%n", &job.number, &job.pack, &end) != 2 ||
		    line[end] != '\n' || job.number < 1 || job.pack < 1)
			continue;
		s->job = memory_resize(s->job, (size_t)s->jobs + 1, sizeof job);
		s->job[s->jobs++] = job;
	}
	free(line);
}

bool submission_read(struct submission *s, const char *path, struct error *error)
{
	char name[SUBMISSION_PATH_SIZE + 16];
	FILE *file;
	bool good;

	*s = (struct submission){ .path = memory_text(path) };
	snprintf(name, sizeof name, "%s/trials.tsv", path);
	file = fopen(name, "re");
	good = file ? read_trials(s, file, name, error)
	            : error_set(error, "%s: %s", name, strerror(errno));
	if (file)
		fclose(file);
	if (!good) {
		submission_free(s);
		return false;
	}
	snprintf(name, sizeof name, "%s/jobs", path);
	file = fopen(name, "re");
	read_jobs(s, file);
	if (file)
		fclose(file);
	return true;
}

void submission_free(struct submission *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->trials; i++)
		free(s->trial[i].contestant);
	free(s->trial);
	free(s->job);
	free(s->experiment);
	free(s->path);
	*s = (struct submission){ 0 };
}

static bool has_trials(const char *path)
{
	char name[SUBMISSION_PATH_SIZE + 16];

	return snprintf(name, sizeof name, "%s/trials.tsv", path) < (int)sizeof name &&
	       access(name, F_OK) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void submission_free_list(char **list)
{
	for (char **path = list; path && *path; path++)
		free(*path);
	free(list);
}

char **submission_list(const char *folder, struct error *error)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	char **list = memory_new(2, sizeof *list);
	size_t count = 0;

	if (!entries)
		error_set(error, "%s: %s; `bakeoff submit` makes it", folder, strerror(errno));
	else if (has_trials(folder))
		list[count++] = memory_text(folder);
	while (entries && (count == 0 || !has_trials(folder)) && (entry = readdir(entries))) {
		char path[SUBMISSION_PATH_SIZE];

		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >=
		            SUBMISSION_PATH_SIZE ||
		    !has_trials(path))
			continue;
		list = memory_resize(list, count + 2, sizeof *list);
		list[count++] = memory_text(path);
	}
	if (entries)
		closedir(entries);
	list[count] = NULL;
	if (entries && !count)
		error_set(error, "%s has no submitted experiment", folder);
	if (!count) {
		free(list);
		return NULL;
	}
	qsort(list, count, sizeof *list, by_name);
	return list;
}

static int by_trials(const void *a, const void *b)
{
	const struct submission_task *x = a, *y = b;

	return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
	                            : (x->last > y->last) - (x->last < y->last);
}

struct submission_task *submission_tasks(const char *path, int *tasks)
{
	DIR *entries = opendir(path);
	struct dirent *entry;
	struct submission_task *list = NULL;

	*tasks = 0;
	while (entries && (entry = readdir(entries))) {
		char database[SUBMISSION_PATH_SIZE];
		struct submission_task task = { 0 };
		int end = 0;

		if (sscanf(entry->d_name, "trials-%8d-%8d%n", &task.first, &task.last, &end) != 2 ||
		    entry->d_name[end] || task.first < 1 || task.last < task.first ||
		    snprintf(database, sizeof database, "%s/%s/results.db", path, entry->d_name) >=
		            SUBMISSION_PATH_SIZE ||
		    access(database, F_OK))
			continue;
		task.database = memory_text(database);
		list = memory_resize(list, (size_t)*tasks + 1, sizeof *list);
		list[(*tasks)++] = task;
	}
	if (entries)
		closedir(entries);
	if (list)
		qsort(list, (size_t)*tasks, sizeof *list, by_trials);
	return list;
}

void submission_free_tasks(struct submission_task *task, int tasks)
{
	for (int i = 0; i < tasks; i++)
		free(task[i].database);
	free(task);
}

bool submission_open(const struct submission_task *task, char copy[SUBMISSION_PATH_SIZE],
                     struct error *error)
{
	const char *temporary = getenv("TMPDIR");
	char folder[SUBMISSION_PATH_SIZE - 32], runs[SUBMISSION_PATH_SIZE],
		link[SUBMISSION_PATH_SIZE], *whole;
	bool good;

	if (snprintf(folder, sizeof folder, "%s/bakeoff.XXXXXX",
	             temporary && *temporary ? temporary : "/tmp") >= (int)sizeof folder ||
	    !mkdtemp(folder))
		return error_set(error, "%s: cannot make this folder: %s", folder, strerror(errno));
	snprintf(copy, SUBMISSION_PATH_SIZE, "%s/results.db", folder);
	snprintf(link, sizeof link, "%s/results.runs", folder);
	runs_folder(task->database, runs, sizeof runs);
	whole = realpath(runs, NULL);
	good = file_copy(task->database, copy, NULL, error);
	if (good && whole && symlink(whole, link))
		good = error_set(error, "%s: cannot be made: %s", link, strerror(errno));
	free(whole);
	if (!good)
		submission_close(copy);
	return good;
}

void submission_close(const char *copy)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char path[SUBMISSION_PATH_SIZE + 16];

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		snprintf(path, sizeof path, "%s%s", copy, suffixes[i]);
		unlink(path);
	}
	runs_folder(copy, path, sizeof path);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}
