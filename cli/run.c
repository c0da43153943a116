/* run.c - bakeoff run: train and test the contestants of an experiment file, and say how it goes.
 */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_plan.h"
#include "core/filesystem.h"
#include "core/machine.h"
#include "core/ranks.h"
#include "experiments/run.h"
#include "experiments/shipped.h"
#include "experiments/standard.h"
#include "experiments/tune.h"
#include "results/compare.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DB = 256,
	SET,
	ONLY,
	TRIALS,
	PLAN,
	THREADS,
	JOBS,
	MEMORY,
	STALL,
	RETRY,
	DRY_RUN,
	QUIET,
	JSON,
	MOST_SETS = 64,
	MOST_MEMORY = 1 << 30, /* MiB */
};

static const struct command_option option_table[] = {
	{ "db", DB, "FILE", NULL,
	  "where results go (results.db); checkpoints go beside it, to FILE without .db + .runs/" },
	{ "set", SET, "KEY=VALUE", NULL,
	  "override a key of the file, e.g. `--set train.batch_tokens=1024` (repeatable)" },
	{ "only", ONLY, "CONTESTANT", NULL,
	  "only this contestant; of a grid, all its variants or the one that is named in full" },
	{ "trials", TRIALS, "N[-M]", NULL,
	  "only these of the trials, numbered from 1 as they are listed: all contestants with the "
	  "first seed, then with the next" },
	{ "trial", TRIALS, NULL, NULL, NULL },
	{ "plan", PLAN, "KEY", NULL,
	  "only where the trials are those that `bakeoff submit` gave this key" },
	{ "threads", THREADS, "N", NULL,
	  "workers (all processors); the results are the same bits for any number" },
	{ "jobs", JOBS, "N", NULL,
	  "trials at once (1), which share the threads; one that needs more memory than is left "
	  "waits" },
	{ "memory", MEMORY, "MIB", NULL, "memory for all of them (what the machine has left)" },
	{ "stall", STALL, "SECONDS", NULL,
	  "a trial that gives no sign of life for so long is killed (3600); 0: never" },
	{ "retry", RETRY, NULL, NULL, "also what diverged before, which is else left as it is" },
	{ "dry-run", DRY_RUN, NULL, NULL,
	  "say what would be done: trials, parameters, multiply-adds, time, memory, disk" },
	{ "quiet", QUIET, NULL, NULL, "only errors and the comparison" },
	{ "json", JSON, NULL, NULL,
	  "what happens as lines of JSON, for programs; no comparison" },
	{ 0 },
};

const struct command command_run = {
	.name = "run",
	.group = GROUP_TRAIN,
	.summary = "train and test every contestant of an experiment file",
	.usage = { "EXPERIMENT.yaml [OPTION...]" },
	.argument = "EXPERIMENT.yaml",
	.about = "Trains and tests every contestant of the experiment with every seed; shipped "
		 "experiments are found by name, as `toy`. What is "
		 "done already is skipped, what was interrupted goes on where it stopped, bit for "
		 "bit.",
	.options = option_table,
	.notes = "Started by mpirun, all processes train each trial together, with the bits of "
		 "one process; train.shards are spread over them, and the first alone needs data "
		 "and keeps results.\n\n"
		 "Each trial is a process: one that crashes or is killed is a failed run with its "
		 "reason, and the others go on.\n\n"
		 "Ctrl-C once: every trial stops at its next update with a checkpoint; twice: at "
		 "once, and the last checkpoint counts.",
	.example = { { "bakeoff run experiments/toy.yaml", "three models in a minute" },
		     { "bakeoff run experiments/toy.yaml --dry-run",
		       "what that would take, before it does" },
		     { "bakeoff run experiments/toy.yaml --set 'seeds=[1, 2, 3]' --jobs 2",
		       "three seeds, two trials at a time" } },
};

struct request {
	struct run_options run;
	const char *file, *plan;
	char path[PATH_MAX]; /* of a shipped experiment */
	char *set[MOST_SETS];
	int sets;
	bool dry_run, quiet, json;
};

