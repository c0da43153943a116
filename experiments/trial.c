/* trial.c - train, test and record one contestant with one seed. */
#include "experiments/trial_parts.h"
#include "experiments/data_files.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/machine.h"
#include "train/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { LOCK_TRIES = 50, LOCK_WAIT_US = 20000 };

bool trial_tell(struct work *w, enum trial_event event)
{
	w->news.event = event;
	if (w->watch && !w->watch(w->context, &w->news))
		w->stop = true;
	return !w->stop;
}

char *trial_identify(const struct trial *t, char key[17])
{
	json_t *settings = contestant_to_json(t->experiment, t->contestant);
	XXH64_hash_t hash;
	char *text;

	json_object_set_new(settings, "seed", json_integer(t->seed));
	text = json_dumps(settings, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(settings);
	if (!text)
		panic("settings of %s cannot be written as JSON", t->contestant->name);
	hash = XXH64(text, strlen(text), t->dataset->hash);
	hash = XXH64(t->contestant->name, strlen(t->contestant->name), hash);
	hash = XXH64(t->experiment->name, strlen(t->experiment->name), hash);
	snprintf(key, 17, "%016llx", (unsigned long long)hash);
	return text;
}

static bool make_folder(struct work *w)
{
	const struct trial *t = w->trial;

	run_folder_name(t->contestant->name, t->seed, w->key, w->name);
	snprintf(w->folder, sizeof w->folder, "%s/%s", t->folder, w->name);
	if (mkdir(w->folder, 0777) && errno != EEXIST)
		return error_set(w->error,
		                 "%s: cannot make this folder: %s; name a database elsewhere with "
		                 "--db",
		                 w->folder, strerror(errno));
	return true;
}

/* Two processes must not train the same trial in one folder. The lock goes with the process,
 * however that ends. Who only asks whether it is held (run_hold), or was just
 * killed, has it for a moment. */
static bool lock_folder(struct work *w)
{
	char path[PATH_SIZE + 32];

	snprintf(path, sizeof path, "%s/lock", w->folder);
	w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (w->lock < 0)
		return error_set(w->error, "%s cannot be written: %s", path, strerror(errno));
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(w->lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		usleep(LOCK_WAIT_US);
	}
	return error_set(
		w->error,
		"another process is running this trial (%s is locked); wait for it, or stop it "
		"and run again",
		path);
}

static bool keep_vocabularies(struct work *w)
{
	static const char *const name[SIDES] = { "source.vocabulary", "target.vocabulary" };
	char path[PATH_SIZE + 64];

	for (int side = 0; side < SIDES; side++) {
		snprintf(path, sizeof path, "%s/%s", w->folder, name[side]);
		if (!vocabulary_save(w->trial->dataset->vocabulary[side], path, w->error))
			return false;
	}
	return true;
}

static bool keep_data_files(struct work *w)
{
	char path[PATH_SIZE + 64];

	snprintf(path, sizeof path, "%s/data.json", w->folder);
	return data_files_save(path, &w->trial->experiment->data, w->trial->dataset, w->error);
}

static bool keep_lexicon(struct work *w)
{
	char path[PATH_SIZE + 64];

	w->model.lexicon = w->lexicon = trial_lexicon(w->trial->contestant, w->trial->dataset);
	snprintf(path, sizeof path, "%s/lexicon", w->folder);
	return !w->lexicon || lexicon_save(w->lexicon, path, w->error);
}

static bool open_model(struct work *w)
{
	const struct trial *t = w->trial;

	if (!trial_model(&w->model, t->experiment, t->contestant, t->dataset, w->error))
		return false;
	w->news.parameters = parameters_count(&w->model.parameters);
	return true;
}

struct fingerprint {
	char architecture[64], cpu[128], host[128], data[24], blas[256], kernel[128];
};

static struct run_record describe(struct work *w, struct fingerprint *f)
{
	const struct trial *t = w->trial;

	design_name(&t->contestant->design, f->architecture);
	machine_cpu(f->cpu, sizeof f->cpu);
	machine_host(f->host, sizeof f->host);
	if (ranks_count(t->ranks) > 1)
		snprintf(f->host + strlen(f->host), sizeof f->host - strlen(f->host), " (%d ranks)",
		         ranks_count(t->ranks));
	gemm_describe(gemm_for_processor(), f->blas, sizeof f->blas);
	gemm_describe_kernels(gemm_for_processor(), f->kernel, sizeof f->kernel);
	snprintf(f->data, sizeof f->data, "%016llx", (unsigned long long)t->dataset->hash);
	return (struct run_record){
		.experiment = t->experiment_id,
		.contestant = t->contestant->name,
		.key = w->key,
		.seed = t->seed,
		.architecture = f->architecture,
		.settings = w->settings,
		.parameters = (long)w->news.parameters,
		.multiply_adds = (long)trial_multiply_adds(&w->model, &t->dataset->train),
		.data_hash = f->data,
		.source_commit = machine_commit(),
		.program_version = BAKEOFF_VERSION,
		.compiler = machine_compiler(),
		.compiler_flags = machine_flags(),
		.cpu = f->cpu,
		.blas = f->blas,
		.blas_kernel = f->kernel,
		.vector_kernels = vector_kernels()->name,
		.threads = pool_workers(t->pool),
		.host = f->host,
		.folder = w->name,
	};
}

/* A checkpoint of a run that the database does not know: it was another database's. */
static bool set_aside(const char *path, struct error *error)
{
	char aside[PATH_SIZE + 64];

	snprintf(aside, sizeof aside, "%s.old", path);
	if (rename(path, aside) == 0 || errno == ENOENT)
		return true;
	return error_set(error, "%s: cannot be moved out of the way: %s", path, strerror(errno));
}

/* Products by another library or kernel round otherwise: what a resumed run then no longer has. */
static void compare_kernels(struct work *w, const struct run_record *old, const struct run_record *now)
{
	const bool same = old->blas && old->blas_kernel && !strcmp(old->blas, now->blas) &&
	                  !strcmp(old->blas_kernel, now->blas_kernel);

	if (same || old->totals.updates == 0)
		return;
	snprintf(w->note, sizeof w->note,
	         "it began with products by %s (%s) and goes on with %s (%s): the bits are no longer "
	         "those of an uninterrupted run",
	         old->blas ? old->blas : "another library",
	         old->blas_kernel ? old->blas_kernel : "unknown", now->blas, now->blas_kernel);
	w->news.reason = w->note;
}

/* Whether nothing is left to do for a run: it is done, or would only diverge again. */
static bool is_over(struct work *w, const struct run_record *old)
{
	if (old->status == RUN_DONE)
		return true;
	if (w->trial->retry || old->status != RUN_FAILED || !old->reason ||
	    strncmp(old->reason, TRAIN_DIVERGED, strlen(TRAIN_DIVERGED)) != 0)
		return false;
	snprintf(w->note, sizeof w->note, "it %s; --retry runs it again", old->reason);
	w->news.reason = w->note;
	return true;
}

/* A new row, or the old one set back to what its last checkpoint has. *done: nothing is left to do.
 */
static bool begin(struct work *w, bool *done)
{
	struct database *db = w->trial->database;
	struct fingerprint fingerprint;
	const struct run_record record = describe(w, &fingerprint);
	struct run_record old;
	char saved[PATH_SIZE + 32];
	long update = -1;
	bool found, kept;

	*done = false;
	if (!database_run_find(db, record.experiment, w->key, &old, &found, w->error))
		return false;
	if (found) {
		w->news.run = old.id;
		w->totals = old.totals;
		*done = is_over(w, &old);
		if (!*done)
			compare_kernels(w, &old, &record);
	}
	run_record_free(&old);
	if (*done)
		return true;
	snprintf(saved, sizeof saved, "%s/last.safetensors", w->folder);
	if (!found)
		kept = set_aside(saved, w->error) &&
		       database_run_begin(db, &record, &w->news.run, w->error);
	else
		kept = checkpoint_update(saved, &update, w->error) &&
		       database_run_resume(db, w->news.run, &record, update, w->error);
	if (kept)
		trial_tell(w, found ? TRIAL_RESUMED : TRIAL_STARTED);
	w->news.reason = NULL;
	return kept;
}

/* The other ranks begin with it. */
static bool call_ranks(struct work *w)
{
	int number = w->trial->number;

	ranks_share(w->trial->ranks, &number, sizeof number);
	return ranks_agree(w->trial->ranks, true, w->error);
}

static enum train_outcome work_on(struct work *w)
{
	const struct trial *t = w->trial;
	const struct trainer trainer = {
		.model = &w->model,
		.dataset = t->dataset,
		.settings = &t->contestant->train,
		.multiply_adds = trial_multiply_adds(&w->model, &t->dataset->train),
		.seed = (uint64_t)t->seed,
		.folder = w->folder,
		.pool = t->pool,
		.ranks = t->ranks,
		.watch = trial_on_training,
		.context = w,
	};
	const int tests = t->contestant->tuned ? 0 : t->dataset->tests;
	enum train_outcome outcome;

	if (!call_ranks(w))
		return TRAIN_FAILED;
	outcome = train(&trainer, &w->progress, w->error);
	if (w->database_failed)
		return TRAIN_FAILED;
	for (int i = 0; outcome == TRAIN_DONE && i < tests; i++)
		if (!trial_test(w, &t->dataset->test[i]))
			outcome = w->stop && !w->database_failed ? TRAIN_INTERRUPTED : TRAIN_FAILED;
	return outcome;
}

static bool finish(struct work *w, enum run_status status, const char *reason)
{
	trial_count_totals(w);
	return database_flush(w->trial->database, w->error) &&
	       database_run_finish(w->trial->database, w->news.run, status, reason, &w->totals,
	                           w->error);
}

/* It goes on, or is left out, when those it is compared to are there too. */
static bool wait_for_others(struct work *w)
{
	char reason[128];

	snprintf(reason, sizeof reason, "halving: waits at rung %d of %d, update %ld",
	         w->trial->pause.rung, w->trial->pause.rungs, w->progress.update);
	if (!finish(w, RUN_INTERRUPTED, reason))
		return false;
	trial_tell(w, TRIAL_PAUSED);
	return true;
}

/* What the outcome means for the row in the database, and for the watcher. */
static enum trial_outcome conclude(struct work *w, enum train_outcome outcome)
{
	struct error reason = *w->error;

	switch (outcome) {
	case TRAIN_DONE:
		if (!finish(w, RUN_DONE, NULL))
			return TRIAL_BROKEN;
		trial_tell(w, TRIAL_FINISHED);
		return TRIAL_DONE;
	case TRAIN_INTERRUPTED:
		if (w->paused && !w->stop)
			return wait_for_others(w) ? TRIAL_INTERRUPTED : TRIAL_BROKEN;
		if (!finish(w, RUN_INTERRUPTED, "stopped on request"))
			return TRIAL_BROKEN;
		trial_tell(w, TRIAL_STOPPED);
		return TRIAL_INTERRUPTED;
	case TRAIN_FAILED:
		break;
	}
	finish(w, RUN_FAILED, reason.message);
	*w->error = reason;
	return TRIAL_BROKEN;
}

enum trial_outcome trial_run(const struct trial *trial, trial_watch *watch, void *context,
                             struct error *error)
{
	struct work w = {
		.trial = trial, .watch = watch, .context = context, .error = error, .lock = -1
	};
	enum trial_outcome outcome = TRIAL_BROKEN;
	bool done;

	machine_reset_peak();
	w.news.trial = trial;
	w.news.settings = &trial->contestant->train;
	w.news.progress = &w.progress;
	w.settings = trial_identify(trial, w.key);
	if (!make_folder(&w) || !lock_folder(&w) || !open_model(&w) || !begin(&w, &done))
		goto end;
	if (done) {
		trial_tell(&w, TRIAL_SKIPPED);
		outcome = TRIAL_WAS_DONE;
		goto end;
	}
	if (!keep_vocabularies(&w) || !keep_data_files(&w) || !keep_lexicon(&w))
		goto end;
	outcome = conclude(&w, work_on(&w));
end:
	if (outcome == TRIAL_BROKEN) {
		w.news.reason = error->message;
		trial_tell(&w, TRIAL_FAILED);
	}
	if (w.lock >= 0)
		close(w.lock);
	model_close(&w.model);
	lexicon_free(w.lexicon);
	free(w.settings);
	return outcome;
}
