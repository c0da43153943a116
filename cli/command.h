/* command.h - what a subcommand says of itself: one table, of which its options are read, and
 * `--help`, the manual pages and the completions of shells are printed.
 *
 * A new command NAME is a line COMMAND(NAME) in commands.def and a file with its `command_NAME` and
 * its `NAME_command`; a new option is a line of its table and a case where the command takes it.
 */
#ifndef BAKEOFF_COMMAND_H
#define BAKEOFF_COMMAND_H

#include <stdbool.h>

/* In texts, `what stands in backquotes` is code. Paragraphs are parted by an empty line; lines are
 * broken where they are printed. */

/* Where the list of commands has it. */
enum command_group {
	GROUP_TRAIN,
	GROUP_RESULTS,
	GROUP_KEEP,
	GROUP_USE,
	GROUP_CLUSTER,
	GROUP_KNOW,
	COMMAND_GROUPS
};

/* One option; a table of them ends with {0}. With neither name nor code it is a heading, `about`.
 */
struct command_option {
	const char *name;     /* without --; a letter that is `code` too: -x */
	int code;             /* what command_option returns, above 0 */
	const char *argument; /* what its value is called, which decides how it is completed: FILE,
	                         DIR, ID (a run), EXPERIMENT (in the database), EXPERIMENT.yaml,
	                         CONTESTANT, KEY=VALUE, ARCHITECTURE, QUERY, COMMAND, ...; in
	                         brackets: may be left out; NULL: it has none */
	const char *words;    /* the values there are, "box, csv or html"; NULL: any */
	const char *about;    /* the meaning, with unit and default, behind `words`; NULL: another
	                         spelling of the option before it */
};

struct command_example {
	const char *line, *about; /* "bakeoff run toy", and what that does */
};

enum { COMMAND_USAGES = 4, COMMAND_EXAMPLES = 4 };

struct command {
	const char *name;
	enum command_group group;
	const char *summary;               /* one line, without a full stop */
	const char *usage[COMMAND_USAGES]; /* what follows `bakeoff NAME`, a form each */
	const char *argument; /* what its arguments are called, as of an option; NULL: completed as
	                         files */
	const char *about;    /* paragraphs */
	const struct command_option *options; /* NULL: --help alone */
	const char *notes;                    /* paragraphs behind the options; may be NULL */
	struct command_example example[COMMAND_EXAMPLES];
	/* Arguments are given in their order among the options, as code 1, and long options may
	 * begin with one dash, as those of sacreBLEU. */
	bool in_order;
};

/* The commands in the order of commands.def, NULL after the last; that of a name, or NULL. */
const struct command *command_at(int i);
const struct command *command_find(const char *name);

/* What command_option returns beside the codes of options. */
enum { COMMAND_END = -1, COMMAND_HELP = -2, COMMAND_WRONG = -3 };

/* The next option, its value in getopt's optarg; COMMAND_END: optind is the first argument.
 * COMMAND_HELP: --help or -h was there, and is answered. COMMAND_WRONG: what was wrong is said in a
 * line on standard error. Begins where optind is 0, as it is for a command. */
int command_option(const struct command *, int argc, char **argv);

/* The exit status after COMMAND_END, COMMAND_HELP, COMMAND_WRONG: -1 (go on), 0, 2. */
int command_exit(int option);

/* Says what is wrong with the arguments, and where help is; returns 2. */
int command_wrong(const struct command *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
