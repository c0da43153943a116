/* watch.c - `bakeoff watch`: the runs that are running, in a terminal that is kept up to date. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"

#include "experiments/follow.h"
#include "results/escape.h"
#include "results/known_metrics.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct command_option option_table[] = {
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	{ "interval", 'i', "S", NULL, "seconds between looks (2)" },
	{ "once", 'o', NULL, NULL, "looks once" },
	{ "json", 'j', NULL, NULL, "a JSON object a run and look, for programs" },
	{ 0 },
};

const struct command command_watch = {
	.name = "watch",
	.group = GROUP_TRAIN,
	.summary = "follow the runs that are running",
	.usage = { "[OPTION...] [EXPERIMENT]" },
	.argument = "EXPERIMENT",
	.about = "Follows the runs that are running, also in other processes, until none is. A "
		 "line a run: the loss of training in nats a token, target tokens/s without "
		 "padding, best validation perplexity, mean score of the test sets, time left for "
		 "training, and the loss over the updates so far. A run whose process is gone is "
		 "lost.",
	.options = option_table,
};

/* Between two trials of one process nothing runs for a moment. */
static const double PATIENCE_SECONDS = 2;

struct watching {
	const char *database, *experiment;
	long interval; /* s */
	bool once, json, terminal;
	int shown;         /* lines on the terminal that the next look replaces */
	int width;         /* of the column of contestants; 0: no heading was printed yet */
	struct seen *seen; /* [seen_runs], elsewhere: what was printed of a run */
	size_t seen_runs;
	bool ran; /* something was running at an earlier look */
};

/* A line that is printed again only where it would be another. */
struct seen {
	long run, update;
	enum run_status status;
	bool lost;
};

static int read_options(struct watching *w, int argc, char **argv)
{
	int option;

	while ((option = command_option(&command_watch, argc, argv)) > 0) {
		switch (option) {
		case 'd':
			w->database = optarg;
			break;
		case 'i':
			if (!option_number("watch", "--interval", optarg, 1, 86400, &w->interval))
				return 2;
			break;
		case 'o':
			w->once = true;
			break;
		case 'j':
			w->json = true;
			break;
		}
	}
	if (option != COMMAND_END)
		return command_exit(option);
	if (optind + 1 < argc) {
		fputs("bakeoff watch: give at most one experiment\n", stderr);
		return 2;
	}
	w->experiment = argv[optind];
	return -1;
}

/* The loss as bars of eight heights, the lowest its minimum. */
static void write_curve(const double *curve, char text[4 * FOLLOW_BINS + 1])
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	double low = HUGE_VAL, high = -HUGE_VAL;

	for (int i = 0; i < FOLLOW_BINS; i++)
		if (isfinite(curve[i])) {
			low = fmin(low, curve[i]);
			high = fmax(high, curve[i]);
		}
	*text = '\0';
	for (int i = 0; i < FOLLOW_BINS; i++)
		if (isfinite(curve[i]))
			strcat(text, bars[high > low ? (int)(7.99 * (curve[i] - low) / (high - low))
			                             : 0]);
}

/* "12.34", or "-" where it is not known. */
static const char *write_number(char text[32], double value, int decimals)
{
	snprintf(text, 32, isnan(value) ? "-" : "%.*f", decimals, value);
	return text;
}

static const char *state_of(const struct followed *f, char text[32])
{
	if (f->lost)
		return "lost";
	if (f->status != RUN_RUNNING)
		return run_status_word(f->status);
	if (f->share >= 1)
		return "translates";
	if (isnan(f->seconds_left))
		return "?";
	write_seconds(text, 32, f->seconds_left);
	return text;
}

/* "34.20 BLEU", "1.832 bits". */
static const char *write_score(char text[32], const struct followed *f)
{
	if (!*f->metric)
		return "-";
	snprintf(text, 32, "%.*f %.*s", known_metric_decimals(f->metric), f->score,
	         (int)(strcspn(f->metric, "_") < 10 ? strcspn(f->metric, "_") : 10), f->metric);
	return text;
}

static void print_head(int width)
{
	printf("%4s  %-*s %4s %7s %8s %9s %10s %-13s %-10s  %s\n", "run", width, "contestant",
	       "seed", "update", "loss", "tgt tok/s", "perplexity", "score", "left", "loss so far");
}

static int name_columns(const struct followed *f)
{
	char *name = escape_text(TABLE_BOX, f->contestant, strlen(f->contestant));
	const int columns = escape_width(name);

	free(name);
	return columns;
}

static void print_line(const struct followed *f, int width)
{
	char curve[4 * FOLLOW_BINS + 1], loss[32], speed[32], perplexity[32], score[32], state[32];

	write_curve(f->curve, curve);
	printf("%4ld  ", f->run);
	output_name(stdout, f->contestant);
	printf("%*s %4ld %7ld %8s %9s %10s %-13s %-10s  %s\n",
	       name_columns(f) < width ? width - name_columns(f) : 0, "", f->seed, f->update, write_number(loss, f->loss, 4), write_number(speed, f->speed, 0),
	       write_number(perplexity, f->perplexity, 2), write_score(score, f),
	       state_of(f, state), curve);
}

