/* database.h - the SQLite file that keeps settings, curves, scores and hypotheses of every run;
 * docs/results.md. */
#ifndef BAKEOFF_DATABASE_H
#define BAKEOFF_DATABASE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum database_mode {
	DATABASE_READ,  /* the file must exist; nothing is written to it, and one of an older
	                   schema is read through a temporary copy */
	DATABASE_WRITE, /* the file is created, or migrated to this program's schema after a backup
	                 */
};

/* One connection. Many processes may write to one file, each through a connection that it opened
 * itself: one must not be carried across fork(). A connection is used by one thread at a time. */
struct database {
	struct sqlite3 *handle;
	char *path;
	int version; /* of the schema of the file, older than the program's where it is read through
	                a copy */
	char *backup; /* the copy of an older file that opening has migrated, or NULL */
	struct database_metric *metrics; /* [metric_count], of the file */
	size_t metric_count;
	struct database_point *points; /* [point_count], not yet flushed */
	size_t point_count, point_capacity;
	size_t point_order; /* points that were ever given */
};

/* Opens `path` with a write-ahead log, foreign keys and 10 s of patience with other writers.
 * Refuses, naming the remedy: a file that is missing (reading) or cannot be written (writing),
 * that is no database, that belongs to another program or has a newer schema. On error nothing is
 * left open. */
bool database_open(struct database *, const char *path, enum database_mode, struct error *);

/* Whether SQLite finds the file whole (PRAGMA quick_check); the error has its first finding. */
bool database_check(struct database *, struct error *);

/* Closes; points that were not flushed are dropped. Takes NULL and zeroed structs. */
void database_close(struct database *);

/* The experiment of that name, created where it is missing. `specification` is the text of the
 * experiment file and replaces the one kept; NULL keeps it. */
bool database_experiment(struct database *, const char *name, const char *specification, long *id,
                         struct error *);

/* The experiment of that name; where there is none, the error names those that there are. */
bool database_experiment_find(struct database *, const char *name, long *id, struct error *);

enum run_status { RUN_RUNNING, RUN_INTERRUPTED, RUN_DONE, RUN_FAILED };

const char *run_status_word(enum run_status);

/* What a run has used and done so far, earlier parts of a resumed run included. */
struct run_totals {
	double train_seconds; /* the four timers exclude each other */
	double valid_seconds;
	double decode_seconds;
	double io_seconds; /* reading data, writing checkpoints and this database */
	long peak_memory;  /* bytes, resident */
	long updates;
	long source_tokens; /* trained on, without padding */
	long target_tokens;
};

/* One trial: a contestant, its settings and one seed. Texts may be NULL where nothing is known. */
struct run_record {
	/* given at the beginning */
	long experiment;
	const char *contestant;
	const char *key; /* 16 lower-case hex digits of settings, seed and data: one run of an
	                    experiment has it */
	long seed;
	const char *architecture;
	const char *settings; /* JSON object, fully resolved; a "seed" in it is not compared */
	long parameters;
	long multiply_adds; /* per target token, forward */
	const char *data_hash;
	/* given at the beginning and again when resumed */
	const char *source_commit;
	const char *program_version;
	const char *compiler;
	const char *compiler_flags;
	const char *cpu;
	const char *blas;
	const char *blas_kernel;
	const char *vector_kernels;
	long threads;
	const char *host;
	const char *folder; /* of its checkpoints, below the folder of runs beside the database */
	/* kept by the functions below */
	long id;
	enum run_status status;
	const char *reason;   /* why it ended */
	const char *started;  /* UTC, 2026-01-31T12:34:56Z */
	const char *finished; /* NULL while it runs */
	struct run_totals totals;
	char *memory; /* of the texts of a record that was read; NULL in one that the caller wrote
	               */
};

/* Frees what database_run_find and database_run_read have filled. */
void run_record_free(struct run_record *);

/* The run of that key; *found is false, and the record empty, where there is none. */
bool database_run_find(struct database *, long experiment, const char *key, struct run_record *,
                       bool *found, struct error *);

/* The run of that number; that there is none is an error. */
bool database_run_read(struct database *, long id, struct run_record *, struct error *);

/* Adds a run with status running, started now. An error where the experiment has a run of this
 * key: of several processes that begin the same trial, one wins. */
bool database_run_begin(struct database *, const struct run_record *, long *id, struct error *);

/* Sets the status back to running, notes where it runs now, and deletes points and scores of steps
 * beyond `step` with the hypotheses of those scores; -1 deletes all. The totals are kept until the
 * next progress. */
bool database_run_resume(struct database *, long id, const struct run_record *, long step,
                         struct error *);

/* Notes the totals of a run that goes on. */
bool database_run_progress(struct database *, long id, const struct run_totals *, struct error *);

/* Ends a run: status, reason (NULL: none), totals; finished now, or when it was started,
 * where the clock has gone back since. */
bool database_run_finish(struct database *, long id, enum run_status, const char *reason,
                         const struct run_totals *, struct error *);

/* Adds a metric that schema_metrics lacks; one that exists stays as it is. Direction: "higher",
 * "lower", "none". */
bool database_metric(struct database *, const char *name, const char *unit, const char *direction,
                     const char *help, struct error *);

/* Keeps a point in memory; touches no file. An error where the metric is unknown. A NaN is kept as
 * NULL. Of two points of the same run, metric and step the later counts. */
bool database_point(struct database *, long run, const char *metric, long step, double value,
                    struct error *);

/* Writes all kept points and brings their summaries up to date, in one short transaction. On error
 * the file is as it was and the points are still kept, so that a later flush can write them. */
bool database_flush(struct database *, struct error *);

/* The value of a metric on a test set; replaces an earlier one of the same run, test set and
 * metric. */
struct score {
	const char *test_set;
	const char *metric;
	double value;
	long step;             /* update whose parameters were tested */
	const char *signature; /* of the metric's definition, "BLEU|..."; may be NULL */
	double seconds;        /* of decoding */
	long sentences;
	long beam;
	double length_penalty;
};

bool database_score(struct database *, long run, const struct score *, struct error *);

/* What a run made of one sentence of a test set; detokenised, as scored. */
struct translation {
	const char *source, *reference, *hypothesis;
	double log_probability; /* sum over the hypothesis' tokens, natural logarithm */
	double seconds; /* of one worker, decoding it; NaN where nobody measured */
};

/* Keeps all hypotheses of a test set, sentences numbered from 0, in one transaction; replaces
 * earlier ones. */
bool database_hypotheses(struct database *, long run, const char *test_set,
                         const struct translation *, size_t count, struct error *);

#endif
