/* settings.c - the table of the keys below `search:`, and the rules between them. */
#include "eval/settings.h"
#include "data/lexicon.h"
#include "data/vocabulary.h"

#define S struct search_settings

const struct setting search_settings_table[] = {
	SETTING_OF_INT(S, beam, "beam", "5", 1, 1000, "hypotheses kept a sentence; 1: greedy"),
	SETTING_OF_INT(S, nbest, "nbest", "1", 1, 1000, "hypotheses returned a sentence"),
	SETTING_OF_REAL(S, length_penalty, "length_penalty", "1", 0, 10,
	                "alpha: 0 favours short hypotheses, larger values longer ones"),
	SETTING_OF_WORD(S, penalty, "penalty", "length", "gnmt|length",
	                "what divides log p: ((5 + length) / 6)^alpha (Wu 2016) or length^alpha"),
	SETTING_OF_REAL(S, length_factor, "longest.factor", "2", 0, 100,
	                "a hypothesis has at most this times the source's tokens ..."),
	SETTING_OF_INT(S, length_offset, "longest.offset", "10", 1, 1e5, "... plus this"),
	SETTING_OF_INT(S, rows, "rows", "320", 1, 1e5,
	               "hypotheses decoded together; changes speed alone"),
	SETTING_OF_WORD(S, weights, "weights", "float32", "float32|bfloat16|int8",
	                "what products read: weights rounded to bfloat16 take half the memory and change "
	                "scores in the third digit; int8, integers with a scale a row, takes a quarter "
	                "and changes the second"),
	SETTING_OF_INT(S, shortlist, "shortlist", "0", 0, LEXICON_MOST,
	               "a hypothesis chooses from the so many tokens that training puts most often "
	               "beside each of its source's, and the so many most frequent; 0: from all"),
	SETTING_OF_BOOL(S, sample, "sample", "false", "draw from the model instead of searching"),
	SETTING_OF_REAL(S, temperature, "temperature", "1", 0.01, 100,
	                "sampling: below 1 prefers likely tokens, above 1 evens them out"),
	SETTING_OF_INT(S, top_k, "top_k", "0", 0, VOCABULARY_MOST,
	               "sampling: only from the so many most probable tokens; 0: from all"),
	SETTING_OF_REAL(
		S, top_p, "top_p", "1", 0.001, 1,
		"sampling: only from the most probable tokens that have this share together"),
	SETTING_OF_INT(S, seed, "seed", "1", 0, 1e15, "sampling: where chance starts"),
	SETTING_OF_INT(S, samples, "samples", "4", 0, 1000,
	               "language-model: places of each test set from which it is gone on, for the "
	               "report"),
	SETTING_OF_INT(S, sample_tokens, "sample_tokens", "100", 1, 1e5, "... by so many tokens"),
	{ .name = NULL },
};
#undef S

bool search_settings_check(const struct search_settings *s, struct error *error)
{
	if (!s->sample && s->nbest > s->beam)
		return error_set(error, "nbest = %ld: must be at most beam = %ld", s->nbest,
		                 s->beam);
	return true;
}
