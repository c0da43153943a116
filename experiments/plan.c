/* plan.c - what an experiment will take, from a calibration of each contestant. */
#include "experiments/plan.h"
#include "core/error.h"
#include "core/gemm.h"
#include "experiments/calibrate.h"
#include "experiments/match.h"
#include "experiments/tune.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, FILES_OF_WEIGHTS = 3 /* last, best, model */ };

/* What a child has found out. */
struct answer {
	bool good;
	struct error error;
	struct calibration found;
};

static double smaller(double a, double b)
{
	return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* Updates until the first stop rule but patience and perplexity; 0 where there is none. */
static double updates_of(const struct train_settings *s, const struct calibration *c)
{
	const double epoch = ceil(c->batches / (double)s->accumulate);
	const double tokens = c->tokens / epoch;
	double updates = smaller((double)s->stop_updates, (double)s->stop_epochs * epoch);

	updates = smaller(ceil((double)s->stop_tokens / tokens), updates);
	updates = smaller(ceil(s->stop_multiply_adds / (3 * c->multiply_adds * tokens)), updates);
	return smaller(ceil(60 * s->stop_minutes / (tokens * c->seconds_a_token)), updates);
}

static struct plan_cost cost_of(const struct train_settings *s, const struct calibration *c,
                                bool tested)
{
	const double epoch = ceil(c->batches / (double)s->accumulate);
	struct plan_cost cost = { .updates = updates_of(s, c) };
	const double validations =
		ceil(cost.updates / (s->validate_every ? (double)s->validate_every : epoch));
	const double saves = fmax(
		validations, s->checkpoint_every ? cost.updates / (double)s->checkpoint_every : 0);

	if (cost.updates <= 0)
		return cost;
	cost.target_tokens = cost.updates * c->tokens / epoch;
	cost.multiply_adds = 3 * c->multiply_adds * cost.target_tokens;
	cost.seconds = c->start_seconds + cost.target_tokens * c->seconds_a_token +
	               validations * (c->valid_seconds + c->save_seconds) +
	               saves * (1 + c->moments) * c->save_seconds + (tested ? c->test_seconds : 0);
	return cost;
}

static void add_cost(struct plan_cost *sum, struct plan_cost cost, double times)
{
	sum->updates += times * cost.updates;
	sum->target_tokens += times * cost.target_tokens;
	sum->multiply_adds += times * cost.multiply_adds;
	sum->seconds += times * cost.seconds;
}

static void fill(struct plan_entry *p, const struct experiment *e, const struct calibration *c)
{
	const struct train_settings *s = &p->contestant->train;
	const double averaged = s->average > 1 ? (double)s->average : 0;

	p->trials = e->seeds;
	p->parameters = c->parameters;
	p->multiply_adds = c->multiply_adds;
	p->cost = cost_of(s, c, true);
	p->tune_trials = e->tuning.values;
	for (int v = 0; v < e->tuning.values; v++) {
		const struct train_settings tried = tune_settings(e, p->contestant, v);

		add_cost(&p->tune, cost_of(&tried, c, false), 1);
	}
	p->peak_bytes = c->peak_bytes;
	p->disk_bytes = c->weight_bytes * (FILES_OF_WEIGHTS + c->moments + averaged);
}

static bool read_answer(int from, struct answer *a)
{
	char *to = (char *)a;
	size_t received = 0;
	ssize_t got = 1;

	while (received < sizeof *a && got > 0) {
		got = read(from, to + received, sizeof *a - received);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			received += (size_t)got;
	}
	return received == sizeof *a;
}

static void answer(int to, const struct experiment *e, const struct contestant *c,
                   const struct dataset *dataset, const char *folder, int threads)
{
	struct answer a = { 0 };

	a.good = calibrate(&a.found, e, c, dataset, folder, threads, &a.error);
	_exit(write(to, &a, sizeof a) != sizeof a);
}

/* Calibrates in a child. */
static bool ask(const struct experiment *e, const struct contestant *c,
                const struct dataset *dataset, const char *folder, int threads,
                struct calibration *found, struct error *error)
{
	struct answer a = { 0 };
	int ends[2], status = 0;
	bool whole;
	pid_t child;

	fflush(NULL);
	if (pipe(ends))
		return error_set(error, "no pipe can be made: %s", strerror(errno));
	child = fork();
	if (child == 0)
		answer(ends[1], e, c, dataset, folder, threads);
	close(ends[1]);
	whole = child > 0 && read_answer(ends[0], &a);
	close(ends[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!whole)
		return error_set(error,
		                 "contestants.%s: a few updates of it could not be tried%s%s; a "
		                 "smaller train.batch_tokens needs less memory",
		                 c->name, WIFSIGNALED(status) ? ": " : "",
		                 WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	*found = a.found;
	if (!a.good)
		*error = a.error;
	return a.good;
}

/* Trials as they will run, `jobs` at once. */
struct schedule {
	double *busy; /* [jobs] seconds until the place is free */
	double *peak; /* [jobs] bytes of the trials that take most, the least of them first */
	int jobs;
};

static void count_peak(struct schedule *s, double bytes)
{
	int i = 0;

	if (bytes <= s->peak[0])
		return;
	for (; i + 1 < s->jobs && s->peak[i + 1] < bytes; i++)
		s->peak[i] = s->peak[i + 1];
	s->peak[i] = bytes;
}

static void place(struct schedule *s, double seconds)
{
	int first = 0;

	for (int i = 1; i < s->jobs; i++)
		if (s->busy[i] < s->busy[first])
			first = i;
	s->busy[first] += seconds;
}

static void add(struct plan_total *total, const struct plan_entry *p)
{
	const int trials = p->trials + p->tune_trials;

	total->trials += trials;
	total->disk_bytes += trials * p->disk_bytes;
	add_cost(&total->cost, p->cost, p->trials);
	add_cost(&total->cost, p->tune, 1);
	total->open_ended |= p->cost.updates <= 0;
}

/* What comes next begins when all have ended. */
static void wait_for_all(struct schedule *s)
{
	double last = 0;

	for (int i = 0; i < s->jobs; i++)
		last = fmax(last, s->busy[i]);
	for (int i = 0; i < s->jobs; i++)
		s->busy[i] = last;
}

/* Trials that tune, then seed by seed, contestants in their order. */
static void add_up(struct plan_total *total, const struct plan_entry *entry, int entries, int jobs)
{
	struct schedule s = { .jobs = jobs };

	s.busy = memory_new((size_t)jobs, sizeof *s.busy);
	s.peak = memory_new((size_t)jobs, sizeof *s.peak);
	*total = (struct plan_total){ 0 };
	for (int i = 0; i < entries; i++)
		add(total, &entry[i]);
	total->cost.seconds = 0;
	for (int i = 0; i < entries; i++)
		for (int v = 0; v < entry[i].tune_trials; v++)
			place(&s, entry[i].tune.seconds / entry[i].tune_trials);
	wait_for_all(&s);
	for (int seed = 0; entries && seed < entry->trials; seed++)
		for (int i = 0; i < entries; i++) {
			place(&s, entry[i].cost.seconds);
			count_peak(&s, entry[i].peak_bytes);
		}
	for (int i = 0; i < jobs; i++) {
		total->peak_bytes += s.peak[i];
		total->cost.seconds = fmax(total->cost.seconds, s.busy[i]);
	}
	free(s.busy);
	free(s.peak);
}

static bool prepare(struct experiment *e, const struct run_options *options, const char *folder,
                    struct dataset *dataset, dataset_report *report, void *context,
                    struct error *error)
{
	struct pool *pool = pool_open(options->threads, error);
	const bool ready = pool &&
	                   experiment_data(e, folder, pool, dataset, report, context, error) &&
	                   match_contestants(e, dataset, error);

	pool_close(pool);
	return ready;
}

static bool plan_all(const struct experiment *e, const struct run_options *options,
                     const char *folder, const struct dataset *dataset, plan_watch *watch,
                     void *context, struct plan_total *total, struct error *error)
{
	const int trials = run_trials(e, options->only);
	const int jobs = options->jobs < trials ? options->jobs : trials;
	const int threads = options->threads / jobs > 0 ? options->threads / jobs : 1;
	struct plan_entry *entry = memory_new((size_t)e->contestants, sizeof *entry);
	int entries = 0;
	bool planned = true;

	for (int i = 0; planned && i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];
		struct calibration found = { 0 };

		if (!contestant_is(c, options->only))
			continue;
		planned = ask(e, c, dataset, folder, threads, &found, error);
		if (!planned)
			break;
		entry[entries] = (struct plan_entry){ .contestant = c };
		fill(&entry[entries], e, &found);
		watch(context, &entry[entries++]);
	}
	if (planned)
		add_up(total, entry, entries, jobs);
	free(entry);
	return planned;
}

bool plan_experiment(struct experiment *e, const struct run_options *options,
                     dataset_report *report, plan_watch *watch, void *context,
                     struct plan_total *total, struct error *error)
{
	struct dataset dataset = { 0 };
	char folder[PATH_SIZE];
	bool planned;

	if (!gemm_init(error))
		return false;
	runs_folder(options->database, folder, sizeof folder);
	planned = prepare(e, options, folder, &dataset, report, context, error) &&
	          plan_all(e, options, folder, &dataset, watch, context, total, error);
	dataset_free(&dataset);
	return planned;
}
