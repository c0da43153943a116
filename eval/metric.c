/* metric.c - the table of metrics, and what works for each of them. */
#include "eval/metric.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What differs between metrics is behind functions of one type each. */
#define METRIC_FUNCTIONS(name)                                                                     \
	static void name##_defaults(union metric_settings *settings)                               \
	{                                                                                          \
		name##_default(&settings->name);                                                   \
	}                                                                                          \
	static void *name##_open(const union metric_settings *settings)                            \
	{                                                                                          \
		return name##_new(&settings->name);                                                \
	}                                                                                          \
	static void name##_close(void *scorer)                                                     \
	{                                                                                          \
		name##_free(scorer);                                                               \
	}                                                                                          \
	static void name##_add(void *scorer, struct segment hypothesis,                            \
	                       const struct segment *reference, int references, double *row)       \
	{                                                                                          \
		name##_segment(scorer, hypothesis, reference, references, row);                    \
	}                                                                                          \
	static void name##_sign(const union metric_settings *settings, int references,             \
	                        char text[METRIC_TEXT_SIZE])                                       \
	{                                                                                          \
		name##_signature(&settings->name, references, text);                               \
	}

METRIC_FUNCTIONS(bleu)
METRIC_FUNCTIONS(chrf)
METRIC_FUNCTIONS(ter)

static size_t bleu_row(const union metric_settings *settings)
{
	return bleu_columns(&settings->bleu);
}

static size_t chrf_row(const union metric_settings *settings)
{
	return chrf_columns(&settings->chrf);
}

static size_t ter_row(const union metric_settings *settings)
{
	(void)settings;
	return TER_COLUMNS;
}

static double bleu_points(const union metric_settings *settings, const double *sum)
{
	struct bleu_score score;

	bleu_score(&settings->bleu, sum, &score);
	return score.score;
}

static double chrf_points(const union metric_settings *settings, const double *sum)
{
	return chrf_score(&settings->chrf, sum);
}

static double ter_points(const union metric_settings *settings, const double *sum)
{
	(void)settings;
	return ter_score(sum);
}

static void bleu_name(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, "BLEU");
}

static void chrf_name(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	chrf_title(&settings->chrf, text);
}

static void ter_name(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, "TER");
}

static void bleu_details(const union metric_settings *settings, const double *sum,
                         char text[METRIC_TEXT_SIZE])
{
	struct bleu_score score;

	bleu_score(&settings->bleu, sum, &score);
	bleu_verbose(&score, text);
}

static void chrf_words_defaults(union metric_settings *settings)
{
	chrf_default(&settings->chrf);
	settings->chrf.word_order = 2;
}

#define CHRF_ENTRY                                                                                 \
	.most_bytes = 1 << 22, .columns = chrf_row, .new = chrf_open, .free = chrf_close,          \
	.add = chrf_add, .score = chrf_points, .title = chrf_name, .signature = chrf_sign

static void nothing_defaults(union metric_settings *settings)
{
	*settings = (union metric_settings){ .nothing = 0 };
}

static size_t accuracy_row(const union metric_settings *settings)
{
	(void)settings;
	return LABELS_COLUMNS;
}

/* Nothing is kept between segments. */
static void *nothing_open(const union metric_settings *settings)
{
	(void)settings;
	return NULL;
}

static void nothing_close(void *scorer)
{
	(void)scorer;
}

static void accuracy_add(void *scorer, struct segment hypothesis, const struct segment *reference,
                         int references, double *row)
{
	(void)scorer;
	labels_segment(hypothesis, reference, references, row);
}

static double accuracy_points(const union metric_settings *settings, const double *sum)
{
	(void)settings;
	return labels_accuracy(sum);
}

static void accuracy_name(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, "accuracy");
}

static void words_sign(const union metric_settings *settings, int references,
                       char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, references ? "nrefs:%d|tok:words" : "nrefs:var|tok:words",
	         references);
}

static size_t mae_row(const union metric_settings *settings)
{
	(void)settings;
	return FORECAST_COLUMNS;
}

static void mae_add(void *scorer, struct segment hypothesis, const struct segment *reference,
                    int references, double *row)
{
	(void)scorer;
	forecast_segment(hypothesis, reference, references, row);
}

static double mae_points(const union metric_settings *settings, const double *sum)
{
	(void)settings;
	return forecast_mae(sum);
}

static void mae_name(const union metric_settings *settings, char text[METRIC_TEXT_SIZE])
{
	(void)settings;
	snprintf(text, METRIC_TEXT_SIZE, "MAE");
}

/* Of everything that sacreBLEU has. */
#define PERCENT(unit) .points = unit, .percent = true, .decimals = 1, .difference = 0.5

const struct metric metrics[] = {
	{
		.name = "BLEU",
		PERCENT("BLEU"),
		.most_bytes = SEGMENT_MOST,
		.defaults = bleu_defaults,
		.columns = bleu_row,
		.new = bleu_open,
		.free = bleu_close,
		.add = bleu_add,
		.score = bleu_points,
		.title = bleu_name,
		.signature = bleu_sign,
		.verbose = bleu_details,
	},
	{ .name = "chrF", PERCENT("chrF"), .defaults = chrf_defaults, CHRF_ENTRY },
	{ .name = "chrF++", PERCENT("chrF++"), .defaults = chrf_words_defaults, CHRF_ENTRY },
	{
		.name = "TER",
		PERCENT("TER"),
		.lower_is_better = true,
		.most_bytes = 1 << 20,
		.defaults = ter_defaults,
		.columns = ter_row,
		.new = ter_open,
		.free = ter_close,
		.add = ter_add,
		.score = ter_points,
		.title = ter_name,
		.signature = ter_sign,
	},
	{
		.name = "accuracy",
		PERCENT("points of accuracy"),
		.most_bytes = SEGMENT_MOST,
		.defaults = nothing_defaults,
		.columns = accuracy_row,
		.new = nothing_open,
		.free = nothing_close,
		.add = accuracy_add,
		.score = accuracy_points,
		.title = accuracy_name,
		.signature = words_sign,
	},
	{
		.name = "MAE",
		.points = "MAE",
		.lower_is_better = true,
		.decimals = 3,
		.difference = 0.01,
		.most_bytes = SEGMENT_MOST,
		.defaults = nothing_defaults,
		.columns = mae_row,
		.new = nothing_open,
		.free = nothing_close,
		.add = mae_add,
		.score = mae_points,
		.title = mae_name,
		.signature = words_sign,
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

void metric_signature(const struct metric *metric, const union metric_settings *settings,
                      int references, const char *draws, char text[METRIC_TEXT_SIZE])
{
	char plain[METRIC_TEXT_SIZE];
	int head;

	metric->signature(settings, references, plain);
	head = (int)strcspn(plain, "|");
	snprintf(text, METRIC_TEXT_SIZE, "%.*s%s%s%s", head, plain, *draws ? "|" : "", draws,
	         plain + head);
}

bool metric_check(const struct metric *metric, const struct segments *segments, const char *path,
                  struct error *error)
{
	for (size_t i = 0; i < segments->count; i++)
		if (segments->segment[i].bytes > metric->most_bytes)
			return error_set(error,
			                 "%s:%zu: a segment of %zu bytes; %s takes at most %zu",
			                 path, i + 1, segments->segment[i].bytes, metric->name,
			                 metric->most_bytes);
	return true;
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
