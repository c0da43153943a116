/* settings.c - the table of the keys below `train:`, and the rules between them. */
#include "train/settings.h"

#define S struct train_settings

const struct setting train_settings_table[] = {
	SETTING_OF_INT(S, batch_tokens, "batch_tokens", "2048", 1, 1e8,
	               "padded tokens of a batch on either side"),
	SETTING_OF_INT(S, accumulate, "accumulate", "1", 1, 1e5,
	               "batches whose gradients make one update"),
	SETTING_OF_INT(
		S, shards, "shards", "2", 1, 256,
		"parts of a batch that threads share; decides the result's bits, threads do not"),
	SETTING_OF_INT(S, micro_batch_tokens, "micro_batch_tokens", "512", 0, 1e8,
	               "padded tokens of a shard on either side that are worked on at once: fewer "
	               "need less memory, and decide the bits; 0: the whole shard"),
	SETTING_OF_WORD(S, precision, "precision", "float32", "float32|bfloat16",
	                "of the operands of matrix products in training; bfloat16 needs a processor "
	                "that has it, and keeps weights and sums in float32"),
	SETTING_OF_BOOL(S, checkpointing, "checkpointing", "false",
	                "keep only what goes from layer to layer and run each layer again for its "
	                "gradients: less memory, a third more time, the same bits"),
	SETTING_OF_WORD(S, optimizer, "optimizer", "adam", "sgd|adam|adamw",
	                "what makes an update of a gradient"),
	SETTING_OF_REAL(S, learning_rate, "learning_rate", "0.001", 0, 1000,
	                "highest of the schedule"),
	SETTING_OF_REAL(S, momentum, "momentum", "0", 0, 0.9999,
	                "sgd: share of the last update that goes on"),
	SETTING_OF_BOOL(S, nesterov, "nesterov", "false", "sgd: look ahead along the momentum"),
	SETTING_OF_REAL(S, beta1, "beta1", "0.9", 0, 0.9999,
	                "adam, adamw: decay of the mean gradient"),
	SETTING_OF_REAL(S, beta2, "beta2", "0.98", 0, 0.999999,
	                "adam, adamw: decay of the mean squared gradient"),
	SETTING_OF_REAL(S, epsilon, "epsilon", "1e-9", 1e-20, 1,
	                "adam, adamw: added to the root of the squares"),
	SETTING_OF_REAL(
		S, weight_decay, "weight_decay", "0", 0, 1,
		"sgd, adam: times the weights, added to the gradient; adamw: decoupled from it"),
	SETTING_OF_WORD(S, schedule, "schedule", "inverse-sqrt",
	                "constant|inverse-sqrt|cosine|plateau|aiayn",
	                "how the learning rate changes (aiayn: Vaswani 2017, equation 3)"),
	SETTING_OF_INT(S, warmup, "warmup", "400", 0, 1e9,
	               "updates over which the learning rate rises at first"),
	SETTING_OF_INT(S, cosine_updates, "cosine.updates", "0", 0, 1e12,
	               "update at which the floor is reached; 0: stop.updates"),
	SETTING_OF_REAL(S, floor, "floor", "0", 0, 1000, "cosine, plateau: lowest learning rate"),
	SETTING_OF_REAL(S, plateau_factor, "plateau.factor", "0.5", 0.001, 0.999,
	                "the learning rate is multiplied by this"),
	SETTING_OF_INT(S, plateau_patience, "plateau.patience", "1", 0, 1e6,
	               "validations without improvement that are put up with"),
	SETTING_OF_REAL(S, plateau_threshold, "plateau.threshold", "0.001", 0, 1,
	                "part of the loss by which it must fall to be an improvement"),
	SETTING_OF_REAL(S, label_smoothing, "label_smoothing", "0.1", 0, 0.99,
	                "probability that is spread over the whole vocabulary"),
	SETTING_OF_REAL(S, clip, "clip", "1", 0, 1e6, "longest gradient (global norm); 0: any"),
	SETTING_OF_INT(S, validate_every, "validate_every", "0", 0, 1e9,
	               "updates between validations; 0: after each epoch"),
	SETTING_OF_INT(S, validate_bleu, "validate_bleu", "0", 0, 1e9,
	               "first sentences of the validation set that each validation translates "
	               "greedily, for the curve valid_BLEU; 0: none"),
	SETTING_OF_INT(S, checkpoint_every, "checkpoint_every", "0", 0, 1e9,
	               "updates between checkpoints for resuming; 0: at each validation"),
	SETTING_OF_INT(S, report_every, "report_every", "20", 1, 1e6,
	               "updates between points of the training curves"),
	SETTING_OF_INT(S, average, "average", "1", 1, 64,
	               "validations whose weights are averaged for testing, the last so many; 1: "
	               "the best alone"),
	SETTING_OF_INT(S, stop_epochs, "stop.epochs", "0", 0, 1e9,
	               "stop after so many passes over the data; 0: never"),
	SETTING_OF_INT(S, stop_updates, "stop.updates", "0", 0, 1e12,
	               "stop after so many updates; 0: never"),
	SETTING_OF_INT(S, stop_tokens, "stop.tokens", "0", 0, 1e15,
	               "stop after so many target tokens; 0: never"),
	SETTING_OF_INT(S, stop_patience, "stop.patience", "0", 0, 1e6,
	               "stop after so many validations in a row without improvement; 0: never"),
	SETTING_OF_REAL(S, stop_minutes, "stop.minutes", "0", 0, 1e7,
	                "stop after so much training time; 0: never"),
	SETTING_OF_REAL(S, stop_multiply_adds, "stop.multiply_adds", "0", 0, 1e30,
	                "stop after so many multiply-adds, forward and backward (three times the "
	                "forward's); 0: never"),
	SETTING_OF_REAL(S, stop_perplexity, "stop.perplexity", "0", 0, 1e9,
	                "stop once the validation perplexity is no higher; 0: never"),
	{ .name = NULL },
};
#undef S

