/* task.h - what is learned: a table of tasks, made from tasks.def. */
#ifndef BAKEOFF_DATA_TASK_H
#define BAKEOFF_DATA_TASK_H

#include "data/generator.h"
#include "data/settings.h"

/* What is asked of a model, and with it loss, scores and how an example is shown. */
enum objective {
	OBJECTIVE_TRANSLATE, /* a source -> the tokens of its target, and their end */
	OBJECTIVE_CONTINUE,  /* a text alone, one stream -> each token from those before it */
	OBJECTIVE_CLASSIFY,  /* a source -> its label, one word */
	OBJECTIVE_TAG,       /* a source -> a label for each of its tokens */
};

struct task {
	const char *name;  /* the word of data.task */
	const char *about; /* in a few words */
	enum objective objective;
	const struct generator *generator; /* of a task without files; else NULL */
};

/* The task that settings name, the one of that name, and number i of the table; NULL where there is
 * none. */
const struct task *task_of(const struct data_settings *);
const struct task *task_find(const char *name);
const struct task *task_at(int i);

/* Whether both sides have one vocabulary. */
bool task_is_joint(const struct data_settings *);

/* Whether anything that the task does depends on that key of data_settings_table: files have no
 * settings of generators, a generator has its own and those that all share, and no subwords. */
bool task_reads(const struct task *, const char *key);

/* Its number: what data_settings.task holds. */
int task_number(const struct task *);

#endif
