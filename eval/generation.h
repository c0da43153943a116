/* generation.h - a language model goes on with texts, a token at a time, by cached steps. */
#ifndef BAKEOFF_GENERATION_H
#define BAKEOFF_GENERATION_H

#include "eval/settings.h"
#include "models/model.h"

struct generation;

/* `rows` texts at once, drawn as the settings' temperature, top_k, top_p and seed say; `weights`
 * counts too. The model has no source (model_has_source), and must last. */
struct generation *generation_open(const struct model *, const struct search_settings *, int rows);
void generation_close(struct generation *);

/* What the texts go on from: tokens [steps][rows], one step or more, TOKEN_END where a text begins
 * with a line. Row r draws by chance as number + r: its text is a function of the model, the
 * settings, that number and the logits, which round by the number of rows. */
void generation_begin(struct generation *, const int *token, int steps, uint64_t number);

/* The next token of each row, to token [rows], which it goes on from then. Adds each token's log p
 * to log_probability [rows] where that is not NULL. Never TOKEN_PAD, TOKEN_UNKNOWN or TOKEN_BEGIN.
 *
 * A model with learned, sinusoidal or rotary positions knows those of a block alone
 * (model->longest): where a text would be longer, it is read again from half of that back. Others
 * remember all. */
void generation_next(struct generation *, int *token, double *log_probability);

#endif
