/* ter.c - TER: statistics of segments, and the score of their sum. */
#include "eval/ter.h"

#include "core/error.h"
#include "eval/bleu.h"
#include "eval/edits.h"
#include "eval/tokens.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text as numbers of words. */
struct side {
	struct buffer text; /* tokenized */
	struct tokens tokens;
	uint32_t *word; /* [tokens.count] */
	size_t capacity;
};

struct ter {
	struct ter_settings settings;
	struct edits *edits;
	struct numbers *numbers;
	struct side hypothesis, reference;
	uint32_t *order; /* the hypothesis's words, to be shifted */
	size_t order_capacity;
	struct buffer scratch[TER_TOKENIZER_SCRATCH];
	struct buffer once; /* a reference that was tokenized once */
};

void ter_default(struct ter_settings *settings)
{
	*settings = (struct ter_settings){ 0 };
}

struct ter *ter_new(const struct ter_settings *settings)
{
	struct ter *ter = memory_new(1, sizeof *ter);

	ter->settings = *settings;
	ter->edits = edits_new();
	ter->numbers = numbers_new();
	return ter;
}

static void free_side(struct side *side)
{
	buffer_free(&side->text);
	tokens_free(&side->tokens);
	free(side->word);
}

void ter_free(struct ter *ter)
{
	if (!ter)
		return;
	edits_free(ter->edits);
	numbers_free(ter->numbers);
	free_side(&ter->hypothesis);
	free_side(&ter->reference);
	free(ter->order);
	for (int i = 0; i < TER_TOKENIZER_SCRATCH; i++)
		buffer_free(&ter->scratch[i]);
	buffer_free(&ter->once);
	free(ter);
}

/* sacreBLEU sends references through the tokenizer twice, which sets more apart where other white
 * space than a blank stood the first time. */
static void cut(struct ter *ter, struct segment segment, struct side *side)
{
	side->text.bytes = 0;
	buffer_reserve(&side->text, segment.bytes + 1);
	ter_tokenize(&ter->settings, segment.text, segment.bytes, &side->text, ter->scratch);
	if (side == &ter->reference && ter->settings.normalized) {
		ter->once.bytes = 0;
		buffer_add(&ter->once, side->text.data, side->text.bytes);
		side->text.bytes = 0;
		buffer_reserve(&side->text, ter->once.bytes + 1);
		ter_tokenize(&ter->settings, ter->once.data, ter->once.bytes, &side->text,
		             ter->scratch);
	}
	tokens_clear(&side->tokens);
	tokens_add_words(&side->tokens, side->text.data, side->text.bytes);
	if (side->tokens.count > side->capacity) {
		side->capacity = 2 * side->tokens.count;
		side->word = memory_resize(side->word, side->capacity, sizeof *side->word);
	}
}

/* Words that the hypothesis lacks are all 0: no word of it equals them. */
static size_t edits_to(struct ter *ter)
{
	const struct side *ours = &ter->hypothesis, *theirs = &ter->reference;

	for (size_t i = 0; i < theirs->tokens.count; i++)
		theirs->word[i] = numbers_find(ter->numbers, theirs->tokens.token[i]);
	if (ours->tokens.count > ter->order_capacity) {
		ter->order_capacity = 2 * ours->tokens.count;
		ter->order = memory_resize(ter->order, ter->order_capacity, sizeof *ter->order);
	}
	if (ours->tokens.count)
		memcpy(ter->order, ours->word, ours->tokens.count * sizeof *ter->order);
	return edits_count(ter->edits, ter->order, ours->tokens.count, theirs->word,
	                   theirs->tokens.count);
}

void ter_segment(struct ter *ter, struct segment hypothesis, const struct segment *reference,
                 int references, double row[TER_COLUMNS])
{
	struct side *ours = &ter->hypothesis;
	size_t least = SIZE_MAX, words = 0, found = 0;

	cut(ter, hypothesis, ours);
	numbers_begin(ter->numbers, ours->tokens.count);
	for (size_t i = 0; i < ours->tokens.count; i++)
		ours->word[i] = numbers_add(ter->numbers, ours->tokens.token[i]);
	for (int i = 0; i < references; i++) {
		size_t edits;

		if (!reference[i].text)
			continue;
		cut(ter, reference[i], &ter->reference);
		edits = edits_to(ter);
		least = edits < least ? edits : least;
		words += ter->reference.tokens.count;
		found++;
	}
	assert(found);
	row[TER_EDITS] = (double)least;
	row[TER_REFERENCE_WORDS] = (double)words / (double)found;
}

double ter_score(const double row[TER_COLUMNS])
{
	if (row[TER_REFERENCE_WORDS] > 0)
		return 100 * (row[TER_EDITS] / row[TER_REFERENCE_WORDS]);
	return row[TER_EDITS] > 0 ? 100 : 0;
}

void ter_signature(const struct ter_settings *settings, int references, char text[TER_TEXT_SIZE])
{
	char number[16] = "var";

	if (references)
		snprintf(number, sizeof number, "%d", references);
	snprintf(text, TER_TEXT_SIZE,
	         "nrefs:%s|case:%s|tok:tercom|norm:%s|punct:%s|asian:%s|version:" SACREBLEU_VERSION,
	         number, settings->case_sensitive ? "mixed" : "lc",
	         settings->normalized ? "yes" : "no", settings->no_punct ? "no" : "yes",
	         settings->asian_support ? "yes" : "no");
}
