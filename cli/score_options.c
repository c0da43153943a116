/* score_options.c - the arguments of `bakeoff score`, which are those of sacreBLEU. */
#include "cli/score.h"

#include "cli/commands.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLEU, CHRF, TER };
enum { DRAWS_MOST = 10000000 };

enum {
	OPTION_REF = 256,
	OPTION_RUN,
	OPTION_TEST_SET,
	OPTION_DB,
	OPTION_PACK,
	OPTION_JSON,
	OPTION_SENTENCE_LEVEL,
	OPTION_TOKENIZE,
	OPTION_LOWERCASE,
	OPTION_SMOOTH_VALUE,
	OPTION_CHAR_ORDER,
	OPTION_WORD_ORDER,
	OPTION_BETA,
	OPTION_CHRF_WHITESPACE,
	OPTION_CHRF_LOWERCASE,
	OPTION_CHRF_EPS,
	OPTION_TER_CASE,
	OPTION_TER_NORMALIZED,
	OPTION_TER_NO_PUNCT,
	OPTION_TER_ASIAN,
	OPTION_BOOTSTRAP,
	OPTION_BOOTSTRAP_N,
	OPTION_RANDOMIZATION,
	OPTION_RANDOMIZATION_N,
	OPTION_CONFIDENCE,
	OPTION_CONFIDENCE_N,
	OPTION_SEED,
	OPTION_BREAKDOWN,
	OPTION_TRAIN,
	OPTION_SOURCE,
};

