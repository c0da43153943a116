/* generator.c - PCG64, SeedSequence and the bounded integers of NumPy 1.17 and later. */
#include "eval/generator.h"

#include <assert.h>

enum { POOL = 4, STATE_WORDS = 8 };

__extension__ typedef unsigned __int128 uint128;

static uint128 join(const uint64_t half[2])
{
	return (uint128)half[0] << 64 | half[1];
}

static void split(uint128 x, uint64_t half[2])
{
	half[0] = (uint64_t)(x >> 64);
	half[1] = (uint64_t)x;
}

/* Mixes a word with a constant that changes by `factor` each time. */
static uint32_t hash(uint32_t word, uint32_t *constant, uint32_t factor)
{
	word ^= *constant;
	*constant *= factor;
	word *= *constant;
	return word ^ word >> 16;
}

/* SeedSequence: entropy into a pool, the pool into eight words of state. */
static void stretch(uint64_t seed, uint32_t state[STATE_WORDS])
{
	const uint32_t entropy[POOL] = { (uint32_t)seed, (uint32_t)(seed >> 32), 0, 0 };
	uint32_t pool[POOL], constant = 0x43b0d7e5;

	for (int i = 0; i < POOL; i++)
		pool[i] = hash(entropy[i], &constant, 0x931e8875);
	for (int from = 0; from < POOL; from++) {
		for (int to = 0; to < POOL; to++) {
			if (from == to)
				continue;
			pool[to] = 0xca01f9dd * pool[to] -
			           0x4973f715 * hash(pool[from], &constant, 0x931e8875);
			pool[to] ^= pool[to] >> 16;
		}
	}
	constant = 0x8b51f9dd;
	for (int i = 0; i < STATE_WORDS; i++)
		state[i] = hash(pool[i % POOL], &constant, 0x58f38ded);
}

static uint128 advance(struct generator *g)
{
	static const uint64_t factor[2] = { 0x2360ed051fc65da4, 0x4385df649fccf645 };
	uint128 state = join(g->state) * join(factor) + join(g->step);

	split(state, g->state);
	return state;
}

void generator_seed(struct generator *g, uint64_t seed)
{
	uint32_t word[STATE_WORDS];
	uint64_t value[4];

	stretch(seed, word);
	for (int i = 0; i < 4; i++)
		value[i] = (uint64_t)word[2 * i + 1] << 32 | word[2 * i];
	*g = (struct generator){ 0 };
	split(join(value + 2) << 1 | 1, g->step);
	split(join(g->step) + join(value), g->state);
	advance(g);
}

uint64_t generator_next(struct generator *g)
{
	uint128 state = advance(g);
	uint64_t word = (uint64_t)(state >> 64) ^ (uint64_t)state;
	int turn = (int)(state >> 122);

	return word >> turn | word << (-turn & 63);
}

static uint32_t next_32(struct generator *g)
{
	uint64_t word;

	if (g->has_half) {
		g->has_half = false;
		return g->half;
	}
	word = generator_next(g);
	g->has_half = true;
	g->half = (uint32_t)(word >> 32);
	return (uint32_t)word;
}

/* Lemire 2019: the high half of a product, drawn again where that would be unfair. */
void generator_choose(struct generator *g, uint32_t bound, size_t count, uint32_t *out)
{
	uint32_t unfair;

	assert(bound > 0);
	unfair = (UINT32_MAX - (bound - 1)) % bound;
	for (size_t i = 0; i < count; i++) {
		uint64_t product = 0;

		if (bound > 1) {
			do
				product = (uint64_t)next_32(g) * bound;
			while ((uint32_t)product < unfair);
		}
		out[i] = (uint32_t)(product >> 32);
	}
}

void generator_flip(struct generator *g, struct generator_bits *bits, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++) {
		if (bits->left) {
			bits->word >>= 1;
			bits->left--;
		} else {
			bits->word = next_32(g);
			bits->left = 31;
		}
		out[i] = bits->word & 1;
	}
}
