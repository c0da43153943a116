/* draw.h - a token drawn from logits: temperature, the k most probable (Fan et al. 2018), the most
 * probable that have a share p together (nucleus sampling, Holtzman et al. 2020). */
#ifndef BAKEOFF_DRAW_H
#define BAKEOFF_DRAW_H

#include "core/real.h"
#include "eval/settings.h"

#include <stdint.h>

struct draw {
	int vocabulary;     /* V */
	double *cumulative; /* [V] weights that may be drawn, summed up to each; unnormalised */
	int *token;         /* [V] scratch: tokens that may come, the most probable first */
	size_t *largest;    /* [V] scratch */
};

void draw_init(struct draw *, int vocabulary);
void draw_free(struct draw *);

/* Weights exp((x - highest) / temperature) of the logits x [V], whose greatest is `highest`,
 * finite; 0 of tokens that settings.top_k or, of those that are left, settings.top_p leave out. Of
 * equal ones the lower token counts as more probable. */
void draw_weigh(struct draw *, const struct search_settings *, const real *x, double highest);

/* The token at u, in [0, 1), of the weights. */
int draw_token(const struct draw *, double u);

/* In [0, 1), 53 bits, a function of its arguments alone. */
double draw_uniform(uint64_t seed, uint64_t sentence, uint64_t draw, uint64_t step);

#endif