const struct command_option score_option_table[] = {
	{ "ref", OPTION_REF, "FILE", NULL, "references, line by line with HYP; one for each set" },
	{ "input", 'i', "FILE", NULL, "hypotheses; what is not behind it is a reference" },
	{ "i", 'i', NULL, NULL, NULL },
	{ "run", OPTION_RUN, "ID", NULL, "the hypotheses of a run, with their references" },
	{ "test-set", OPTION_TEST_SET, "NAME", NULL, "of the runs, where they have several" },
	{ "db", OPTION_DB, "FILE", NULL, "the database of the runs (results.db)" },
	{ "pack", OPTION_PACK, "FILE", NULL,
	  "the hypotheses of the run of a pack (`bakeoff pack`)" },
	{ "metrics", 'm', "NAME...", "bleu, chrf, chrf++ or ter",
	  "(bleu), or several; chrf++ is chrf with words" },
	{ "metric", 'm', NULL, NULL, NULL },
	{ "m", 'm', NULL, NULL, NULL },
	{ "sentence-level", OPTION_SENTENCE_LEVEL, NULL, NULL,
	  "a score for each line, BLEU with effective order" },
	{ "sl", OPTION_SENTENCE_LEVEL, NULL, NULL, NULL },
	{ "format", 'f', "NAME", "text, json or latex", "(text); latex is of several systems" },
	{ "f", 'f', NULL, NULL, NULL },
	{ "json", OPTION_JSON, NULL, NULL, "--format json" },
	{ "score-only", 'b', NULL, NULL, "the score alone" },
	{ "b", 'b', NULL, NULL, NULL },
	{ "width", 'w', "N", NULL, "decimals of the score, 0 to 12 (2)" },
	{ "w", 'w', NULL, NULL, NULL },
	{ .about = "BLEU" },
	{ "tokenize", OPTION_TOKENIZE, "NAME", "13a, intl, zh, char or none", "(13a)" },
	{ "tok", OPTION_TOKENIZE, NULL, NULL, NULL },
	{ "lowercase", OPTION_LOWERCASE, NULL, NULL, "case does not count" },
	{ "lc", OPTION_LOWERCASE, NULL, NULL, NULL },
	{ "smooth-method", 's', "NAME", "none, floor, add-k or exp", "(exp)" },
	{ "smooth", 's', NULL, NULL, NULL },
	{ "s", 's', NULL, NULL, NULL },
	{ "smooth-value", OPTION_SMOOTH_VALUE, "X", NULL, "of floor (0.1) or add-k (1)" },
	{ "sv", OPTION_SMOOTH_VALUE, NULL, NULL, NULL },
	{ .about = "chrF" },
	{ "chrf-char-order", OPTION_CHAR_ORDER, "N", NULL, "longest n-grams of characters (6)" },
	{ "cc", OPTION_CHAR_ORDER, NULL, NULL, NULL },
	{ "chrf-word-order", OPTION_WORD_ORDER, "N", NULL,
	  "longest n-grams of words (0); 2 is chrF++" },
	{ "cw", OPTION_WORD_ORDER, NULL, NULL, NULL },
	{ "chrf-beta", OPTION_BETA, "N", NULL, "how much more recall counts (2)" },
	{ "chrf-whitespace", OPTION_CHRF_WHITESPACE, NULL, NULL, "white space counts" },
	{ "chrf-lowercase", OPTION_CHRF_LOWERCASE, NULL, NULL, "case does not count" },
	{ "chrf-eps-smoothing", OPTION_CHRF_EPS, NULL, NULL, "all orders count" },
	{ .about = "TER" },
	{ "ter-case-sensitive", OPTION_TER_CASE, NULL, NULL, "case counts" },
	{ "ter-normalized", OPTION_TER_NORMALIZED, NULL, NULL, "punctuation is set apart" },
	{ "ter-no-punct", OPTION_TER_NO_PUNCT, NULL, NULL, "punctuation does not count" },
	{ "ter-asian-support", OPTION_TER_ASIAN, NULL, NULL, "these two of Asian characters too" },
	{ .about = "Tests of several systems against the first, and an interval of one" },
	{ "paired-bs", OPTION_BOOTSTRAP, NULL, NULL, "paired bootstrap resampling" },
	{ "pbs", OPTION_BOOTSTRAP, NULL, NULL, NULL },
	{ "paired-bs-n", OPTION_BOOTSTRAP_N, "N", NULL, "resamples (1000)" },
	{ "pbsn", OPTION_BOOTSTRAP_N, NULL, NULL, NULL },
	{ "paired-ar", OPTION_RANDOMIZATION, NULL, NULL, "approximate randomization" },
	{ "par", OPTION_RANDOMIZATION, NULL, NULL, NULL },
	{ "paired-ar-n", OPTION_RANDOMIZATION_N, "N", NULL, "trials (10000)" },
	{ "parn", OPTION_RANDOMIZATION_N, NULL, NULL, NULL },
	{ "confidence", OPTION_CONFIDENCE, NULL, NULL, "the middle 95 % of bootstrap resamples" },
	{ "ci", OPTION_CONFIDENCE, NULL, NULL, NULL },
	{ "confidence-n", OPTION_CONFIDENCE_N, "N", NULL, "resamples (1000)" },
	{ "cin", OPTION_CONFIDENCE_N, NULL, NULL, NULL },
	{ "seed", OPTION_SEED, "N", NULL,
	  "of what is drawn (12345, or what SACREBLEU_SEED says)" },
	{ .about = "Where words are right (and the scores of segments of a kind)" },
	{ "breakdown", OPTION_BREAKDOWN, "NAME", "length, frequency, source-frequency or position",
	  ": of the reference, of its words in the training text, of the rarest word of the "
	  "source, in the sentence" },
	{ "train", OPTION_TRAIN, "FILE", NULL,
	  "training text of the side whose words are counted" },
	{ "source", OPTION_SOURCE, "FILE", NULL, "what was translated (runs have it)" },
	{ 0 },
};

const struct metric *score_metric(int place)
{
	static const char *const names[SCORE_METRICS] = { "BLEU", "chrF", "TER" };

	return metric_find(names[place]);
}

static bool want_metric(struct score_options *o, const char *name)
{
	for (int i = 0; i < SCORE_METRICS; i++) {
		if (!strcasecmp(name, score_metric(i)->name))
			return o->wanted[i] = true;
	}
	if (strcasecmp(name, "chrf++"))
		return false;
	o->settings[CHRF].chrf.word_order = 2;
	return o->wanted[CHRF] = true;
}

static bool read_int(const char *name, int least, int most, int *number, struct error *error)
{
	long read;

	if (!score_read_whole(name, optarg, least, most, &read, error))
		return false;
	*number = (int)read;
	return true;
}

