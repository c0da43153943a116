/* trial_curves.c - the curves of a trial: what its training reports becomes points in the database.
 */
#include "experiments/trial_parts.h"
#include "core/machine.h"
#include "data/labels.h"

#include <math.h>

static const double FLUSH_SECONDS = 2;

void trial_count_totals(struct work *w)
{
	const struct progress *p = &w->progress;

	w->totals.train_seconds = p->train_seconds;
	w->totals.valid_seconds = p->valid_seconds;
	w->totals.io_seconds = p->io_seconds;
	w->totals.updates = p->update;
	w->totals.source_tokens = (long)p->source_tokens;
	w->totals.target_tokens = (long)p->target_tokens;
	if (machine_peak_memory() > w->totals.peak_memory)
		w->totals.peak_memory = machine_peak_memory();
}

static bool point(struct work *w, const char *metric, double value)
{
	return database_point(w->trial->database, w->news.run, metric, w->progress.update, value,
	                      w->error);
}

static double epochs_of(const struct progress *p)
{
	return (double)p->epoch + (double)p->batch / (double)p->batches;
}

static bool report_points(struct work *w)
{
	const struct progress *p = &w->progress;
	const double tokens = p->report_target_tokens;

	return point(w, "train_loss", p->report_loss / tokens) &&
	       point(w, "train_nll", p->report_nll / tokens) &&
	       point(w, "learning_rate", p->learning_rate) &&
	       point(w, "gradient_norm", p->gradient_norm) &&
	       point(w, "target_tokens_per_second", tokens / p->report_seconds) &&
	       (p->report_source_tokens <= 0 ||
	        point(w, "source_tokens_per_second",
	              p->report_source_tokens / p->report_seconds)) &&
	       point(w, "padding_percent", 100 * (1 - tokens / p->report_padded_tokens)) &&
	       point(w, "seconds", p->train_seconds) &&
	       point(w, "target_tokens", p->target_tokens) && point(w, "epoch", epochs_of(p));
}

/* Where ranks train together: the seconds of an update that they wait for the slowest, and those
 * that gradients are on their way. */
static bool ranks_points(struct work *w)
{
	const struct progress *p = &w->progress;
	const double updates = (double)p->report_updates;

	if (ranks_count(w->trial->ranks) == 1 || updates <= 0)
		return true;
	return point(w, "wait_seconds_per_update", p->report_wait_seconds / updates) &&
	       point(w, "exchange_seconds_per_update", p->report_exchange_seconds / updates);
}

static bool flush(struct work *w)
{
	w->flushed = machine_seconds();
	trial_count_totals(w);
	return database_flush(w->trial->database, w->error) &&
	       database_run_progress(w->trial->database, w->news.run, &w->totals, w->error);
}

/* Whether the trial is where it shall wait for others. */
static bool is_at_pause(const struct work *w)
{
	const struct trial_pause *pause = &w->trial->pause;
	const struct progress *p = &w->progress;

	return (pause->epochs > 0 && epochs_of(p) >= pause->epochs) ||
	       (pause->updates > 0 && (double)p->update >= pause->updates) ||
	       (pause->tokens > 0 && p->target_tokens >= pause->tokens);
}

bool trial_on_training(void *context, enum train_event event, const struct progress *progress)
{
	struct work *w = context;
	bool kept = true;

	(void)progress;
	switch (event) {
	case TRAIN_REPORT:
		kept = report_points(w) && ranks_points(w) &&
		       (machine_seconds() - w->flushed < FLUSH_SECONDS || flush(w));
		trial_tell(w, TRIAL_REPORT);
		break;
	case TRAIN_VALIDATED:
		kept = point(w, "valid_nll", w->progress.valid_nll) &&
		       point(w, "valid_perplexity", exp(w->progress.valid_nll)) &&
		       (!objective_labels(w->trial->dataset->valid.objective) ||
		        point(w, "valid_accuracy", w->progress.valid_accuracy)) &&
		       point(w, "seconds", w->progress.train_seconds) &&
		       point(w, "target_tokens", w->progress.target_tokens) &&
		       point(w, "epoch", epochs_of(&w->progress)) && trial_validate_bleu(w) &&
		       flush(w);
		trial_tell(w, TRIAL_VALIDATED);
		w->paused = is_at_pause(w);
		break;
	case TRAIN_SAVING:
		kept = flush(w);
		break;
	case TRAIN_IDLE:
		trial_tell(w, TRIAL_UPDATE);
		break;
	}
	w->database_failed |= !kept;
	return !w->database_failed && (event == TRAIN_SAVING || !(w->stop || w->paused));
}
