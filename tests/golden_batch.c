/* golden_batch.c - small made-up sentences. */
#include "tests/golden_batch.h"

#include <assert.h>
#include <stdlib.h>

static unsigned next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

void made_up_corpus(struct corpus *corpus, size_t sentences, int vocabulary, int shortest,
                    int longest, unsigned seed)
{
	*corpus = (struct corpus){ .name = memory_text("made up"), .sentences = sentences };
	for (int side = 0; side < SIDES; side++) {
		size_t *start = memory_new(sentences + 1, sizeof *start);
		int *id = memory_new(sentences * (size_t)longest, sizeof *id);

		for (size_t i = 0; i < sentences; i++) {
			const unsigned span = (unsigned)(longest - shortest + 1);
			const size_t length = (size_t)shortest + next(&seed) % span;

			start[i + 1] = start[i] + length;
			for (size_t j = start[i]; j < start[i + 1]; j++)
				id[j] = TOKEN_SPECIALS +
				        (int)(next(&seed) %
				              (unsigned)(vocabulary - TOKEN_SPECIALS));
		}
		corpus->id[side] = id;
		corpus->start[side] = start;
	}
}

void made_up_labels(struct corpus *corpus, enum objective objective)
{
	const bool one = objective == OBJECTIVE_CLASSIFY;
	const size_t n = corpus->sentences, *source = corpus->start[SIDE_SOURCE];
	const size_t *old = corpus->start[SIDE_TARGET];
	size_t *start = memory_new(n + 1, sizeof *start);
	int *id = memory_new(one ? n : source[n] + 1, sizeof *id);

	corpus->objective = objective;
	for (size_t i = 0; i < n; i++) {
		const size_t labels = one ? 1 : corpus_length(corpus, SIDE_SOURCE, i);

		for (size_t j = 0; j < labels; j++)
			id[start[i] + j] =
				corpus->id[SIDE_TARGET][old[i] + j % (old[i + 1] - old[i])];
		start[i + 1] = start[i] + labels;
	}
	free(corpus->id[SIDE_TARGET]);
	free(corpus->start[SIDE_TARGET]);
	corpus->id[SIDE_TARGET] = id;
	corpus->start[SIDE_TARGET] = start;
}

void batch_fill_all(struct batch *batch, const struct corpus *corpus)
{
	uint32_t sentence[64];

	assert(corpus->sentences <= 64);
	for (uint32_t i = 0; i < corpus->sentences; i++)
		sentence[i] = i;
	batch_fill(batch, corpus, sentence, (int)corpus->sentences);
}
