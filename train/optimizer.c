/* optimizer.c - SGD, Adam and AdamW over ranges of flat weights. */
#include "train/optimizer.h"
#include "core/error.h"
#include "core/vector.h"

#include <math.h>

void optimizer_init(struct optimizer *o, const struct train_settings *settings, size_t n)
{
	*o = (struct optimizer){ .settings = settings, .n = n };
	if (settings->optimizer != OPTIMIZER_SGD || settings->momentum > 0)
		o->m = memory_map(n, sizeof *o->m);
	if (settings->optimizer != OPTIMIZER_SGD)
		o->v = memory_map(n, sizeof *o->v);
}

void optimizer_free(struct optimizer *o)
{
	memory_unmap(o->m, o->n, sizeof *o->m);
	memory_unmap(o->v, o->n, sizeof *o->v);
	*o = (struct optimizer){ 0 };
}

/* Gradient read, weight and moments read and written. */
double optimizer_bytes(const struct optimizer *o)
{
	return (double)(sizeof(real) * (3 + (o->m ? 2 : 0) + (o->v ? 2 : 0)));
}

void optimizer_begin(struct optimizer *o)
{
	o->step++;
}

static void sgd(const struct optimizer *o, double rate, double scale, const real *gradient, real *w,
                size_t from, size_t to)
{
	const struct train_settings *s = o->settings;
	const real momentum = (real)s->momentum, decay = (real)s->weight_decay, step = (real)rate;

	for (size_t i = from; i < to; i++) {
		const real g = (real)scale * gradient[i] + decay * w[i];
		real move = g;

		if (o->m) {
			o->m[i] = o->step == 1 ? g : momentum * o->m[i] + g;
			move = s->nesterov ? g + momentum * o->m[i] : o->m[i];
		}
		w[i] -= step * move;
	}
}

void optimizer_update(const struct optimizer *o, double rate, double scale, const real *gradient,
                      real *weights, size_t from, size_t to)
{
	const struct train_settings *s = o->settings;
	const bool decoupled = s->optimizer == OPTIMIZER_ADAMW;
	const struct adam_step step = {
		.rate = rate,
		.beta1 = s->beta1,
		.beta2 = s->beta2,
		.epsilon = s->epsilon,
		.correction1 = 1 - pow(s->beta1, (double)o->step),
		.correction2 = 1 - pow(s->beta2, (double)o->step),
		.gradient_scale = scale,
		.weight_decay = decoupled ? 0 : s->weight_decay,
		.decoupled = decoupled ? 1 - rate * s->weight_decay : 1,
	};

	if (s->optimizer == OPTIMIZER_SGD)
		sgd(o, rate, scale, gradient, weights, from, to);
	else
		vector_kernels()->adam(to - from, &step, gradient + from, o->m + from, o->v + from,
		                       weights + from);
}

size_t gradient_blocks(size_t n)
{
	return (n + GRADIENT_BLOCK - 1) / GRADIENT_BLOCK;
}

double gradient_clip(double norm, double limit)
{
	return limit > 0 && norm + 1e-6 > limit ? limit / (norm + 1e-6) : 1;
}
