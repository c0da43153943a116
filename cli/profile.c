/* profile.c - bakeoff profile: where the time of training or decoding goes, by operation, beside
 * what the machine can do. */
#include "cli/commands.h"
#include "cli/options.h"
#include "core/machine.h"
#include "experiments/profile.h"
#include "experiments/shipped.h"
#include "results/table.h"
#include "results/trace.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "only", 'o', "CONTESTANT", NULL,
	  "only this contestant; of a grid, all its variants or the one that is named in full" },
	{ "updates", 'u', "N", NULL, "updates measured, after 3 that are not (20)" },
	{ "decode", 'd', NULL, NULL,
	  "decode the validation set after that many updates instead, in ms a sentence" },
	{ "sentences", 'n', "N", NULL, "decode: at most so many (100)" },
	{ "alone", 'a', NULL, NULL, "decode: one sentence after another, each on all workers" },
	{ "weights", 'w', "FILE", NULL,
	  "begin with a run's weights (model.safetensors); with --decode no update is made" },
	{ "set", 's', "KEY=VALUE", NULL, "override a key of the file (repeatable)" },
	{ "threads", 't', "N", NULL, "workers (all processors)" },
	{ "format", 'f', "NAME", TABLE_FORMATS, "(box)" },
	{ "trace", 'r', "FILE", NULL,
	  "every span, for chrome://tracing or ui.perfetto.dev (JSON)" },
	{ "db", 'b', "FILE", NULL, "beside which prepared vocabularies are kept (results.db)" },
	{ 0 },
};

const struct command command_profile = {
	.name = "profile",
	.group = GROUP_TRAIN,
	.summary = "where the time of training or decoding goes",
	.usage = { "EXPERIMENT.yaml [OPTION...]" },
	.argument = "EXPERIMENT.yaml",
	.about = "Trains each contestant for a few updates and says what each operation cost: "
		 "milliseconds of an update (worker time over workers, so that they add up), "
		 "GFLOP/s of its matrix products and their share of the peak that this machine "
		 "reaches from registers alone; 'lost %' is the time that products at that peak "
		 "would not have taken, as a share of all; GB/s of its arrays, each counted once; "
		 "and how near it comes to the roofline, the time that peak and memory allow "
		 "(above 100: its arrays were in the caches). Validation, checkpoints and the "
		 "order of an epoch are there with what an update pays for them on average. The "
		 "database is not touched.",
	.options = option_table,
};

enum { MOST_SETS = 64 };

struct request {
	struct profile_options options;
	const char *file, *trace_path;
	char path[PATH_MAX]; /* of a shipped experiment */
	char *set[MOST_SETS];
	int sets;
	enum table_format format;
	struct trace trace;
	struct table table; /* of all contestants where the format is for programs */
};

static bool set_key(struct request *r)
{
	if (r->sets == MOST_SETS) {
		fprintf(stderr, "bakeoff profile: at most %d --set\n", MOST_SETS);
		return false;
	}
	r->set[r->sets++] = optarg;
	return true;
}

static bool set_format(struct request *r)
{
	struct error error;

	if (table_format_find(optarg, &r->format, &error))
		return true;
	fprintf(stderr, "bakeoff profile: %s\n", error.message);
	return false;
}

/* False: wrong usage, and said so. */
static bool read_option(struct request *r, int option)
{
	long number;

	switch (option) {
	case 'o':
		r->options.run.only = optarg;
		return true;
	case 'u':
		return option_number("profile", "--updates", optarg, 1, 100000,
		                     &r->options.updates);
	case 'a':
		r->options.alone = true;
		return true;
	case 'd':
		r->options.decode = true;
		return true;
	case 'n':
		return option_number("profile", "--sentences", optarg, 1, 1000000000,
		                     &r->options.sentences);
	case 's':
		return set_key(r);
	case 'w':
		r->options.weights = optarg;
		return true;
	case 't':
		if (!option_number("profile", "--threads", optarg, 1, 256, &number))
			return false;
		r->options.run.threads = (int)number;
		return true;
	case 'f':
		return set_format(r);
	case 'r':
		r->trace_path = optarg;
		return true;
	case 'b':
		r->options.run.database = optarg;
		return true;
	default:
		return false;
	}
}

/* 0: go on; else the exit status plus 1. */
static int read_options(int argc, char **argv, struct request *r)
{
	int option;

	while ((option = command_option(&command_profile, argc, argv)) > 0)
		if (!read_option(r, option))
			return 3;
	if (option != COMMAND_END)
		return command_exit(option) + 1;
	if (optind + 1 != argc) {
		fputs("bakeoff profile: give one experiment file, e.g. experiments/toy.yaml\n",
		      stderr);
		return 3;
	}
	r->file = shipped_find(argv[optind], r->path);
	return 0;
}

/* Contestants are told apart by a column where a program reads them, else by a title. */
static void add_columns(struct request *r)
{
	static const struct {
		const char *name;
		int decimals;
	} column[] = {
		{ "operation", 0 }, { "direction", 0 },  { "calls", 3 },  { "ms", 3 },
		{ "share %", 1 },   { "GFLOP/s", 1 },    { "peak %", 1 }, { "lost %", 1 },
		{ "GB/s", 1 },      { "roofline %", 0 },
	};

	if (!table_for_reading(r->format))
		table_add_column(&r->table, "contestant", 0, false);
	for (size_t i = 0; i < sizeof column / sizeof column[0]; i++)
		table_add_column(&r->table, column[i].name, column[i].decimals, false);
}