/* The longest name decides, up to what leaves room for the rest. */
static int name_width(const struct following *f)
{
	int width = (int)strlen("contestant");

	for (size_t i = 0; i < f->runs; i++)
		width = name_columns(&f->run[i]) > width ? name_columns(&f->run[i]) : width;
	return width < 30 ? width : 30;
}

/* Whether there is news of the run since it was printed, which is noted. */
static bool is_news(struct watching *w, const struct followed *f)
{
	const struct seen now = { f->run, f->update, f->status, f->lost };
	struct seen *old = NULL;

	for (size_t i = 0; !old && i < w->seen_runs; i++)
		if (w->seen[i].run == f->run)
			old = &w->seen[i];
	if (old && old->update == now.update && old->status == now.status && old->lost == now.lost)
		return false;
	if (!old) {
		w->seen = memory_resize(w->seen, w->seen_runs + 1, sizeof *w->seen);
		old = &w->seen[w->seen_runs++];
	}
	*old = now;
	return true;
}

static void print_object(const struct followed *f)
{
	char *experiment = escape_text(TABLE_BOX, f->experiment, strlen(f->experiment));
	char *contestant = escape_text(TABLE_BOX, f->contestant, strlen(f->contestant));
	json_t *object = json_pack("{sI ss ss sI ss sb sI}", "run", (json_int_t)f->run,
	                           "experiment", experiment, "contestant", contestant, "seed",
	                           (json_int_t)f->seed, "status", run_status_word(f->status),
	                           "lost", (int)f->lost, "updates", (json_int_t)f->update);
	const struct {
		const char *key;
		double value;
	} numbers[] = {
		{ "train_loss", f->loss },  { "target_tokens_per_second", f->speed },
		{ "share", f->share },      { "valid_perplexity", f->perplexity },
		{ "mean_score", f->score }, { "seconds_left", f->seconds_left },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		json_object_set_new(object, numbers[i].key,
		                    isfinite(numbers[i].value) ? json_real(numbers[i].value)
		                                               : json_null());
	json_object_set_new(object, "metric", *f->metric ? json_string(f->metric) : json_null());
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
	free(experiment);
	free(contestant);
}

/* Lines that the terminal has room for. */
static size_t room(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 6)
		return (size_t)-1;
	return (size_t)size.ws_row - 3;
}

/* Over what was there, and without lines that wrap. */
static void print_on_terminal(struct watching *w, const struct following *f)
{
	const size_t most = room(), from = f->runs > most ? f->runs - most : 0;

	printf("\033[?7l");
	if (w->shown)
		printf("\033[%dA\033[J", w->shown);
	print_head(name_width(f));
	for (size_t i = from; i < f->runs; i++)
		print_line(&f->run[i], name_width(f));
	printf("\033[?7h");
	w->shown = (int)(f->runs - from) + 1;
}

static void print_plain(struct watching *w, const struct following *f)
{
	if (!w->width)
		print_head(w->width = name_width(f));
	for (size_t i = 0; i < f->runs; i++)
		if (is_news(w, &f->run[i]))
			print_line(&f->run[i], w->width);
}

static void print_all(struct watching *w, const struct following *f)
{
	if (w->json)
		for (size_t i = 0; i < f->runs; i++)
			print_object(&f->run[i]);
	else if (w->terminal)
		print_on_terminal(w, f);
	else
		print_plain(w, f);
	fflush(stdout);
}

static void say_end(const struct watching *w, const struct following *f)
{
	size_t lost = 0;

	for (size_t i = 0; i < f->runs; i++)
		lost += f->run[i].lost;
	if (w->json)
		return;
	if (lost)
		printf("%zu lost: the process is gone; `bakeoff run` of the same experiment goes "
		       "on from "
		       "the last checkpoint\n",
		       lost);
	if (!f->runs || !w->once)
		printf("Nothing is running%s%s.\n", w->experiment ? " of " : "",
		       w->experiment ? w->experiment : "");
}

static bool watch(struct watching *w, struct database *database, struct error *error)
{
	struct following now = { 0 };
	double idle = 0; /* s that nothing has been running */
	bool good;

	while ((good = follow(database, w->experiment, &now, error))) {
		if (now.runs)
			print_all(w, &now);
		w->ran |= now.running > 0;
		if (w->once || ferror(stdout) ||
		    (!now.running && (!w->ran || idle >= PATIENCE_SECONDS)))
			break;
		idle = now.running ? 0 : idle + (double)w->interval;
		sleep((unsigned)w->interval);
	}
	if (good)
		say_end(w, &now);
	following_free(&now);
	free(w->seen);
	return good;
}

int watch_command(int argc, char **argv)
{
	struct watching w = { .database = "results.db",
		              .interval = 2,
		              .terminal = isatty(STDOUT_FILENO) };
	struct database database;
	struct error error;
	long id;
	bool good;
	int status = read_options(&w, argc, argv);

	if (status >= 0)
		return status;
	good = database_open(&database, w.database, DATABASE_READ, &error);
	if (good) {
		good = (!w.experiment ||
		        database_experiment_find(&database, w.experiment, &id, &error)) &&
		       watch(&w, &database, &error);
		database_close(&database);
	}
	if (!good)
		fprintf(stderr, "bakeoff watch: %s\n", error.message);
	return good ? 0 : 1;
}
