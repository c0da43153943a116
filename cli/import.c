/* import.c - `bakeoff import`: weights that another program trained, as a run. */
#include "cli/commands.h"
#include "cli/options.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "experiments/import.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "map", 'm', "FILE", NULL,
	  "which of its tensors become which of our parameters; experiments/import/ has some" },
	{ "experiment", 'e', "EXPERIMENT.yaml", NULL,
	  "where a contestant has the settings of its model" },
	{ "contestant", 'c', "CONTESTANT", NULL, "that one" },
	{ "vocabulary", 'v', "FILE[,FILE]", NULL,
	  "a vocabulary of bakeoff, or a model of SentencePiece; two for source,target" },
	{ "test", 't', NULL, NULL,
	  "translate and score the test sets of the experiment, too" },
	{ "threads", 'n', "N", NULL, "for that (all processors)" },
	{ "set", 's', "KEY=VALUE", NULL, "override a key of the experiment (repeatable)" },
	{ "db", 'd', "FILE", NULL, "the database (results.db), made where it is missing" },
	{ 0 },
};

const struct command command_import = {
	.name = "import",
	.group = GROUP_KEEP,
	.summary = "weights of another program's model as a run",
	.usage = { "WEIGHTS.safetensors --map FILE --experiment FILE OPTION..." },
	.about = "Makes a run of weights that another program trained, which `translate`, "
		 "`attend`, `score` and `pack` open like any other (docs/import.md). --map, "
	         "--experiment, --contestant "
		 "and --vocabulary must be given.",
	.options = option_table,
};

enum { MOST_SETS = 64 };

struct request {
	struct import_request import;
	const char *experiment;
	char *vocabularies; /* cut in two */
	char *set[MOST_SETS];
	int sets;
	bool test;
	long threads;
};

static bool take_option(struct request *r, int option)
{
	switch (option) {
	case 'm':
		r->import.map = optarg;
		return true;
	case 'e':
		r->experiment = optarg;
		return true;
	case 'c':
		r->import.contestant = optarg;
		return true;
	case 'v':
		r->vocabularies = optarg;
		return true;
	case 'd':
		r->import.database = optarg;
		return true;
	case 't':
		return r->test = true;
	case 'n':
		return option_number("import", "--threads", optarg, 1, 1024, &r->threads);
	case 's':
		if (r->sets == MOST_SETS)
			fprintf(stderr, "bakeoff import: at most %d --set\n", MOST_SETS);
		else
			r->set[r->sets++] = optarg;
		return r->sets < MOST_SETS;
	}
	return false;
}

/* -1: go on, with all that is needed; else the exit status. */
static int read_options(struct request *r, int argc, char **argv)
{
	int option;
	char *comma;

	*r = (struct request){ .import = { .database = "results.db" },
		               .threads = machine_processors() };
	while ((option = command_option(&command_import, argc, argv)) > 0)
		if (!take_option(r, option))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (argc - optind != 1 || !r->import.map || !r->experiment || !r->import.contestant ||
	    !r->vocabularies)
		return command_wrong(&command_import,
		                     "give one file of weights, --map, --experiment, --contestant "
		                     "and --vocabulary");
	r->import.weights = argv[optind];
	r->import.vocabulary[SIDE_SOURCE] = r->vocabularies;
	comma = strchr(r->vocabularies, ',');
	if (comma) {
		*comma = '\0';
		r->import.vocabulary[SIDE_TARGET] = comma + 1;
	}
	return -1;
}

static void say(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "bakeoff import: %s\n", line);
}

int import_command(int argc, char **argv)
{
	struct experiment experiment;
	struct request r;
	struct error error;
	bool good, again;
	long run;
	const int status = read_options(&r, argc, argv);

	if (status >= 0)
		return status;
	r.import.experiment = &experiment;
	good = (r.test ? experiment_read : experiment_read_settings)(&experiment, r.experiment,
	                                                             r.set, r.sets, &error) &&
	       (!r.test || (gemm_init(&error) &&
	                    (r.import.test = pool_open((int)r.threads, &error)) != NULL)) &&
	       import_run(&r.import, &run, &again, say, NULL, &error);
	pool_close(r.import.test);
	if (!good)
		fprintf(stderr, "bakeoff import: %s\n", error.message);
	else
		printf("%s: run %ld of %s%s\n", r.import.weights, run, r.import.database,
		       again ? ", which has it already" : "");
	experiment_free(&experiment);
	return good ? 0 : 1;
}
