/* export.c - `bakeoff export`: runs as files for other programs. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/view.h"

#include "results/export.h"
#include "results/selection.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const struct command_option option_table[] = {
	{ "run", 'r', "ID", NULL, "this run alone" },
	{ "format", 'f', "NAME", EXPORT_FORMATS, "(csv)" },
	{ "out", 'o', "DIR", NULL,
	  "the folder, made where it is missing (export); files of the same names are replaced" },
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	VIEW_WHERE,
	{ 0 },
};

const struct command command_export = {
	.name = "export",
	.group = GROUP_RESULTS,
	.summary = "runs as CSV or JSON lines, or for TensorBoard",
	.usage = { "EXPERIMENT [OPTION...]", "--run ID [OPTION...]", "--where COND [OPTION...]" },
	.argument = "EXPERIMENT",
	.about = "Writes runs for other programs: runs, points of curves, scores and hypotheses "
		 "as tables, or curves and scores as events for TensorBoard (`tensorboard --logdir "
		 "DIR`).",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
};

struct request {
	const char *database, *folder, *experiment, *where;
	enum export_format format;
	long run; /* 0: not given */
};

/* -1: go on; else the exit status. */
static int read_option(struct request *r, int option)
{
	struct error error;

	switch (option) {
	case 'd':
		r->database = optarg;
		return -1;
	case 'f':
		if (export_format_find(optarg, &r->format, &error))
			return -1;
		fprintf(stderr, "bakeoff export: %s\n", error.message);
		return 2;
	case 'o':
		r->folder = optarg;
		return -1;
	case 'r':
		return option_number("export", "--run", optarg, 1, LONG_MAX, &r->run) ? -1 : 2;
	case 'w':
		r->where = optarg;
		return -1;
	default:
		return command_exit(option);
	}
}

static int read_options(struct request *r, int argc, char **argv)
{
	int option, status;

	while ((option = command_option(&command_export, argc, argv)) != COMMAND_END)
		if ((status = read_option(r, option)) >= 0)
			return status;
	r->experiment = argv[optind];
	if (optind + 1 < argc || (!r->experiment && !r->where) == !r->run)
		return command_wrong(&command_export,
		                     "give one experiment or --where, or else --run ID");
	return -1;
}

static bool export(const struct request *r, struct database *database, size_t *runs,
                   struct error *error)
{
	char one[40];
	const struct selection selection = { .experiment = r->experiment,
		                             .where = r->run ? one : r->where };
	long *run = NULL, id;
	bool good;

	snprintf(one, sizeof one, "id = %ld", r->run);
	good = (!r->experiment || database_experiment_find(database, r->experiment, &id, error)) &&
	       selection_choose(database, &selection, error) &&
	       selection_runs(database, &run, runs, error);
	free(run);
	if (good && !*runs && r->run)
		return error_set(error, "%s has no run %ld; `bakeoff runs` lists those there are",
		                 database->path, r->run);
	if (good && !*runs)
		return error_set(error, "no run is chosen; `bakeoff runs` lists those there are");
	return good && export_chosen(database, r->format, r->folder, error);
}

int export_command(int argc, char **argv)
{
	struct request r = { .database = "results.db", .folder = "export" };
	struct database database;
	struct error error;
	size_t runs = 0;
	bool good;
	int status = read_options(&r, argc, argv);

	if (status >= 0)
		return status;
	good = database_open(&database, r.database, DATABASE_READ, &error);
	if (good) {
		good = export(&r, &database, &runs, &error);
		database_close(&database);
	}
	if (good)
		printf("%zu %s written to %s/\n", runs, runs == 1 ? "run" : "runs", r.folder);
	return view_status(good, "export", &error);
}
