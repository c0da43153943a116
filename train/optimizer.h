/* optimizer.h - from a gradient to new weights: SGD, Adam, AdamW, and the global norm. */
#ifndef BAKEOFF_OPTIMIZER_H
#define BAKEOFF_OPTIMIZER_H

#include "core/real.h"
#include "train/settings.h"

#include <stddef.h>

/* Moments of flat weights. SGD with momentum keeps its velocity in m; Adam the first and second
 * moment in m and v. */
struct optimizer {
	const struct train_settings *settings;
	size_t n;
	real *m, *v; /* [n], or NULL where the kind has none */
	long step;   /* updates begun */
};

void optimizer_init(struct optimizer *, const struct train_settings *, size_t n);
void optimizer_free(struct optimizer *);

/* Starts an update; then optimizer_update is called on ranges that cover the weights, by any
 * threads in any order. g = gradient_scale gradient, and for sgd and adam + weight_decay w. As in
 * PyTorch: sgd:   m = momentum m + g (m = g at the first step); w -= rate m, or rate (g + momentum
 * m) with nesterov adam:  m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w -= rate m /
 * (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)       Kingma and Ba 2015 adamw: w -= rate
 * weight_decay w first, then as adam without weight decay           Loshchilov and Hutter 2019 */
void optimizer_begin(struct optimizer *);
void optimizer_update(const struct optimizer *, double rate, double gradient_scale,
                      const real *gradient, real *weights, size_t from, size_t to);

/* Bytes that an update of one weight reads and writes. */
double optimizer_bytes(const struct optimizer *);

/* The norm of a gradient is summed in blocks, in their order, so that it does not depend on who
 * sums which. */
enum { GRADIENT_BLOCK = 16384 };
size_t gradient_blocks(size_t n);

/* min(1, limit / (norm + 1e-6)), what PyTorch's clip_grad_norm_ multiplies by; 1 where the limit is
 * 0. */
double gradient_clip(double norm, double limit);

#endif
