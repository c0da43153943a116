/* statistics.c - how often tests find a difference where there is none, and where there is one;
 * prints Markdown tables. Argument: experiments a row (2000). */
#include "core/error.h"
#include "eval/two_way.h"
#include "tests/simulated_runs.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCES = 300, RESAMPLES = 400, COLUMNS = 10 };

static const struct mix {
	const char *name;
	double of_runs, of_systems, of_both;
} mixes[] = {
	{ "sentences", 0.01, 0.4, 0.4 },
	{ "both", 0.04, 0.3, 0.3 },
	{ "seeds", 0.12, 0.15, 0.15 },
};

enum method { TWO_WAY, SEEDS, SENTENCES_ALONE, BOOTSTRAP, METHODS };

static bool found_two_way(const struct simulated *s, size_t runs)
{
	struct two_way_side side[2];
	struct two_way result;

	for (int k = 0; k < 2; k++)
		side[k] = (struct two_way_side){ (const double *const *)s->values[k], runs };
	two_way_test(&side[0], &side[1], SENTENCES, 0.95, &result);
	return result.test.p < 0.05;
}

static bool found_over_seeds(const struct simulated *s, size_t runs)
{
	struct t_test test;

	statistics_welch(s->score[0], runs, s->score[1], runs, 0.95, &test);
	return test.p < 0.05;
}

/* The mean of the runs as if it were one. */
static bool found_over_sentences(const struct simulated *s, size_t runs)
{
	double mean[2][SENTENCES] = { { 0 } };
	const double *one[2] = { mean[0], mean[1] };
	struct two_way result;

	for (int k = 0; k < 2; k++)
		for (size_t r = 0; r < runs; r++)
			for (size_t i = 0; i < SENTENCES; i++)
				mean[k][i] += s->values[k][r][i] / (double)runs;
	two_way_test(&(struct two_way_side){ &one[0], 1 }, &(struct two_way_side){ &one[1], 1 },
	             SENTENCES, 0.95, &result);
	return result.test.p < 0.05;
}

/* BLEU of a run whose sentences are taken `times` each. */
static double resampled(const struct simulated *s, const double *rows, const double *times)
{
	double sum[COLUMNS] = { 0 };

	for (size_t i = 0; i < SENTENCES; i++)
		for (size_t j = 0; j < COLUMNS; j++)
			sum[j] += times[i] * rows[i * COLUMNS + j];
	return s->bleu->score(&s->settings, sum);
}

static double bootstrap_difference(const struct simulated *s, size_t runs, gsl_rng *random)
{
	double times[SENTENCES] = { 0 }, difference = 0;

	for (size_t i = 0; i < SENTENCES; i++)
		times[gsl_rng_uniform_int(random, SENTENCES)]++;
	for (int k = 0; k < 2; k++)
		for (size_t r = 0; r < runs; r++) {
			size_t chosen = gsl_rng_uniform_int(random, runs);
			double score = resampled(s, s->rows[k][chosen], times);

			difference += (k ? -score : score) / (double)runs;
		}
	return difference;
}

/* Seeds drawn anew, then sentences: whether 0 is outside the middle 95 % of differences. */
static bool found_by_bootstrap(const struct simulated *s, size_t runs, gsl_rng *random)
{
	int below = 0, above = 0;

	for (int k = 0; k < RESAMPLES; k++) {
		double difference = bootstrap_difference(s, runs, random);

		below += difference <= 0;
		above += difference >= 0;
	}
	return 2 * (below < above ? below : above) < RESAMPLES * 0.05;
}

struct tally {
	double found[METHODS];
	double difference, seeds; /* mean, and mean variance of scores over seeds */
};

static struct tally count(const struct simulation *wanted, int times, bool bootstrap)
{
	struct simulated s;
	struct tally tally = { 0 };
	gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(random, wanted->runs);
	simulated_init(&s, wanted);
	for (int i = 0; i < times; i++) {
		struct sample a, b;

		simulated_draw(&s, wanted, random);
		tally.found[TWO_WAY] += found_two_way(&s, wanted->runs);
		tally.found[SEEDS] += found_over_seeds(&s, wanted->runs);
		tally.found[SENTENCES_ALONE] += found_over_sentences(&s, wanted->runs);
		if (bootstrap)
			tally.found[BOOTSTRAP] += found_by_bootstrap(&s, wanted->runs, random);
		statistics_describe(s.score[0], wanted->runs, 0.95, &a);
		statistics_describe(s.score[1], wanted->runs, 0.95, &b);
		tally.difference += (a.mean - b.mean) / times;
		tally.seeds += (a.deviation * a.deviation + b.deviation * b.deviation) / 2 / times;
	}
	for (int m = 0; m < METHODS; m++)
		tally.found[m] *= 100.0 / times;
	simulated_free(&s);
	gsl_rng_free(random);
	return tally;
}

static struct simulation simulation_of(const struct mix *mix, size_t runs, double difference)
{
	return (struct simulation){ runs,         SENTENCES,       difference,
		                    mix->of_runs, mix->of_systems, mix->of_both };
}

static void print_levels(int times)
{
	printf("Found at 5 %% where there is no difference, %% of %d experiments of %d sentences "
	       "each:\n\n"
	       "| luck is mostly of | deviation over seeds | seeds | two-way (the verdict) | seeds "
	       "alone "
	       "(Welch) | sentences alone | hierarchical bootstrap |\n"
	       "|---|---:|---:|---:|---:|---:|---:|\n",
	       times, SENTENCES);
	for (size_t m = 0; m < sizeof mixes / sizeof *mixes; m++)
		for (size_t runs = 2; runs <= 5; runs += runs - 1) {
			struct simulation wanted = simulation_of(&mixes[m], runs, 0);
			struct tally t = count(&wanted, times, true);

			printf("| %s | %.2f BLEU | %zu | %.1f | %.1f | %.1f | %.1f |\n",
			       mixes[m].name, sqrt(t.seeds), runs, t.found[TWO_WAY], t.found[SEEDS],
			       t.found[SENTENCES_ALONE], t.found[BOOTSTRAP]);
		}
}

static void print_powers(int times)
{
	static const double differences[] = { 0.02, 0.06, 0.12 };

	printf("\nFound by the verdict where there is a difference, %%:\n\n"
	       "| luck is mostly of | seeds |");
	for (int d = 0; d < 3; d++) {
		struct simulation wanted = simulation_of(&mixes[0], 2, differences[d]);

		printf(" %.1f BLEU |", count(&wanted, times, false).difference);
	}
	printf("\n|---|---:|---:|---:|---:|\n");
	for (size_t m = 0; m < sizeof mixes / sizeof *mixes; m++)
		for (size_t runs = 2; runs <= 5; runs += runs - 1) {
			printf("| %s | %zu |", mixes[m].name, runs);
			for (int d = 0; d < 3; d++) {
				struct simulation wanted =
					simulation_of(&mixes[m], runs, differences[d]);

				printf(" %.0f |", count(&wanted, times, false).found[TWO_WAY]);
			}
			printf("\n");
		}
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 2000;

	if (times < 1) {
		fputs("statistics: the number of experiments must be above 0\n", stderr);
		return 2;
	}
	print_levels(times);
	print_powers(times);
	return 0;
}
