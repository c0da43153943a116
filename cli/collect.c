/* collect.c - bakeoff collect: what the tasks of job arrays have brought, in one database. */
#include "cli/commands.h"
#include "cli/output.h"
#include "experiments/merge.h"
#include "experiments/submission.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option option_table[] = {
	{ "db", 'd', "FILE", NULL, "the database (results.db), on a disk of this machine" },
	{ "no-files", 'n', NULL, NULL, "leaves weights and checkpoints where they are" },
	{ 0 },
};

const struct command command_collect = {
	.name = "collect",
	.group = GROUP_CLUSTER,
	.summary = "what job arrays have brought, in one database",
	.usage = { "[FOLDER] [OPTION...]" },
	.argument = "DIR",
	.about = "Takes over what the tasks of submitted experiments have brought to the shared "
		 "folder (results.cluster) so far. Collecting again takes what is new, and "
		 "nothing twice. A run that both have and that is further along counts.",
	.options = option_table,
};

enum { ATTEMPTS = 5 };

struct collecting {
	struct database into;
	bool files;
	struct merge_report sum;
	int tasks, failed;
};

static void print_conflict(void *path, const struct merge_run *run)
{
	output_name(stdout, path);
	printf(": run %ld here, of ", run->id);
	output_name(stdout, run->from->contestant);
	printf(", seed %ld, is finished in both and differs: ", run->from->seed);
	output_name(stdout, run->difference);
	puts("; what is here is kept");
}

/* Whether the file was replaced since. */
static bool has_changed(const char *path, const struct stat *before)
{
	struct stat now;

	return stat(path, &now) || now.st_ino != before->st_ino ||
	       now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

/* A task may replace its files meanwhile, checkpoints after the database: then once more, so that
 * no checkpoint here is ahead of its points. */
static bool merge(struct collecting *c, const struct submission_task *task,
                  struct merge_report *report, struct error *error)
{
	char copy[SUBMISSION_PATH_SIZE];
	struct stat before;
	bool good = true, changed = true;

	for (int i = 0; good && changed && i < ATTEMPTS; i++) {
		if (stat(task->database, &before) || !submission_open(task, copy, error))
			return false;
		good = merge_database(&c->into, copy, c->files, print_conflict, task->database,
		                      report, error);
		submission_close(copy);
		changed = has_changed(task->database, &before);
	}
	return good;
}

static void collect(struct collecting *c, const char *path)
{
	struct submission_task *task;
	int tasks;

	task = submission_tasks(path, &tasks);
	for (int i = 0; i < tasks; i++) {
		struct merge_report report = { 0 };
		struct error error = { "it has gone meanwhile" };

		if (merge(c, &task[i], &report, &error)) {
			for (int j = 0; j < MERGE_OUTCOMES; j++)
				c->sum.runs[j] += report.runs[j];
			c->sum.without_files += report.without_files;
		} else {
			fprintf(stderr, "bakeoff collect: %s: %s; nothing of it is taken\n",
			        task[i].database, error.message);
			c->failed++;
		}
		c->tasks++;
	}
	submission_free_tasks(task, tasks);
}

static void print_sum(const struct collecting *c)
{
	const long *runs = c->sum.runs;

	printf("%s: %ld runs added, %ld further along there, %ld as before, from %d tasks",
	       c->into.path, runs[MERGE_ADDED], runs[MERGE_REPLACED],
	       runs[MERGE_SAME] + runs[MERGE_BEHIND], c->tasks);
	if (runs[MERGE_CONFLICT])
		printf("; %ld in conflict", runs[MERGE_CONFLICT]);
	if (c->files && c->sum.without_files)
		printf("; %ld without files", c->sum.without_files);
	putchar('\n');
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct collecting *c, const char **database)
{
	int option;

	while ((option = command_option(&command_collect, argc, argv)) > 0) {
		if (option == 'd')
			*database = optarg;
		c->files &= option != 'n';
	}
	if (option != COMMAND_END || argc - optind <= 1)
		return command_exit(option);
	fputs("bakeoff collect: give at most one folder\n", stderr);
	return 2;
}

int collect_command(int argc, char **argv)
{
	struct collecting c = { .files = true };
	const char *database = "results.db";
	struct error error;
	char **list;
	int status = read_options(argc, argv, &c, &database);

	if (status >= 0)
		return status;
	list = submission_list(optind < argc ? argv[optind] : SUBMISSION_FOLDER, &error);
	if (!list || !database_open(&c.into, database, DATABASE_WRITE, &error)) {
		fprintf(stderr, "bakeoff collect: %s\n", error.message);
		submission_free_list(list);
		return 1;
	}
	for (char **path = list; *path; path++)
		collect(&c, *path);
	print_sum(&c);
	submission_free_list(list);
	database_close(&c.into);
	return c.failed || c.sum.runs[MERGE_CONFLICT] ? 1 : 0;
}
