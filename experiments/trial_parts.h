/* trial_parts.h - a trial under way, shared by the files that run it. Internal to experiments/. */
#ifndef BAKEOFF_TRIAL_PARTS_H
#define BAKEOFF_TRIAL_PARTS_H

#include "experiments/run_files.h"
#include "experiments/trial.h"

enum { PATH_SIZE = 4096 };

/* A trial under way. */
struct work {
	const struct trial *trial;
	trial_watch *watch;
	void *context;
	struct error *error;
	struct model model;
	struct lexicon *lexicon; /* the model's, or NULL */
	struct progress progress;
	struct trial_news news;
	struct run_totals totals;
	char *settings; /* JSON */
	char key[17];
	char name[RUN_NAME_SIZE]; /* of the folder, below the runs' */
	char folder[PATH_SIZE];
	char note[768]; /* news.reason: what compare_kernels or is_over found */
	int lock; /* file descriptor of folder/lock, held while the trial runs; -1: not held */
	double flushed; /* when points were last written, machine_seconds */
	bool database_failed;
	bool stop;   /* the watcher said so */
	bool paused; /* trial->pause is reached */
};

/* Tells the watcher; false once it has said stop. */
bool trial_tell(struct work *, enum trial_event);

/* The totals of what was done so far, for the database. */
void trial_count_totals(struct work *);

/* The watcher of training (train.h), its context the work: curves go to memory at each report, and
 * to the file before each checkpoint, and every few seconds for others to watch: a resumed run makes
 * those after its checkpoint again. */
bool trial_on_training(void *context, enum train_event, const struct progress *);

/* BLEU of the first train.validate_bleu validation sentences, translated greedily by the weights as
 * they are, as a point of the curve valid_BLEU; nothing where that is 0. Its time is that of
 * validation. False where the database failed. */
bool trial_validate_bleu(struct work *);

/* Keeps a score of a test set that took so many seconds to decode; `signature` may be NULL. */
bool trial_keep_score(struct work *, const char *metric, double value, const char *signature,
                      const struct corpus *test, double seconds);

/* Where the task is of pictures, keeps how much of what is asked for is right. */
bool trial_score_pictures(struct work *, const struct corpus *test, const struct translation *,
                          double seconds);

/* What the model thinks of the given targets, without search: token and character perplexity, token
 * accuracy; of a text alone bits a character too, which *bits (may be NULL) gets. */
bool trial_keep_forced(struct work *, const struct corpus *test, double seconds, double *bits);

/* What the labels of a test set are worth: accuracy, macro F1, negative log-likelihood, of tags
 * exact matches; the first of them is the news. */
bool trial_keep_labels(struct work *, const struct corpus *test, const struct translation *,
                       double seconds);

/* What the forecasts of a test set are worth: mean absolute error, that relative to a naive
 * forecast, perplexity of the values; the first of them is the news. */
bool trial_keep_forecasts(struct work *, const struct corpus *test, const struct translation *,
                          double seconds);

/* trial_test of a text alone: those scores, and how the text is gone on with from some places. */
bool trial_test_text(struct work *, const struct corpus *test);

/* Translates a test set, scores it, and keeps score and hypotheses. False where the watcher said
 * stop, or the database failed (w->database_failed). */
bool trial_test(struct work *, const struct corpus *test);

#endif
