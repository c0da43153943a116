/* slurm_queue.c - what Slurm says of the tasks of job arrays: output of squeue and sacct. */
#include "experiments/slurm_queue.h"
#include "core/printable.h"
#include "core/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_NUMBER = 100000000 };

/* A number at *text of at most MOST_NUMBER, which is moved behind it. */
static bool take_number(const char **text, long *number)
{
	const char *p = *text;

	for (*number = 0; *p >= '0' && *p <= '9' && *number <= MOST_NUMBER; p++)
		*number = 10 * *number + (*p - '0');
	if (p == *text || *number > MOST_NUMBER)
		return false;
	*text = p;
	return true;
}

/* The next field of a line, up to '|', a line break or the end; *text is moved behind it. Words
 * that say that there is nothing are nothing. */
static void take_field(const char **text, char *field, size_t size)
{
	const size_t length = strcspn(*text, "|\n");

	snprintf(field, size, "%.*s", (int)(length < size ? length : size - 1), *text);
	*text += length;
	*text += **text == '|';
	if (!strcmp(field, "None") || !strcmp(field, "None assigned") || !strcmp(field, "(null)"))
		*field = '\0';
	printable_make(field);
}

static void add(struct slurm_queue *q, const struct slurm_task *task, long first, long last)
{
	struct slurm_task *t;

	q->task = memory_resize(q->task, (size_t)q->tasks + 1, sizeof *t);
	t = &q->task[q->tasks++];
	*t = *task;
	t->first = (int)first;
	t->last = (int)last;
}

/* "3" or "[1-3,5%2]" */
static void add_tasks(struct slurm_queue *q, const struct slurm_task *task, const char *numbers)
{
	const bool several = *numbers == '[';
	long first, last;

	numbers += several;
	while (take_number(&numbers, &first)) {
		last = first;
		if (several && *numbers == '-') {
			numbers++;
			if (!take_number(&numbers, &last) || last < first)
				return;
		}
		if (*numbers && !strchr(several ? ",]%." : "|.", *numbers))
			return;
		add(q, task, first, last);
		if (!several || *numbers != ',')
			return;
		numbers++;
	}
}

static void parse_line(struct slurm_queue *q, const char *line)
{
	struct slurm_task task = { 0 };
	const char *numbers = line;

	if (!take_number(&numbers, &task.job) || *numbers++ != '_')
		return;
	line += strcspn(line, "|\n");
	if (*line++ != '|')
		return;
	take_field(&line, task.state, sizeof task.state);
	take_field(&line, task.node, sizeof task.node);
	take_field(&line, task.reason, sizeof task.reason);
	task.state[strcspn(task.state, " +")] = '\0'; /* "CANCELLED by 1000" */
	if (*task.state)
		add_tasks(q, &task, numbers);
}

void slurm_queue_parse(struct slurm_queue *q, const char *lines)
{
	while (*lines) {
		parse_line(q, lines);
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
}

void slurm_queue_free(struct slurm_queue *q)
{
	if (!q)
		return;
	free(q->task);
	*q = (struct slurm_queue){ 0 };
}

/* Finished jobs that squeue has forgotten; there may be no accounting. */
static void ask_accounting(struct slurm_queue *q, const long *job, int jobs)
{
	char *list = memory_new((size_t)jobs + 1, 24), *text = NULL;
	const char *const arguments[] = { "sacct", "-n", "-P", "-X",
		                          "-j",    list, "-o", "JobID,State,NodeList,Reason",
		                          NULL };
	struct error ignored;
	int status;

	for (int i = 0; i < jobs; i++)
		sprintf(list + strlen(list), "%s%ld", i ? "," : "", job[i]);
	if (jobs && process_read(arguments, true, &text, &status, &ignored))
		slurm_queue_parse(q, text);
	free(text);
	free(list);
}

bool slurm_queue_read(struct slurm_queue *q, const long *job, int jobs, struct error *error)
{
	char user[24], *text = NULL;
	const char *const arguments[] = { "squeue", "-h", "-r", "-t",          "all",
		                          "-u",     user, "-o", "%i|%T|%N|%r", NULL };
	int status = 0;
	bool good;

	*q = (struct slurm_queue){ 0 };
	snprintf(user, sizeof user, "%ld", (long)geteuid());
	ask_accounting(q, job, jobs);
	good = process_read(arguments, true, &text, &status, error);
	if (good && status)
		good = error_set(error, "squeue fails with status %d", status);
	if (good)
		slurm_queue_parse(q, text);
	else
		slurm_queue_free(q);
	free(text);
	return good;
}

const struct slurm_task *slurm_queue_find(const struct slurm_queue *q, long job, int task)
{
	for (int i = q->tasks; i-- > 0;)
		if (q->task[i].job == job && q->task[i].first <= task && task <= q->task[i].last)
			return &q->task[i];
	return NULL;
}

bool slurm_is_active(const char *state)
{
	static const char *const active[] = { "PENDING",      "RUNNING",      "CONFIGURING",
		                              "COMPLETING",   "SUSPENDED",    "STOPPED",
		                              "STAGE_OUT",    "SIGNALING",    "RESIZING",
		                              "REQUEUED",     "REQUEUE_FED",  "REQUEUE_HOLD",
		                              "SPECIAL_EXIT", "RESV_DEL_HOLD" };

	for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
		if (!strcmp(state, active[i]))
			return true;
	return false;
}
