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

/* Notes a job. */
bool submission_add_job(const char *path, const char *number, struct error *);

#endif
