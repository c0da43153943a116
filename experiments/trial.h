/* trial.h - one contestant with one seed: trained, tested, and kept in the database. */
#ifndef BAKEOFF_TRIAL_H
#define BAKEOFF_TRIAL_H

#include "core/pool.h"
#include "data/dataset.h"
#include "data/task.h"
#include "experiments/spec.h"
#include "results/database.h"
#include "train/train.h"

/* Where a trial waits for others: at the first validation at or after so much; all 0: nowhere. */
struct trial_pause {
	double epochs, updates, tokens; /* one of them */
	int rung, rungs;                /* for people: rung of rungs, from 1 */
};

struct trial {
	const struct experiment *experiment;
	const struct contestant *contestant;
	const struct dataset *dataset;
	struct pool *pool;
	struct ranks *ranks; /* that train it together, all of them told by its number; or NULL */
	struct database *database;
	const char *folder; /* below which runs keep their files; exists */
	long experiment_id;
	long seed;
	int number; /* among the trials of the experiment, or of --only, from 1 */
	bool retry; /* even where it diverged before */
	struct trial_pause pause;
};

enum trial_event {
	TRIAL_STARTED, /* a new run; the parameters are counted */
	TRIAL_RESUMED, /* `progress` is known from the first update on */
	TRIAL_SKIPPED, /* it is done already, or diverged before (reason) */
	TRIAL_UPDATE,  /* after every update */
	TRIAL_REPORT,  /* a point of the curves is made */
	TRIAL_VALIDATED,
	TRIAL_DECODING, /* done of all sentences */
	TRIAL_SCORED,   /* a test set */
	TRIAL_FINISHED,
	TRIAL_STOPPED, /* as asked; it can go on later */
	TRIAL_PAUSED,  /* where it was to wait for others */
	TRIAL_FAILED,
};

/* What a watcher sees. Pointers are valid during the call. */
struct trial_news {
	const struct trial *trial;
	enum trial_event event;
	long run; /* id in the database */
	size_t parameters;
	const struct train_settings *settings;
	const struct progress *progress;
	const char *test_set; /* decoding and scored */
	size_t done, all;     /* decoding */
	const char *metric;   /* scored: the first of them */
	double score;         /* scored: its value */
	double seconds;       /* scored: of decoding, or of asking for given tokens */
	const char *reason; /* failed: why; skipped: that it diverged, or NULL; resumed: what is not
	                       as before, or NULL */
};

/* False: stop as soon as nothing is lost by it. */
typedef bool trial_watch(void *context, const struct trial_news *);

/* The settings that make the trial, its seed among them, as JSON that the caller frees; and the key
 * of its run. */
char *trial_identify(const struct trial *, char key[17]);

enum trial_outcome { TRIAL_DONE, TRIAL_INTERRUPTED, TRIAL_WAS_DONE, TRIAL_BROKEN };

/* Runs, resumes or skips the trial. TRIAL_BROKEN: it failed with the error, which the database has
 * too (other trials can go on), unless the database itself is what failed. */
enum trial_outcome trial_run(const struct trial *, trial_watch *, void *context, struct error *);

/* Multiply-adds a target token, forward, for the mean sentence of a corpus. */
double trial_multiply_adds(const struct model *, const struct corpus *);

/* The model of a contestant on a dataset, its weights not started; errors name the contestant. */
bool trial_model(struct model *, const struct experiment *, const struct contestant *,
                 const struct dataset *, struct error *);

/* The lexicon that search.shortlist asks for; NULL where that is 0. */
struct lexicon *trial_lexicon(const struct contestant *, const struct dataset *);

/* Opens the model of a finished or running trial from its folder, with its vocabularies (free each
 * once) and search settings: for translate and attend. */
struct trained {
	struct model model;
	struct vocabulary *vocabulary[SIDES];
	struct lexicon *lexicon; /* where search.shortlist asks for one */
	struct search_settings search;
	long longest;
};

bool trained_open(struct trained *, struct database *, long run, struct error *);
void trained_close(struct trained *);

/* Whether a run cannot be opened for good: it is not done, a file of it is not there, or another
 * version of the program wrote its settings. False also where that cannot be told. */
bool trained_is_gone(struct database *, long run);

/* The task that a run has learned; NULL where that cannot be told, as of a run that is not there. */
const struct task *trained_task(struct database *, long run);

#endif
