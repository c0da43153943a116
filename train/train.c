/* train.c - the training loop: an update, and what is due after it. */
#include "core/error.h"
#include "core/machine.h"
#include "eval/evaluate.h"
#include "train/train_parts.h"

#include <math.h>

/* A loss above its start by this factor, so many reports in a row, does not come back: a rate that is
 * too high. Warm-up and chance stay below. */
enum { BAD_REPORTS_MOST = 5 };
static const double BAD_LOSS = 1.1;

bool train_tell(const struct run *run, enum train_event event)
{
	const struct trainer *t = run->trainer;

	return !t->watch || t->watch(t->context, event, run->progress);
}

bool train_led(struct run *run, bool (*work)(struct run *))
{
	struct ranks *ranks = run->trainer->ranks;

	return ranks_follow(ranks, ranks_number(ranks) > 0 || work(run), run->error);
}

/* Whether rank 0's watcher wants to go on. */
static bool goes_on(struct run *run)
{
	bool on = train_tell(run, TRAIN_IDLE);

	ranks_share(run->trainer->ranks, &on, sizeof on);
	return on;
}

static bool all_there(const struct run *run)
{
	const char *lost = ranks_error(run->trainer->ranks);

	return !lost || error_set(run->error, "%s", lost);
}

static bool validate(struct run *run)
{
	struct progress *p = run->progress;
	const double start = machine_seconds();
	struct loss loss;

	updater_rest(&run->updater);
	loss = evaluate_on_ranks(run->trainer->model, &run->trainer->dataset->valid,
	                         run->settings->batch_tokens / run->settings->shards,
	                         run->trainer->pool, run->trainer->ranks);
	if (!all_there(run))
		return false;
	p->valid_nll = loss.nll / (double)loss.tokens;
	p->valid_accuracy = 100 * (double)loss.correct / (double)loss.tokens;
	p->validations++;
	p->valid_seconds += machine_seconds() - start;
	schedule_validated(run->settings, &run->schedule, p->valid_nll);
	if (!train_keep(run))
		return false;
	train_tell(run, TRAIN_VALIDATED);
	return true;
}

/* The epoch's batches; at an epoch's end the next one's. */
static void plan_epoch(struct run *run)
{
	struct progress *p = run->progress;

	if (run->planned_epoch == p->epoch)
		return;
	batch_plan_free(&run->plan);
	batch_plan_make(&run->plan, &run->trainer->dataset->train, run->settings->batch_tokens,
	                run->trainer->seed, (uint64_t)p->epoch);
	run->planned_epoch = p->epoch;
	p->batches = (long)run->plan.batches;
}

/* The backward pass has two products for each of the forward's. */
static void count(struct run *run, const struct update_result *r, double seconds)
{
	struct progress *p = run->progress;

	p->target_tokens += (double)r->loss.tokens;
	p->multiply_adds += 3 * run->trainer->multiply_adds * (double)r->loss.tokens;
	p->source_tokens += (double)r->source_tokens;
	p->padded_tokens += (double)r->padded_tokens;
	p->train_seconds += seconds;
	p->report_loss += r->loss.smoothed;
	p->report_nll += r->loss.nll;
	p->report_target_tokens += (double)r->loss.tokens;
	p->report_source_tokens += (double)r->source_tokens;
	p->report_padded_tokens += (double)r->padded_tokens;
	p->report_seconds += seconds;
	p->report_wait_seconds += r->wait_seconds;
	p->report_exchange_seconds += r->exchange_seconds;
	p->report_updates++;
	p->gradient_norm = r->gradient_norm;
}

/* Why an update was not done that no rank is to blame for. */
static bool not_finite(struct run *run, long take)
{
	const struct progress *p = run->progress;
	const struct blame blame = update_blame(&run->updater, p->update + 1, run->plan.order,
	                                        run->plan.start + p->batch, take);
	char text[BLAME_TEXT];

	blame_text(&blame, text);
	return error_set(run->error,
	                 TRAIN_DIVERGED "the gradient is not finite at update %ld: %s; lower "
	                 "train.learning_rate (%g) or train.clip (%g)",
	                 p->update + 1, text, run->settings->learning_rate, run->settings->clip);
}

static bool one_update(struct run *run)
{
	struct progress *p = run->progress;
	const double start = machine_seconds();
	struct update_result result;
	double seconds;
	long take;

	plan_epoch(run);
	if (p->batch >= p->batches)
		return error_set(run->error,
		                 "last.safetensors: batch %ld of an epoch that has %ld: it belongs to "
		                 "other data; delete it to train from the start",
		                 p->batch, p->batches);
	take = p->batches - p->batch < run->settings->accumulate ? p->batches - p->batch
	                                                         : run->settings->accumulate;
	p->learning_rate = schedule_rate(run->settings, &run->schedule, p->update + 1,
	                                 (double)run->trainer->model->settings.width);
	if (!update(&run->updater, p->update + 1, run->plan.order, run->plan.start + p->batch, take,
	            p->learning_rate, &result))
		return all_there(run) && not_finite(run, take);
	p->update++;
	p->batch += take;
	if (p->batch == p->batches) {
		p->epoch++;
		p->batch = 0;
	}
	seconds = machine_seconds() - start;
	if (run->settings->stop_minutes > 0)
		ranks_share(run->trainer->ranks, &seconds, sizeof seconds);
	count(run, &result, seconds);
	return all_there(run);
}

