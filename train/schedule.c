/* schedule.c - learning rates over updates. */
#include "train/schedule.h"

#include <math.h>

void schedule_init(const struct train_settings *s, struct schedule_state *state)
{
	*state = (struct schedule_state){ .rate = s->learning_rate };
}

static double warm(const struct train_settings *s, double step)
{
	return s->warmup > 0 && step < (double)s->warmup ? step / (double)s->warmup : 1;
}

static double inverse_sqrt(const struct train_settings *s, double step)
{
	const double warmup = s->warmup > 0 ? (double)s->warmup : 1;

	return s->learning_rate * fmin(step / warmup, sqrt(warmup / step));
}

static double aiayn(const struct train_settings *s, double step, double width)
{
	const double warmup = s->warmup > 0 ? (double)s->warmup : 1;

	return s->learning_rate / sqrt(width) * fmin(1 / sqrt(step), step * pow(warmup, -1.5));
}

static double cosine(const struct train_settings *s, double step)
{
	const long total = s->cosine_updates ? s->cosine_updates : s->stop_updates;
	const double span = (double)(total - s->warmup);
	double share = span > 0 ? (step - (double)s->warmup) / span : 1;

	if (step < (double)s->warmup)
		return s->learning_rate * step / (double)s->warmup;
	share = fmin(share, 1);
	return s->floor + (s->learning_rate - s->floor) * (1 + cos(M_PI * share)) / 2;
}

double schedule_rate(const struct train_settings *s, const struct schedule_state *state, long step,
                     double width)
{
	switch (s->schedule) {
	case SCHEDULE_INVERSE_SQRT:
		return inverse_sqrt(s, (double)step);
	case SCHEDULE_COSINE:
		return cosine(s, (double)step);
	case SCHEDULE_AIAYN:
		return aiayn(s, (double)step, width);
	case SCHEDULE_PLATEAU:
		return state->rate * warm(s, (double)step);
	default:
		return s->learning_rate * warm(s, (double)step);
	}
}

void schedule_validated(const struct train_settings *s, struct schedule_state *state, double loss)
{
	if (s->schedule != SCHEDULE_PLATEAU)
		return;
	if (loss < (state->started ? state->best * (1 - s->plateau_threshold) : (double)INFINITY)) {
		state->best = loss;
		state->bad = 0;
		state->started = true;
	} else if (++state->bad > s->plateau_patience) {
		state->rate = fmax(state->rate * s->plateau_factor, s->floor);
		state->bad = 0;
	}
}
