/* trial_score.c - what a trained trial makes of a test set: hypotheses and their scores. */
#include "core/error.h"
#include "core/machine.h"
#include "data/labels.h"
#include "data/task.h"
#include "eval/evaluate.h"
#include "eval/metric.h"
#include "eval/translate.h"
#include "eval/unicode.h"
#include "experiments/trial_parts.h"

#include <math.h>
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

bool trial_keep_score(struct work *w, const char *metric, double value, const char *signature,
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

/* Hypotheses and raw references, as metrics take them. */
struct sides {
	struct segments hypothesis, reference;
};

static void cut(const struct translation *t, size_t n, struct sides *sides)
{
	sides->hypothesis = (struct segments){ memory_new(n, sizeof(struct segment)), n, NULL };
	sides->reference = (struct segments){ memory_new(n, sizeof(struct segment)), n, NULL };
	for (size_t i = 0; i < n; i++) {
		sides->hypothesis.segment[i] = segment_of(t[i].hypothesis);
		sides->reference.segment[i] = segment_of(t[i].reference);
	}
}

/* Keeps what a metric says of the corpus, by sacreBLEU's rules and defaults; what it says of BLEU
 * goes to `bleu` too. */
static bool keep_metric(struct work *w, const char *name, const struct sides *sides,
                        const struct corpus *test, double seconds, double *bleu)
{
	const struct metric *metric = metric_find(name);
	const size_t n = sides->hypothesis.count;
	double *rows, sum[METRIC_MOST_COLUMNS], score;
	char signature[METRIC_TEXT_SIZE];
	union metric_settings settings;

	if (!metric_check(metric, &sides->hypothesis, test->name, w->error) ||
	    !metric_check(metric, &sides->reference, test->name, w->error))
		return false;
	metric->defaults(&settings);
	rows = memory_new(n, metric->columns(&settings) * sizeof *rows);
	metric_rows(metric, &settings, &sides->hypothesis, &sides->reference, 1, rows);
	metric_sum(metric, &settings, rows, n, sum);
	free(rows);
	score = metric->score(&settings, sum);
	if (bleu)
		*bleu = score;
	metric->signature(&settings, 1, signature);
	return trial_keep_score(w, name, score, signature, test, seconds);
}

/* Characters of the references, each end one more. */
static double characters_of(const struct corpus *test)
{
	double sum = (double)test->characters;

	for (size_t i = 0; test->text[SIDE_TARGET] && i < test->sentences; i++)
		sum += 1 + (double)unicode_length(test->text[SIDE_TARGET][i],
		                                  strlen(test->text[SIDE_TARGET][i]));
	return sum;
}

bool trial_keep_forced(struct work *w, const struct corpus *test, double seconds, double *bits)
{
	const struct train_settings *train = &w->trial->contestant->train;
	const struct loss loss = evaluate(&w->model, test, train->batch_tokens / train->shards,
	                                  w->trial->pool, NULL);
	const double tokens = (double)loss.tokens, characters = characters_of(test);
	const double bits_per_character = loss.nll / log(2) / characters;
	const bool text = test->objective == OBJECTIVE_CONTINUE;

	if (bits)
		*bits = bits_per_character;
	return (!text || trial_keep_score(w, "bits_per_character", bits_per_character, NULL, test,
	                                  seconds)) &&
	       trial_keep_score(w, "token_perplexity", exp(loss.nll / tokens), NULL, test,
	                        seconds) &&
	       trial_keep_score(w, "character_perplexity", exp(loss.nll / characters), NULL, test,
	                        seconds) &&
	       trial_keep_score(w, "token_accuracy", 100 * (double)loss.correct / tokens, NULL,
	                        test, seconds);
}

static bool keep_scores(struct work *w, const struct corpus *test, const struct translation *t,
                        double seconds, double *bleu)
{
	const size_t n = test->sentences;
	struct sides sides;
	bool kept;

	cut(t, n, &sides);
	kept = keep_metric(w, "BLEU", &sides, test, seconds, bleu) &&
	       keep_metric(w, "chrF", &sides, test, seconds, NULL) &&
	       keep_metric(w, "TER", &sides, test, seconds, NULL) &&
	       trial_keep_score(w, "exact_match", exact_matches(t, n), NULL, test, seconds) &&
	       trial_keep_score(w, "decode_sentences_per_second", (double)n / seconds, NULL, test,
	                        seconds) &&
	       trial_keep_forced(w, test, seconds, NULL) && trial_score_pictures(w, test, t, seconds);
	segments_free(&sides.hypothesis);
	segments_free(&sides.reference);
	return kept;
}

/* By the measures that users of the task expect. */
static bool keep_by_task(struct work *w, const struct corpus *test, const struct translation *t,
                         double seconds)
{
	w->news.metric = "BLEU";
	if (objective_labels(test->objective))
		return trial_keep_labels(w, test, t, seconds);
	if (task_of(&w->trial->experiment->data)->generator == &generate_forecast)
		return trial_keep_forecasts(w, test, t, seconds);
	return keep_scores(w, test, t, seconds, &w->news.score);
}

static bool score(struct work *w, const struct corpus *test, const struct translation *t,
                  double seconds)
{
	bool kept;

	kept = keep_by_task(w, test, t, seconds) &&
	       database_hypotheses(w->trial->database, w->news.run, test->name, t, test->sentences,
	                           w->error);
	w->database_failed |= !kept;
	w->news.seconds = seconds;
	if (kept)
		trial_tell(w, TRIAL_SCORED);
	return kept;
}

/* Translates a corpus into t[sentences], whose hypotheses the caller frees. False where `watch`
 * said stop. */
static bool translate_all(struct work *w, const struct corpus *corpus,
                          const struct search_settings *settings, translate_watch *watch,
                          struct translation *t)
{
	struct nbest *found = memory_new(corpus->sentences, sizeof *found);
	const bool whole = translate(&w->model, corpus, settings, w->trial->pool, watch, w, found);

	for (size_t i = 0; i < corpus->sentences; i++) {
		t[i].source = corpus->text[SIDE_SOURCE][i];
		t[i].reference = corpus->text[SIDE_TARGET][i];
		t[i].hypothesis = detokenised(w, &found[i], &t[i].log_probability);
		t[i].seconds = found[i].seconds;
		nbest_free(&found[i]);
	}
	free(found);
	return whole;
}

static void free_all(struct translation *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)t[i].hypothesis);
	free(t);
}

