/* labels.c - whether targets are labels: one a line, or one for each token of the source. */
#include "data/labels.h"
#include "core/error.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static bool wrong_count(const char *file, size_t line, size_t labels, size_t tokens,
                        enum objective objective, struct error *error)
{
	if (objective == OBJECTIVE_TAG)
		return error_set(error,
		                 "%s:%zu: %zu tag%s for %zu token%s: there must be one for each",
		                 file, line, labels, plural(labels), tokens, plural(tokens));
	if (!labels)
		return error_set(error, "%s:%zu: no label; write one word", file, line);
	return error_set(error,
	                 "%s:%zu: %zu words, and a label is one; join them as in science_fiction",
	                 file, line, labels);
}

bool labels_check(const struct parallel *pairs, enum objective objective,
                  struct vocabulary *const vocabulary[SIDES], struct error *error)
{
	for (size_t i = 0; i < pairs->side[SIDE_TARGET].lines; i++) {
		size_t count[SIDES];

		for (int side = 0; side < SIDES; side++) {
			const struct line *line = &pairs->side[side].line[i];

			count[side] = vocabulary_encode(vocabulary[side], line->text, line->bytes,
			                                NULL, 0);
		}
		if (count[SIDE_TARGET] != (objective == OBJECTIVE_TAG ? count[SIDE_SOURCE] : 1))
			return wrong_count(
				pairs->file[SIDE_TARGET], pairs->side[SIDE_TARGET].line[i].number,
				count[SIDE_TARGET], count[SIDE_SOURCE], objective, error);
	}
	return true;
}

bool labels_check_corpus(const struct corpus *corpus, const char *name, struct error *error)
{
	const bool tags = corpus->objective == OBJECTIVE_TAG;

	for (size_t i = 0; objective_labels(corpus->objective) && i < corpus->sentences; i++) {
		const size_t labels = corpus_length(corpus, SIDE_TARGET, i);
		const size_t tokens = corpus_length(corpus, SIDE_SOURCE, i);

		if (labels != (tags ? tokens : 1))
			return wrong_count(name, i + 1, labels, tokens, corpus->objective, error);
	}
	return true;
}
