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

static const struct command_option option_table[] = {
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ "pack", 'p', "FILE", NULL, "of the run of a pack (`bakeoff pack`) alone" },
	{ "format", 'f', "NAME", DOCUMENT_FORMATS,
	  "(by the ending of --out .html, .md or .tex; html)" },
	{ "out", 'o', "FILE", NULL,
	  "where to write it (standard output); FOLDER/: report.html, .md or .tex there, each plot "
	  "as SVG, its data as CSV" },
	{ "baseline", 'b', "CONTESTANT", NULL,
	  "tests all others against this contestant, also where they are many" },
	VIEW_WHERE,
	{ 0 },
};

const struct command command_report = {
	.name = "report",
	.group = GROUP_RESULTS,
	.summary = "what an experiment showed, as HTML, Markdown or LaTeX",
	.usage = { "[OPTION...] EXPERIMENT", "[OPTION...] --pack FILE" },
	.argument = "EXPERIMENT",
	.about = "Writes what an experiment showed: scores, costs, learning curves, settings, and "
		 "what makes the comparison unfair. HTML is one file that needs no network and no "
		 "scripts.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
	.example = { { "bakeoff report toy --out toy.html", "a page for reading" } },
};

struct options {
	const char *database, *pack, *out, *where, *baseline;
	enum document_format format;
	bool formatted;
};

/* Returns -1 to go on, or else the exit status. */
static int read_options(struct options *o, int argc, char **argv)
{
	struct error error;
	int option;

	*o = (struct options){ .database = "results.db" };
	while ((option = command_option(&command_report, argc, argv)) > 0)
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
				return command_wrong(&command_report, "%s", error.message);
			o->formatted = true;
			break;
		}
	if (option == COMMAND_END && optind + !o->pack != argc)
		return command_wrong(&command_report, "name one experiment, or a pack");
	return command_exit(option);
}

static bool is_folder(const char *path)
{
	struct stat about;

	return path[0] && (path[strlen(path) - 1] == '/' ||
	                   (stat(path, &about) == 0 && S_ISDIR(about.st_mode)));
}

/* False: the name ends as none of the formats does, and none was named. */
static bool format_by_ending(struct options *o)
{
	static const char *const endings[] = { ".html", ".md", ".tex" };
	const char *dot = o->out ? strrchr(o->out, '.') : NULL;

	if (o->formatted || !o->out || is_folder(o->out))
		return true;
	for (int i = 0; i < 3 && dot; i++)
		if (!strcmp(dot, endings[i])) {
			o->format = (enum document_format)i;
			return true;
		}
	return false;
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
	if (!format_by_ending(&o))
		return command_wrong(&command_report,
		                     "--out %s: must end in .html, .md or .tex, or in / for a "
		                     "folder; or give --format",
		                     o.out);
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