static double bleu_of(const struct translation *t, size_t n)
{
	const struct metric *metric = metric_find("BLEU");
	union metric_settings settings;
	struct sides sides;
	double *rows, score;

	metric->defaults(&settings);
	rows = memory_new(n, metric->columns(&settings) * sizeof *rows);
	cut(t, n, &sides);
	metric_rows(metric, &settings, &sides.hypothesis, &sides.reference, 1, rows);
	score = metric_score_of_rows(metric, &settings, rows, n);
	segments_free(&sides.hypothesis);
	segments_free(&sides.reference);
	free(rows);
	return score;
}

bool trial_validate_bleu(struct work *w)
{
	struct corpus part = w->trial->dataset->valid; /* its first sentences; owns nothing */
	struct search_settings greedy = w->trial->contestant->search;
	const size_t most = (size_t)w->trial->contestant->train.validate_bleu;
	const double start = machine_seconds();
	struct translation *t;
	bool kept;

	if (!most)
		return true;
	part.sentences = part.sentences < most ? part.sentences : most;
	greedy.beam = greedy.nbest = 1;
	greedy.sample = false;
	t = memory_new(part.sentences, sizeof *t);
	translate_all(w, &part, &greedy, NULL, t);
	kept = database_point(w->trial->database, w->news.run, "valid_BLEU", w->progress.update,
	                      bleu_of(t, part.sentences), w->error);
	free_all(t, part.sentences);
	w->progress.valid_seconds += machine_seconds() - start;
	return kept;
}

static bool test_translation(struct work *w, const struct corpus *test)
{
	struct translation *t = memory_new(test->sentences, sizeof *t);
	const double start = machine_seconds();
	double seconds;
	bool whole;

	whole = translate_all(w, test, &w->trial->contestant->search, on_translation, t);
	seconds = machine_seconds() - start;
	w->totals.decode_seconds += seconds;
	whole = whole && score(w, test, t, seconds);
	free_all(t, test->sentences);
	return whole;
}

bool trial_test(struct work *w, const struct corpus *test)
{
	w->news.test_set = test->name;
	return test->objective == OBJECTIVE_CONTINUE ? trial_test_text(w, test)
	                                             : test_translation(w, test);
}
