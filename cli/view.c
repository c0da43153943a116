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

static int wrong_usage(const char *command, const char *what)
{
	fprintf(stderr, "bakeoff %s: %s; `bakeoff %s --help` says more\n", command, what, command);
	return 2;
}

static int read_option(struct view *view, const char *command, int option, const char *usage)
{
	struct error error;

	switch (option) {
	case 'd':
		view->database = optarg;
		return -1;
	case 'f':
		if (table_format_find(optarg, &view->format, &error))
			return -1;
		return wrong_usage(command, error.message);
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
	case 'x':
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
		return option_number(command, "--limit", optarg, 1, LONG_MAX, &view->limit) ? -1 : 2;
	case 'l':
		view->list = true;
		return -1;
	case 't':
		if (number_read_real(optarg, &view->timeout) && view->timeout > 0)
			return -1;
		return wrong_usage(command, "--timeout must be a number of seconds above 0");
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		return option_wrong(command, option);
	}
}

static bool is_allowed(int option, int extra)
{
	if (option == 's' || option == 'l' || option == 't')
		return extra & VIEW_QUERIES;
	if (option == 'w')
		return extra & VIEW_WHERE;
	if (option == 'b' || option == 'p')
		return extra & VIEW_CONTEST;
	if (option == 'x' || option == 'm' || option == 'g')
		return extra & VIEW_CURVES;
	return (option != 'o' && option != 'n') || extra & VIEW_ORDER;
}

int view_read(struct view *view, int argc, char **argv, const char *usage, int least, int most,
              int extra)
{
	static const struct option options[] = {
		{ "db", required_argument, NULL, 'd' },    { "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },        { "sql", required_argument, NULL, 's' },
		{ "list", no_argument, NULL, 'l' },        { "where", required_argument, NULL, 'w' },
		{ "sort", required_argument, NULL, 'o' },  { "limit", required_argument, NULL, 'n' },
		{ "baseline", required_argument, NULL, 'b' }, { "pairs", optional_argument, NULL, 'p' },
		{ "timeout", required_argument, NULL, 't' }, { "x", required_argument, NULL, 'x' },
		{ "metric", required_argument, NULL, 'm' }, { "target", required_argument, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	int option, status;

	*view = (struct view){ .command = argv[0], .database = "results.db", .format = TABLE_BOX };
	optind = 0; /* glibc: start anew, main has read its own options */
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (!is_allowed(option, extra))
			option = '?';
		if ((status = read_option(view, argv[0], option, usage)) >= 0)
			return status;
	}
	view->names = argv + optind;
	view->name_count = argc - optind;
	if (view->list)
		return -1;
	if (view->name_count < least - (view->sql != NULL))
		return wrong_usage(argv[0], "a name is missing");
	if (view->name_count > most - (view->sql != NULL))
		return wrong_usage(argv[0], "there are too many names");
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
