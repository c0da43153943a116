/* report_fixture.h - a database to report on, and what every report must be. */
#ifndef BAKEOFF_TESTS_REPORT_FIXTURE_H
#define BAKEOFF_TESTS_REPORT_FIXTURE_H

#include "results/report.h"

/* Text that means something to every format. */
#define HOSTILE "<b onload='x'>&\"|*_`$\\{}%#^~[a](http://x.example/) ]]> -- \x01 \xff \u202e 中"

struct report_fixture {
	char folder[256], path[300];
	struct database database;
	struct error error;
	long experiment;
};

/* Fails with the error's message. */
void report_check(const struct report_fixture *, bool good);

/* A database with an experiment "try". */
int report_set_up(void **state);
int report_tear_down(void **state);

/* A run with curves; its end is left to the caller. */
long report_begin(struct report_fixture *, const char *contestant, long seed, const char *settings);
void report_finish(struct report_fixture *, long run, enum run_status, const char *reason);
void report_score(struct report_fixture *, long run, const char *test_set, const char *metric,
                  double value);
/* Runs with seeds 1, 2, ..., done, with BLEU `bleu` + seed on "news" and less on HOSTILE. */
void report_add_done(struct report_fixture *, const char *contestant, int seeds,
                     const char *settings, double bleu);

/* The report in a format; the caller frees it. */
char *report_text(struct report_fixture *, enum document_format);

void assert_has(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);
/* Tags open and close in order, and & begins an entity. */
void assert_well_formed(const char *html);
/* Nothing is fetched from anywhere. */
void assert_self_contained(const char *html);

#endif
