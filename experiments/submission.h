/* submission.h - the folder that the tasks of a job array share: what it is about, its jobs, and
 * what each task has brought there.
 *
 *     results.cluster/toy-0123456789abcdef/trials.tsv               "toy", then number, contestant,
 * seed jobs                     a number of a job a line script.sh  log/JOB_TASK.log
 *                                          trials-4-6/results.db    of one task, with results.runs/
 */
#ifndef BAKEOFF_SUBMISSION_H
#define BAKEOFF_SUBMISSION_H

#include "experiments/spec.h"

#define SUBMISSION_FOLDER "results.cluster" /* where none is named */

enum { SUBMISSION_PATH_SIZE = 4096 };

/* The absolute path of the folder of an experiment below `folder`, which is taken from `directory`.
 */
bool submission_path(const char *folder, const char *directory, const char *experiment,
                     const char *key, char path[SUBMISSION_PATH_SIZE], struct error *);

/* Makes the folder, those above it, log/ and trials.tsv. */
bool submission_make(const char *path, const struct experiment *, const char *only, struct error *);

/* Notes a job, each of whose tasks has `pack` trials. */
bool submission_add_job(const char *path, const char *number, int pack, struct error *);

/* A trial as trials.tsv has it. */
struct submission_trial {
	char *contestant;
	long seed;
};

struct submission_job {
	long number; /* Slurm's */
	int pack;    /* trials of a task */
};

struct submission {
	char *path, *experiment;
	struct submission_trial *trial; /* [trials], of number 1 and so on */
	int trials;
	struct submission_job *job; /* [jobs], in the order in which they were submitted */
	int jobs;
};

/* Reads trials.tsv and jobs, which may be anything; lines of jobs that are none are passed over. On
 * an error the submission is empty. */
bool submission_read(struct submission *, const char *path, struct error *);
void submission_free(struct submission *);

/* The submissions below `folder` in the order of their names, or `folder` itself where it is one:
 * paths in a list that ends with NULL (submission_free_list). NULL and an error where there is
 * none.
 */
char **submission_list(const char *folder, struct error *);

/* What a task has brought. */
struct submission_task {
	int first, last; /* trials */
	char *database;  /* path */
};

/* The databases that tasks of the submission have brought so far, in the order of their trials:
 * [*tasks], to be freed with submission_free_tasks. */
struct submission_task *submission_tasks(const char *path, int *tasks);
void submission_free_tasks(struct submission_task *, int tasks);
void submission_free_list(char **);

/* Copies a database that a task has brought, and that it may be replacing just now, to a new folder
 * of this machine, where it can be opened; its runs are there too, by a link. Gives the path of the
 * copy, which submission_close deletes. */
bool submission_open(const struct submission_task *, char copy[SUBMISSION_PATH_SIZE],
                     struct error *);
void submission_close(const char *copy);

#endif
