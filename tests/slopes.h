/* slopes.h - the gradients of operations beside finite differences of their results. */
#ifndef BAKEOFF_SLOPES_H
#define BAKEOFF_SLOPES_H

#include "core/tape.h"

enum { SLOPES_INPUTS = 16, SLOPES_RESULTS = 2 };

/* A tape in training, and variables on it that have gradients. */
struct slopes {
	struct tape tape;
	struct parameters parameters; /* none */
	real gradient;
	struct var *input[SLOPES_INPUTS];
	int inputs;
};

/* Leaves the tape's free memory as an earlier batch may, full of NaNs: what an operation does not set
 * itself is seen. */
void slopes_dirty(struct tape *);

/* On a tape that is dirty. */
void slopes_open(struct slopes *, uint64_t key);
void slopes_close(struct slopes *);

/* A number in [-1, 1) made of a state that goes on. */
double slopes_number(unsigned *state);
/* A variable of such numbers; another seed, others. */
struct var *slopes_input(struct slopes *, int t, int n, int c, unsigned seed);

/* What is differentiated: operations on the inputs of the tape. Results that are not there stay
 * NULL. The loss is the sum of the results, each number with a weight of its own. */
typedef void slopes_function(struct slopes *, const void *context,
                             struct var *result[SLOPES_RESULTS]);

/* Runs f and its gradients twice, which must be the same: each is added to what is there, and the
 * mean of both is left in the inputs' gradients. */
void slopes_flow(struct slopes *, slopes_function *, const void *context);

/* The same, and fails the running test, under that name, where a gradient is not the slope of the
 * loss. In double; in float there is nothing to be seen, and the test is skipped. */
void slopes_check(struct slopes *, const char *name, slopes_function *, const void *context);

#endif
