/* report_parts.h - what the sections of a report share. Internal to results/. */
#ifndef BAKEOFF_REPORT_PARTS_H
#define BAKEOFF_REPORT_PARTS_H

#include "results/contest.h"
#include "results/known_metrics.h"
#include "results/report.h"

/* What the seeds of one contestant have in common (the view run_setups). */
struct report_setup {
	long id;
	char *label, *architecture;
	double parameters, multiply_adds; /* a target token, forward; 0: not known */
	size_t runs, done;
	int look; /* in plots */
};

struct report_run {
	long id, seed;
	size_t setup; /* index */
	bool done;
	bool counts; /* in curves: done, or of a setup of which no run is done */
	char *status, *reason;
	double updates, target_tokens, train_seconds;
};

/* One measure of quality, of done runs. */
struct report_score {
	char *test_set; /* NULL: validation */
	char *metric;
	double sign;              /* the best is the lowest of sign * value */
	double *value;            /* [run_count] NAN: none */
	double *mean, *deviation; /* [setup_count] over runs; NAN: not known */
	size_t *count;            /* [setup_count] */
};

struct report {
	struct document *document;
	struct database *database;
	const char *experiment;
	const struct report_guide *guide;
	struct error *error;
	struct report_setup *setups; /* of many, the best come first */
	size_t setup_count;
	struct report_run *runs; /* by id */
	size_t run_count;
	struct report_score *scores; /* [0] is validation perplexity */
	size_t score_count;
	struct contest
		contest; /* of the headline's metric; without pairs where nothing is tested */
	size_t headline; /* the score that ranks: of the kind that the runs are of, or the first of
	                    a test set, or [0] */
	enum kind kind;
};

/* query_table for the experiment of the report. */
bool report_query(struct report *, const char *sql, struct table *);
/* Indexes; SIZE_MAX: a run that began while the report was made. */
size_t report_run_of(const struct report *, long run);
size_t report_setup_of(const struct report *, long run);

/* "test BLEU", "valid perplexity"; the caller frees it. */
char *report_score_name(const struct report_score *);
/* The first done run of each setup that plots show, as a list for SQL; the caller frees it. */
char *report_first_runs(const struct report *);
/* The setup whose mean is best; SIZE_MAX: none has one. */
size_t report_best(const struct report *, const struct report_score *);

/* Whether its mean is the best; nothing is where all are alike. */
bool report_is_best(const struct report *, const struct report_score *, size_t setup);
/* Whether the test tells a setup apart from the baseline, or else the best one, in this score; false
 * without a test. */
bool report_told_apart(const struct report *, const struct report_score *, size_t setup);

/* Reads the contest, where there are few enough setups. */
bool report_test(struct report *);

/* The sections; each adds to the document, or nothing where there is nothing to say. */
bool report_summary(struct report *);
bool report_verdicts(struct report *); /* after report_test */
bool report_warnings(struct report *);
bool report_curves(struct report *);
bool report_costs(struct report *);
bool report_ablation(struct report *, bool *any);
bool report_sentences(struct report *);
/* Whether there is something to draw over the length of sentences, which report_lengths draws:
 * scores and decoding times. */
bool report_has_lengths(const struct report *);
void report_lengths(struct report *);
bool report_attention(struct report *);
/* Whether contestants drew pictures or captions of them, which report_pictures shows. */
bool report_has_pictures(const struct report *);
bool report_pictures(struct report *);
/* Whether contestants made forecasts of numbers, which report_forecasts draws. */
bool report_has_forecasts(const struct report *);
bool report_forecasts(struct report *);
bool report_settings(struct report *);

/* A done run whose best validation perplexity is above it has not learned but diverged: no
 * vocabulary is so large that guessing would give it. */
#define REPORT_DIVERGED 1e6

enum { REPORT_BANDS = 5 }; /* more series have no bands, which would cover each other */
enum { REPORT_SHOWN = 12, REPORT_MANY = 24 };

/* How many setups a table has that is not folded: all, or the best REPORT_SHOWN of more than
 * REPORT_MANY. */
size_t report_shown(const struct report *);

/* Measured numbers of a setup: medians over done runs. */
enum measured { TRAIN_SPEED, DECODE_SPEED, PEAK_MEMORY, TARGET_SECONDS, TARGET_ADDS, MEASURED };

struct report_measures {
	double *of[MEASURED]; /* [setup_count] NAN: not known */
	double target;        /* validation perplexity; NAN: none */
};

/* A figure; part of report_costs. */
void report_front(struct report *, const struct report_measures *);
/* Multiply-adds of training, mean of the done runs; NAN: not known. */
double report_training_adds(const struct report *, size_t setup);
double report_training_seconds(const struct report *, size_t setup); /* the same of seconds */

/* A number of a cell, nothing where it is NAN: 12.35, with "± 0.20" where the deviation is known.
 */
void report_number(struct prose *, enum span_style, double value, double deviation, int decimals);
/* Digits in groups, or 7.50 M, 2.1 G, from a million on. */
void report_quantity(struct prose *, double value);
/* 3.30×10¹⁸ */
void report_power(struct prose *, double value);
/* 12 s, 3.4 min, 2.1 h */
void report_duration(struct prose *, double seconds);
/* A text of the database; NULL is nothing. */
void report_string(struct prose *, const char *);

/* A cell of query_table as it is; nothing where it is NULL. */
void report_value(struct prose *, const struct cell *);
/* A cell of query_table as a number (NAN: NULL) or a text ("" : NULL). */
double report_cell_number(const struct cell *);
const char *report_cell_text(const struct cell *);

#endif
