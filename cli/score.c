/* score.c - `bakeoff score`: what a text is worth by its references, in sacreBLEU's words. */
#include "cli/commands.h"

#include "eval/metric.h"

#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MOST = 12, NUMBER_SIZE = 32 };

static const char usage[] =
	"usage: bakeoff score --ref FILE [--ref FILE...] HYP\n"
	"Scores the hypotheses in HYP (- is standard input), one a line, as "
	"sacreBLEU\n" SACREBLEU_VERSION " does.\n"
	"  --ref FILE         references, line by line with HYP; one for each set of references\n"
	"  --metric NAME      bleu (the default)\n"
	"  --tokenize NAME    13a (the default) or none\n"
	"  --lowercase        case does not count\n"
	"  --smooth METHOD    none, floor, add-k or exp (the default)\n"
	"  --smooth-value X   of floor (0.1 by default) or add-k (1 by default)\n"
	"  --sentence-level   a score for each line, with effective order\n"
	"  --json             JSON: an object, with --sentence-level an object a line\n"
	"  --width N          decimals of the score, 0 to 12 (2 by default)\n"
	"  --help             prints this\n";

/* The arguments, and what they name. */
struct job {
	struct bleu_settings settings;
	const char **paths; /* [references] */
	int references;
	const char *hypothesis;
	bool sentence_level, json, help;
	int width;
	struct segments hypotheses;
	struct segments *reference; /* [references] */
};

enum {
	OPTION_REF = 256,
	OPTION_METRIC,
	OPTION_TOKENIZE,
	OPTION_LOWERCASE,
	OPTION_SMOOTH,
	OPTION_SMOOTH_VALUE,
	OPTION_SENTENCE_LEVEL,
	OPTION_JSON,
	OPTION_WIDTH,
	OPTION_HELP,
};

static const struct option options[] = {
	{ "ref", required_argument, NULL, OPTION_REF },
	{ "metric", required_argument, NULL, OPTION_METRIC },
	{ "tokenize", required_argument, NULL, OPTION_TOKENIZE },
	{ "lowercase", no_argument, NULL, OPTION_LOWERCASE },
	{ "smooth", required_argument, NULL, OPTION_SMOOTH },
	{ "smooth-value", required_argument, NULL, OPTION_SMOOTH_VALUE },
	{ "sentence-level", no_argument, NULL, OPTION_SENTENCE_LEVEL },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "width", required_argument, NULL, OPTION_WIDTH },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool read_smoothing(const char *name, struct bleu_settings *settings, struct error *error)
{
	for (int i = 0; i < BLEU_SMOOTHINGS; i++) {
		if (!strcmp(name, bleu_smoothing_names[i])) {
			settings->smoothing = (enum bleu_smoothing)i;
			return true;
		}
	}
	return error_set(error, "--smooth %s: must be none, floor, add-k or exp", name);
}

static bool read_tokenizer(const char *name, struct bleu_settings *settings, struct error *error)
{
	const struct tokenizer *tokenizer = tokenizer_find(name);
	struct buffer names = { 0 };

	if (tokenizer) {
		settings->tokenizer = tokenizer;
		return true;
	}
	for (tokenizer = tokenizers; tokenizer->name; tokenizer++) {
		if (names.bytes)
			buffer_add(&names, ", ", 2);
		buffer_add(&names, tokenizer->name, strlen(tokenizer->name));
	}
	error_set(error, "--tokenize %s: must be one of %.*s", name, (int)names.bytes, names.data);
	buffer_free(&names);
	return false;
}

static bool read_number(const char *name, const char *text, double most, double *number,
                        struct error *error)
{
	char *end;

	*number = strtod(text, &end);
	if (end == text || *end || !(*number >= 0 && *number <= most))
		return error_set(error, "--%s %s: must be a number from 0 to %.0f", name, text,
		                 most);
	return true;
}

static bool read_width(const char *text, int *width, struct error *error)
{
	double number;

	if (!read_number("width", text, WIDTH_MOST, &number, error))
		return false;
	*width = (int)number;
	return *width == number || error_set(error, "--width %s: must be a whole number", text);
}

static bool read_option(struct job *job, int option, char **argv, struct error *error)
{
	switch (option) {
	case OPTION_REF:
		job->paths[job->references++] = optarg;
		return true;
	case OPTION_METRIC:
		return !strcmp(optarg, "bleu") ||
		       error_set(error, "--metric %s: must be bleu", optarg);
	case OPTION_TOKENIZE:
		return read_tokenizer(optarg, &job->settings, error);
	case OPTION_LOWERCASE:
		return job->settings.lowercase = true;
	case OPTION_SMOOTH:
		return read_smoothing(optarg, &job->settings, error);
	case OPTION_SMOOTH_VALUE:
		return read_number("smooth-value", optarg, BLEU_MOST_SMOOTHING,
		                   &job->settings.smoothing_value, error);
	case OPTION_SENTENCE_LEVEL:
		return job->sentence_level = job->settings.effective_order = true;
	case OPTION_JSON:
		return job->json = true;
	case OPTION_WIDTH:
		return read_width(optarg, &job->width, error);
	case OPTION_HELP:
	case 'h':
		return job->help = true;
	case ':':
		return error_set(error, "%s needs a value", argv[optind - 1]);
	default:
		return error_set(error, "%s is not an option, or takes no value", argv[optind - 1]);
	}
}