static bool read_run(struct score_options *o, struct error *error)
{
	if (o->pack)
		return error_set(error, "--pack: stands for --db and --run; unpack it into a database to "
		                        "compare it with runs");
	return score_read_whole("run", optarg, 1, LONG_MAX, &o->runs[o->run_count++], error);
}

/* Its run is known when it is opened. */
static bool read_pack(struct score_options *o, struct error *error)
{
	if (o->run_count)
		return error_set(error, "--pack: stands for --db and --run; unpack it into a database to "
		                        "compare it with runs");
	o->pack = optarg;
	o->run_count = 1;
	return true;
}

static bool choose_test(struct score_options *o, enum score_test test, struct error *error)
{
	if (o->test != SCORE_NO_TEST && o->test != test)
		return error_set(error, "--paired-bs and --paired-ar exclude each other");
	o->test = test;
	return true;
}

/* Options of the metrics. */
static bool read_metric_option(struct score_options *o, int option, struct error *error)
{
	struct bleu_settings *bleu = &o->settings[BLEU].bleu;
	struct chrf_settings *chrf = &o->settings[CHRF].chrf;
	struct ter_settings *ter = &o->settings[TER].ter;

	switch (option) {
	case OPTION_TOKENIZE:
		return score_read_tokenizer(optarg, bleu, error);
	case OPTION_LOWERCASE:
		return bleu->lowercase = true;
	case 's':
		return score_read_smoothing(optarg, bleu, error);
	case OPTION_SMOOTH_VALUE:
		return score_read_value(optarg, &bleu->smoothing_value, error);
	case OPTION_CHAR_ORDER:
		return read_int("chrf-char-order", 1, CHRF_MOST_ORDER, &chrf->character_order,
		                error);
	case OPTION_WORD_ORDER:
		return read_int("chrf-word-order", 0, CHRF_MOST_ORDER, &chrf->word_order, error);
	case OPTION_BETA:
		return read_int("chrf-beta", 1, CHRF_MOST_BETA, &chrf->beta, error);
	case OPTION_CHRF_WHITESPACE:
		return chrf->white_space = true;
	case OPTION_CHRF_LOWERCASE:
		return chrf->lowercase = true;
	case OPTION_CHRF_EPS:
		return chrf->eps_smoothing = true;
	case OPTION_TER_CASE:
		return ter->case_sensitive = true;
	case OPTION_TER_NORMALIZED:
		return ter->normalized = true;
	case OPTION_TER_NO_PUNCT:
		return ter->no_punct = true;
	case OPTION_TER_ASIAN:
		return ter->asian_support = true;
	default:
		return false;
	}
}

static bool read_option(struct score_options *o, int option, struct error *error)
{
	switch (option) {
	case OPTION_REF:
		o->references[o->reference_count++] = optarg;
		return true;
	case 'i':
		o->hypotheses[o->hypothesis_count++] = optarg;
		return true;
	case OPTION_RUN:
		return read_run(o, error);
	case OPTION_TEST_SET:
		o->test_set = optarg;
		return true;
	case OPTION_PACK:
		return read_pack(o, error);
	case OPTION_DB:
		o->database = optarg;
		return true;
	case 'm':
		return want_metric(o, optarg) ||
		       error_set(error, "--metrics %s: must be bleu, chrf, chrf++ or ter", optarg);
	case OPTION_SENTENCE_LEVEL:
		return o->sentence_level = o->settings[BLEU].bleu.effective_order = true;
	case 'f':
		return score_read_format(optarg, &o->format, error);
	case OPTION_JSON:
		o->format = SCORE_JSON;
		return true;
	case 'b':
		return o->score_only = true;
	case 'w':
		return read_int("width", 0, SCORE_WIDTH_MOST, &o->width, error);
	case OPTION_BOOTSTRAP:
		return choose_test(o, SCORE_BOOTSTRAP, error);
	case OPTION_RANDOMIZATION:
		return choose_test(o, SCORE_RANDOMIZATION, error);
	case OPTION_CONFIDENCE:
		return o->confidence = true;
	case OPTION_BOOTSTRAP_N:
		return score_read_whole("paired-bs-n", optarg, 1, DRAWS_MOST, &o->resamples, error);
	case OPTION_RANDOMIZATION_N:
		return score_read_whole("paired-ar-n", optarg, 1, DRAWS_MOST, &o->trials, error);
	case OPTION_CONFIDENCE_N:
		return score_read_whole("confidence-n", optarg, 1, DRAWS_MOST,
		                        &o->confidence_resamples, error);
	case OPTION_SEED:
		return score_read_seed("seed", optarg, &o->seed, error);
	case OPTION_BREAKDOWN:
		return score_read_breakdown(optarg, &o->breakdown, error);
	case OPTION_TRAIN:
		o->train = optarg;
		return true;
	case OPTION_SOURCE:
		o->source = optarg;
		return true;
	default:
		return read_metric_option(o, option, error);
	}
}