/* "3" or "3-8" */
static bool read_trials(const char *text, struct run_options *run)
{
	int end = 0;

	if (strspn(text, "0123456789-") == strlen(text) &&
	    ((sscanf(text, "%7d-%7d%n", &run->first, &run->last, &end) == 2 && !text[end]) ||
	     (sscanf(text, "%7d%n", &run->first, &end) == 1 && !text[end] &&
	      (run->last = run->first))) &&
	    run->first >= 1 && run->last >= run->first)
		return true;
	fprintf(stderr, "bakeoff run: --trials %s: must be a number from 1, or two, as in 3-8\n",
	        text);
	return false;
}

static bool take_number(struct run_options *run, int option, const char *text)
{
	long number;

	switch (option) {
	case THREADS:
		if (!option_number("run", "--threads", text, 1, 256, &number))
			return false;
		run->threads = (int)number;
		return true;
	case JOBS:
		if (!option_number("run", "--jobs", text, 1, PROGRESS_MOST_JOBS, &number))
			return false;
		run->jobs = (int)number;
		return true;
	case MEMORY:
		if (!option_number("run", "--memory", text, 1, MOST_MEMORY, &number))
			return false;
		run->memory_bytes = (double)number * 1048576;
		return true;
	case STALL:
		if (!option_number("run", "--stall", text, 0, 1000000000, &number))
			return false;
		run->stall_seconds = (double)number;
		return true;
	}
	return false;
}

static bool take_option(struct request *r, int option, char *text)
{
	switch (option) {
	case DB:
		r->run.database = text;
		return true;
	case SET:
		if (r->sets == MOST_SETS) {
			fprintf(stderr, "bakeoff run: at most %d --set\n", MOST_SETS);
			return false;
		}
		r->set[r->sets++] = text;
		return true;
	case ONLY:
		r->run.only = text;
		return true;
	case TRIALS:
		return read_trials(text, &r->run);
	case PLAN:
		r->plan = text;
		return true;
	case DRY_RUN:
		return r->dry_run = true;
	case QUIET:
		return r->quiet = true;
	case RETRY:
		return r->run.retry = true;
	case JSON:
		return r->json = true;
	}
	return take_number(&r->run, option, text);
}

/* 0: go on; else the exit status plus 1. */
static int read_options(int argc, char **argv, struct request *r)
{
	int option;

	while ((option = command_option(&command_run, argc, argv)) > 0)
		if (!take_option(r, option, optarg))
			return 3;
	if (option != COMMAND_END)
		return command_exit(option) + 1;
	if (optind + 1 != argc) {
		fputs("bakeoff run: give one experiment file, e.g. experiments/toy.yaml\n", stderr);
		return 3;
	}
	r->file = shipped_find(argv[optind], r->path);
	return 0;
}

