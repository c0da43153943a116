/* generator.h - the random numbers of NumPy's default_rng: PCG64 (O'Neill 2014: PCG XSL RR 128/64),
 * seeded by SeedSequence; so that resamples are the ones that sacreBLEU draws. */
#ifndef BAKEOFF_GENERATOR_H
#define BAKEOFF_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generator {
	uint64_t state[2], step[2]; /* high, low half */
	bool has_half;              /* of a word of 64 bits, 32 are left */
	uint32_t half;
};

/* default_rng(seed) */
void generator_seed(struct generator *, uint64_t seed);

/* The next 64 bits, random_raw(). */
uint64_t generator_next(struct generator *);

/* choice(bound, count): whole numbers below `bound`, which is 1 or more. */
void generator_choose(struct generator *, uint32_t bound, size_t count, uint32_t *out);

/* What integers(2, n, dtype=bool) has left of 32 bits; zeroed, a call begins. */
struct generator_bits {
	uint32_t word;
	int left;
};

/* The next n values of a call that gives 0 and 1. */
void generator_flip(struct generator *, struct generator_bits *, size_t n, uint8_t *out);

#endif
