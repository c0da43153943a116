/* score_values.c - the values that options of `bakeoff score` take, and which go together. */
#include "cli/score.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool score_read_smoothing(const char *name, struct bleu_settings *settings, struct error *error)
{
	for (int i = 0; i < BLEU_SMOOTHINGS; i++) {
		if (!strcmp(name, bleu_smoothing_names[i])) {
			settings->smoothing = (enum bleu_smoothing)i;
			return true;
		}
	}
	return error_set(error, "--smooth-method %s: must be none, floor, add-k or exp", name);
}

bool score_read_tokenizer(const char *name, struct bleu_settings *settings, struct error *error)
{
	settings->tokenizer = tokenizer_find(name);
	return settings->tokenizer ||
	       error_set(error, "--tokenize %s: must be one of 13a, intl, zh, char, none", name);
}

bool score_read_value(const char *text, double *value, struct error *error)
{
	char *end;

	*value = strtod(text, &end);
	if (end == text || *end || !(*value >= 0 && *value <= BLEU_MOST_SMOOTHING))
		return error_set(error, "--smooth-value %s: must be a number from 0 to %d", text,
		                 (int)BLEU_MOST_SMOOTHING);
	return true;
}

bool score_read_whole(const char *name, const char *text, long least, long most, long *number,
                      struct error *error)
{
	char *end;

	*number = strtol(text, &end, 10);
	if (end == text || *end || *number < least || *number > most)
		return error_set(error, "--%s %s: must be a whole number from %ld to %ld", name,
		                 text, least, most);
	return true;
}

bool score_read_seed(const char *name, const char *text, uint64_t *seed, struct error *error)
{
	long read;

	if (!score_read_whole(name, text, 0, LONG_MAX, &read, error))
		return false;
	*seed = (uint64_t)read;
	return true;
}

bool score_read_breakdown(const char *name, enum breakdown_by *by, struct error *error)
{
	for (int i = 0; i < BREAKDOWNS; i++) {
		if (!strcmp(name, breakdown_names[i])) {
			*by = (enum breakdown_by)i;
			return true;
		}
	}
	return error_set(error,
	                 "--breakdown %s: must be length, frequency, source-frequency or position",
	                 name);
}

bool score_read_format(const char *name, enum score_format *format, struct error *error)
{
	static const char *const names[] = { "text", "json", "latex" };

	for (int i = 0; i < 3; i++) {
		if (!strcmp(name, names[i])) {
			*format = (enum score_format)i;
			return true;
		}
	}
	return error_set(error, "--format %s: must be text, json or latex", name);
}

static bool check_tests(const struct score_options *o, struct error *error)
{
	int systems = o->hypothesis_count + o->run_count, wanted = 0;

	for (int i = 0; i < SCORE_METRICS; i++)
		wanted += o->wanted[i];
	if (o->test != SCORE_NO_TEST && systems < 2)
		return error_set(error,
		                 "a paired test takes two files of hypotheses or more, the first "
		                 "is the baseline");
	if (o->confidence && systems > 1)
		return error_set(error, "--confidence is of one file of hypotheses; --paired-bs "
		                        "has intervals of several");
	if (o->sentence_level && (systems > 1 || wanted > 1))
		return error_set(error,
		                 "--sentence-level takes one file of hypotheses and one metric");
	if (o->sentence_level && (o->confidence || o->test != SCORE_NO_TEST))
		return error_set(error, "there is no test and no interval of a single line; leave "
		                        "--sentence-level out");
	return true;
}

static bool check_breakdown(const struct score_options *o, struct error *error)
{
	bool counted =
		o->breakdown == BREAKDOWN_FREQUENCY || o->breakdown == BREAKDOWN_SOURCE_FREQUENCY;

	if (counted && !o->train)
		return error_set(error,
		                 "--breakdown %s needs --train FILE, the text to count words in",
		                 breakdown_names[o->breakdown]);
	if (o->breakdown == BREAKDOWN_SOURCE_FREQUENCY && !o->source && !o->run_count)
		return error_set(error,
		                 "--breakdown source-frequency needs --source FILE, what was "
		                 "translated");
	if (o->breakdown != BREAKDOWNS &&
	    (o->sentence_level || o->confidence || o->test != SCORE_NO_TEST))
		return error_set(error,
		                 "--breakdown goes with no test, interval or sentence level");
	return true;
}

bool score_options_check(const struct score_options *o, struct error *error)
{
	const struct bleu_settings *bleu = &o->settings[0].bleu;
	int inputs = 0;

	if (!o->hypothesis_count && !o->run_count)
		return error_set(error, "the file of hypotheses is missing");
	if (!o->reference_count && !o->run_count)
		return error_set(error, "--ref FILE is missing");
	for (int i = 0; i < o->hypothesis_count; i++)
		inputs += !strcmp(o->hypotheses[i], "-");
	for (int i = 0; i < o->reference_count; i++)
		inputs += !strcmp(o->references[i], "-");
	if (inputs > 1)
		return error_set(error, "- is given twice; standard input can be read only once");
	if (!isnan(bleu->smoothing_value) && bleu->smoothing != BLEU_SMOOTH_FLOOR &&
	    bleu->smoothing != BLEU_SMOOTH_ADD_K)
		return error_set(error,
		                 "--smooth-value goes with --smooth-method floor or add-k only");
	return check_breakdown(o, error) && check_tests(o, error);
}
