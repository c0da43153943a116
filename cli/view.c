/* view.c - what the subcommands that read a results database have in common. */
#include "cli/view.h"
#include "cli/options.h"
#include "core/number.h"
#include "results/selection.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int view_status(bool good, const char *command, const struct error *error)
{
	if (!good)
		fprintf(stderr, "bakeoff %s: %s\n", command, error->message);
	return good ? 0 : 1;
}

static int read_option(struct view *view, const struct command *command, int option)
{
	struct error error;

	switch (option) {
	case 'd':
		view->database = optarg;
		return -1;
	case 'f':
		if (table_format_find(optarg, &view->format, &error))
			return -1;
		return command_wrong(command, "%s", error.message);
	case 's':
		view->sql = optarg;
		return -1;
	case 'w':
		view->where = optarg;
		return -1;
	case 'b':
		view->baseline = optarg;
		return -1;
	case 'p':
		view->pairs = optarg ? optarg : "BLEU";
		return -1;
	case VIEW_X:
		view->x = optarg;
		return -1;
	case 'm':
		view->metric = optarg;
		return -1;
	case 'g':
		view->target = optarg;
		return -1;
	case 'o':
		view->sort = optarg;
		return -1;
	case 'n':
		return option_number(command->name, "--limit", optarg, 1, LONG_MAX, &view->limit) ? -1 : 2;
	case 'l':
		view->list = true;
		return -1;
	case 't':
		if (number_read_real(optarg, &view->timeout) && view->timeout > 0)
			return -1;
		return command_wrong(command, "--timeout must be a number of seconds above 0");
	default:
		return command_exit(option);
	}
}

int view_read(struct view *view, const struct command *command, int argc, char **argv, int least,
              int most)
{
	int option, status;

	*view = (struct view){
		.command = command->name, .database = "results.db", .format = TABLE_BOX
	};
	while ((option = command_option(command, argc, argv)) != COMMAND_END)
		if ((status = read_option(view, command, option)) >= 0)
			return status;
	view->names = argv + optind;
	view->name_count = argc - optind;
	if (view->list)
		return -1;
	if (view->name_count < least - (view->sql != NULL))
		return command_wrong(command, "a name is missing");
	if (view->name_count > most - (view->sql != NULL))
		return command_wrong(command, "there are too many names");
	return -1;
}

bool view_open(const struct view *view, struct database *database)
{
	struct error error;

	return database_open(database, view->database, DATABASE_READ, &error) ||
	       (view_status(false, view->command, &error), false);
}

bool view_select(const struct view *view, struct database *database, struct error *error)
{
	const struct selection selection = { .where = view->where };

	return !view->where || (selection_choose(database, &selection, error) &&
	                        selection_apply(database, error));
}