/* What the options say together. */
static bool check_job(struct job *job, int hypotheses, struct error *error)
{
	const struct bleu_settings *settings = &job->settings;
	int standard_inputs = !strcmp(job->hypothesis, "-");

	if (hypotheses == 0)
		return error_set(error, "the file of hypotheses is missing");
	if (hypotheses > 1)
		return error_set(error,
		                 "%d files of hypotheses are given; give one, and "
		                 "references by --ref",
		                 hypotheses);
	if (!job->references)
		return error_set(error, "--ref FILE is missing");
	for (int r = 0; r < job->references; r++)
		standard_inputs += !strcmp(job->paths[r], "-");
	if (standard_inputs > 1)
		return error_set(error, "- is given twice; standard input can be read only once");
	if (!isnan(settings->smoothing_value) && settings->smoothing != BLEU_SMOOTH_FLOOR &&
	    settings->smoothing != BLEU_SMOOTH_ADD_K)
		return error_set(error, "--smooth-value goes with --smooth floor or add-k only");
	return true;
}

static bool read_arguments(struct job *job, int argc, char **argv, struct error *error)
{
	int option;

	optind = 0; /* glibc: start anew, main has read its own options */
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1)
		if (!read_option(job, option, argv, error))
			return false;
	job->hypothesis = optind < argc ? argv[optind] : "";
	return job->help || check_job(job, argc - optind, error);
}

static bool read_texts(struct job *job, struct error *error)
{
	if (!segments_read(&job->hypotheses, job->hypothesis, error))
		return false;
	for (int r = 0; r < job->references; r++) {
		struct segments *reference = &job->reference[r];

		if (!segments_read(reference, job->paths[r], error))
			return false;
		if (reference->count != job->hypotheses.count)
			return error_set(error,
			                 "%s has %zu lines, %s has %zu; line by line they must "
			                 "belong together",
			                 job->hypothesis, job->hypotheses.count, job->paths[r],
			                 reference->count);
	}
	return true;
}

/* Adds the signature's pairs, "key:value|key:value", each as a text. */
static void add_pairs(json_t *object, const char *signature)
{
	char text[BLEU_TEXT_SIZE], *rest = text, *pair, *colon;

	snprintf(text, sizeof text, "%s", signature);
	while ((pair = strsep(&rest, "|"))) {
		colon = strchr(pair, ':');
		*colon = '\0';
		json_object_set_new(object, pair, json_string(colon + 1));
	}
}

/* As sacreBLEU prints it: the score is rounded to `width` decimals, and real even where it is
 * whole. */
static void print_json(const struct job *job, const char *signature, const char *number,
                       const char *verbose)
{
	json_t *object = json_object();
	size_t flags = JSON_REAL_PRECISION(15) | (job->sentence_level ? 0 : JSON_INDENT(1));

	json_object_set_new(object, "name", json_string("BLEU"));
	json_object_set_new(object, "score", json_real(strtod(number, NULL)));
	json_object_set_new(object, "signature", json_string(signature));
	json_object_set_new(object, "verbose_score", json_string(verbose));
	add_pairs(object, signature);
	json_dumpf(object, stdout, flags);
	putchar('\n');
	json_decref(object);
}

static void print_score(const struct job *job, const char *signature,
                        const struct bleu_score *score)
{
	char verbose[BLEU_TEXT_SIZE], number[NUMBER_SIZE];

	bleu_verbose(score, verbose);
	snprintf(number, sizeof number, "%.*f", job->width, score->score);
	if (job->json)
		print_json(job, signature, number, verbose);
	else
		printf("BLEU|%s = %s %s\n", signature, number, verbose);
}

static void print_scores(const struct job *job)
{
	const struct metric *metric = metric_find("BLEU");
	const union metric_settings settings = { .bleu = job->settings };
	size_t count = job->hypotheses.count, columns = metric->columns(&settings);
	double *rows = memory_new(count, columns * sizeof *rows), sum[METRIC_MOST_COLUMNS];
	char signature[METRIC_TEXT_SIZE];
	struct bleu_score score;

	metric_rows(metric, &settings, &job->hypotheses, job->reference, job->references, rows);
	metric->signature(&settings, segments_references(job->reference, job->references),
	                  signature);
	if (job->sentence_level) {
		for (size_t i = 0; i < count; i++) {
			bleu_score(&settings.bleu, rows + i * columns, &score);
			print_score(job, signature, &score);
		}
	} else {
		metric_sum(metric, &settings, rows, count, sum);
		bleu_score(&settings.bleu, sum, &score);
		print_score(job, signature, &score);
	}
	free(rows);
}

static int run(struct job *job, struct error *error)
{
	if (job->help) {
		fputs(usage, stdout);
	} else {
		if (!read_texts(job, error))
			return 1;
		print_scores(job);
	}
	if (fflush(stdout) || ferror(stdout)) {
		error_set(error, "standard output cannot be written");
		return 1;
	}
	return 0;
}

int score_command(int argc, char **argv)
{
	struct job job = { .width = 2 };
	struct error error;
	int status = 2;

	bleu_default(&job.settings);
	job.paths = memory_new((size_t)argc, sizeof *job.paths);
	job.reference = memory_new((size_t)argc, sizeof *job.reference);
	if (read_arguments(&job, argc, argv, &error))
		status = run(&job, &error);
	if (status == 1)
		fprintf(stderr, "bakeoff score: %s\n", error.message);
	if (status == 2)
		fprintf(stderr, "bakeoff score: %s; `bakeoff score --help` says more\n",
		        error.message);
	segments_free(&job.hypotheses);
	for (int r = 0; r < job.references; r++)
		segments_free(&job.reference[r]);
	free(job.reference);
	free(job.paths);
	return status;
}
