/* view.h - what the subcommands that read a results database have in common. */
#ifndef BAKEOFF_VIEW_H
#define BAKEOFF_VIEW_H

#include "cli/command.h"
#include "results/database.h"
#include "results/table.h"

/* The arguments of such a command. */
struct view {
	const char *command;  /* its name, which errors begin with */
	const char *database; /* --db, or results.db */
	enum table_format format;
	const char *sql; /* --sql, where it is allowed */
	bool list;       /* --list, where it is allowed */
	double timeout;  /* --timeout in s, where it is allowed; 0: not given */
	const char *where, *sort; /* --where, --sort, where they are allowed; NULL: not given */
	const char *baseline;     /* --baseline, where it is allowed; NULL: not given */
	const char *pairs;        /* --pairs: a metric, where it is allowed; NULL: not given */
	const char *x, *metric, *target; /* --x, --metric, --target, where they are allowed */
	long limit;               /* --limit, where it is allowed; 0: not given */
	char **names;    /* [name_count], arguments that are not options */
	int name_count;
};

/* In the tables of these commands' options. */
#define VIEW_OPTIONS                                                                               \
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },                                  \
	{                                                                                          \
		"format", 'f', "NAME", TABLE_FORMATS, "(box)"                                      \
	}
#define VIEW_WHERE                                                                                 \
	{                                                                                          \
		"where", 'w', "COND", NULL,                                                        \
			"only runs for which COND holds: comparisons (= != < <= > >= ~ IN) with "  \
			"AND, OR, NOT and parentheses, as in `not status = failed and "            \
			"(contestant ~ lstm* or BLEU > 20)`"                                       \
	}

/* The notes of commands with --where. */
#define VIEW_WHERE_NAMES                                                                           \
	"Names in COND: id, experiment, contestant, architecture, seed, status, reason, tag, "     \
	"note, parameters, updates, train_seconds, peak_memory, host, started, ended; a metric "   \
	"(BLEU, on one test set BLEU.news, valid_perplexity, ...); a setting "                     \
	"(train.learning_rate, settings.heads, ...). ~ compares with a pattern (* and ?). Words "  \
	"with spaces stand in quotes. docs/results.md has more."

enum { VIEW_X = 256 };

/* Reads the arguments: at least `least` names and at most `most`. The command's options have the
 * codes of view.c: db d, format f, where w, sql s, list l, timeout t, sort o, limit n, baseline b,
 * pairs p, x VIEW_X, metric m, target g. Returns -1 to go on, or else the exit status. */
int view_read(struct view *, const struct command *, int argc, char **argv, int least, int most);

/* Opens the database to read; prints the error and returns false where it cannot. */
bool view_open(const struct view *, struct database *);

/* Where --where is given, tables and views of this connection show only the runs for which it
 * holds. */
bool view_select(const struct view *, struct database *, struct error *);

/* The exit status of what went well or not, with the error's line. */
int view_status(bool good, const char *command, const struct error *);

#endif