static void write_direction(struct cell *cell, enum profile_direction direction)
{
	static const char *const word[] = { NULL, "forward", "backward" };

	if (word[direction])
		cell_text(cell, word[direction], strlen(word[direction]));
}

static double or_none(double value)
{
	return value > 0 ? value : (double)NAN;
}

/* Rates are of all workers together, as the peak is: seconds of work over workers. */
static void add_row(struct request *r, const struct profile_report *p,
                    const struct profile_row *row, double all)
{
	const struct roofline *roofline = p->roofline;
	const double seconds = row->seconds / p->workers, flops = 2 * row->multiply_adds;
	const double products = roofline_products(roofline, row->multiply_adds, row->bfloat16);
	const double least =
		roofline_seconds(roofline, row->multiply_adds, row->bfloat16, row->bytes);
	struct cell *cell = table_add_row(&r->table);

	if (!table_for_reading(r->format))
		cell_text(cell++, p->contestant->name, strlen(p->contestant->name));
	cell_text(cell++, row->operation, strlen(row->operation));
	write_direction(cell++, row->direction);
	cell_real(cell++, or_none(row->calls / p->units));
	cell_real(cell++, 1e3 * seconds / p->units);
	cell_real(cell++, 100 * seconds / all);
	cell_real(cell++, or_none(1e-9 * flops / seconds));
	cell_real(cell++, or_none(100 * products / seconds));
	cell_real(cell++, 100 * (seconds - products) / all);
	cell_real(cell++, or_none(1e-9 * row->bytes / seconds));
	cell_real(cell++, or_none(100 * least / seconds));
}

/* Of the rows from number `first` on. */
static struct profile_row sum_of(const struct profile_rows *rows, size_t first, const char *name)
{
	struct profile_row sum = { .operation = name };

	for (size_t i = first; i < rows->rows; i++) {
		sum.seconds += rows->row[i].seconds;
		sum.multiply_adds += rows->row[i].multiply_adds;
		sum.bfloat16 += rows->row[i].bfloat16;
		sum.bytes += rows->row[i].bytes;
	}
	return sum;
}

/* All rows; where people read them, what took less than a thousandth is in one. */
static void add_rows(struct request *r, const struct profile_report *p)
{
	const struct profile_row sum = sum_of(&p->rows, 0, "total");
	const double all = sum.seconds / p->workers;
	size_t i = 0;

	for (; i < p->rows.rows; i++) {
		const struct profile_row *row = &p->rows.row[i];

		if (table_for_reading(r->format) && row->seconds < 1e-3 * sum.seconds)
			break;
		add_row(r, p, row, all);
	}
	if (i < p->rows.rows) {
		const struct profile_row rest = sum_of(&p->rows, i, "the rest");

		add_row(r, p, &rest, all);
	}
	add_row(r, p, &sum, all);
}

static void write_title(const struct request *r, const struct profile_report *p, char *title,
                        size_t size)
{
	const struct roofline *roofline = p->roofline;
	char bfloat16[64] = "";

	if (p->contestant->train.precision == PRECISION_BFLOAT16)
		snprintf(bfloat16, sizeof bfloat16, ", %.1f in bfloat16",
		         2e-9 * roofline->peak_bfloat16);
	snprintf(title, size,
	         "%s: %.0f %s of %.*f ms, %.0f target tokens/s, %d workers; peak %.1f GFLOP/s "
	         "(%s)%s, memory %.1f GB/s",
	         p->contestant->name, p->units, r->options.decode ? "sentences" : "updates",
	         p->seconds / p->units < 0.1 ? 4 : 2, 1e3 * p->seconds / p->units,
	         p->tokens / p->seconds, p->workers, 2e-9 * roofline->peak, roofline->set, bfloat16,
	         1e-9 * roofline->bandwidth);
}

static bool show(void *context, const struct profile_report *p, struct error *error)
{
	struct request *r = context;
	char title[512];

	add_rows(r, p);
	if (r->trace_path)
		trace_add(&r->trace, p->contestant->name, p->timeline, p->workers);
	if (!table_for_reading(r->format))
		return true;
	write_title(r, p, title, sizeof title);
	table_print_title(stdout, title, r->format);
	if (!table_print(stdout, &r->table, r->format, error))
		return false;
	table_clear_rows(&r->table);
	return true;
}

static bool profile_it(struct request *r, struct experiment *e, struct error *error)
{
	bool good = !r->trace_path || trace_begin(&r->trace, r->trace_path, error);

	add_columns(r);
	good = good && profile_experiment(e, &r->options, show, r, error);
	if (good && !table_for_reading(r->format))
		good = table_print(stdout, &r->table, r->format, error);
	if (good && r->trace_path)
		good = trace_commit(&r->trace, error);
	trace_cancel(&r->trace);
	table_free(&r->table);
	return good;
}

int profile_command(int argc, char **argv)
{
	struct request r = { .options = { .run = { .database = "results.db",
		                                   .threads = machine_processors() },
		                          .updates = 20,
		                          .sentences = 100 } };
	struct experiment experiment;
	struct error error;
	int status = read_options(argc, argv, &r);

	if (status)
		return status - 1;
	if (!option_experiment("profile", r.file, r.set, r.sets, r.options.run.only, &experiment))
		return 2;
	if (!profile_it(&r, &experiment, &error)) {
		fprintf(stderr, "bakeoff profile: %s\n", error.message);
		status = 1;
	}
	experiment_free(&experiment);
	return status;
}
