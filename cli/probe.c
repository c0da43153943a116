/* probe.c - bakeoff probe: small experiments that show why the architectures differ. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/probe.h"
#include "cli/progress.h"
#include "core/machine.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "quick", 'q', NULL, NULL,
	  "experiments/probes/quick/NAME.yaml: minutes; all of them in half an hour on two cores" },
	{ "db", 'd', "FILE", NULL,
	  "where runs go (results.db); what is there already is not trained again" },
	{ "seeds", 's', "N,N...", NULL, "instead of the file's" },
	{ "file", 'e', "FILE.yaml", NULL,
	  "an experiment of your own instead: the same numbers of its contestants, without claims" },
	{ "bin", 'b', "N", NULL, "so many x are one row; 1: each has its own (as the probe has it)" },
	{ "jobs", 'j', "N", NULL, "trials at once (all processors)" },
	{ "threads", 't', "N", NULL, "of all trials together (all processors)" },
	{ "format", 'f', "NAME", "text, json or markdown", "(text)" },
	{ "svg", 'v', "DIR", NULL, "writes the curves there too, as NAME.svg" },
	{ 0 },
};

const struct command command_probe = {
	.name = "probe",
	.group = GROUP_TRAIN,
	.summary = "small experiments that show why the architectures differ",
	.usage = { "[NAME...|all] [OPTION...]" },
	.argument = "PROBE",
	.about = "Asks a small question of all architectures: trains what is not trained yet of "
		 "experiments/probes/NAME.yaml, measures, and says whether it came out as the "
		 "literature says, not so, or whether the numbers do not decide it "
		 "(docs/probes.md). Without a name, lists the probes.",
	.options = option_table,
};

enum { MOST_SEEDS_TEXT = 400 };

struct request {
	struct probe_options options;
	struct probe_print print;
	struct progress_view view;
};

static bool read_seeds(struct request *r, const char *text)
{
	if (*text && strlen(text) < MOST_SEEDS_TEXT &&
	    strspn(text, "0123456789,") == strlen(text)) {
		r->options.seeds = text;
		return true;
	}
	fprintf(stderr, "bakeoff probe: --seeds %s: must be numbers, as in 1,2,3\n", text);
	return false;
}

static bool read_number(const char *name, long most, int *value)
{
	long number;

	if (!option_number("probe", name, optarg, 1, most, &number))
		return false;
	*value = (int)number;
	return true;
}

static bool read_bin(struct request *r)
{
	long bin;
	const bool good = option_number("probe", "--bin", optarg, 1, 1000, &bin);

	r->options.bin = good ? (double)bin : 0;
	return good;
}

/* 0: go on; else the exit status plus 1. */
static int read_options(int argc, char **argv, struct request *r)
{
	bool good = true;
	int option = COMMAND_WRONG;

	while (good && (option = command_option(&command_probe, argc, argv)) > 0) {
		switch (option) {
		case 'q':
			r->options.quick = true;
			break;
		case 'd':
			r->options.run.database = optarg;
			break;
		case 's':
			good = read_seeds(r, optarg);
			break;
		case 'e':
			r->options.file = optarg;
			break;
		case 'b':
			good = read_bin(r);
			break;
		case 'j':
			good = read_number("--jobs", PROGRESS_MOST_JOBS, &r->options.run.jobs);
			break;
		case 't':
			good = read_number("--threads", 256, &r->options.run.threads);
			break;
		case 'f':
			good = probe_format_find(optarg, &r->print.format);
			break;
		case 'v':
			r->print.folder = optarg;
			break;
		}
	}
	return good ? command_exit(option) + 1 : 3;
}

static void report(void *context, const char *line)
{
	struct request *r = context;

	progress_line(&r->view, line);
}

static void watch(void *context, const struct trial_news *news)
{
	struct request *r = context;

	progress_watch(&r->view, news);
}

static void begin(void *context, int trials)
{
	struct request *r = context;

	progress_open(&r->view, trials, r->options.run.jobs, r->print.format != PROBE_TEXT);
}

/* The exit status. */
static int run(struct request *r, const struct probe *probe)
{
	struct probe_result result;
	struct error error;
	bool good;

	probe_print_begin(&r->print, probe);
	good = probe_run(probe, &r->options, &result, &error);
	if (!probe->untrained && result.file)
		progress_close(&r->view);
	if (good && result.trials.interrupted)
		good = error_set(&error, "stopped; the same command again goes on from here");
	good = good && probe_print(&r->print, &result, &error);
	if (!good)
		fprintf(stderr, "bakeoff probe: %s: %s\n", probe->name, error.message);
	else if (result.trials.failed)
		fprintf(stderr, "bakeoff probe: %s: %d of %d trials failed\n", probe->name,
		        result.trials.failed, result.trials.trials);
	good = good && !result.trials.failed;
	probe_result_free(&result);
	return !good;
}

static int run_names(struct request *r, char **name, int names)
{
	struct error error;
	int status = 0;

	for (int i = 0; i < names; i++) {
		if (strcmp(name[i], "all") != 0 && !probe_find(name[i], &error)) {
			fprintf(stderr, "bakeoff probe: %s\n", error.message);
			return 2;
		}
	}
	interrupt_catch();
	for (int i = 0; i < names; i++)
		for (const struct probe *p = probes; p->name && !interrupt_asked(); p++)
			if (!strcmp(name[i], "all") || !strcmp(name[i], p->name))
				status |= run(r, p);
	return probe_print_end(&r->print) ? status : 1;
}

int probe_command(int argc, char **argv)
{
	struct request r = { .options = { .run = { .database = "results.db",
		                                   .threads = machine_processors(),
		                                   .jobs = machine_processors(),
		                                   .stall_seconds = 3600,
		                                   .asked = interrupt_asked },
		                          .report = report,
		                          .watch = watch,
		                          .begin = begin } };
	int status = read_options(argc, argv, &r);

	if (status)
		return status - 1;
	r.options.context = &r;
	if (r.options.file && (optind + 1 != argc || !strcmp(argv[optind], "all")))
		return command_wrong(&command_probe, "--file is for one probe: name it");
	if (optind == argc)
		return !probe_print_list(r.print.format);
	status = run_names(&r, argv + optind, argc - optind);
	probe_print_free(&r.print);
	return status;
}
