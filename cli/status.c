/* status.c - bakeoff status: the queue and the databases of submitted experiments, a row a trial.
 */
#include "cli/commands.h"
#include "experiments/slurm_queue.h"
#include "experiments/submission.h"
#include "results/database.h"
#include "results/latest.h"
#include "results/table.h"

#include <ctype.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "format", 'f', "NAME", TABLE_FORMATS, "(box)" },
	{ 0 },
};

const struct command command_status = {
	.name = "status",
	.group = GROUP_CLUSTER,
	.summary = "how submitted experiments go",
	.usage = { "[FOLDER] [OPTION...]" },
	.argument = "DIR",
	.about = "The trials of submitted experiments: what Slurm's queue says of each, and what "
		 "its database in the shared folder (results.cluster) says, which a running task "
		 "brings up to date now and then.",
	.options = option_table,
};

/* What is known of a trial. */
struct state {
	bool begun; /* it has a row in a database */
	enum run_status status;
	long updates;
	double loss;
	char *host, *reason;
	long job;
	int task;
	struct slurm_task queue; /* its state "" where Slurm knows nothing */
};

enum { MOST_WORDS = 16 };

struct counts {
	char word[MOST_WORDS][32];
	int count[MOST_WORDS];
	int words;
};

/* The trial of that name and seed among those of a task. */
static int find_trial(const struct submission *s, const struct submission_task *task,
                      const struct run_record *run)
{
	for (int i = task->first; i <= task->last && i <= s->trials; i++)
		if (s->trial[i - 1].seed == run->seed &&
		    !strcmp(s->trial[i - 1].contestant, run->contestant))
			return i;
	return 0;
}

/* Of a trial that two tasks have begun, the row that is done counts, else the one of more updates.
 */
static bool is_ahead(const struct state *state, const struct run_record *run)
{
	if (!state->begun || state->status == RUN_DONE)
		return !state->begun;
	return run->status == RUN_DONE || run->totals.updates > state->updates;
}

static bool read_run(struct database *database, long id, const struct submission *s,
                     const struct submission_task *task, struct state *state, struct error *error)
{
	struct run_record run;
	struct latest latest;
	bool good = database_run_read(database, id, &run, error);
	int number;

	if (!good)
		return false;
	number = find_trial(s, task, &run);
	if (number && is_ahead(&state[number - 1], &run) &&
	    (good = latest_read(database, id, &latest, error))) {
		struct state *of = &state[number - 1];

		free(of->host);
		free(of->reason);
		of->begun = true;
		of->status = run.status;
		of->updates = run.totals.updates;
		of->loss = latest.loss;
		of->host = memory_text(run.host ? run.host : "");
		of->reason = memory_text(run.reason ? run.reason : "");
	}
	run_record_free(&run);
	return good;
}

static bool read_database(const struct submission *s, const struct submission_task *task,
                          struct state *state, struct error *error)
{
	struct database database = { 0 };
	char copy[SUBMISSION_PATH_SIZE];
	long *run = NULL;
	size_t runs = 0;
	bool good;

	if (!submission_open(task, copy, error))
		return false;
	good = database_open(&database, copy, DATABASE_READ, error) &&
	       latest_runs(&database, NULL, NULL, 0, &run, &runs, error);
	for (size_t i = 0; good && i < runs; i++)
		good = read_run(&database, run[i], s, task, state, error);
	free(run);
	database_close(&database);
	submission_close(copy);
	return good;
}

static bool read_databases(const struct submission *s, struct state *state)
{
	struct submission_task *task;
	struct error error;
	bool good = true;
	int tasks;

	task = submission_tasks(s->path, &tasks);
	for (int i = 0; i < tasks; i++)
		if (!read_database(s, &task[i], state, &error)) {
			fprintf(stderr, "bakeoff status: %s: %s\n", task[i].database,
			        error.message);
			good = false;
		}
	submission_free_tasks(task, tasks);
	return good;
}

/* The job that was submitted last counts, unless one before it is still in the queue. */
static void read_queue(const struct submission *s, const struct slurm_queue *queue,
                       struct state *state)
{
	for (int j = 0; j < s->jobs; j++)
		for (int i = 0; i < s->trials; i++) {
			const int number = i / s->job[j].pack + 1;
			const struct slurm_task *t =
				slurm_queue_find(queue, s->job[j].number, number);

			if (state[i].job && slurm_is_active(state[i].queue.state) &&
			    (!t || !slurm_is_active(t->state)))
				continue;
			state[i].job = s->job[j].number;
			state[i].task = number;
			state[i].queue = t ? *t : (struct slurm_task){ 0 };
		}
}

static void lower(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	for (char *p = to; *p; p++)
		*p = (char)tolower((unsigned char)*p);
}

/* One word for a trial, and why it is so. */
static const char *judge(const struct state *s, bool has_queue, char word[32])
{
	const bool over = s->begun && (s->status == RUN_DONE || s->status == RUN_FAILED);
	const bool active = slurm_is_active(s->queue.state);

	if (over && (s->status == RUN_DONE || !active)) {
		snprintf(word, 32, "%s", run_status_word(s->status));
		return s->status == RUN_DONE ? "" : s->reason;
	}
	if (active) {
		lower(word, 32, s->queue.state);
		return s->queue.reason;
	}
	if (!has_queue) {
		snprintf(word, 32, "%s", s->begun ? run_status_word(s->status) : "not begun");
		return s->begun && s->status == RUN_RUNNING ? "as of its last copy" : "";
	}
	snprintf(word, 32, "%s", s->begun ? "stopped" : "not begun");
	if (!*s->queue.state)
		return "no longer in the queue; submit again to go on";
	return s->queue.state;
}

