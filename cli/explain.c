/* explain.c - bakeoff models --explain: a model's own account of what it does and costs. */
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "core/gemm.h"
#include "data/generated.h"
#include "data/task.h"
#include "experiments/lone_design.h"
#include "experiments/shipped.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { MOST_SETS = 64 };

struct request {
	long length[SIDES], vocabulary; /* vocabulary 0: the file's, or 8000 */
	long longest;
	char *set[MOST_SETS];
	int sets;
	enum table_format format;
};

static bool read_format(struct request *r)
{
	struct error error;

	if (!table_format_find(optarg, &r->format, &error)) {
		fprintf(stderr, "bakeoff models: %s\n", error.message);
		return false;
	}
	if (r->format == TABLE_BOX || r->format == TABLE_MARKDOWN || r->format == TABLE_JSON)
		return true;
	fprintf(stderr, "bakeoff models: --format %s: several tables are box, markdown or json\n",
	        optarg);
	return false;
}

/* False: wrong usage, and said so. */
static bool read_option(struct request *r, int option)
{
	switch (option) {
	case 'e':
		return true;
	case 's':
		if (r->sets == MOST_SETS) {
			fprintf(stderr, "bakeoff models: at most %d --set\n", MOST_SETS);
			return false;
		}
		r->set[r->sets++] = optarg;
		return true;
	case 'a':
	case 'b':
		return option_number("models", option == 'a' ? "--source" : "--target", optarg, 1,
		                     EXPLAIN_LONGEST, &r->length[option == 'b']);
	case 'v':
		return option_number("models", "--vocabulary", optarg, 5, 1000000, &r->vocabulary);
	case 'f':
		return read_format(r);
	default:
		return false;
	}
}

/* Lengths, and room for the longest sentence, as the model is told it. */
static int longest_of(const struct request *r)
{
	long longest = r->longest;

	for (int side = 0; side < SIDES; side++)
		longest = r->length[side] > longest ? r->length[side] : longest;
	return (int)longest;
}

static int explain(const struct request *r, const struct design *design, const char *name)
{
	const int vocabulary[SIDES] = { (int)r->vocabulary, (int)r->vocabulary };
	struct explain_growth growth[SIDES];
	struct explanation e;
	struct model model;
	struct error error;
	bool good;

	if (!gemm_init(&error) ||
	    !model_open(&model, design, vocabulary, true, longest_of(r), &error)) {
		fprintf(stderr, "bakeoff models: %s: %s\n", name, error.message);
		return 1;
	}
	parameters_start(&model.parameters, 1);
	explain_model(&e, &model, (int)r->length[SIDE_SOURCE], (int)r->length[SIDE_TARGET]);
	explain_growth(&model, growth);
	good = explain_print(stdout, &e, growth, name, r->format, &error);
	if (!good)
		fprintf(stderr, "bakeoff models: %s\n", error.message);
	explanation_free(&e);
	model_close(&model);
	return !good;
}

static int explain_architecture(struct request *r, const char *name)
{
	struct design design;
	struct error error;
	int status;

	if (!architecture_find(name)) {
		fprintf(stderr,
		        "bakeoff models: no architecture '%s'; `bakeoff models` lists them\n",
		        name);
		return 2;
	}
	if (!lone_design(&design, name, r->set, r->sets, &error)) {
		fprintf(stderr, "bakeoff models: %s\n", error.message);
		return 2;
	}
	if (!r->vocabulary)
		r->vocabulary = 8000;
	status = explain(r, &design, name);
	design_free(&design);
	return status;
}

/* Without preparing data: a vocabulary is as large as the file allows. */
static long vocabulary_of(const struct data_settings *data)
{
	return task_of(data)->generator ? generated_vocabulary(data, SIDE_SOURCE)
	                                : data->subword_size;
}

static int explain_contestants(struct request *r, const char *file, const char *only)
{
	struct experiment e;
	int status = 0;

	if (!option_experiment("models", file, r->set, r->sets, NULL, &e))
		return 2;
	if (!option_contestant("models", "", only, file, &e)) {
		experiment_free(&e);
		return 2;
	}
	if (!r->vocabulary)
		r->vocabulary = vocabulary_of(&e.data);
	r->longest = e.data.longest;
	for (int i = 0; !status && i < e.contestants; i++) {
		if (!contestant_is(&e.contestant[i], only))
			continue;
		status = explain(r, &e.contestant[i].design, e.contestant[i].name);
	}
	experiment_free(&e);
	return status;
}

int explain_command(int argc, char **argv)
{
	struct request r = { .length = { 20, 20 }, .longest = 256 };
	char path[PATH_MAX];
	const char *file;
	int option;

	optind = 0;
	while ((option = command_option(&command_models, argc, argv)) > 0)
		if (!read_option(&r, option))
			return 2;
	if (option != COMMAND_END)
		return command_exit(option);
	if (optind == argc || argc - optind > 2) {
		fputs("bakeoff models --explain: name an architecture, or an experiment file and "
		      "a contestant\n",
		      stderr);
		return 2;
	}
	file = architecture_find(argv[optind]) ? argv[optind] : shipped_find(argv[optind], path);
	if (argc - optind == 1 && !strchr(file, '.'))
		return explain_architecture(&r, file);
	return explain_contestants(&r, file, argc - optind == 2 ? argv[optind + 1] : NULL);
}
