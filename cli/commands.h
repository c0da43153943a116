/* commands.h - the subcommands: each has a table of what it says of itself, `command_NAME`, and
 * reads its own arguments in `NAME_command`, argv[0] being its name, which returns the exit status.
 */
#ifndef BAKEOFF_COMMANDS_H
#define BAKEOFF_COMMANDS_H

#include "cli/command.h"

/* 0: done, 1: failed, 2: wrong usage. Errors are one line on standard error. */
#define COMMAND(name)                                                                              \
	extern const struct command command_##name;                                                \
	int name##_command(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

#endif
