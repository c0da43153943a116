/* explain.h - bakeoff models --explain. */
#ifndef BAKEOFF_CLI_EXPLAIN_H
#define BAKEOFF_CLI_EXPLAIN_H

#include "models/explain.h"
#include "results/table.h"

/* The subcommand's arguments, `--explain` among them. Returns the exit status. */
int explain_command(int argc, char **argv);

/* Prints all tables. `name` is the model's. */
bool explain_print(FILE *, const struct explanation *, const struct explain_growth[SIDES],
                   const char *name, enum table_format, struct error *);

#endif
