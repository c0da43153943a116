/* trial_score.c - what a trained trial makes of a test set: hypotheses and their scores. */
#include "core/error.h"
#include "core/machine.h"
#include "eval/metric.h"
#include "eval/translate.h"
#include "experiments/trial_parts.h"

#include <stdlib.h>
#include <string.h>

static bool on_translation(void *context, size_t done, size_t all)
{
	struct work *w = context;

	w->news.done = done;
	w->news.all = all;
	return trial_tell(w, TRIAL_DECODING);
}

static char *detokenised(const struct work *w, const struct nbest *found, double *log_probability)
{
	const struct vocabulary *vocabulary = w->trial->dataset->vocabulary[SIDE_TARGET];

	*log_probability = found->count ? found->best[0].total : 0;
	return vocabulary_decode(vocabulary, found->count ? found->best[0].token : NULL,
	                         found->count ? (size_t)found->best[0].length : 0);
}

static bool keep_score(struct work *w, const char *metric, double value, const char *signature,
                       const struct corpus *test, double seconds)
{
	const struct search_settings *search = &w->trial->contestant->search;
	const long tested = w->trial->contestant->train.average > 1 ? w->progress.update
	                                                            : w->progress.best_update;
	const struct score score = { test->name,
		                     metric,
		                     value,
		                     tested,
		                     signature,
		                     seconds,
		                     (long)test->sentences,
		                     search->beam,
		                     search->length_penalty };

	return database_score(w->trial->database, w->news.run, &score, w->error);
}

static double exact_matches(const struct translation *t, size_t n)
{
	size_t equal = 0;

	for (size_t i = 0; i < n; i++)
		equal += !strcmp(t[i].hypothesis, t[i].reference);
	return n ? 100.0 * (double)equal / (double)n : 0;
}

/* Corpus BLEU of the hypotheses against the raw references, by sacreBLEU's rules and defaults. */
static void bleu_of(const struct translation *t, size_t n, struct bleu_score *score,
                    char signature[METRIC_TEXT_SIZE])
{
	const struct metric *metric = metric_find("BLEU");
	struct segments hypothesis = { memory_new(n, sizeof(struct segment)), n, NULL };
	struct segments reference = { memory_new(n, sizeof(struct segment)), n, NULL };
	double *rows, sum[METRIC_MOST_COLUMNS];
	union metric_settings settings;

	metric->defaults(&settings);
	for (size_t i = 0; i < n; i++) {
		hypothesis.segment[i] = segment_of(t[i].hypothesis);
		reference.segment[i] = segment_of(t[i].reference);
	}
	rows = memory_new(n, metric->columns(&settings) * sizeof *rows);
	metric_rows(metric, &settings, &hypothesis, &reference, 1, rows);
	metric_sum(metric, &settings, rows, n, sum);
	bleu_score(&settings.bleu, sum, score);
	metric->signature(&settings, 1, signature);
	free(rows);
	segments_free(&hypothesis);
	segments_free(&reference);
}

static bool score(struct work *w, const struct corpus *test, const struct translation *t,
                  double seconds)
{
	const size_t n = test->sentences;
	struct bleu_score bleu;
	char signature[METRIC_TEXT_SIZE];
	bool kept;

	bleu_of(t, n, &bleu, signature);
	kept = keep_score(w, "BLEU", bleu.score, signature, test, seconds) &&
	       keep_score(w, "exact_match", exact_matches(t, n), NULL, test, seconds) &&
	       keep_score(w, "decode_sentences_per_second", (double)n / seconds, NULL, test,
	                  seconds) &&
	       database_hypotheses(w->trial->database, w->news.run, test->name, t, n, w->error);
	w->database_failed |= !kept;
	w->news.bleu = &bleu;
	w->news.seconds = seconds;
	if (kept)
		trial_tell(w, TRIAL_SCORED);
	return kept;
}

bool trial_test(struct work *w, const struct corpus *test)
{
	const size_t n = test->sentences;
	const double start = machine_seconds();
	struct nbest *found = memory_new(n, sizeof *found);
	struct translation *t = memory_new(n, sizeof *t);
	double seconds;
	bool whole;

	w->news.test_set = test->name;
	whole = translate(&w->model, test, &w->trial->contestant->search, w->trial->pool,
	                  on_translation, w, found);
	seconds = machine_seconds() - start;
	w->totals.decode_seconds += seconds;
	for (size_t i = 0; i < n; i++) {
		t[i].source = test->text[SIDE_SOURCE][i];
		t[i].reference = test->text[SIDE_TARGET][i];
		t[i].hypothesis = detokenised(w, &found[i], &t[i].log_probability);
		nbest_free(&found[i]);
	}
	whole = whole && score(w, test, t, seconds);
	for (size_t i = 0; i < n; i++)
		free((char *)t[i].hypothesis);
	free(found);
	free(t);
	return whole;
}
