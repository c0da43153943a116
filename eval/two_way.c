/* two_way.c - a test over seeds and sentences together. */
#include "eval/two_way.h"

#include "core/error.h"

#include <assert.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

void two_way_values(const struct metric *metric, const union metric_settings *settings,
                    const double *rows, size_t count, double *values)
{
	double sum[METRIC_MOST_COLUMNS], rest[METRIC_MOST_COLUMNS], whole, mean = 0;
	size_t columns = metric->columns(settings);

	assert(count >= 2);
	metric_sum(metric, settings, rows, count, sum);
	whole = metric->score(settings, sum);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < columns; j++)
			rest[j] = sum[j] - rows[i * columns + j];
		values[i] = metric->score(settings, rest);
		mean += values[i] / (double)count;
	}
	for (size_t i = 0; i < count; i++)
		values[i] = whole + ((double)count - 1) * (mean - values[i]);
}

/* What is known of one system. */
struct side {
	double *sentence; /* [sentences] means over runs, owned */
	double mean;
	double runs;     /* S_s^2, of the runs' means */
	double residual; /* M_s, run x sentence */
};

static double residual_square(const double *values, const double *sentence, size_t sentences,
                              double shift)
{
	double sum = 0;

	for (size_t i = 0; i < sentences; i++) {
		double rest = values[i] - sentence[i] - shift;

		sum += rest * rest;
	}
	return sum;
}

static void describe(const struct two_way_side *given, size_t sentences, struct side *side)
{
	double runs = (double)given->runs, *means = memory_new(given->runs, sizeof *means);

	side->sentence = memory_new(sentences, sizeof *side->sentence);
	for (size_t r = 0; r < given->runs; r++) {
		means[r] = gsl_stats_mean(given->values[r], 1, sentences);
		for (size_t i = 0; i < sentences; i++)
			side->sentence[i] += given->values[r][i] / runs;
	}
	side->mean = gsl_stats_mean(means, 1, given->runs);
	side->runs = side->residual = 0;
	for (size_t r = 0; r < given->runs && given->runs > 1; r++)
		side->residual += residual_square(given->values[r], side->sentence, sentences,
		                                  means[r] - side->mean) /
		                  ((runs - 1) * ((double)sentences - 1));
	if (given->runs > 1)
		side->runs = gsl_stats_variance(means, 1, given->runs);
	free(means);
}

/* The variance of the mean over sentences of the difference, S_d^2 / N. */
static double sentence_variance(const struct side *a, const struct side *b, size_t sentences)
{
	double *difference = memory_new(sentences, sizeof *difference), variance;

	for (size_t i = 0; i < sentences; i++)
		difference[i] = a->sentence[i] - b->sentence[i];
	variance = gsl_stats_variance(difference, 1, sentences) / (double)sentences;
	free(difference);
	return variance;
}

void two_way_test(const struct two_way_side *a, const struct two_way_side *b, size_t sentences,
                  double confidence, struct two_way *result)
{
	double n = (double)sentences, runs_a = (double)a->runs, runs_b = (double)b->runs;
	double of_sentences, variance[3], degrees[3] = { runs_a - 1, runs_b - 1, n - 1 }, sum;
	struct side x, y;

	assert(sentences >= 2 && a->runs >= 1 && b->runs >= 1);
	describe(a, sentences, &x);
	describe(b, sentences, &y);
	of_sentences = sentence_variance(&x, &y, sentences);
	variance[0] = x.runs / runs_a;
	variance[1] = y.runs / runs_b;
	variance[2] = fmax(0, of_sentences - (x.residual / runs_a + y.residual / runs_b) / n);
	sum = variance[0] + variance[1] + variance[2];
	*result = (struct two_way){
		.test = { .difference = x.mean - y.mean,
		          .error = sqrt(of_sentences),
		          .degrees = n - 1 },
		.seeds = a->runs > 1 && b->runs > 1,
		.spread = { { x.runs, y.runs }, variance[2], n - 1 },
	};
	if (result->seeds && sum > of_sentences) {
		result->test.error = sqrt(sum);
		result->test.degrees = statistics_satterthwaite(variance, degrees, 3);
	}
	statistics_test(&result->test, confidence);
	free(x.sentence);
	free(y.sentence);
}
