/* settings.c - what data an experiment names: the keys below `data:`. */
#include "data/settings.h"

#include <stdlib.h>

#define KEY_INT(field, key, ...) SETTING_OF_INT(struct data_settings, field, key, __VA_ARGS__)
#define KEY_BOOL(field, key, ...) SETTING_OF_BOOL(struct data_settings, field, key, __VA_ARGS__)
#define KEY_WORD(field, key, ...) SETTING_OF_WORD(struct data_settings, field, key, __VA_ARGS__)

/* "|translation|copy|..." */
static const char task_words[] =
#define TASK(name, about, objective, generator) "|" name
#include "data/tasks.def"
#undef TASK
	;

const struct setting data_settings_table[] = {
	KEY_WORD(task, "task", "translation", &task_words[1],
	         "what is learned; `bakeoff models tasks` says what each is"),
	KEY_WORD(subword_model, "subwords.model", "bpe", "bpe|unigram|words|chars",
	         "what a token is: SentencePiece pieces, words between white space, or characters"),
	KEY_INT(subword_size, "subwords.size", "8000", 5, 1e6,
	        "entries of a vocabulary, four special tokens included; words and chars: at most"),
	KEY_BOOL(joint, "subwords.joint", "true", "one vocabulary for source and target"),
	KEY_BOOL(lowercase, "lowercase", "false",
	         "training, validation and test text is lower-cased first"),
	KEY_INT(longest, "longest", "256", 2, 65536,
	        "tokens of a sentence on either side at most, end of sentence included; "
	        "language-model: "
	        "of a block, which is what the model sees at once"),
	KEY_WORD(bad_lines, "bad_lines", "drop", "error|drop",
	         "what becomes of training pairs that are empty, longer than data.longest or not "
	         "UTF-8; language-model: of lines that are not UTF-8"),
	KEY_INT(symbols, "symbols", "20", 1, 1e5, "generated tasks: different symbols"),
	KEY_INT(shortest_generated, "shortest_sentence", "5", 1, 65535,
	        "generated tasks: symbols of a sentence at least"),
	KEY_INT(longest_generated, "longest_sentence", "15", 1, 65535,
	        "generated tasks: symbols of a sentence at most"),
	KEY_INT(longer_generated, "longer_sentence", "0", 0, 65535,
	        "generated tasks: symbols at most in a test set \"longer\", of lengths above "
	        "longest_sentence; 0: no such set"),
	KEY_INT(blanks, "blanks", "20", 0, 65535,
	        "copy-memory: blanks between the symbols and their recall"),
	KEY_INT(pairs, "pairs", "8", 1, 10000, "recall, multi-recall: keys with a value in a sentence"),
	KEY_INT(queries, "queries", "1", 1, 10000, "recall, multi-recall: keys that are asked for"),
	KEY_INT(keys, "keys", "32", 1, 1e5, "recall, multi-recall: different keys"),
	KEY_INT(values, "values", "32", 1, 1e5, "recall, multi-recall: different values"),
	KEY_BOOL(vary, "vary", "false",
	         "copy-memory, recall, multi-recall: a sentence has from none to `blanks` blanks, from "
	         "`queries` (multi-recall: 2) to `pairs` pairs, each number as probable"),
	KEY_INT(levels, "levels", "10", 1, 10000,
	        "adding: numbers are levels 0 to this - 1, their sum is a label; series, forecast: "
	        "levels that a value may have"),
	KEY_WORD(quantisation, "quantisation", "mu-law", "mu-law|uniform",
	         "series, forecast: levels finer near 0, or of one width"),
	SETTING_OF_REAL(struct data_settings, noise, "noise", "0.5", 0, 100,
	                "series, forecast: standard deviation of noise; that of a series is 1"),
	KEY_INT(horizon, "horizon", "8", 1, 65535, "forecast: values that follow the series"),
	KEY_INT(depth, "depth", "3", 1, 8,
	        "list-ops: lists within lists at most, the outermost counted"),
	KEY_INT(functions, "functions", "3", 2, 12,
	        "string-edits: functions of a sentence at most"),
	KEY_INT(longer_functions, "longer_functions", "0", 0, 12,
	        "string-edits: at most in the test set \"productivity\"; 0: no such set"),
	KEY_INT(attractors, "attractors", "2", 0, 1000,
	        "agreement: nouns between subject and verb at most"),
	KEY_INT(longer_attractors, "longer_attractors", "0", 0, 1000,
	        "agreement: at most in the test set \"longer\"; 0: no such set"),
	KEY_INT(train_sentences, "train_sentences", "10000", 1, 1e8,
	        "generated tasks: sentences to train on"),
	KEY_INT(valid_sentences, "valid_sentences", "500", 1, 1e8,
	        "generated tasks: sentences of the validation set"),
	KEY_INT(test_sentences, "test_sentences", "500", 1, 1e8,
	        "generated tasks: sentences of the test set"),
	KEY_WORD(picture_size, "picture.size", "32", "16|32", "draw, describe: pixels of an edge"),
	KEY_WORD(picture_tokens, "picture.tokens", "patches", "pixels|patches",
	         "draw, describe: what a token of a picture is: a pixel, or a patch of 4 x 4 out "
	         "of a "
	         "codebook"),
	KEY_INT(picture_codebook, "picture.codebook", "512", 5, 65536,
	        "patches: how many stand for those of all pictures, at most"),
	KEY_INT(seed, "seed", "1", 0, 4294967295.0,
	        "generated tasks: of the data, which is the same for all trials"),
	{ 0 },
};

static void pair_free(struct text_pair *pair)
{
	free(pair->name);
	for (int side = 0; side < SIDES; side++)
		free(pair->file[side]);
	*pair = (struct text_pair){ 0 };
}

void data_settings_free(struct data_settings *settings)
{
	if (!settings)
		return;
	pair_free(&settings->train);
	pair_free(&settings->valid);
	for (int i = 0; i < settings->tests; i++)
		pair_free(&settings->test[i]);
	free(settings->test);
	settings->test = NULL;
	settings->tests = 0;
}
