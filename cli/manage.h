/* manage.h - what the subcommands that change runs have in common. */
#ifndef BAKEOFF_CLI_MANAGE_H
#define BAKEOFF_CLI_MANAGE_H

#include "cli/command.h"
#include "results/database.h"

/* The arguments of such a command. */
struct manage {
	const char *database; /* --db, or results.db */
	const char *where;    /* --where, NULL: not given */
	bool flag;            /* the command's own option without a value */
	char **names;         /* [name_count], arguments that are not options */
	int name_count;
};

/* Reads the arguments. The command's options have the codes db d, where w, and f for its own without
 * a value. Returns -1 to go on, or else the exit status. */
int manage_read(struct manage *, const struct command *, int argc, char **argv);

/* The number of a run; prints a line and returns false otherwise. */
bool manage_run(const char *command, const char *text, long *run);

/* Opens a database that exists, to change it; prints the error and returns false where it cannot.
 */
bool manage_open(const char *command, const struct manage *, struct database *);

#endif