/* False where the training loss has been far above its start for long enough. */
static bool report(const struct run *run)
{
	struct progress *p = run->progress;
	const double loss = p->report_loss / p->report_target_tokens;

	train_tell(run, TRAIN_REPORT);
	if (p->first_loss <= 0)
		p->first_loss = loss;
	p->bad_reports = loss > BAD_LOSS * p->first_loss ? p->bad_reports + 1 : 0;
	if (p->bad_reports == BAD_REPORTS_MOST)
		return error_set(run->error,
		                 TRAIN_DIVERGED "the training loss (%.3f at update %ld) stays above "
		                 "its start (%.3f); lower train.learning_rate (%g)",
		                 loss, p->update, p->first_loss, run->settings->learning_rate);
	p->report_loss = p->report_nll = p->report_seconds = 0;
	p->report_wait_seconds = p->report_exchange_seconds = 0;
	p->report_updates = 0;
	p->report_target_tokens = p->report_source_tokens = p->report_padded_tokens = 0;
	return true;
}

/* What is due after an update. Weights that are the best so far are never newer than the
 * checkpoint. */
static bool after_update(struct run *run, bool stop)
{
	const struct train_settings *s = run->settings;
	const struct progress *p = run->progress;
	const bool validation =
		s->validate_every ? p->update % s->validate_every == 0 : p->batch == 0;

	if ((p->update % s->report_every == 0 || stop) && !report(run))
		return false;
	if ((validation || stop) && !validate(run))
		return false;
	if (p->report_target_tokens > 0 && train_should_stop(run) && !report(run))
		return false;
	if (p->best_update == p->update ||
	    (s->checkpoint_every ? p->update % s->checkpoint_every == 0 : validation))
		return train_save(run);
	return true;
}

static enum train_outcome loop(struct run *run)
{
	while (!train_should_stop(run)) {
		bool stop;

		if (!one_update(run))
			return TRAIN_FAILED;
		stop = train_should_stop(run);
		if (!after_update(run, stop))
			return TRAIN_FAILED;
		if (!goes_on(run) && !train_should_stop(run))
			return train_save(run) ? TRAIN_INTERRUPTED : TRAIN_FAILED;
	}
	return train_save(run) ? TRAIN_DONE : TRAIN_FAILED;
}

/* All that decides the bits from here on is rank 0's. */
static bool share_start(struct run *run)
{
	struct ranks *ranks = run->trainer->ranks;
	struct parameters *p = &run->trainer->model->parameters;
	struct optimizer *o = &run->optimizer;

	return (ranks_share(ranks, p->x, p->size * sizeof *p->x) &&
	        ranks_share(ranks, o->m, o->m ? o->n * sizeof *o->m : 0) &&
	        ranks_share(ranks, o->v, o->v ? o->n * sizeof *o->v : 0) &&
	        ranks_share(ranks, &o->step, sizeof o->step) &&
	        ranks_share(ranks, &run->schedule, sizeof run->schedule) &&
	        ranks_share(ranks, run->progress, sizeof *run->progress)) ||
	       all_there(run);
}

static bool start(struct run *run)
{
	const struct trainer *t = run->trainer;
	bool opened;

	parameters_start_on(&t->model->parameters, t->seed, t->pool);
	if (!train_led(run, train_resume) || !share_start(run))
		return false;
	opened = updater_open_on_ranks(&run->updater, t->model, &t->dataset->train, t->settings,
	                               &run->optimizer, t->pool, t->ranks, t->seed, run->error);
	return ranks_agree(t->ranks, opened, run->error);
}

enum train_outcome train(const struct trainer *trainer, struct progress *progress,
                         struct error *error)
{
	struct run run = { .trainer = trainer,
		           .settings = trainer->settings,
		           .progress = progress,
		           .planned_epoch = -1,
		           .saved_update = -1,
		           .error = error };
	enum train_outcome outcome = TRAIN_FAILED;

	*progress = (struct progress){ 0 };
	run.identity = checkpoint_identity_of(trainer->dataset);
	schedule_init(trainer->settings, &run.schedule);
	optimizer_init(&run.optimizer, trainer->settings, trainer->model->parameters.size);
	if (!start(&run))
		goto done;
	outcome = loop(&run);
	updater_close(&run.updater);
	optimizer_free(&run.optimizer);
	if (outcome == TRAIN_DONE && !train_led(&run, train_finish))
		outcome = TRAIN_FAILED;
done:
	updater_close(&run.updater);
	optimizer_free(&run.optimizer);
	batch_plan_free(&run.plan);
	return outcome;
}
