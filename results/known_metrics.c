/* known_metrics.c - the table of metrics. */
#include "results/known_metrics.h"

#include <stddef.h>
#include <string.h>

/* The kinds that a metric is of. */
enum {
	SENTENCES = 1 << KIND_SENTENCES,
	TEXTS = 1 << KIND_TEXTS,
	LABELS = 1 << KIND_LABELS,
	NUMBERS = 1 << KIND_NUMBERS,
	PICTURES = 1 << KIND_PICTURES,
};

#define CURVE 0, KIND_NONE, 3

const struct known_metric known_metrics[] = {
	{ "train_loss", "nats/token", "lower", CURVE,
	  "what training minimises: cross-entropy of the target tokens, label smoothing included" },
	{ "train_nll", "nats/token", "lower", CURVE,
	  "negative log-likelihood of the training batches' target tokens" },
	{ "valid_nll", "nats/token", "lower", CURVE,
	  "negative log-likelihood of the validation target tokens" },
	{ "valid_perplexity", "", "lower", CURVE, "exp(valid_nll)" },
	{ "valid_BLEU", "points", "higher", CURVE,
	  "corpus BLEU of the first train.validate_bleu validation sentences, translated "
	  "greedily" },
	{ "learning_rate", "", "none", CURVE, "of the update" },
	{ "gradient_norm", "", "none", CURVE,
	  "Euclidean norm of the whole gradient before clipping" },
	{ "target_tokens_per_second", "tokens/s", "higher", CURVE,
	  "target tokens without padding, end of sentence counted, over seconds of training "
	  "alone" },
	{ "source_tokens_per_second", "tokens/s", "higher", CURVE,
	  "source tokens without padding, end of sentence counted, over seconds of training "
	  "alone" },
	{ "padding_percent", "%", "lower", CURVE,
	  "padded positions of the target side of batches" },
	{ "seconds", "s", "none", CURVE, "training alone, since the run began" },
	{ "target_tokens", "tokens", "none", CURVE,
	  "target tokens without padding that the run has trained on" },
	{ "epoch", "epochs", "none", CURVE, "passes over the training data, fractions included" },
	{ "wait_seconds_per_update", "s", "lower", CURVE,
	  "where ranks train together: of an update, waiting for the slowest of them" },
	{ "exchange_seconds_per_update", "s", "lower", CURVE,
	  "where ranks train together: of an update, summing gradients over them" },
	{ "BLEU", "points", "higher", SENTENCES, KIND_SENTENCES, 2,
	  "corpus BLEU, 0 to 100, of detokenised text; see the signature" },
	{ "chrF", "points", "higher", SENTENCES, KIND_NONE, 2,
	  "corpus chrF, 0 to 100; see the signature" },
	{ "TER", "points", "lower", SENTENCES, KIND_NONE, 2,
	  "edits over reference words, times 100; see the signature" },
	{ "decode_sentences_per_second", "sentences/s", "higher", CURVE,
	  "of the search; reading and scoring left out" },
	{ "exact_match", "%", "higher", SENTENCES | LABELS, KIND_NONE, 2,
	  "hypotheses equal to their reference" },
	{ "bits_per_character", "bits", "lower", TEXTS, KIND_TEXTS, 3,
	  "negative log-likelihood of a text in bits over its characters, ends of lines counted; "
	  "comparable between vocabularies" },
	{ "token_perplexity", "", "lower", SENTENCES | TEXTS | NUMBERS | PICTURES, KIND_NONE, 2,
	  "exp(negative log-likelihood / tokens) of the references, ends counted; comparable "
	  "where the vocabulary is the same" },
	{ "character_perplexity", "", "lower", SENTENCES | TEXTS, KIND_NONE, 2,
	  "exp(negative log-likelihood / characters) of the references, ends counted; comparable "
	  "between vocabularies" },
	{ "token_accuracy", "%", "higher", SENTENCES | TEXTS, KIND_NONE, 2,
	  "tokens of the references that the model finds most probable behind those before them" },
	{ "shape_accuracy", "%", "higher", PICTURES, KIND_NONE, 1,
	  "objects asked for that have the right shape" },
	{ "colour_accuracy", "%", "higher", PICTURES, KIND_NONE, 1,
	  "objects asked for that have the right colour" },
	{ "size_accuracy", "%", "higher", PICTURES, KIND_NONE, 1,
	  "objects asked for that have the right size" },
	{ "place_accuracy", "%", "higher", PICTURES, KIND_NONE, 1,
	  "single objects that are where they are asked for" },
	{ "relation_accuracy", "%", "higher", PICTURES, KIND_NONE, 1,
	  "pairs of objects that lie as asked for" },
	{ "picture_accuracy", "%", "higher", PICTURES, KIND_PICTURES, 1,
	  "pictures or captions in which all that is asked for is right, and nothing else is "
	  "there" },
	{ "valid_accuracy", "%", "higher", CURVE,
	  "validation labels that the model finds most probable" },
	{ "accuracy", "%", "higher", LABELS, KIND_LABELS, 2,
	  "labels that are right, at their place: one a sentence, or one a token" },
	{ "macro_f1", "%", "higher", LABELS, KIND_NONE, 2,
	  "mean over labels of F1, 2 right / (predicted + there), each label alike" },
	{ "nll", "nats/label", "lower", LABELS, KIND_NONE, 3,
	  "negative log-likelihood of the right labels" },
	{ "MAE", "", "lower", NUMBERS, KIND_NUMBERS, 3, "mean absolute error of forecasts" },
	{ "MASE", "", "lower", NUMBERS, KIND_NONE, 3,
	  "mean over series of the absolute error of a forecast, over that of a naive one in the "
	  "series before it: each value as the one before" },
	{ .name = NULL },
};

const struct known_metric *known_metric_find(const char *name)
{
	for (const struct known_metric *m = known_metrics; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

enum kind known_metric_ranks(const char *name)
{
	const struct known_metric *m = known_metric_find(name);

	return m ? m->ranks : KIND_NONE;
}

bool known_metric_is_of(const char *name, enum kind kind)
{
	const struct known_metric *m = known_metric_find(name);

	return m && m->of >> kind & 1;
}

int known_metric_decimals(const char *name)
{
	const struct known_metric *m = known_metric_find(name);

	return m ? m->decimals : 2;
}
