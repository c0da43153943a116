/* metric.c - the table of metrics, and what works for each of them. */
#include "eval/metric.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static void bleu_defaults(union metric_settings *settings)
{
	bleu_default(&settings->bleu);
}

static size_t bleu_row(const union metric_settings *settings)
{
	return bleu_columns(&settings->bleu);
}

static void *bleu_open(const union metric_settings *settings)
{
	return bleu_new(&settings->bleu);
}

static void bleu_close(void *scorer)
{
	bleu_free(scorer);
}

static void bleu_add(void *scorer, struct segment hypothesis, const struct segment *reference,
                     int references, double *row)
{
	bleu_segment(scorer, hypothesis, reference, references, row);
}

static double bleu_points(const union metric_settings *settings, const double *sum)
{
	struct bleu_score score;

	bleu_score(&settings->bleu, sum, &score);
	return score.score;
}

static void bleu_title(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, "BLEU");
}

static void bleu_sign(const union metric_settings *settings, int references,
                      char text[METRIC_TEXT_SIZE])
{
	bleu_signature(&settings->bleu, references, text);
}

static void bleu_details(const union metric_settings *settings, const double *sum,
                         char text[METRIC_TEXT_SIZE])
{
	struct bleu_score score;

	bleu_score(&settings->bleu, sum, &score);
	bleu_verbose(&score, text);
}

const struct metric metrics[] = {
	{
		.name = "BLEU",
		.defaults = bleu_defaults,
		.columns = bleu_row,
		.new = bleu_open,
		.free = bleu_close,
		.add = bleu_add,
		.score = bleu_points,
		.title = bleu_title,
		.signature = bleu_sign,
		.verbose = bleu_details,
	},
	{ .name = NULL },
};

const struct metric *metric_find(const char *name)
{
	for (const struct metric *metric = metrics; metric->name; metric++)
		if (!strcasecmp(metric->name, name))
			return metric;
	return NULL;
}

void metric_rows(const struct metric *metric, const union metric_settings *settings,
                 const struct segments *hypotheses, const struct segments *reference,
                 int references, double *rows)
{
	size_t columns = metric->columns(settings);
	struct segment *side = memory_new((size_t)references, sizeof *side);
	void *scorer = metric->new (settings);

	assert(columns <= METRIC_MOST_COLUMNS);
	for (size_t i = 0; i < hypotheses->count; i++) {
		for (int r = 0; r < references; r++) {
			assert(reference[r].count == hypotheses->count);
			side[r] = reference[r].segment[i];
		}
		metric->add(scorer, hypotheses->segment[i], side, references, rows + i * columns);
	}
	metric->free(scorer);
	free(side);
}

void metric_sum(const struct metric *metric, const union metric_settings *settings,
                const double *rows, size_t count, double *sum)
{
	size_t columns = metric->columns(settings);

	for (size_t j = 0; j < columns; j++)
		sum[j] = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < columns; j++)
			sum[j] += rows[i * columns + j];
}

double metric_score_of_rows(const struct metric *metric, const union metric_settings *settings,
                            const double *rows, size_t count)
{
	double sum[METRIC_MOST_COLUMNS];

	metric_sum(metric, settings, rows, count, sum);
	return metric->score(settings, sum);
}
