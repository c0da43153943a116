/* settings.c - the table of keys below `search:`. */
#include "eval/settings.h"

#define S struct search_settings
const struct setting search_settings_table[] = {
	SETTING_OF_INT(S, beam, "beam", "5", 1, 1000, "hypotheses kept of each sentence; 1: greedy"),
	SETTING_OF_INT(S, nbest, "nbest", "1", 1, 1000, "hypotheses returned, at most beam"),
	SETTING_OF_REAL(S, length_penalty, "length_penalty", "1", 0, 10, "exponent of the penalty"),
	SETTING_OF_WORD(S, penalty, "penalty", "length", "gnmt|length",
			"log p over length^a, or over ((5 + length) / 6)^a (Wu 2016)"),
	SETTING_OF_REAL(S, length_factor, "longest.factor", "2", 0, 100,
			"a hypothesis has at most factor * source + offset tokens"),
	SETTING_OF_INT(S, length_offset, "longest.offset", "10", 1, 100000, "see longest.factor"),
	SETTING_OF_INT(S, rows, "rows", "320", 1, 100000, "hypotheses decoded together"),
	SETTING_OF_BOOL(S, sample, "sample", "false", "draw from the model instead of searching"),
	SETTING_OF_REAL(S, temperature, "temperature", "1", 0.01, 100, "of sampling"),
	SETTING_OF_INT(S, seed, "seed", "1", 0, 1e15, "of sampling"),
	{ .name = NULL },
};
#undef S
