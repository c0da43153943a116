/* significance.c - bootstrap resamples and approximate randomization over sums of rows. */
#include "eval/significance.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double score_of_choice(const struct counted *counted, const uint32_t *choice, size_t n)
{
	size_t columns = counted->metric->columns(counted->settings);
	double sum[METRIC_MOST_COLUMNS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const double *row = counted->rows + choice[i] * columns;

		for (size_t j = 0; j < columns; j++)
			sum[j] += row[j];
	}
	return counted->metric->score(counted->settings, sum);
}

void bootstrap_scores(struct generator *generator, const struct counted *counted, size_t count,
                      size_t segments, size_t resamples, double *score)
{
	uint32_t *choice = memory_new(segments, sizeof *choice);

	for (size_t i = 0; i < resamples; i++) {
		generator_choose(generator, (uint32_t)segments, segments, choice);
		for (size_t k = 0; k < count; k++)
			score[k * resamples + i] = score_of_choice(&counted[k], choice, segments);
	}
	free(choice);
}

/* Both sums are taken segment by segment, so that two equal systems differ by nothing at all. */
static double difference_of_shuffle(const struct counted *baseline, const struct counted *system,
                                    const uint8_t *keep, size_t n)
{
	size_t columns = baseline->metric->columns(baseline->settings);
	double a[METRIC_MOST_COLUMNS] = { 0 }, b[METRIC_MOST_COLUMNS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const double *first = (keep[i] ? baseline : system)->rows + i * columns;
		const double *second = (keep[i] ? system : baseline)->rows + i * columns;

		for (size_t j = 0; j < columns; j++) {
			a[j] += first[j];
			b[j] += second[j];
		}
	}
	return fabs(baseline->metric->score(baseline->settings, a) -
	            baseline->metric->score(baseline->settings, b));
}

void shuffle_differences(struct generator *generator, const struct counted *baseline,
                         const struct counted *system, size_t count, size_t segments, size_t trials,
                         double *difference)
{
	uint8_t *keep = memory_new(segments, sizeof *keep);
	struct generator_bits bits = { 0 };

	for (size_t i = 0; i < trials; i++) {
		generator_flip(generator, &bits, segments, keep);
		for (size_t k = 0; k < count; k++)
			difference[k * trials + i] =
				difference_of_shuffle(&baseline[k], &system[k], keep, segments);
	}
	free(keep);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct interval interval_of(const double *score, size_t resamples)
{
	double *sorted = memory_new(resamples, sizeof *sorted), mean = 0;
	struct interval interval;
	size_t low = resamples / 40;

	memcpy(sorted, score, resamples * sizeof *sorted);
	qsort(sorted, resamples, sizeof *sorted, compare);
	for (size_t i = 0; i < resamples; i++)
		mean += sorted[i];
	interval.mean = mean / (double)resamples;
	interval.half_width = 0.5 * (sorted[resamples - 1 - low] - sorted[low]);
	free(sorted);
	return interval;
}

double bootstrap_p_value(const double *baseline, const double *system, size_t n, double difference)
{
	double mean = 0;
	size_t beyond = 0;

	for (size_t i = 0; i < n; i++)
		mean += fabs(system[i] - baseline[i]);
	mean /= (double)n;
	for (size_t i = 0; i < n; i++)
		beyond += fabs(system[i] - baseline[i]) - mean > difference;
	return (double)(beyond + 1) / (double)(n + 1);
}

double shuffle_p_value(const double *differences, size_t n, double difference)
{
	size_t beyond = 0;

	for (size_t i = 0; i < n; i++)
		beyond += differences[i] > difference;
	return (double)(beyond + 1) / (double)(n + 1);
}
