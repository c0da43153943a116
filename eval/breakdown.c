/* breakdown.c - counts of right words by bucket. */
#include "eval/breakdown.h"

#include "core/error.h"
#include "eval/tokens.h"
#include "eval/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const breakdown_names[BREAKDOWNS] = {
	[BREAKDOWN_LENGTH] = "length",
	[BREAKDOWN_FREQUENCY] = "frequency",
	[BREAKDOWN_SOURCE_FREQUENCY] = "source-frequency",
	[BREAKDOWN_POSITION] = "position",
};

/* The least number that falls into each bucket. */
struct buckets {
	int count;
	long least[BREAKDOWN_MOST_BUCKETS];
	const char *name[BREAKDOWN_MOST_BUCKETS];
};

static const struct buckets lengths = {
	7,
	{ 0, 10, 20, 30, 40, 50, 60 },
	{ "0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60 and more" },
};
static const struct buckets counts = {
	9,
	{ 0, 1, 2, 3, 4, 5, 10, 100, 1000 },
	{ "0", "1", "2", "3", "4", "5-9", "10-99", "100-999", "1000 and more" },
};
static const struct buckets tenths = {
	10,
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	{ "0-10 %", "10-20 %", "20-30 %", "30-40 %", "40-50 %", "50-60 %", "60-70 %", "70-80 %",
	  "80-90 %", "90-100 %" },
};

static const struct buckets *buckets_of(enum breakdown_by by)
{
	return by == BREAKDOWN_LENGTH ? &lengths : by == BREAKDOWN_POSITION ? &tenths : &counts;
}

int breakdown_buckets(enum breakdown_by by)
{
	return buckets_of(by)->count;
}

const char *breakdown_bucket_name(enum breakdown_by by, int bucket)
{
	return buckets_of(by)->name[bucket];
}

bool breakdown_is_of_segments(enum breakdown_by by)
{
	return by == BREAKDOWN_LENGTH || by == BREAKDOWN_SOURCE_FREQUENCY;
}

static int bucket_of(const struct buckets *buckets, long number)
{
	int bucket = buckets->count - 1;

	while (number < buckets->least[bucket])
		bucket--;
	return bucket;
}

struct frequencies {
	struct numbers *numbers;
	struct buffer text; /* what the numbers' tokens point into */
	long *count;        /* by number */
	size_t capacity;
};

/* The whole text is tokenized before a word is numbered, because words may not move. */
struct frequencies *frequencies_new(const struct tokenizer *tokenizer, bool lowercase,
                                    const struct segments *text)
{
	struct frequencies *f = memory_new(1, sizeof *f);
	struct tokenized line = { 0 };
	const char *at, *word;
	size_t bytes;

	f->numbers = numbers_new();
	buffer_reserve(&f->text, 1);
	for (size_t i = 0; i < text->count; i++) {
		tokenized_set(&line, tokenizer, lowercase, text->segment[i].text,
		              text->segment[i].bytes);
		buffer_add(&f->text, line.text.data, line.text.bytes);
		buffer_add(&f->text, " ", 1);
	}
	tokenized_free(&line);
	numbers_begin(f->numbers, 0);
	at = f->text.data;
	while ((word = unicode_word(&at, f->text.data + f->text.bytes, &bytes))) {
		size_t number = numbers_add(f->numbers, (struct token){ word, bytes });

		if (number >= f->capacity) {
			size_t capacity = 2 * number + 64;

			f->count = memory_resize(f->count, capacity, sizeof *f->count);
			memset(f->count + f->capacity, 0,
			       (capacity - f->capacity) * sizeof *f->count);
			f->capacity = capacity;
		}
		f->count[number]++;
	}
	return f;
}

void frequencies_free(struct frequencies *f)
{
	if (!f)
		return;
	numbers_free(f->numbers);
	buffer_free(&f->text);
	free(f->count);
	free(f);
}

static long frequency(const struct frequencies *f, struct token word)
{
	uint32_t number = numbers_find(f->numbers, word);

	return number ? f->count[number] : 0;
}

/* A segment under way. */
struct pair {
	struct tokenized hypothesis, reference, source;
	struct numbers *numbers; /* of the words of both sides */
	long *balance;           /* by number: how many of the word the other side has left */
	size_t capacity;
};

static void free_pair(struct pair *pair)
{
	tokenized_free(&pair->hypothesis);
	tokenized_free(&pair->reference);
	tokenized_free(&pair->source);
	numbers_free(pair->numbers);
	free(pair->balance);
}