static char *read_text(const char *path, struct error *error)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0) {
		error_set(error, "%s: %s", path, errno ? strerror(errno) : "is empty");
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

static int say_result(const struct request *r, const struct experiment *e,
                      const struct run_result *result)
{
	const struct compare_options options = { TABLE_BOX, NULL, standard_is };
	struct database database = { 0 };
	struct error error;
	bool shown;

	if (r->json)
		return result->interrupted || result->failed;
	if (result->interrupted) {
		puts("\nStopped; nothing is lost. The same command again goes on from here.");
		return 1;
	}
	putchar('\n');
	shown = database_open(&database, r->run.database, DATABASE_READ, &error) &&
	        compare_print(stdout, &database, e->name, &options, &error);
	if (!shown)
		fprintf(stderr, "bakeoff run: %s\n", error.message);
	database_close(&database);
	if (result->failed)
		printf("\n%d of %d trials failed; their reasons are above, and of those that began "
		       "in\n"
		       "`bakeoff runs %s --db %s`.\n",
		       result->failed, result->trials, e->name, r->run.database);
	return result->failed || !shown ? 1 : 0;
}

static int trials_of(const struct request *r, const struct experiment *e)
{
	return run_trials(e, r->run.only);
}

/* Whether the experiment has the trials that are asked for. */
static bool has_trials(const struct request *r, const struct experiment *e)
{
	char key[17];

	run_plan_key(e, r->run.only, key);
	if (r->plan && strcmp(r->plan, key) != 0)
		fprintf(stderr,
		        "bakeoff run: %s has changed since it was submitted (%s is now %s); submit "
		        "it again\n",
		        r->file, r->plan, key);
	else if (r->run.last > trials_of(r, e))
		fprintf(stderr, "bakeoff run: --trials %d-%d: there are %d trials\n", r->run.first,
		        r->run.last, trials_of(r, e));
	else
		return true;
	return false;
}

/* A line where the results are to lie where several machines cannot be kept apart. */
static void warn_network(const struct request *r)
{
	const char *system = filesystem_network(r->run.database);

	if (system)
		fprintf(stderr,
		        "bakeoff run: %s is on %s, where SQLite's locks and log do not hold between "
		        "machines; keep it on a disk of this machine (--db), or use `bakeoff submit`\n",
		        r->run.database, system);
}

/* More threads than shards have nothing to do in training. */
static void say_shards(const struct request *r, const struct experiment *e)
{
	long most = 0;

	for (int i = 0; i < e->contestants; i++)
		most = e->contestant[i].train.shards > most ? e->contestant[i].train.shards : most;
	if (!r->quiet && !r->json && most * r->run.jobs < r->run.threads)
		printf("train.shards = %ld: training uses that many of the %d threads; more shards "
		       "use more, "
		       "and change the bits\n",
		       most, r->run.threads);
}

/* Another rank than the first: it says nothing, unless something is wrong with it. */
static int run_along(const struct request *r, struct experiment *e)
{
	struct run_result result;
	struct error error;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (run_experiment(e, NULL, &r->run, NULL, NULL, NULL, &result, &error))
		return 0;
	if (ranks_error(r->run.ranks))
		fprintf(stderr, "bakeoff run, rank %d: %s\n", ranks_number(r->run.ranks),
		        error.message);
	return 1;
}

/* Where mpirun started several. */
static bool open_ranks(struct request *r)
{
	struct error error;

	if (ranks_launched() == 1)
		return true;
	if (r->run.jobs > 1)
		error_set(&error, "--jobs: under mpirun trials run one after the other; leave it out");
	else if (ranks_open(&r->run.ranks, r->run.stall_seconds, r->run.asked, &error))
		return true;
	if (ranks_launched_number() == 0)
		fprintf(stderr, "bakeoff run: %s\n", error.message);
	return false;
}

static int run_it(const struct request *r, struct experiment *e)
{
	struct progress_view view;
	struct run_result result;
	struct error error;
	char *text = read_text(r->file, &error);
	bool ran;

	if (!text) {
		fprintf(stderr, "bakeoff run: %s\n", error.message);
		return 1;
	}
	interrupt_catch();
	warn_network(r);
	say_shards(r, e);
	progress_open(&view, trials_of(r, e) + tune_trials(e, r->run.only), r->run.jobs,
	              r->quiet);
	ran = run_experiment(e, text, &r->run, r->json ? progress_json_line : progress_line,
	                     r->json ? progress_json_watch : progress_watch, &view, &result,
	                     &error);
	progress_close(&view);
	free(text);
	if (!ran) {
		fprintf(stderr, "bakeoff run: %s\n", error.message);
		return 1;
	}
	return say_result(r, e, &result);
}

int run_command(int argc, char **argv)
{
	struct request r = { .run = { .database = "results.db",
		                      .threads = machine_processors(),
		                      .jobs = 1,
		                      .stall_seconds = 3600,
		                      .asked = interrupt_asked } };
	struct experiment experiment;
	int status = read_options(argc, argv, &r);

	if (status)
		return status - 1;
	if (!option_experiment("run", r.file, r.set, r.sets, r.run.only, &experiment))
		return 2;
	if (!has_trials(&r, &experiment) || !open_ranks(&r))
		status = 2;
	else if (ranks_number(r.run.ranks) > 0)
		status = r.dry_run ? 0 : run_along(&r, &experiment);
	else
		status = r.dry_run ? run_plan_print(&experiment, &r.run) : run_it(&r, &experiment);
	experiment_free(&experiment);
	ranks_close(r.run.ranks);
	return status;
}
