/* progress_json.c - how a run goes, in lines of JSON for programs. */
#include "cli/progress.h"
#include "core/error.h"

#include <jansson.h>
#include <stdio.h>

static const char *const event_name[] = {
	[TRIAL_STARTED] = "started",   [TRIAL_RESUMED] = "resumed", [TRIAL_SKIPPED] = "skipped",
	[TRIAL_UPDATE] = "update",     [TRIAL_REPORT] = "report",   [TRIAL_VALIDATED] = "validated",
	[TRIAL_DECODING] = "decoding", [TRIAL_SCORED] = "scored",   [TRIAL_FINISHED] = "finished",
	[TRIAL_STOPPED] = "stopped",   [TRIAL_FAILED] = "failed",
	[TRIAL_PAUSED] = "paused",
};

static void print(json_t *object)
{
	if (!object || json_dumpf(object, stdout, JSON_COMPACT))
		panic("progress cannot be written as JSON");
	putchar('\n');
	fflush(stdout);
	json_decref(object);
}

void progress_json_line(void *context, const char *line)
{
	(void)context;
	print(json_pack("{ss ss}", "event", "note", "text", line));
}

/* A number that JSON has not is null. */
static json_t *real_of(double x)
{
	json_t *number = json_real(x);

	return number ? number : json_null();
}

static void add_progress(json_t *object, const struct trial_news *n)
{
	const struct progress *p = n->progress;

	json_object_set_new(object, "update", json_integer(p->update));
	json_object_set_new(object, "share_done", real_of(train_share(n->settings, p)));
	json_object_set_new(object, "target_tokens", real_of(p->target_tokens));
	json_object_set_new(object, "train_seconds", real_of(p->train_seconds));
	if (p->report_target_tokens > 0) {
		json_object_set_new(object, "train_loss",
		                    real_of(p->report_loss / p->report_target_tokens));
		json_object_set_new(object, "target_tokens_per_second",
		                    real_of(p->report_target_tokens / p->report_seconds));
	}
	if (p->validations > 0)
		json_object_set_new(object, "valid_nll", real_of(p->valid_nll));
}

void progress_json_watch(void *context, const struct trial_news *n)
{
	json_t *object = json_pack("{ss si ss sI sI}", "event", event_name[n->event], "trial",
	                           n->trial->number, "contestant", n->trial->contestant->name,
	                           "seed", (json_int_t)n->trial->seed, "run", (json_int_t)n->run);

	(void)context;
	if (n->parameters)
		json_object_set_new(object, "parameters", json_integer((json_int_t)n->parameters));
	if (n->progress && n->event != TRIAL_STARTED && n->event != TRIAL_SKIPPED)
		add_progress(object, n);
	if (n->event == TRIAL_DECODING || n->event == TRIAL_SCORED) {
		json_object_set_new(object, "test_set", json_string(n->test_set));
		json_object_set_new(object, "done", json_integer((json_int_t)n->done));
		json_object_set_new(object, "all", json_integer((json_int_t)n->all));
	}
	if (n->event == TRIAL_SCORED && n->metric)
		json_object_set_new(object, n->metric, real_of(n->score));
	if (n->reason)
		json_object_set_new(object, "reason", json_string(n->reason));
	print(object);
}
