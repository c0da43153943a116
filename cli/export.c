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

static const char usage[] =
	"usage: bakeoff export EXPERIMENT [OPTION...]\n"
	"       bakeoff export --run ID [OPTION...]\n"
	"Writes runs for other programs: runs, points of curves, scores and hypotheses as tables, "
        "or "
	"curves and\n"
	"scores as events for TensorBoard (`tensorboard --logdir DIR`).\n"
	"  --format NAME  " EXPORT_FORMATS " (csv)\n"
	"  --out DIR      the folder, made where it is missing (export); files of the same names "
        "are "
	"replaced\n"
	"  --db FILE      the database (results.db)\n" VIEW_WHERE_HELP VIEW_WHERE_NAMES;

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
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		return option_wrong("export", option);
	}
}

static int read_options(struct request *r, int argc, char **argv)
{
	static const struct option options[] = {
		{ "db", required_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
		{ "out", required_argument, NULL, 'o' },
		{ "run", required_argument, NULL, 'r' },
		{ "where", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, status;

	optind = 0; /* glibc: start anew, main has read its own options */
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		if ((status = read_option(r, option)) >= 0)
			return status;
	r->experiment = argv[optind];
	if (optind + 1 < argc || (!r->experiment && !r->where) == !r->run) {
		fputs("bakeoff export: give one experiment or --where, or else --run ID; `bakeoff "
		      "export "
		      "--help` says more\n",
		      stderr);
		return 2;
	}
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
