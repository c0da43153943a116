/* trial_model.c - the model of a contestant, and what it costs. */
#include "core/error.h"
#include "core/machine.h"
#include "experiments/trial.h"

#include <math.h>

/* Weights, a gradient for each shard and two moments, before any activation. */
static bool fits_memory(const struct model *model, const struct contestant *c, struct error *error)
{
	const double bytes =
		(double)model->parameters.size * sizeof(real) * (3 + (double)c->train.shards);

	return bytes <= machine_memory() ||
	       error_set(error,
	                 "contestants.%s: %.0f million parameters need %.1f GiB to train, this "
	                 "machine has "
	                 "%.1f; make it smaller",
	                 c->name, (double)parameters_count(&model->parameters) / 1e6,
	                 bytes / 0x1p30, machine_memory() / 0x1p30);
}

static bool may_have_shortlist(const struct model *model, const struct contestant *c,
                               struct error *error)
{
	return !c->search.shortlist ||
	       (model_has_source(model) && !model_is_encoder_only(model)) ||
	       error_set(error,
	                 "contestants.%s: search.shortlist = %ld: nothing is searched from a source "
	                 "in this task; leave it out",
	                 c->name, c->search.shortlist);
}

bool trial_model(struct model *model, const struct experiment *experiment,
                 const struct contestant *c, const struct dataset *d, struct error *error)
{
	const int vocabulary[SIDES] = { vocabulary_size(d->vocabulary[SIDE_SOURCE]),
		                        vocabulary_size(d->vocabulary[SIDE_TARGET]) };
	const bool joint = d->vocabulary[SIDE_SOURCE] == d->vocabulary[SIDE_TARGET];

	if (!model_open(model, &c->design, vocabulary, joint,
	                (int)experiment->data.longest, error))
		return error_prefix(error, "contestants.%s", c->name);
	return may_have_shortlist(model, c, error) && fits_memory(model, c, error);
}

struct lexicon *trial_lexicon(const struct contestant *c, const struct dataset *d)
{
	const int vocabulary[SIDES] = { vocabulary_size(d->vocabulary[SIDE_SOURCE]),
		                        vocabulary_size(d->vocabulary[SIDE_TARGET]) };

	return c->search.shortlist ? lexicon_learn(&d->train, vocabulary) : NULL;
}

double trial_multiply_adds(const struct model *model, const struct corpus *c)
{
	const double n = (double)c->sentences;
	const long source = lround((double)corpus_steps_of(c, SIDE_SOURCE, c->sentences) / n);
	const long target = lround((double)corpus_steps_of(c, SIDE_TARGET, c->sentences) / n);

	return model_multiply_adds(model, (int)source, (int)target) / (double)target;
}