/* An argument that is no option: one of a list that an option began, or a file. */
static void read_plain(struct score_options *o, const char **plain, int *count, int list)
{
	if (list == 'i')
		o->hypotheses[o->hypothesis_count++] = optarg;
	else if (list != 'm' || !want_metric(o, optarg))
		plain[(*count)++] = optarg;
}

/* Whether somebody sends text to standard input: a terminal or /dev/null is nobody. */
static bool is_sent_text(void)
{
	struct stat about;

	return fstat(STDIN_FILENO, &about) == 0 &&
	       (S_ISFIFO(about.st_mode) || S_ISREG(about.st_mode) || S_ISSOCK(about.st_mode));
}

/* Files that stand alone are references where -i names hypotheses, else hypotheses. Where neither
 * that nor a run gives hypotheses, they come from standard input, and such files are references. */
static void place_plain(struct score_options *o, const char **plain, int count)
{
	const bool piped = !o->run_count && !o->hypothesis_count && is_sent_text() &&
	                   (count > 0) != (o->reference_count > 0);
	const bool references = piped || o->hypothesis_count > 0;

	if (piped)
		o->hypotheses[o->hypothesis_count++] = "-";
	for (int i = 0; i < count; i++) {
		if (references)
			o->references[o->reference_count++] = plain[i];
		else
			o->hypotheses[o->hypothesis_count++] = plain[i];
	}
}

static bool set_defaults(struct score_options *o, int argc, struct error *error)
{
	const char *seed = getenv("SACREBLEU_SEED");

	*o = (struct score_options){
		.database = "results.db",
		.resamples = 1000,
		.trials = 10000,
		.confidence_resamples = 1000,
		.seed = 12345,
		.width = 2,
		.breakdown = BREAKDOWNS,
		.references = memory_new((size_t)argc, sizeof *o->references),
		.hypotheses = memory_new((size_t)argc + 1, sizeof *o->hypotheses),
		.runs = memory_new((size_t)argc, sizeof *o->runs),
	};
	for (int i = 0; i < SCORE_METRICS; i++)
		score_metric(i)->defaults(&o->settings[i]);
	return !seed || score_read_seed("seed (SACREBLEU_SEED)", seed, &o->seed, error);
}

int score_options_read(struct score_options *o, int argc, char **argv, struct error *error)
{
	const char **plain = memory_new((size_t)argc, sizeof *plain);
	bool good = set_defaults(o, argc, error);
	int option = COMMAND_BAD, list = 0, count = 0;

	while (good && (option = command_option(&command_score, argc, argv)) > 0) {
		if (option == 1) {
			read_plain(o, plain, &count, list);
		} else {
			list = option;
			good = read_option(o, option, error);
		}
	}
	while (good && optind < argc)
		plain[count++] = argv[optind++];
	place_plain(o, plain, count);
	free(plain);
	if (!o->wanted[BLEU] && !o->wanted[CHRF] && !o->wanted[TER])
		o->wanted[BLEU] = true;
	if (good && option != COMMAND_END)
		return option;
	return good && score_options_check(o, error) ? COMMAND_END : COMMAND_BAD;
}

void score_options_free(struct score_options *o)
{
	free(o->references);
	free(o->hypotheses);
	free(o->runs);
	*o = (struct score_options){ 0 };
}
