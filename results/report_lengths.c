/* report_lengths.c - scores and decoding times of sentences over their length. */
#include "results/report_parts.h"

#include "eval/metric.h"
#include "results/statement.h"
#include "results/translations.h"
#include "results/words.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 6, FEWEST = 5, TEST_SETS = 3 };

/* Classes of source length in words: 1 to `step`, and so on; the last has all that are longer. */
struct bins {
	size_t step;
	size_t sentences[BINS];
	double words[BINS]; /* of all sentences of the class */
};

static size_t bin_of(const struct bins *b, size_t words)
{
	const size_t bin = words ? (words - 1) / b->step : 0;

	return bin < BINS ? bin : BINS - 1;
}

static int by_size(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* The step is such that 19 of 20 sentences lie before the last class ends. */
static struct bins find_bins(const struct translations *t)
{
	struct bins b = { .step = 1 };
	size_t *words = memory_new(t->count + 1, sizeof *words), most;

	for (size_t i = 0; i < t->count; i++)
		words[i] = words_count(t->translation[i].source);
	qsort(words, t->count, sizeof *words, by_size);
	most = t->count ? words[t->count * 19 / 20] : 1;
	b.step = most > BINS ? (most + BINS - 1) / BINS : 1;
	for (size_t i = 0; i < t->count; i++) {
		const size_t bin = bin_of(&b, words[i]);

		b.sentences[bin]++;
		b.words[bin] += (double)words[i];
	}
	free(words);
	return b;
}

/* The score of each class; NAN where it has too few sentences. */
static void score_bins(const struct metric *metric, const struct translations *t,
                       const struct bins *b, double score[BINS])
{
	union metric_settings settings;
	double row[METRIC_MOST_COLUMNS], sum[BINS][METRIC_MOST_COLUMNS] = { 0 };
	void *scorer;

	metric->defaults(&settings);
	scorer = metric->new (&settings);
	for (size_t i = 0; i < t->count; i++) {
		const struct segment reference = segment_of(t->translation[i].reference);
		const size_t bin = bin_of(b, words_count(t->translation[i].source));

		metric->add(scorer, segment_of(t->translation[i].hypothesis), &reference, 1, row);
		for (size_t c = 0; c < metric->columns(&settings); c++)
			sum[bin][c] += row[c];
	}
	for (int bin = 0; bin < BINS; bin++)
		score[bin] = b->sentences[bin] < FEWEST ? (double)NAN
		                                        : metric->score(&settings, sum[bin]);
	metric->free(scorer);
}

/* Milliseconds that a sentence of each class took; NAN where it has too few, or nobody measured. */
static void time_bins(const struct metric *metric, const struct translations *t,
                      const struct bins *b, double milliseconds[BINS])
{
	double sum[BINS] = { 0 };

	(void)metric;
	for (size_t i = 0; i < t->count; i++)
		sum[bin_of(b, words_count(t->translation[i].source))] +=
			1000 * t->translation[i].seconds;
	for (int bin = 0; bin < BINS; bin++)
		milliseconds[bin] = b->sentences[bin] < FEWEST
		                            ? (double)NAN
		                            : sum[bin] / (double)b->sentences[bin];
}

/* What is drawn over the length. */
struct by_length {
	const char *name;  /* of the figure */
	const char *title; /* behind the test set; NULL: the headline's metric */
	const char *with_bands, *without_bands;
	void (*values)(const struct metric *, const struct translations *, const struct bins *,
	               double value[BINS]);
};

static const struct by_length scores_by_length = {
	"lengths",
	NULL,
	"Does quality fall with length? Scores of sentences of about the same length; means over "
	"seeds, bands from the lowest to the highest seed.",
	"Does quality fall with length? Scores of sentences of about the same length; means over "
	"seeds.",
	score_bins,
};

static const struct by_length times_by_length = {
	"decoding-times",
	"ms a sentence",
	"What does a longer sentence cost? Milliseconds of one worker to decode a sentence, of about "
	"the same length; means over seeds, bands from the lowest to the highest seed.",
	"What does a longer sentence cost? Milliseconds of one worker to decode a sentence, of about "
	"the same length; means over seeds.",
	time_bins,
};

/* Sums over the runs of a setup. */
struct setup_bins {
	double sum[BINS], least[BINS], most[BINS];
	size_t runs;
};

static void draw_setup(const struct report *r, size_t setup, const struct bins *b,
                       const struct setup_bins *scores, const char *test_set, struct plot *plot,
                       struct table *data)
{
	struct plot_series *series =
		plot_add(plot, r->setups[setup].label, r->setups[setup].look, true);

	for (int bin = 0; bin < BINS; bin++) {
		const double mean = scores->sum[bin] / (double)scores->runs;
		const bool spread = scores->runs > 1 && r->setup_count <= REPORT_BANDS;
		struct cell *row;

		if (isnan(mean))
			continue;
		plot_point(series, b->words[bin] / (double)b->sentences[bin], mean,
		           spread ? scores->least[bin] : (double)NAN,
		           spread ? scores->most[bin] : (double)NAN);
		row = table_add_row(data);
		cell_text(&row[0], test_set, strlen(test_set));
		cell_text(&row[1], r->setups[setup].label, strlen(r->setups[setup].label));
		cell_integer(&row[2], (long)(b->step * (size_t)bin + 1));
		if (bin + 1 < BINS)
			cell_integer(&row[3], (long)(b->step * (size_t)(bin + 1)));
		cell_integer(&row[4], (long)b->sentences[bin]);
		cell_real(&row[5], mean);
		cell_real(&row[6], scores->least[bin]);
		cell_real(&row[7], scores->most[bin]);
		cell_integer(&row[8], (long)scores->runs);
	}
}

static void add_run(const struct by_length *what, const struct metric *metric,
                    const struct translations *t, const struct bins *b, struct setup_bins *s)
{
	double score[BINS];

	what->values(metric, t, b, score);
	for (int bin = 0; bin < BINS; bin++) {
		s->sum[bin] += score[bin];
		s->least[bin] = s->runs ? fmin(s->least[bin], score[bin]) : score[bin];
		s->most[bin] = s->runs ? fmax(s->most[bin], score[bin]) : score[bin];
	}
	s->runs++;
}

static bool is_known(const struct setup_bins *s)
{
	for (int bin = 0; s->runs && bin < BINS; bin++)
		if (!isnan(s->sum[bin]))
			return true;
	return false;
}

/* What is drawn by length on one test set, of those setups that have a look. */
static bool draw_test_set(struct report *r, const struct by_length *what,
                          const struct metric *metric, const char *test_set,
                          struct document_figure *figure)
{
	struct setup_bins *scores = memory_new(r->setup_count + 1, sizeof *scores);
	struct bins bins = { 0 };
	bool known = false;
	struct plot *plot;
	char *title;

	for (size_t i = 0; i < r->run_count; i++) {
		struct translations t;
		struct error none; /* a run that has no hypotheses */

		if (!r->runs[i].done || r->setups[r->runs[i].setup].look == PLOT_BACKGROUND ||
		    !translations_read(r->database, r->runs[i].id, test_set, &t, &none))
			continue;
		if (!bins.step)
			bins = find_bins(&t);
		add_run(what, metric, &t, &bins, &scores[r->runs[i].setup]);
		translations_free(&t);
	}
	for (size_t i = 0; i < r->setup_count; i++)
		known |= is_known(&scores[i]);
	if (known) {
		plot = figure_plot(&figure->variants[0]);
		if (asprintf(&title, "%s %s", test_set, what->title ? what->title : metric->name) < 0)
			memory_die(0);
		plot_begin(plot, title, "words of the source, mean of a class of lengths");
		free(title);
		for (size_t i = 0; i < r->setup_count; i++)
			if (is_known(&scores[i]))
				draw_setup(r, i, &bins, &scores[i], test_set, plot, &figure->data);
	}
	free(scores);
	return known;
}

static bool has_times(const struct report *r)
{
	long n;
	bool found;
	struct error error;

	return statement_integer(r->database->handle, r->database->path, &error, &n, &found,
	                         "SELECT 1 FROM run_hypotheses WHERE experiment = ?1 AND seconds > 0"
	                         " LIMIT 1",
	                         "t", r->experiment) &&
	       found;
}

/* Whether the sentences of a test set are of several lengths, so that there is something to draw. */
static bool has_lengths(const struct report *r, const char *test_set)
{
	struct translations t;
	struct bins bins;
	struct error none;
	int classes = 0;

	for (size_t i = 0; i < r->run_count; i++)
		if (r->runs[i].done &&
		    translations_read(r->database, r->runs[i].id, test_set, &t, &none)) {
			bins = find_bins(&t);
			translations_free(&t);
			for (int bin = 0; bin < BINS; bin++)
				classes += bins.sentences[bin] >= FEWEST;
			return classes > 1;
		}
	return false;
}

bool report_has_lengths(const struct report *r)
{
	const char *metric = r->scores[r->headline].metric;

	for (size_t i = 1; i < r->score_count; i++)
		if (metric_find(metric) && !strcmp(r->scores[i].metric, metric) && has_lengths(r, r->scores[i].test_set))
			return true;
	return false;
}

static void add_by_length(struct report *r, const struct by_length *what)
{
	static const char *const names[] = { "test_set", "contestant", "shortest",
		                             "longest",  "sentences",  "mean",
		                             "least",    "most",       "seeds" };
	const struct report_score *headline = &r->scores[r->headline];
	const struct metric *metric = metric_find(headline->metric);
	struct document_figure *figure = document_figure(
		r->document, what->name,
		r->setup_count <= REPORT_BANDS ? what->with_bands : what->without_bands);
	int drawn = 0;

	figure_variant(figure, "length");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_add_column(&figure->data, names[i], -1, false);
	for (size_t i = 1; i < r->score_count && drawn < TEST_SETS; i++)
		if (!strcmp(r->scores[i].metric, headline->metric))
			drawn += draw_test_set(r, what, metric, r->scores[i].test_set, figure);
}

void report_lengths(struct report *r)
{
	add_by_length(r, &scores_by_length);
	if (has_times(r))
		add_by_length(r, &times_by_length);
}
