/* train_stop.c - the stop rules of training, and how near the nearest is. */
#include "train/train_parts.h"

#include <math.h>

static double share(double done, double all)
{
	return all > 0 ? done / all : 0;
}

static double updates_share(const struct train_settings *s, const struct progress *p)
{
	const double epochs = (double)p->epoch + share((double)p->batch, (double)p->batches);

	return fmax(share((double)p->update, (double)s->stop_updates),
	            share(epochs, (double)s->stop_epochs));
}

double train_share(const struct train_settings *s, const struct progress *p)
{
	double most = fmax(updates_share(s, p), share(p->target_tokens, (double)s->stop_tokens));

	most = fmax(most, share(p->multiply_adds, s->stop_multiply_adds));
	most = fmax(most, share(p->train_seconds / 60, s->stop_minutes));
	return fmin(most, 1);
}

bool train_should_stop(const struct run *run)
{
	const struct train_settings *s = run->settings;
	const struct progress *p = run->progress;

	return (s->stop_updates && p->update >= s->stop_updates) ||
	       (s->stop_epochs && p->epoch >= s->stop_epochs) ||
	       (s->stop_tokens && p->target_tokens >= (double)s->stop_tokens) ||
	       (s->stop_minutes > 0 && p->train_seconds >= 60 * s->stop_minutes) ||
	       (s->stop_multiply_adds > 0 && p->multiply_adds >= s->stop_multiply_adds) ||
	       (s->stop_perplexity > 0 && p->validations > 0 &&
	        exp(p->best_nll) <= s->stop_perplexity) ||
	       (s->stop_patience && p->bad_validations >= s->stop_patience);
}
