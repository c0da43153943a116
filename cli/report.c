/* report.c - `bakeoff report`: what an experiment showed, for reading. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/report_guide.h"
#include "cli/view.h"

#include "core/file.h"
#include "experiments/pack.h"
#include "results/manage.h"
#include "results/report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: bakeoff report [OPTION...] EXPERIMENT|--pack FILE\n"
	"Writes what an experiment showed: scores, costs, learning curves, settings, and what\n"
	"makes the comparison unfair. HTML is one file that needs no network and no scripts.\n"
	"  --db FILE      the database (results.db)\n"
	"  --pack FILE    of the run of a pack (`bakeoff pack`) alone\n"
	"  --format NAME  " DOCUMENT_FORMATS " (by the ending of --out .html, .md or .tex; html)\n"
	"  --out FILE     where to write it (standard output)\n"
	"  --out FOLDER/  report.html, .md or .tex there, each plot as SVG, its data as CSV\n"
	"  --baseline NAME  tests all others against this contestant, also where they are many\n"
	VIEW_WHERE_HELP VIEW_WHERE_NAMES;

struct options {
	const char *database, *pack, *out, *where, *baseline;
	enum document_format format;
	bool formatted;
};

static int wrong_usage(const char *what)
{
	fprintf(stderr, "bakeoff report: %s; `bakeoff report --help` says more\n", what);
	return 2;
}

/* Returns -1 to go on, or else the exit status. */
static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "db", required_argument, NULL, 'd' },
		{ "pack", required_argument, NULL, 'p' },
		{ "format", required_argument, NULL, 'f' },
		{ "out", required_argument, NULL, 'o' },
		{ "where", required_argument, NULL, 'w' },
		{ "baseline", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct error error;
	int option;

	*o = (struct options){ .database = "results.db" };
	optind = 0; /* glibc: start anew, main has read its own options */
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1)
		switch (option) {
		case 'd':
			o->database = optarg;
			break;
		case 'p':
			o->pack = optarg;
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'w':
			o->where = optarg;
			break;
		case 'b':
			o->baseline = optarg;
			break;
		case 'f':
			if (!document_format_find(optarg, &o->format, &error))
				return wrong_usage(error.message);
			o->formatted = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return option_wrong("report", option);
		}
	if (optind + !o->pack != argc)
		return wrong_usage("name one experiment, or a pack");
	return -1;
}

static void format_by_ending(struct options *o)
{
	static const char *const endings[] = { ".html", ".md", ".tex" };
	const char *dot = o->out ? strrchr(o->out, '.') : NULL;

	for (int i = 0; i < 3 && dot && !o->formatted; i++)
		if (!strcmp(dot, endings[i]))
			o->format = (enum document_format)i;
}

static bool is_folder(const char *path)
{
	struct stat about;

	return path[0] && (path[strlen(path) - 1] == '/' ||
	                   (stat(path, &about) == 0 && S_ISDIR(about.st_mode)));
}

static bool write_file(const struct options *o, const struct document *document,
                       struct error *error)
{
	struct new_file file;

	if (!new_file_begin(&file, o->out, error))
		return false;
	if (document_write(file.stream, document, o->format, false, error))
		return new_file_commit(&file, error);
	new_file_cancel(&file);
	return false;
}

static bool write_report(const struct options *o, const struct document *document,
                         struct error *error)
{
	if (!o->out)
		return document_write(stdout, document, o->format, false, error);
	if (is_folder(o->out))
		return document_write_files(o->out, document, o->format, error);
	return write_file(o, document, error);
}

/* Opens the database or the pack, and finds the experiment's name, to be freed. */
static bool open_any(const struct options *o, const char *argument, struct database *database,
                     char **name, struct error *error)
{
	struct run_record record = { 0 };
	long run;
	bool good;

	*name = argument ? memory_text(argument) : NULL;
	if (!o->pack)
		return database_open(database, o->database, DATABASE_READ, error);
	if (!pack_open(database, o->pack, &run, error))
		return false;
	good = database_run_read(database, run, &record, error) &&
	       database_experiment_name(database, record.experiment, name, error);
	run_record_free(&record);
	if (!good)
		database_close(database);
	return good;
}

int report_command(int argc, char **argv)
{
	struct options o;
	struct database database;
	struct document document = { 0 };
	struct report_guide guide;
	struct error error;
	char *name;
	bool good;
	int status = read_options(&o, argc, argv);

	if (status >= 0)
		return status;
	format_by_ending(&o);
	if (!open_any(&o, argv[optind], &database, &name, &error)) {
		free(name);
		return view_status(false, "report", &error);
	}
	guide = report_guide(&database);
	guide.baseline = o.baseline;
	good = view_select(&(struct view){ .where = o.where }, &database, &error) &&
	       report_make(&document, &database, name, &guide, &error) &&
	       write_report(&o, &document, &error);
	document_free(&document);
	free(name);
	database_close(&database);
	return view_status(good, "report", &error);
}
