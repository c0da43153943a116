/* slurm.h - an experiment as a job array of Slurm: the script of its tasks; docs/cluster.md. */
#ifndef BAKEOFF_SLURM_H
#define BAKEOFF_SLURM_H

#include "core/error.h"

#include <stdio.h>

/* What a script is made of. Texts may be any bytes but line breaks; NULL where Slurm's own default
 * is wanted. */
struct slurm_job {
	const char *program, *directory; /* absolute paths: of bakeoff; in which it runs */
	const char *spec;                /* of the experiment, from `directory` */
	const char *shared; /* absolute path of the folder of this submission, without \
	                       and %, which mean something in names of log files */
	const char *name;   /* of the job */
	const char *plan;   /* run_plan_key */
	int trials, pack;   /* of all tasks together; of one */
	const char *partition, *time, *memory, *account;
	long cpus;           /* of a task */
	long limit;          /* tasks at once; 0: any number */
	long grace_seconds;  /* from the signal to the end of the time limit */
	long save_seconds;   /* between copies to the shared folder */
	const char *scratch; /* a folder of the node, or "$NAME" or "$NAME/REST", NAME being a
	                        variable there; NULL: $TMPDIR, else /tmp */
	char *const *option; /* [options] of `bakeoff run` */
	int options;
	char *const *extra; /* [extras] of sbatch */
	int extras;
};

/* Writes the script. An error names the text that cannot be in one. */
bool slurm_script(FILE *, const struct slurm_job *, struct error *);

/* Writes the text as one word of a POSIX shell: whatever it has, nothing of it is expanded. It must
 * have no line break. */
void shell_quote(FILE *, const char *text);

/* Writes the text as one word of an #SBATCH line, in which backslash and double quote are escaped.
 */
void sbatch_quote(FILE *, const char *text);

/* How many tasks: trials over pack, rounded up. */
int slurm_tasks(const struct slurm_job *);

#endif
