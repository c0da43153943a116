/* score_texts.c - reads what `bakeoff score` scores: files, or hypotheses of runs. */
#include "cli/score.h"

#include "experiments/pack.h"
#include "experiments/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_NAME_SIZE = 32 };

static bool same_lines(const char *a, size_t a_lines, const char *b, size_t b_lines,
                       struct error *error)
{
	return a_lines == b_lines ||
	       error_set(error,
	                 "%s has %zu lines, %s has %zu; line by line they must belong together", a,
	                 a_lines, b, b_lines);
}

/* Makes segments of one text of each translation. */
static void cut(const struct translations *stored, bool reference, struct segments *out)
{
	*out = (struct segments){ memory_new(stored->count, sizeof *out->segment), stored->count,
		                  NULL };
	for (size_t i = 0; i < stored->count; i++) {
		const struct translation *t = &stored->translation[i];

		out->segment[i] = segment_of(reference ? t->reference : t->hypothesis);
	}
}

/* Two runs can be compared only where they were tested on the same lines. */
static bool same_references(const struct score_system *a, const struct score_system *b,
                            struct error *error)
{
	if (!same_lines(a->name, a->stored.count, b->name, b->stored.count, error))
		return false;
	for (size_t i = 0; i < a->stored.count; i++)
		if (strcmp(a->stored.translation[i].reference, b->stored.translation[i].reference))
			return error_set(error,
			                 "line %zu of the references of %s and %s differs; name "
			                 "runs that were tested on the same text",
			                 i + 1, a->name, b->name);
	return true;
}

/* Labels and samples of a text are kept as hypotheses too. */
static bool check_task(struct database *database, long run, struct error *error)
{
	const struct task *task = trained_task(database, run);

	return !task || task->objective == OBJECTIVE_TRANSLATE ||
	       error_set(error,
	                 "run %ld has learned the task %s, which is no matter of BLEU, chrF or TER; "
	                 "`bakeoff compare` shows its scores",
	                 run, task->name);
}

static bool read_runs(struct score_job *job, struct error *error)
{
	const struct score_options *o = &job->options;
	struct score_system *first = &job->systems[job->system_count];
	struct database database;
	bool good = o->pack ? pack_open(&database, o->pack, &o->runs[0], error)
	                    : database_open(&database, o->database, DATABASE_READ, error);

	if (!good)
		return false;
	for (int i = 0; good && i < o->run_count; i++) {
		struct score_system *system = &job->systems[job->system_count++];

		system->name = memory_new(RUN_NAME_SIZE, 1);
		snprintf(system->name, RUN_NAME_SIZE, "run %ld", o->runs[i]);
		good = check_task(&database, o->runs[i], error) &&
		       translations_read(&database, o->runs[i], o->test_set, &system->stored,
		                         error) &&
		       same_references(first, system, error);
		if (good)
			cut(&system->stored, false, &system->hypotheses);
	}
	database_close(&database);
	return good;
}

static bool read_files(struct score_job *job, struct error *error)
{
	const struct score_options *o = &job->options;

	for (int i = 0; i < o->hypothesis_count; i++) {
		struct score_system *system = &job->systems[job->system_count++];

		system->name = memory_text(o->hypotheses[i]);
		if (!segments_read(&system->hypotheses, o->hypotheses[i], error))
			return false;
	}
	return true;
}

static bool read_references(struct score_job *job, struct error *error)
{
	const struct score_options *o = &job->options;
	const struct score_system *first = &job->systems[0];

	if (!o->reference_count) {
		while (!first->stored.count)
			first++;
		cut(&first->stored, true, &job->references[job->reference_count++]);
	}
	for (int i = 0; i < o->reference_count; i++) {
		struct segments *reference = &job->references[job->reference_count++];

		if (!segments_read(reference, o->references[i], error) ||
		    !same_lines(job->systems[0].name, job->segments, o->references[i],
		                reference->count, error))
			return false;
	}
	return true;
}

static bool check_lengths(const struct score_job *job, struct error *error)
{
	for (int place = 0; place < SCORE_METRICS; place++) {
		const struct metric *metric = score_metric(place);

		for (int i = 0; job->options.wanted[place] && i < job->system_count; i++)
			if (!metric_check(metric, &job->systems[i].hypotheses, job->systems[i].name,
			                  error))
				return false;
		for (int i = 0; job->options.wanted[place] && i < job->reference_count; i++)
			if (!metric_check(metric, &job->references[i],
			                  job->options.reference_count ? job->options.references[i]
			                                               : "the reference",
			                  error))
				return false;
	}
	return true;
}

bool score_texts_read(struct score_job *job, struct error *error)
{
	const struct score_options *o = &job->options;

	job->systems =
		memory_new((size_t)o->hypothesis_count + (size_t)o->run_count, sizeof *job->systems);
	job->references = memory_new((size_t)o->reference_count + 1, sizeof *job->references);
	if (!read_files(job, error) || (o->run_count && !read_runs(job, error)))
		return false;
	job->segments = job->systems[0].hypotheses.count;
	for (int i = 1; i < job->system_count; i++)
		if (!same_lines(job->systems[0].name, job->segments, job->systems[i].name,
		                job->systems[i].hypotheses.count, error))
			return false;
	return read_references(job, error) &&
	       same_lines(job->systems[0].name, job->segments, "the reference",
	                  job->references[0].count, error) &&
	       check_lengths(job, error);
}

void score_texts_free(struct score_job *job)
{
	for (int i = 0; i < job->system_count; i++) {
		struct score_system *system = &job->systems[i];

		segments_free(&system->hypotheses);
		translations_free(&system->stored);
		free(system->rows);
		free(system->name);
	}
	for (int i = 0; i < job->reference_count; i++)
		segments_free(&job->references[i]);
	free(job->systems);
	free(job->references);
}
