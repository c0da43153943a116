/* report_parts.h - what the sections of a report share. Internal to results/. */
#ifndef BAKEOFF_REPORT_PARTS_H
#define BAKEOFF_REPORT_PARTS_H

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
	struct error *error;
	struct report_setup *setups; /* of many, the best come first */
	size_t setup_count;
	struct report_run *runs;
	size_t run_count;
	struct report_score *scores; /* [0] is validation perplexity */
	size_t score_count;
	size_t headline; /* the score that ranks: the first BLEU, or the first of a test set, or [0]
	                  */
};

/* query_table for the experiment of the report. */
bool report_query(struct report *, const char *sql, struct table *);
/* Indexes; SIZE_MAX: a run that began while the report was made. */
size_t report_run_of(const struct report *, long run);
size_t report_setup_of(const struct report *, long run);

/* "test BLEU", "valid perplexity"; the caller frees it. */
char *report_score_name(const struct report_score *);
/* The setup whose mean is best; SIZE_MAX: none has one. */
size_t report_best(const struct report *, const struct report_score *);

/* The sections; each adds to the document, or nothing where there is nothing to say. */
bool report_summary(struct report *);
bool report_warnings(struct report *);
bool report_curves(struct report *);
bool report_settings(struct report *);

/* A number of a cell, nothing where it is NAN: 12.35, with "± 0.20" where the deviation is known.
 */
void report_number(struct text *, enum span_style, double value, double deviation, int decimals);
/* Digits in groups, or 7.50 M, 2.1 G, from a million on. */
void report_quantity(struct text *, double value);
/* 12 s, 3.4 min, 2.1 h */
void report_duration(struct text *, double seconds);
/* A text of the database; NULL is nothing. */
void report_string(struct text *, const char *);

/* A cell of query_table as a number (NAN: NULL) or a text ("" : NULL). */
double report_cell_number(const struct cell *);
const char *report_cell_text(const struct cell *);

#endif
