/* probe.h - small experiments that show why the architectures differ: what is asked, what the
 * literature says of it, how it is measured, and whether it came out so. docs/probes.md.
 *
 * A probe is a row of probes[] and a file experiments/probes/NAME.yaml, an experiment like any
 * other; experiments/probes/quick/NAME.yaml is the same in minutes.
 */
#ifndef BAKEOFF_PROBE_H
#define BAKEOFF_PROBE_H

#include "experiments/claim.h"
#include "experiments/run.h"
#include "results/translations.h"

/* A trial that is done. */
struct probe_trial {
	const struct contestant *contestant;
	long seed;
	long run; /* in the database */
};

/* What a probe measures from, and where its numbers go. */
struct probe_material {
	const struct probe *probe;
	const struct experiment *experiment;
	struct database *database;       /* NULL: it trains nothing */
	const struct probe_trial *trial; /* [trials] */
	size_t trials;
	struct measured *measured;
	struct table *card; /* what is to be known of the contestants besides, empty at first */
};

struct probe {
	const char *name;
	const char *asks;    /* what is measured, a sentence */
	const char *expects; /* the shape that the literature has, a sentence */
	const char *source;  /* who says so */
	struct measured_axes axes;
	bool untrained; /* there are no trials */
	bool (*measure)(const struct probe_material *, struct error *);
	/* Of probe_measure_hypotheses: a hypothesis's place on x and its value. */
	double (*place)(const char *test_set, const struct translation *);
	double (*value)(const struct translation *);
	const struct claim *claim; /* [claims] */
	int claims;
};

extern const struct probe probes[]; /* ends with one without a name */

/* The probe of that name; NULL and an error that names all. */
const struct probe *probe_find(const char *name, struct error *);

struct probe_options {
	struct run_options run; /* database, threads, jobs, asked */
	bool quick;
	const char *file;       /* an experiment of the user's instead of the probe's: no claims */
	double bin;             /* instead of that of the probe's axes; 0: as they are */
	const char *seeds;      /* "1,2,3" instead of the file's, or NULL */
	dataset_report *report; /* as for run_experiment */
	run_watch *watch;
	void *context;                            /* of both */
	void (*begin)(void *context, int trials); /* told before the first trial */
};

struct probe_result {
	const struct probe *probe;
	char *file; /* the experiment file */
	struct measured measured;
	struct table card;                   /* no columns: there is none */
	struct measured_axes axes;           /* the probe's, but for the bin that was asked for */
	struct finding finding[CLAIMS_MOST]; /* [claims] */
	int claims;                          /* 0: of another experiment than the probe's */
	enum verdict verdict;
	struct run_result trials;
	double seconds;
};

/* Runs what is not done yet of the probe's trials, measures and judges. Where it was interrupted,
 * result->trials says so and nothing was measured. Trials that failed are left out. False and an
 * error where nothing can be measured. The caller frees the result in any case. */
bool probe_run(const struct probe *, const struct probe_options *, struct probe_result *,
               struct error *);
void probe_result_free(struct probe_result *);

/* The measurements. The value of each hypothesis of each trial, at its place. */
bool probe_measure_hypotheses(const struct probe_material *, struct error *);
/* Shares of the distances in the influence of all that was read on the last states of decoder-only
 * models, each as trained and as it was before. */
bool probe_measure_influence(const struct probe_material *, struct error *);
/* 1 or 0: whether a language model finds the right one of a minimal pair of the test sets of task
 * agreement more probable, at the words between subject and verb. */
bool probe_measure_contrast(const struct probe_material *, struct error *);
/* Milliseconds a token of encoders, by length, five times; what their graphs say as a card, and for
 * claims aside: "NAME: sequential" (products that wait for each other, that a token adds), "NAME:
 * crossing / d" (the length at which work that grows with n² is that of a layer of the first
 * contestant whose products wait, over the width) and "NAME: d / crossing". */
bool probe_measure_cost(const struct probe_material *, struct error *);

/* Places and values. */
double probe_source_words(const char *test_set, const struct translation *);
double probe_blanks(const char *test_set, const struct translation *); /* "_" in the source */
/* Keys with a value before the source's "?". */
double probe_pairs(const char *test_set, const struct translation *);
double probe_exact(const struct translation *);        /* 1: all of it is right */
double probe_tokens_right(const struct translation *); /* share of places with the right word */
/* The same of the places behind that of the source's "?". */
double probe_answers_right(const struct translation *);

#endif