static bool stops(const struct train_settings *s)
{
	return s->stop_epochs || s->stop_updates || s->stop_tokens || s->stop_patience ||
	       s->stop_minutes > 0 || s->stop_multiply_adds > 0 || s->stop_perplexity > 0;
}

static long cosine_end(const struct train_settings *s)
{
	return s->cosine_updates ? s->cosine_updates : s->stop_updates;
}

bool train_settings_check(const struct train_settings *s, struct error *error)
{
	if (!stops(s))
		return error_set(
			error, "stop: nothing would end the training: set epochs, updates, tokens, "
			       "minutes, multiply_adds, perplexity or patience, as in {epochs: 10}");
	if (s->schedule == SCHEDULE_AIAYN && s->learning_rate < 0.05)
		return error_set(
			error,
			"learning_rate = %g: schedule: aiayn multiplies its own rate by it; "
			"write 1 for the paper's, or 0.5 to 2",
			s->learning_rate);
	if (s->nesterov && (s->optimizer != OPTIMIZER_SGD || s->momentum <= 0))
		return error_set(error,
		                 "nesterov = true: needs optimizer: sgd and a momentum above 0");
	if (s->schedule == SCHEDULE_COSINE && !cosine_end(s))
		return error_set(error,
		                 "schedule = cosine: needs its last update: set cosine.updates or "
		                 "stop.updates");
	if (s->schedule == SCHEDULE_COSINE && cosine_end(s) <= s->warmup)
		return error_set(
			error,
			"warmup = %ld: must be less than the %ld updates of schedule: cosine",
			s->warmup, cosine_end(s));
	if ((s->schedule == SCHEDULE_COSINE || s->schedule == SCHEDULE_PLATEAU) &&
	    s->floor > s->learning_rate)
		return error_set(error, "floor = %g: must not be above learning_rate = %g",
		                 s->floor, s->learning_rate);
	return true;
}