static void count(struct counts *c, const char *word)
{
	int i = 0;

	while (i < c->words && strcmp(c->word[i], word) != 0)
		i++;
	if (i == MOST_WORDS)
		return;
	if (i == c->words)
		snprintf(c->word[c->words++], sizeof c->word[0], "%s", word);
	c->count[i]++;
}

static void put(struct cell *cell, const char *text)
{
	if (text && *text)
		cell_text(cell, text, strlen(text));
}

static void add_row(struct table *table, const struct submission *s, int i,
                    const struct state *state, bool has_queue, struct counts *counts)
{
	struct cell *cell = table_add_row(table);
	const bool active = slurm_is_active(state->queue.state);
	char word[32], job[48] = "";
	const char *reason = judge(state, has_queue, word);

	count(counts, word);
	if (state->job)
		snprintf(job, sizeof job, "%ld_%d", state->job, state->task);
	put(&cell[0], s->experiment);
	cell_integer(&cell[1], i + 1);
	put(&cell[2], s->trial[i].contestant);
	cell_integer(&cell[3], s->trial[i].seed);
	put(&cell[4], word);
	put(&cell[5], job);
	put(&cell[6], active || *state->queue.node ? state->queue.node : state->host);
	if (state->begun) {
		cell_integer(&cell[7], state->updates);
		cell_real(&cell[8], state->loss);
	}
	put(&cell[9], reason);
}

static bool show(struct table *table, const char *path, const struct slurm_queue *queue,
                 bool has_queue, struct counts *counts)
{
	struct submission s;
	struct state *state;
	struct error error;
	bool good;

	if (!submission_read(&s, path, &error)) {
		fprintf(stderr, "bakeoff status: %s\n", error.message);
		return false;
	}
	state = memory_new((size_t)s.trials, sizeof *state);
	good = read_databases(&s, state);
	read_queue(&s, queue, state);
	for (int i = 0; i < s.trials; i++) {
		add_row(table, &s, i, &state[i], has_queue, counts);
		free(state[i].host);
		free(state[i].reason);
	}
	free(state);
	submission_free(&s);
	return good;
}

/* The numbers of all jobs of all submissions. */
static long *list_jobs(char *const *list, int *jobs)
{
	long *job = NULL;

	*jobs = 0;
	for (; *list; list++) {
		struct submission s;
		struct error ignored;

		if (!submission_read(&s, *list, &ignored))
			continue;
		for (int i = 0; i < s.jobs; i++) {
			job = memory_resize(job, (size_t)*jobs + 1, sizeof *job);
			job[(*jobs)++] = s.job[i].number;
		}
		submission_free(&s);
	}
	return job;
}

static bool ask_queue(char *const *list, struct slurm_queue *queue)
{
	struct error error;
	int jobs;
	long *job = list_jobs(list, &jobs);
	const bool has = slurm_queue_read(queue, job, jobs, &error);

	if (!has)
		fprintf(stderr,
		        "bakeoff status: no Slurm here (%s): states are those of the "
		        "databases in the shared folder\n",
		        error.message);
	free(job);
	return has;
}

static bool print(char *const *list, enum table_format format)
{
	static const char *const names[] = {
		"experiment", "trial", "contestant", "seed", "state",
		"job",        "node",  "updates",    "loss", "reason"
	};
	struct slurm_queue queue = { 0 };
	struct counts counts = { 0 };
	struct table table = { 0 };
	struct error error;
	const bool has_queue = ask_queue(list, &queue);
	bool good = true;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		table_add_column(&table, names[i], i == 8 ? 3 : -1, false);
	for (; *list; list++)
		good &= show(&table, *list, &queue, has_queue, &counts);
	if (!table_print(stdout, &table, format, &error)) {
		fprintf(stderr, "bakeoff status: %s\n", error.message);
		good = false;
	}
	if (format == TABLE_BOX)
		for (int i = 0; i < counts.words; i++)
			printf("%s%d %s%s", i ? ", " : "", counts.count[i], counts.word[i],
			       i + 1 == counts.words ? "\n" : "");
	table_free(&table);
	slurm_queue_free(&queue);
	return good;
}

int status_command(int argc, char **argv)
{
	enum table_format format = TABLE_BOX;
	struct error error;
	char **list;
	bool good;
	int option;

	while ((option = command_option(&command_status, argc, argv)) > 0) {
		if (!table_format_find(optarg, &format, &error)) {
			fprintf(stderr, "bakeoff status: %s\n", error.message);
			return 2;
		}
	}
	if (option != COMMAND_END)
		return command_exit(option);
	if (argc - optind > 1) {
		fputs("bakeoff status: give at most one folder\n", stderr);
		return 2;
	}
	list = submission_list(optind < argc ? argv[optind] : SUBMISSION_FOLDER, &error);
	if (!list) {
		fprintf(stderr, "bakeoff status: %s\n", error.message);
		return 1;
	}
	good = print(list, format);
	submission_free_list(list);
	return good ? 0 : 1;
}
