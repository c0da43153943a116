/* tag.c - `bakeoff tag` and `bakeoff note`: what a user says of a run. */
#include "cli/commands.h"
#include "cli/manage.h"

#include "results/manage.h"

#include <stdio.h>

static const char tag_usage[] =
	"usage: bakeoff tag ID NAME... [--remove] [--db FILE]\n"
	"Gives a run tags, for --where \"tag = NAME\" of other commands, or takes them away.\n"
	"  --remove    takes them away\n"
	"  --db FILE   the database (results.db)\n";

static const char note_usage[] = "usage: bakeoff note ID TEXT [--remove] [--db FILE]\n"
				 "Keeps a text with a run, in the place of an earlier one.\n"
				 "  --remove    takes it away; no TEXT then\n"
				 "  --db FILE   the database (results.db)\n";

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
	int status = manage_read(&m, argc, argv, tag_usage, "remove", false);

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
	int status = manage_read(&m, argc, argv, note_usage, "remove", false);

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
