/* metric.h - what hypotheses are worth beside their references: one table of all metrics.
 *
 * A metric turns each segment into a row of sufficient statistics, numbers whose sum over any
 * choice of segments gives the score of that choice. A corpus, a sentence, a bootstrap resample and
 * a shuffle of two systems are all sums of rows, so that code that resamples knows no metric. */
#ifndef BAKEOFF_METRIC_H
#define BAKEOFF_METRIC_H

#include "eval/bleu.h"
#include "eval/chrf.h"
#include "eval/forecast.h"
#include "eval/labels.h"
#include "eval/segments.h"
#include "eval/ter.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	METRIC_MOST_COLUMNS = CHRF_COUNTS * 2 * CHRF_MOST_ORDER, /* numbers in a row at most */
	METRIC_TEXT_SIZE = 512, /* bytes that any text of a metric needs at most */
};

/* Of the metric at hand; a plain value, to be copied. */
union metric_settings {
	struct bleu_settings bleu;
	struct chrf_settings chrf;
	struct ter_settings ter;
	int nothing; /* of accuracy and MAE */
};

struct metric {
	const char *name; /* "BLEU", as scores are stored under it */
	const char *points; /* what a difference is counted in, as a sentence has it: "BLEU" */
	bool lower_is_better;
	bool percent;      /* 0 to 100; of numbers: in their unit */
	int decimals;      /* that say something */
	double difference; /* one that matters */
	size_t most_bytes; /* of a segment: what its memory allows */

	void (*defaults)(union metric_settings *); /* sacreBLEU's */
	size_t (*columns)(const union metric_settings *);

	/* A scorer takes one segment after the other, and keeps memory between them; one for each
	 * thread. The settings are copied. */
	void *(*new)(const union metric_settings *);
	void (*free)(void *scorer); /* takes NULL */
	/* Writes a segment's row [columns]. Missing references (text NULL) are left out; one at
	 * least must be there. */
	void (*add)(void *scorer, struct segment hypothesis, const struct segment *reference,
	            int references, double *row);

	/* The score of a row or of a sum of rows [columns]. */
	double (*score)(const union metric_settings *, const double *sum);

	/* How sacreBLEU names the score: "BLEU", "chrF2++". */
	void (*title)(const union metric_settings *, char text[METRIC_TEXT_SIZE]);
	/* "nrefs:1|case:mixed|...|version:2.6.0"; `references` as segments_references says, 0:
	 * "var". */
	void (*signature)(const union metric_settings *, int references,
	                  char text[METRIC_TEXT_SIZE]);
	/* What is printed behind the score; NULL where there is nothing. */
	void (*verbose)(const union metric_settings *, const double *sum,
	                char text[METRIC_TEXT_SIZE]);
};

extern const struct metric metrics[]; /* ends with an entry whose name is NULL */

/* The metric of that name, upper or lower case alike, or NULL. */
const struct metric *metric_find(const char *name);

/* The signature with what was drawn behind the number of references, as sacreBLEU has it there:
 * `draws` is "bs:1000|seed:12345", or "" where nothing was. */
void metric_signature(const struct metric *, const union metric_settings *, int references,
                      const char *draws, char text[METRIC_TEXT_SIZE]);

/* Whether all segments are short enough for the metric; the error names file and line. */
bool metric_check(const struct metric *, const struct segments *, const char *path, struct error *);

/* Writes the rows of a corpus, [hypotheses->count][columns]; `reference` are `references` files
 * with as many segments. */
void metric_rows(const struct metric *, const union metric_settings *,
                 const struct segments *hypotheses, const struct segments *reference,
                 int references, double *rows);

/* Adds `count` rows up, first to last, into sum[columns]. */
void metric_sum(const struct metric *, const union metric_settings *, const double *rows,
                size_t count, double *sum);

/* The score of the sum of `count` rows. */
double metric_score_of_rows(const struct metric *, const union metric_settings *,
                            const double *rows, size_t count);

#endif
