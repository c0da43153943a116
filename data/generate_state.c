/* generate_state.c - parity and modular-arithmetic: a state of few values, changed by every symbol.
 *
 * After Delétang et al. 2023, "Neural networks and the Chomsky hierarchy", tasks Parity Check and
 * Modular Arithmetic (Simple), both regular; the latter has + - * of numbers modulo 5 without
 * brackets, * before + and -. */
#include "data/generator.h"

#include <stdio.h>

static long parity_words(const struct data_settings *settings, enum side side)
{
	(void)settings, (void)side;
	return 2;
}

static void parity_word(const struct data_settings *settings, enum side side, long number,
                        char text[GENERATED_WORD_BYTES])
{
	static const char *const words[SIDES][2] = { { "0", "1" }, { "even", "odd" } };

	(void)settings;
	snprintf(text, GENERATED_WORD_BYTES, "%s", words[side][number]);
}

static void draw_parity(struct drawing *d)
{
	const long length = drawing_length(d);
	long odd = 0;

	for (long i = 0; i < length; i++) {
		const long bit = drawing_below(d, 2);

		sequence_add(&d->side[SIDE_SOURCE], bit);
		odd ^= bit;
	}
	sequence_add(&d->side[SIDE_TARGET], odd);
}

const struct generator generate_parity = {
	.lengths = true,
	.words = parity_words,
	.word = parity_word,
	.draw = draw_parity,
};

/* Numbers are words 0 to 4 on both sides, the operators follow on the source side. */
enum { MODULUS = 5, PLUS = MODULUS, MINUS, TIMES, MODULAR_WORDS };

static long modular_words(const struct data_settings *settings, enum side side)
{
	(void)settings;
	return side == SIDE_SOURCE ? MODULAR_WORDS : MODULUS;
}

static void modular_word(const struct data_settings *settings, enum side side, long number,
                         char text[GENERATED_WORD_BYTES])
{
	(void)settings, (void)side;
	snprintf(text, GENERATED_WORD_BYTES, "%c", "01234+-*"[number]);
}

/* A length is of numbers; operators stand between them. */
static long modular_tokens(const struct data_settings *settings, long length)
{
	(void)settings;
	return 2 * length - 1;
}

static void draw_modular(struct drawing *d)
{
	const long numbers = drawing_length(d);
	struct sequence *source = &d->side[SIDE_SOURCE];
	long sum = 0, product = drawing_below(d, MODULUS); /* with its sign, not yet in the sum */

	sequence_add(source, product);
	for (long i = 1; i < numbers; i++) {
		const long sign = drawing_between(d, PLUS, TIMES);
		const long number = drawing_below(d, MODULUS);

		sequence_add(source, sign);
		sequence_add(source, number);
		if (sign == TIMES) {
			product = product * number % MODULUS;
		} else {
			sum += product;
			product = sign == PLUS ? number : MODULUS - number;
		}
	}
	sequence_add(&d->side[SIDE_TARGET], (sum + product) % MODULUS);
}

const struct generator generate_modular = {
	.lengths = true,
	.tokens = modular_tokens,
	.words = modular_words,
	.word = modular_word,
	.draw = draw_modular,
};