/* Numbers the words of both sides; their balances are 0. */
static void number_words(struct pair *pair)
{
	const struct tokens *sides[] = { &pair->hypothesis.tokens, &pair->reference.tokens };
	size_t most = sides[0]->count + sides[1]->count + 1;

	numbers_begin(pair->numbers, most);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sides[side]->count; i++)
			numbers_add(pair->numbers, sides[side]->token[i]);
	if (most > pair->capacity) {
		pair->capacity = 2 * most;
		pair->balance = memory_resize(pair->balance, pair->capacity, sizeof *pair->balance);
	}
	memset(pair->balance, 0, most * sizeof *pair->balance);
}

/* The bucket of the segment as a whole; 0 where words have buckets of their own. */
static int bucket_of_segment(const struct breakdown_input *in, struct pair *pair, size_t segment)
{
	const struct segment *source;
	long least = -1;

	if (in->by == BREAKDOWN_LENGTH)
		return bucket_of(&lengths, (long)pair->reference.tokens.count);
	if (in->by != BREAKDOWN_SOURCE_FREQUENCY)
		return 0;
	source = &in->source->segment[segment];
	tokenized_set(&pair->source, in->tokenizer, in->lowercase, source->text, source->bytes);
	for (size_t i = 0; i < pair->source.tokens.count; i++) {
		long here = frequency(in->frequencies, pair->source.tokens.token[i]);

		least = least < 0 || here < least ? here : least;
	}
	return bucket_of(&counts, least < 0 ? 0 : least);
}

static int bucket_of_word(const struct breakdown_input *in, const struct tokens *words, size_t i,
                          int of_segment)
{
	if (in->by == BREAKDOWN_FREQUENCY)
		return bucket_of(&counts, frequency(in->frequencies, words->token[i]));
	if (in->by == BREAKDOWN_POSITION)
		return (int)(i * (size_t)tenths.count / words->count);
	return of_segment;
}

/* Counts the words of one side, and those of them that the other has too. */
static void count_side(const struct breakdown_input *in, struct pair *pair, bool reference,
                       int of_segment, struct bucket *bucket)
{
	const struct tokens *ours = reference ? &pair->reference.tokens : &pair->hypothesis.tokens;
	const struct tokens *theirs =
		reference ? &pair->hypothesis.tokens : &pair->reference.tokens;

	for (size_t i = 0; i < theirs->count; i++)
		pair->balance[numbers_find(pair->numbers, theirs->token[i])]++;
	for (size_t i = 0; i < ours->count; i++) {
		struct bucket *here = &bucket[bucket_of_word(in, ours, i, of_segment)];
		bool right = pair->balance[numbers_find(pair->numbers, ours->token[i])]-- > 0;

		here->reference_words += reference;
		here->recalled += reference && right;
		here->hypothesis_words += !reference;
		here->precise += !reference && right;
	}
}

void breakdown(const struct breakdown_input *in, struct bucket *bucket, int *of_segment)
{
	struct pair pair = { .numbers = numbers_new() };

	memset(bucket, 0, (size_t)breakdown_buckets(in->by) * sizeof *bucket);
	for (size_t i = 0; i < in->hypotheses->count; i++) {
		const struct segment *hypothesis = &in->hypotheses->segment[i];
		const struct segment *reference = &in->reference->segment[i];
		int place;

		tokenized_set(&pair.hypothesis, in->tokenizer, in->lowercase, hypothesis->text,
		              hypothesis->bytes);
		tokenized_set(&pair.reference, in->tokenizer, in->lowercase, reference->text,
		              reference->bytes);
		place = bucket_of_segment(in, &pair, i);
		if (breakdown_is_of_segments(in->by))
			bucket[place].segments++;
		if (of_segment)
			of_segment[i] = place;
		for (int side = 0; side < 2; side++) {
			number_words(&pair);
			count_side(in, &pair, side, place, bucket);
		}
	}
	free_pair(&pair);
}

double breakdown_f1(const struct bucket *b)
{
	double precision, recall;

	if (!b->reference_words && !b->hypothesis_words)
		return (double)NAN;
	precision = b->hypothesis_words ? (double)b->precise / (double)b->hypothesis_words : 0;
	recall = b->reference_words ? (double)b->recalled / (double)b->reference_words : 0;
	return precision + recall > 0 ? 200 * precision * recall / (precision + recall) : 0;
}
