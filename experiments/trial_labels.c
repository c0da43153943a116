/* trial_labels.c - what a trained trial's labels of a test set are worth. */
#include "data/labels.h"
#include "eval/evaluate.h"
#include "eval/labels.h"
#include "experiments/trial_parts.h"

#include <stdlib.h>
#include <string.h>

static struct segments segments_new(size_t n)
{
	return (struct segments){ memory_new(n, sizeof(struct segment)), n, NULL };
}

/* Labels that are right, of texts: those that data.longest cut off count as wrong. */
static double accuracy(const struct segments *hypotheses, const struct segments *references,
                       double *exact)
{
	double sum[LABELS_COLUMNS] = { 0 };

	*exact = 0;
	for (size_t i = 0; i < references->count; i++) {
		double row[LABELS_COLUMNS];

		labels_segment(hypotheses->segment[i], &references->segment[i], 1, row);
		*exact += row[LABELS_RIGHT] >= row[LABELS_ALL];
		for (int c = 0; c < LABELS_COLUMNS; c++)
			sum[c] += row[c];
	}
	*exact *= 100 / (double)references->count;
	return labels_accuracy(sum);
}

static bool keep(struct work *w, const struct corpus *test, const struct segments *hypotheses,
                 const struct segments *references, double seconds)
{
	const struct train_settings *train = &w->trial->contestant->train;
	const struct loss loss = evaluate(&w->model, test, train->batch_tokens / train->shards,
	                                  w->trial->pool, NULL);
	double exact, right = accuracy(hypotheses, references, &exact);

	w->news.metric = "accuracy";
	w->news.score = right;
	return trial_keep_score(w, "accuracy", right, NULL, test, seconds) &&
	       trial_keep_score(w, "macro_f1", labels_macro_f1(hypotheses, references), NULL, test,
	                        seconds) &&
	       trial_keep_score(w, "nll", loss.nll / (double)loss.tokens, NULL, test, seconds) &&
	       trial_keep_score(w, "decode_sentences_per_second", (double)test->sentences / seconds,
	                        NULL, test, seconds) &&
	       (test->objective != OBJECTIVE_TAG ||
	        trial_keep_score(w, "exact_match", exact, NULL, test, seconds));
}

bool trial_keep_labels(struct work *w, const struct corpus *test, const struct translation *t,
                       double seconds)
{
	struct segments hypotheses = segments_new(test->sentences);
	struct segments references = segments_new(test->sentences);
	bool kept;

	for (size_t i = 0; i < test->sentences; i++) {
		hypotheses.segment[i] = segment_of(t[i].hypothesis);
		references.segment[i] = segment_of(t[i].reference);
	}
	kept = keep(w, test, &hypotheses, &references, seconds);
	segments_free(&hypotheses);
	segments_free(&references);
	return kept;
}
