/* view.h - what the subcommands that read a results database have in common. */
#ifndef BAKEOFF_VIEW_H
#define BAKEOFF_VIEW_H

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

#define VIEW_OPTIONS_HELP                                                                          \
	"  --db FILE      the database (results.db)\n"                                             \
	"  --format NAME  " TABLE_FORMATS " (box)\n"

/* Options that some of the commands have besides. */
enum {
	VIEW_QUERIES = 1, /* --sql, --list, --timeout */
	VIEW_WHERE = 2,   /* --where */
	VIEW_ORDER = 4,   /* --sort, --limit */
	VIEW_CONTEST = 8, /* --baseline, --pairs */
	VIEW_CURVES = 16, /* --x, --metric, --target */
};

#define VIEW_WHERE_HELP                                                                            \
	"  --where COND   only runs for which COND holds: comparisons (= != < <= > >= ~ IN) with " \
	"AND, OR, NOT\n"                                                                           \
	"                 and parentheses, as in \"not status = failed and (contestant ~ lstm* or " \
	"BLEU > 20)\"\n"
#define VIEW_WHERE_NAMES                                                                           \
	"\nNames in COND: id, experiment, contestant, architecture, seed, status, reason, tag, note, "        \
	"parameters, updates,\n"                                                                   \
	"train_seconds, peak_memory, host, started, ended; a metric (BLEU, on one test set "       \
	"BLEU.news, valid_perplexity,\n"                                                           \
	"...); a setting (train.learning_rate, settings.heads, ...). ~ compares with a pattern (* " \
	"and ?).\nWords with spaces stand in quotes. docs/results.md has more.\n"

/* Reads the arguments: at least `least` names and at most `most`; `extra` are the options above
 * that are allowed. Prints `usage` for --help. Returns -1 to go on, or else the exit status. */
int view_read(struct view *, int argc, char **argv, const char *usage, int least, int most,
              int extra);

/* Opens the database to read; prints the error and returns false where it cannot. */
bool view_open(const struct view *, struct database *);

/* Where --where is given, tables and views of this connection show only the runs for which it
 * holds. */
bool view_select(const struct view *, struct database *, struct error *);

/* The exit status of what went well or not, with the error's line. */
int view_status(bool good, const char *command, const struct error *);

#endif
