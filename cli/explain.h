/* explain.h - bakeoff models --explain. */
#ifndef BAKEOFF_CLI_EXPLAIN_H
#define BAKEOFF_CLI_EXPLAIN_H

#include "models/explain.h"
#include "results/table.h"

#define EXPLAIN_USAGE                                                                              \
	"       bakeoff models --explain ARCHITECTURE [OPTION...]\n"                               \
	"       bakeoff models --explain EXPERIMENT.yaml [CONTESTANT] [OPTION...]\n"

#define EXPLAIN_HELP                                                                               \
	"--explain: what happens to one sentence pair on its way through a model, operation by "   \
	"operation, and what\n"                                                                    \
	"that costs: the columns of table 1 of \"Attention Is All You Need\", read from the "      \
	"graph of a forward pass.\n\n"                                                             \
	"  --set KEY=VALUE  a setting, as in an experiment file (repeatable)\n"                    \
	"  --source N, --target N  tokens of the sentences, the end included (20)\n"               \
	"  --vocabulary N   entries of each vocabulary (8000, or the file's data.subwords.size)\n" \
	"  --format NAME    box, markdown or json (box)\n"

/* The subcommand's arguments, `--explain` among them. Returns the exit status. */
int explain_command(int argc, char **argv);

/* Prints all tables. `name` is the model's. */
bool explain_print(FILE *, const struct explanation *, const struct explain_growth[SIDES],
                   const char *name, enum table_format, struct error *);

#endif
