/* schedule.h - the learning rate of each update. */
#ifndef BAKEOFF_SCHEDULE_H
#define BAKEOFF_SCHEDULE_H

#include "train/settings.h"

/* What a plateau schedule remembers; saved with a checkpoint. */
struct schedule_state {
	double rate;  /* before warm-up */
	double best;  /* lowest validation loss */
	long bad;     /* validations since then without improvement */
	bool started; /* best is set */
};

void schedule_init(const struct train_settings *, struct schedule_state *);

/* The rate of update `step`, counted from 1. `width` is d_model, which aiayn uses. With w = warmup
 * (linear from 0): constant: rate; inverse-sqrt: rate min(s / w, sqrt(w / s)); aiayn: d^-0.5
 * min(s^-0.5, s w^-1.5), Vaswani 2017, equation 3, times learning_rate; cosine: floor + (rate -
 * floor)(1 + cos(pi (s - w) / (total - w))) / 2, Loshchilov and Hutter 2017. */
double schedule_rate(const struct train_settings *, const struct schedule_state *, long step,
                     double width);

/* Tells a plateau schedule of a validation loss: PyTorch's ReduceLROnPlateau, mode min, relative
 * threshold. NaN is no improvement, at the first validation neither. */
void schedule_validated(const struct train_settings *, struct schedule_state *, double loss);

#endif
