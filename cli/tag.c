/* tag.c - `bakeoff tag` and `bakeoff note`: what a user says of a run. */
#include "cli/commands.h"
#include "cli/manage.h"

#include "results/manage.h"

#include <stdio.h>

static const struct command_option tag_options[] = {
	{ "remove", 'f', NULL, NULL, "takes them away" },
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ 0 },
};

const struct command command_tag = {
	.name = "tag",
	.group = GROUP_KEEP,
	.summary = "give runs names to find them by",
	.usage = { "ID NAME... [OPTION...]" },
	.argument = "ID",
	.about = "Gives a run tags, for --where \"tag = NAME\" of other commands, or takes them "
		 "away.",
	.options = tag_options,
};

static const struct command_option note_options[] = {
	{ "remove", 'f', NULL, NULL, "takes it away; no TEXT then" },
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ 0 },
};

const struct command command_note = {
	.name = "note",
	.group = GROUP_KEEP,
	.summary = "keep a text with a run",
	.usage = { "ID TEXT [OPTION...]" },
	.argument = "ID",
	.about = "Keeps a text with a run, in the place of an earlier one.",
	.options = note_options,
};

static int end(const char *command, struct database *database, bool good, const struct error *error)
{
	database_close(database);
	if (!good)
		fprintf(stderr, "bakeoff %s: %s\n", command, error->message);
	return good ? 0 : 1;
}

int tag_command(int argc, char **argv)
{
	struct database database;
	struct manage m;
	struct error error;
	bool good = true;
	long run;
	int status = manage_read(&m, &command_tag, argc, argv);

	if (status >= 0)
		return status;
	if (m.name_count < 2) {
		fputs("bakeoff tag: give a run's number and tags, e.g. bakeoff tag 7 keep\n",
		      stderr);
		return 2;
	}
	if (!manage_run("tag", m.names[0], &run))
		return 2;
	if (!manage_open("tag", &m, &database))
		return 1;
	for (int i = 1; good && i < m.name_count; i++)
		good = database_tag(&database, run, m.names[i], !m.flag, &error);
	return end("tag", &database, good, &error);
}

int note_command(int argc, char **argv)
{
	struct database database;
	struct manage m;
	struct error error;
	long run;
	int status = manage_read(&m, &command_note, argc, argv);

	if (status >= 0)
		return status;
	if (m.name_count != (m.flag ? 1 : 2)) {
		fputs("bakeoff note: give a run's number and one text, e.g. bakeoff note 7 \"too "
		      "few "
		      "epochs\"\n",
		      stderr);
		return 2;
	}
	if (!manage_run("note", m.names[0], &run))
		return 2;
	if (!manage_open("note", &m, &database))
		return 1;
	return end("note", &database,
	           database_note(&database, run, m.flag ? "" : m.names[1], &error), &error);
}
