/* simulated_runs.c - experiments whose truth is known. */
#include "tests/simulated_runs.h"

#include "core/error.h"
#include "eval/two_way.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

void simulated_init(struct simulated *s, const struct simulation *wanted)
{
	s->bleu = metric_find("BLEU");
	s->bleu->defaults(&s->settings);
	for (int i = 0; i < SIMULATED_SYSTEMS; i++)
		for (size_t r = 0; r < SIMULATED_MOST_RUNS; r++) {
			size_t n = r < wanted->runs ? wanted->sentences : 0;

			s->rows[i][r] =
				memory_new(n, s->bleu->columns(&s->settings) * sizeof(double));
			s->values[i][r] = memory_new(n, sizeof(double));
		}
}

void simulated_free(struct simulated *s)
{
	for (int i = 0; i < SIMULATED_SYSTEMS; i++)
		for (size_t r = 0; r < SIMULATED_MOST_RUNS; r++) {
			free(s->rows[i][r]);
			free(s->values[i][r]);
		}
}

static void draw_row(double quality, size_t length, gsl_rng *random, double *row)
{
	double right = 1 / (1 + exp(-quality)), chain = 1, least = (double)length;

	row[BLEU_LENGTH] = row[BLEU_REFERENCE_LENGTH] = (double)length;
	for (size_t n = 0; n < 4; n++) {
		double total = (double)(length - n);

		chain *= n ? sqrt(right) : right; /* words after a right one are right more often */
		least = fmin(least, floor(total * chain + gsl_rng_uniform(random)));
		row[BLEU_COUNTS + n] = least;
		row[BLEU_COUNTS + 4 + n] = total;
	}
}

void simulated_draw(struct simulated *s, const struct simulation *wanted, gsl_rng *random)
{
	size_t n = wanted->sentences, columns = s->bleu->columns(&s->settings);
	double run[SIMULATED_SYSTEMS][SIMULATED_MOST_RUNS];

	for (int i = 0; i < SIMULATED_SYSTEMS; i++)
		for (size_t r = 0; r < wanted->runs; r++)
			run[i][r] = 0.8 + (i == 0 ? wanted->difference : 0) +
			            gsl_ran_gaussian_ziggurat(random, wanted->of_runs);
	for (size_t k = 0; k < n; k++) {
		double difficulty = gsl_ran_gaussian_ziggurat(random, 0.7);
		size_t length = 5 + gsl_rng_uniform_int(random, 20);

		for (int i = 0; i < SIMULATED_SYSTEMS; i++) {
			double q =
				difficulty + gsl_ran_gaussian_ziggurat(random, wanted->of_systems);

			for (size_t r = 0; r < wanted->runs; r++)
				draw_row(q + run[i][r] +
				                 gsl_ran_gaussian_ziggurat(random, wanted->of_both),
				         length, random, s->rows[i][r] + k * columns);
		}
	}
	for (int i = 0; i < SIMULATED_SYSTEMS; i++)
		for (size_t r = 0; r < wanted->runs; r++) {
			two_way_values(s->bleu, &s->settings, s->rows[i][r], n, s->values[i][r]);
			s->score[i][r] = 0;
			for (size_t k = 0; k < n; k++)
				s->score[i][r] += s->values[i][r][k] / (double)n;
		}
}
