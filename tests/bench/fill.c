/* fill.c - a results database of 1,000 runs with 10 metrics each, written as a trial writes it.
 *
 *     fill PATH POINTS      prints seconds of writing the points, and points/s
 */
#include "core/error.h"
#include "results/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 1000, SEEDS = 10, METRICS = 10, FLUSH = 100, SETTINGS = 60, SIZE = 4096 };

static const char *const metrics[METRICS] = { "train_loss",
	                                      "train_nll",
	                                      "valid_nll",
	                                      "valid_perplexity",
	                                      "learning_rate",
	                                      "gradient_norm",
	                                      "target_tokens_per_second",
	                                      "source_tokens_per_second",
	                                      "seconds",
	                                      "target_tokens" };

static void must(bool good, const struct error *error)
{
	if (good)
		return;
	fprintf(stderr, "fill: %s\n", error->message);
	exit(1);
}

/* As many settings as a real run has; contestants differ in three. */
static void write_settings(char settings[SIZE], int contestant, int seed)
{
	int at = snprintf(settings, SIZE,
	                  "{\"architecture\":\"rnn\",\"seed\":%d,\"train\":{\"warmup\":%d,"
	                  "\"learning_rate\":%g},\"settings\":{\"hidden\":%d",
	                  seed, 100 * (contestant % 4), 1e-3 * (1 + contestant / 4 % 5),
	                  64 * (1 + contestant / 20));

	for (int i = 0; i < SETTINGS; i++)
		at += snprintf(settings + at, (size_t)(SIZE - at), ",\"setting_%d\":%d", i, i);
	snprintf(settings + at, (size_t)(SIZE - at), "}}");
}

static long begin(struct database *database, long experiment, int run)
{
	char contestant[32], key[17], settings[SIZE];
	struct run_record record = { .experiment = experiment,
		                     .contestant = contestant,
		                     .key = key,
		                     .seed = run % SEEDS + 1,
		                     .architecture = "rnn",
		                     .settings = settings,
		                     .parameters = 7500000,
		                     .multiply_adds = 6000000,
		                     .data_hash = "493299afc36c4766" };
	struct error error;
	long id;

	snprintf(contestant, sizeof contestant, "contestant %d", run / SEEDS);
	snprintf(key, sizeof key, "%016x", (unsigned)run);
	write_settings(settings, run / SEEDS, run % SEEDS + 1);
	must(database_run_begin(database, &record, &id, &error), &error);
	return id;
}

/* A loss that falls, and what else only has to be different from point to point. */
static double value_at(int metric, long step, long run)
{
	double noise = (double)((step * 7919 + run * 104729 + metric) % 1000) / 1000;

	return metric < 8 ? 10 / (1 + (double)step / 1000) + noise : (double)step * (3 + metric);
}

static void write_points(struct database *database, long run, long steps)
{
	struct error error;

	for (long step = 1; step <= steps; step++) {
		for (int m = 0; m < METRICS; m++)
			must(database_point(database, run, metrics[m], step * 10,
			                    value_at(m, step, run), &error),
			     &error);
		if (step % FLUSH == 0)
			must(database_flush(database, &error), &error);
	}
	must(database_flush(database, &error), &error);
}

static void finish(struct database *database, long run, long steps)
{
	static const char *const sets[] = { "flickr2016", "flickr2017", "coco" };
	static const char *const names[] = { "BLEU", "chrF", "TER", "decode_sentences_per_second" };
	struct run_totals totals = { .train_seconds = 100, .updates = steps * 10 };
	struct error error;

	for (int i = 0; i < 12; i++) {
		struct score score = { .test_set = sets[i / 4],
			               .metric = names[i % 4],
			               .value = 30 + (double)(run * 31 % 97) / 20,
			               .step = steps * 10,
			               .sentences = 1000,
			               .beam = 5 };

		must(database_score(database, run, &score, &error), &error);
	}
	must(database_run_finish(database, run, RUN_DONE, "stop.updates", &totals, &error), &error);
}

int main(int argc, char **argv)
{
	long points = argc == 3 ? strtol(argv[2], NULL, 10) : 0, steps = points / (RUNS * METRICS);
	struct database database;
	struct timespec from, to;
	struct error error;
	long experiment;
	double seconds;

	if (steps < 1) {
		fprintf(stderr, "usage: fill PATH POINTS, at least %d\n", RUNS * METRICS);
		return 2;
	}
	must(database_open(&database, argv[1], DATABASE_WRITE, &error), &error);
	must(database_experiment(&database, "large", NULL, &experiment, &error), &error);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < RUNS; i++) {
		long run = begin(&database, experiment, i);

		write_points(&database, run, steps);
		finish(&database, run, steps);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
	printf("%.1f %.0f\n", seconds, (double)(steps * RUNS * METRICS) / seconds);
	database_close(&database);
	return 0;
}
