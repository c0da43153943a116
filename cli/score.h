/* score.h - `bakeoff score` in parts: what was asked for, the texts, what is printed. */
#ifndef BAKEOFF_SCORE_H
#define BAKEOFF_SCORE_H

#include "cli/command.h"
#include "eval/breakdown.h"
#include "eval/metric.h"
#include "results/translations.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCORE_METRICS = 3, SCORE_WIDTH_MOST = 12 }; /* BLEU, chrF, TER, in this order */

enum score_format { SCORE_TEXT, SCORE_JSON, SCORE_LATEX };
enum score_test { SCORE_NO_TEST, SCORE_BOOTSTRAP, SCORE_RANDOMIZATION };

/* What the arguments say. */
struct score_options {
	const char **references; /* [reference_count], files */
	int reference_count;
	const char **hypotheses; /* [hypothesis_count], files */
	int hypothesis_count;
	long *runs; /* [run_count], in the database */
	int run_count;
	const char *pack;                /* instead of database and runs[0] */
	const char *database, *test_set; /* test_set NULL: the only one */
	bool wanted[SCORE_METRICS];
	union metric_settings settings[SCORE_METRICS];
	enum breakdown_by breakdown; /* BREAKDOWNS: none */
	const char *train, *source;  /* files, of a breakdown */
	bool sentence_level, score_only, confidence;
	enum score_format format;
	enum score_test test;
	long resamples, trials, confidence_resamples;
	uint64_t seed;
	int width; /* decimals */
};

/* A file or a run. */
struct score_system {
	char *name;
	struct segments hypotheses;
	struct translations stored; /* what those of a run point into */
	double *rows;               /* of the metric at hand */
};

struct score_job {
	struct score_options options;
	struct score_system *systems; /* [system_count], the first is the baseline of tests */
	int system_count;
	struct segments *references; /* [reference_count] */
	int reference_count;
	size_t segments;
};

extern const struct command_option score_option_table[];

/* What score_options_read returns beside command_option's: an error that is wrong usage. */
enum { COMMAND_BAD = -4 };

/* Reads the arguments; COMMAND_END where they are good. */
int score_options_read(struct score_options *, int argc, char **argv, struct error *);
void score_options_free(struct score_options *);

/* The metric at `place` of wanted[]. */
const struct metric *score_metric(int place);

/* Reads files and runs, and sees that they belong together line by line. */
bool score_texts_read(struct score_job *, struct error *);
void score_texts_free(struct score_job *);

/* Prints what the options ask for. */
void score_print_sentences(struct score_job *);
void score_print_corpus(struct score_job *);
bool score_print_systems(struct score_job *, struct error *);

/* Where the words of each system are right; an error where a text that it needs is missing. */
bool score_print_breakdown(struct score_job *, struct error *);

/* Counts the rows of all systems by one metric. */
void score_count(struct score_job *, int place);

/* Values of options; errors name option and value. */
bool score_read_smoothing(const char *text, struct bleu_settings *, struct error *);
bool score_read_tokenizer(const char *text, struct bleu_settings *, struct error *);
bool score_read_value(const char *text, double *value, struct error *);
bool score_read_whole(const char *option, const char *text, long least, long most, long *number,
                      struct error *);
bool score_read_seed(const char *option, const char *text, uint64_t *seed, struct error *);
bool score_options_check(const struct score_options *, struct error *);
bool score_read_breakdown(const char *text, enum breakdown_by *, struct error *);
bool score_read_format(const char *text, enum score_format *, struct error *);

#endif
