/* run_choice.h - the trained run that a command works with: --run ID of --db FILE, or --pack FILE.
 */
#ifndef BAKEOFF_CLI_RUN_CHOICE_H
#define BAKEOFF_CLI_RUN_CHOICE_H

#include "results/database.h"

#include <stdbool.h>

struct run_choice {
	long id;                     /* 0: not given */
	const char *database, *pack; /* NULL: not given */
	bool writes;                 /* the database is opened to be changed too */
};

/* Codes of its options, above those of a command's own. */
enum { CHOICE_RUN = 4096, CHOICE_DB, CHOICE_PACK };

/* Its rows of a command's table; `about`: what is said of --run. */
#define RUN_CHOICE_OPTIONS(about)                                                                  \
	{ "run", CHOICE_RUN, "ID", NULL, about },                                                  \
	{ "db", CHOICE_DB, "FILE", NULL, "its database (results.db)" },                            \
	{ "pack", CHOICE_PACK, "FILE", NULL, "the run of a pack (`bakeoff pack`) instead of both" }

/* Takes one of its options; false where the option is another, or its text is no ID, which a line
 * on standard error says. */
bool run_choice_take(struct run_choice *, const char *command, int option, const char *text);

/* Whether there is a run, or a pack, and not both. */
bool run_choice_made(const struct run_choice *);

/* Opens the database or the pack, to be read; of a pack, `id` becomes its run. The database is to
 * be closed in any case. */
bool run_choice_open(struct run_choice *, struct database *, struct error *);

#endif
