/* trial_forecast.c - what a trained trial's forecasts of a test set are worth. */
#include "eval/evaluate.h"
#include "eval/forecast.h"
#include "experiments/trial_parts.h"

#include <math.h>

/* The means of absolute errors over all values, and of scaled ones over those series that have
 * steps; NaN where none has. */
static void measure(const struct translation *t, size_t n, double *mae, double *mase)
{
	double sum[FORECAST_COLUMNS] = { 0 }, scaled = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct segment hypothesis = segment_of(t[i].hypothesis);
		const struct segment reference = segment_of(t[i].reference);
		const double one = forecast_scaled(segment_of(t[i].source), hypothesis, reference);
		double row[FORECAST_COLUMNS];

		forecast_segment(hypothesis, &reference, 1, row);
		for (int c = 0; c < FORECAST_COLUMNS; c++)
			sum[c] += row[c];
		if (!isnan(one)) {
			scaled += one;
			count++;
		}
	}
	*mae = forecast_mae(sum);
	*mase = count > 0 ? scaled / count : (double)NAN;
}

bool trial_keep_forecasts(struct work *w, const struct corpus *test, const struct translation *t,
                          double seconds)
{
	const struct train_settings *train = &w->trial->contestant->train;
	const struct loss loss = evaluate(&w->model, test, train->batch_tokens / train->shards,
	                                  w->trial->pool, NULL);
	double mae, mase;

	measure(t, test->sentences, &mae, &mase);
	w->news.metric = "MAE";
	w->news.score = mae;
	return trial_keep_score(w, "MAE", mae, NULL, test, seconds) &&
	       (isnan(mase) || trial_keep_score(w, "MASE", mase, NULL, test, seconds)) &&
	       trial_keep_score(w, "decode_sentences_per_second", (double)test->sentences / seconds,
	                        NULL, test, seconds) &&
	       trial_keep_score(w, "token_perplexity", exp(loss.nll / (double)loss.tokens), NULL,
	                        test, seconds);
}
