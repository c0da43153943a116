/* pack.c - `bakeoff pack` and `bakeoff unpack`: one run in one file, and back into a database. */
#include "cli/commands.h"
#include "cli/options.h"
#include "experiments/merge.h"
#include "experiments/pack.h"
#include "experiments/run_files.h"
#include "results/escape.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option pack_options[] = {
	{ "out", 'o', "FILE", NULL,
	  "its name (that of the run's folder, and .pack); must not exist yet" },
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ 0 },
};

const struct command command_pack = {
	.name = "pack",
	.group = GROUP_KEEP,
	.summary = "put a run into one file: weights, vocabularies, results",
	.usage = { "ID [OPTION...]" },
	.argument = "ID",
	.about = "Puts a run that is done into one file: weights, vocabularies, settings, curves, "
		 "scores and hypotheses. `translate`, `attend`, `score` and `report` open it with "
		 "--pack FILE, every other command with --db FILE.",
	.options = pack_options,
	.example = { { "bakeoff pack 3 --out best.pack", "" },
		     { "bakeoff translate --pack best.pack < news.de", "on any machine" } },
};

static const struct command_option unpack_options[] = {
	{ "db", 'd', "FILE", NULL, "the database (results.db), made where it is missing" },
	{ 0 },
};

const struct command command_unpack = {
	.name = "unpack",
	.group = GROUP_KEEP,
	.summary = "take the run of a pack into a database",
	.usage = { "FILE [OPTION...]" },
	.about = "Takes the run of a pack into a database, as `bakeoff merge` does, with its "
		 "folder.",
	.options = unpack_options,
};

struct request {
	const char *database, *out;
};

/* -1: go on, with one argument; else the exit status. */
static int read_options(struct request *r, const struct command *command, int argc, char **argv,
                        const char *missing)
{
	int option;

	*r = (struct request){ .database = "results.db" };
	while ((option = command_option(command, argc, argv)) > 0) {
		if (option == 'o')
			r->out = optarg;
		else
			r->database = optarg;
	}
	if (option == COMMAND_END && argc - optind != 1)
		return command_wrong(command, "%s", missing);
	return command_exit(option);
}

/* The name that a run's pack has where nobody says another. */
static bool default_name(struct database *database, long run, char name[RUN_NAME_SIZE + 8],
                         struct error *error)
{
	struct run_record record;

	if (!database_run_read(database, run, &record, error))
		return false;
	run_folder_name(record.contestant, record.seed, record.key, name);
	strcat(name, ".pack");
	run_record_free(&record);
	return true;
}

static bool pack(const struct request *r, struct database *database, long run, struct error *error)
{
	char name[RUN_NAME_SIZE + 8];
	const char *out = r->out;
	struct stat about;

	if (!out && !default_name(database, run, name, error))
		return false;
	if (!out)
		out = name;
	if (!pack_write(database, run, out, error))
		return false;
	if (stat(out, &about) == 0)
		printf("%s: run %ld, %.1f MB\n", out, run, (double)about.st_size / 1e6);
	return true;
}

int pack_command(int argc, char **argv)
{
	struct database database;
	struct request r;
	struct error error;
	bool good;
	long run;
	const int status = read_options(&r, &command_pack, argc, argv, "give the number of one run");

	if (status >= 0)
		return status;
	if (!option_number("pack", "run", argv[optind], 1, LONG_MAX, &run))
		return 2;
	good = database_open(&database, r.database, DATABASE_READ, &error);
	if (good) {
		good = pack(&r, &database, run, &error);
		database_close(&database);
	}
	if (!good)
		fprintf(stderr, "bakeoff pack: %s\n", error.message);
	return good ? 0 : 1;
}

static void say_conflict(void *path, const struct merge_run *run)
{
	printf("%s: run %ld is finished here with other results, and is kept: ", (const char *)path,
	       run->id);
	escape_write(stdout, TABLE_BOX, run->difference, strlen(run->difference));
	putchar('\n');
}

static bool unpack(const struct request *r, char *path, struct error *error)
{
	struct database pack_file, into;
	struct merge_report report;
	long run;
	bool good;

	if (!pack_open(&pack_file, path, &run, error))
		return false;
	database_close(&pack_file);
	if (!database_open(&into, r->database, DATABASE_WRITE, error))
		return false;
	good = merge_database(&into, path, true, say_conflict, path, &report, error);
	database_close(&into);
	if (good && report.runs[MERGE_ADDED])
		printf("%s: run %ld of %s\n", path, report.first_added, r->database);
	else if (good && report.runs[MERGE_REPLACED])
		printf("%s: in the place of a run of %s that was not done\n", path, r->database);
	else if (good && report.runs[MERGE_SAME])
		printf("%s: %s has this run already\n", path, r->database);
	return good;
}

int unpack_command(int argc, char **argv)
{
	struct request r;
	struct error error;
	const int status = read_options(&r, &command_unpack, argc, argv, "give one pack");

	if (status >= 0)
		return status;
	if (unpack(&r, argv[optind], &error))
		return 0;
	fprintf(stderr, "bakeoff unpack: %s\n", error.message);
	return 1;
}
