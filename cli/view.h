/* view.h - what the subcommands that read a results database have in common. */
#ifndef BAKEOFF_VIEW_H
#define BAKEOFF_VIEW_H

#include "results/database.h"
#include "results/table.h"

/* The arguments of such a command. */
struct view {
	const char *database; /* --db, or results.db */
	enum table_format format;
	const char *sql; /* --sql, where it is allowed */
	bool list;       /* --list, where it is allowed */
	char **names;    /* [name_count], arguments that are not options */
	int name_count;
};

#define VIEW_OPTIONS_HELP                                                                          \
	"  --db FILE      the database (results.db)\n"                                             \
	"  --format NAME  " TABLE_FORMATS " (box)\n"

/* Reads the arguments: at least `least` names and at most `most`; `queries` allows --sql and
 * --list. Prints `usage` for --help. Returns -1 to go on, or else the exit status. */
int view_read(struct view *, int argc, char **argv, const char *usage, int least, int most,
              bool queries);

/* Opens the database to read; prints the error and returns false where it cannot. */
bool view_open(const struct view *, struct database *);

/* The exit status of what went well or not, with the error's line. */
int view_status(bool good, const char *command, const struct error *);

#endif
