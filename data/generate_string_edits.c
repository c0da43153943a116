/* generate_string_edits.c - string-edits: functions of strings, composed by a grammar.
 *
 * In the manner of PCFG SET (Hupkes, Dankers, Mul, Bruni 2020, "Compositionality decomposed: how do
 * neural networks generalise?"), its functions in prefix notation, binary ones with a comma between
 * their arguments:
 *
 *     echo remove_first s1 s2 , s3 s4   ->   s3 s4 s4
 *
 * The source says what to do, the target is what comes of it. Training has 1 to `functions` of them
 * and strings of shortest_sentence to longest_sentence symbols, and never the four compositions of
 * the paper's test of systematicity, which have a test set of their own; productivity has more
 * functions, up to longer_functions. Here every function is as probable as another, and what does
 * not fit data.longest, source or result, is drawn again; the paper's grammar was fitted to
 * resemble the lengths and depths of a natural corpus. */
#include "data/generator.h"

#include <stdio.h>

enum function {
	COPY,
	REVERSE,
	SHIFT,
	ECHO_LAST,
	SWAP_FIRST_LAST,
	REPEAT,
	APPEND, /* binary from here */
	PREPEND,
	REMOVE_FIRST,
	REMOVE_SECOND,
	FUNCTIONS,
	COMMA = FUNCTIONS,
	FIRST_SYMBOL,
	NO_FUNCTION = -1
};

static const char *const name[] = {
	"copy",    "reverse",      "shift",         "echo", "swap_first_last", "repeat", "append",
	"prepend", "remove_first", "remove_second", ",",
};

static long words(const struct data_settings *settings, enum side side)
{
	(void)side;
	return FIRST_SYMBOL + settings->symbols;
}

static void word(const struct data_settings *settings, enum side side, long number,
                 char text[GENERATED_WORD_BYTES])
{
	(void)settings, (void)side;
	if (number < FIRST_SYMBOL)
		snprintf(text, GENERATED_WORD_BYTES, "%s", name[number]);
	else
		snprintf(text, GENERATED_WORD_BYTES, "s%ld", number - FIRST_SYMBOL + 1);
}

static bool has(const struct data_settings *settings, enum generated_set set)
{
	return set == GENERATED_SYSTEMATICITY ||
	       (set == GENERATED_PRODUCTIVITY && settings->longer_functions);
}

/* So much room that draws which do not fit are not the rule. */
static bool check(const struct data_settings *s, struct error *error)
{
	const long functions = s->longer_functions ? s->longer_functions : s->functions;
	const long room = functions + 3 * s->longest_generated + 1;

	if (s->longer_functions && s->longer_functions <= s->functions)
		return error_set(error,
		                 "data.longer_functions = %ld: must be more than data.functions = "
		                 "%ld, or 0 for no such test set",
		                 s->longer_functions, s->functions);
	return s->longest >= room ||
	       error_set(error,
	                 "data.longest = %ld: %ld functions of strings of %ld symbols need %ld or "
	                 "more",
	                 s->longest, functions, s->longest_generated, room);
}

/* Whether training leaves out the first function of what the second gives. */
static bool is_held_out(int outer, int inner)
{
	return (outer == SWAP_FIRST_LAST && inner == REPEAT) ||
	       (outer == APPEND && inner == REMOVE_SECOND) ||
	       (outer == REPEAT && inner == REMOVE_SECOND) ||
	       (outer == APPEND && inner == SWAP_FIRST_LAST);
}

/* Symbols `from` to `to` - 1. */
static void add_part(struct sequence *result, const struct sequence *a, long from, long to)
{
	for (long i = from; i < to; i++)
		sequence_add(result, a->word[i]);
}

static void apply_unary(enum function function, const struct sequence *a, struct sequence *result)
{
	const long n = a->length;

	switch (function) {
	case REVERSE:
		for (long i = n - 1; i >= 0; i--)
			sequence_add(result, a->word[i]);
		return;
	case SHIFT:
		add_part(result, a, 1, n);
		sequence_add(result, a->word[0]);
		return;
	case SWAP_FIRST_LAST:
		sequence_join(result, a);
		result->word[0] = a->word[n - 1];
		result->word[n - 1] = a->word[0];
		return;
	default:
		sequence_join(result, a);
		if (function == ECHO_LAST)
			sequence_add(result, a->word[n - 1]);
		if (function == REPEAT)
			sequence_join(result, a);
	}
}

static void apply_binary(enum function function, const struct sequence *a, const struct sequence *b,
                         struct sequence *result)
{
	const struct sequence *first = function == PREPEND ? b : a;
	const struct sequence *second = function == PREPEND ? a : b;

	if (function != REMOVE_FIRST)
		sequence_join(result, first);
	if (function != REMOVE_SECOND)
		sequence_join(result, second);
}

/* An expression under way. */
struct expression {
	struct drawing *drawing;
	bool held_out, too_long;
};

static void draw_string(struct drawing *d, struct sequence *result)
{
	const long length =
		drawing_between(d, d->settings->shortest_generated, d->settings->longest_generated);

	for (long i = 0; i < length; i++)
		sequence_add(result, FIRST_SYMBOL + drawing_below(d, d->settings->symbols));
	sequence_join(&d->side[SIDE_SOURCE], result);
}

/* Writes an expression of so many functions, the argument of `outer`, to the source. */
static void draw_expression(struct expression *e, long functions, int outer,
                            struct sequence *result)
{
	struct drawing *d = e->drawing;
	struct sequence a = { 0 }, b = { 0 };
	const enum function function = (enum function)drawing_below(d, FUNCTIONS);

	if (!functions) {
		draw_string(d, result);
		return;
	}
	e->held_out |= is_held_out(outer, function);
	sequence_add(&d->side[SIDE_SOURCE], function);
	if (function < APPEND) {
		draw_expression(e, functions - 1, function, &a);
		apply_unary(function, &a, result);
	} else {
		const long left = drawing_below(d, functions);

		draw_expression(e, left, function, &a);
		sequence_add(&d->side[SIDE_SOURCE], COMMA);
		draw_expression(e, functions - 1 - left, function, &b);
		apply_binary(function, &a, &b, result);
	}
	e->too_long |= result->length >= d->settings->longest;
	sequence_free(&a);
	sequence_free(&b);
}

static long draw_functions(struct drawing *d)
{
	const struct data_settings *s = d->settings;

	if (d->set == GENERATED_PRODUCTIVITY)
		return drawing_between(d, s->functions + 1, s->longer_functions);
	return drawing_between(d, d->set == GENERATED_SYSTEMATICITY ? 2 : 1, s->functions);
}

/* Draws until the sentence fits and is of the set. */
static void draw(struct drawing *d)
{
	struct expression e;

	do {
		d->side[SIDE_SOURCE].length = d->side[SIDE_TARGET].length = 0;
		e = (struct expression){ .drawing = d };
		draw_expression(&e, draw_functions(d), NO_FUNCTION, &d->side[SIDE_TARGET]);
		e.too_long |= d->side[SIDE_SOURCE].length >= d->settings->longest;
	} while (e.too_long || e.held_out != (d->set == GENERATED_SYSTEMATICITY));
}

/* None that is drawn is longer than what fits. */
static long tokens(const struct data_settings *settings, long length)
{
	(void)length;
	return settings->longest - 1;
}

const struct generator generate_string_edits = {
	.joint = true,
	.lengths = true,
	.keys = "|symbols|functions|longer_functions|",
	.has = has,
	.check = check,
	.tokens = tokens,
	.words = words,
	.word = word,
	.draw = draw,
};
