/* shortlist.c - a part of the target's vocabulary for some sentences. */
#include "eval/shortlist.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct choice {
	const struct lexicon *lexicon;
	size_t most;
	const int *source;
	int n, steps; /* sentences of the group; steps of this one */
	void (*take)(void *context, int token);
	void *context;
};

/* Calls take(context, t) of each token that the sentence may choose, some of them more than once.
 */
static void choose(const struct choice *c)
{
	const struct lexicon *l = c->lexicon;

	c->take(c->context, TOKEN_END);
	for (size_t i = 0; i < (size_t)l->frequent_count && i < c->most; i++)
		c->take(c->context, l->frequent[i]);
	for (int s = 0; s < c->steps; s++) {
		const int token = c->source[(size_t)s * (size_t)c->n];
		const size_t first = l->first[token], last = l->first[token + 1];

		for (size_t i = first; i < last && i - first < c->most; i++)
			c->take(c->context, l->likely[i]);
	}
}

/* place[token]: 1 of those that are chosen, then where they are in the list. */
static void mark(void *context, int token)
{
	((int *)context)[token] = 1;
}

static void list_tokens(struct shortlist *s, int *place, int vocabulary)
{
	place[TOKEN_BEGIN] = 1;
	for (int t = 0; t < vocabulary; t++)
		s->tokens += place[t];
	s->token = memory_new((size_t)s->tokens, sizeof *s->token);
	for (int t = 0, at = 0; t < vocabulary; t++) {
		if (!place[t])
			continue;
		s->token[at] = t;
		place[t] = at++;
	}
	s->begin = place[TOKEN_BEGIN];
	s->end = place[TOKEN_END];
}

struct opening {
	const int *place;
	real *mask; /* of a sentence */
};

static void open_token(void *context, int token)
{
	const struct opening *o = context;

	o->mask[o->place[token]] = 0;
}

static void lay_out(struct shortlist *s, const struct model *model, int weights)
{
	const struct parameters *p = &model->parameters;
	const size_t c = (size_t)model->output_width, n = (size_t)s->tokens;
	const real *w = p->x + p->list[model->output_weight].offset;
	real *rows = memory_new(n * c, sizeof *rows);

	for (size_t i = 0; i < n; i++)
		memcpy(rows + i * c, w + (size_t)s->token[i] * c, c * sizeof *rows);
	s->channels = model->output_width;
	s->weight = packed_new(vector_kernels(), s->tokens, s->channels, rows,
	                       (enum packed_numbers)weights);
	free(rows);
	if (model->output_bias < 0)
		return;
	s->bias = memory_new(n, sizeof *s->bias);
	for (size_t i = 0; i < n; i++)
		s->bias[i] = p->x[p->list[model->output_bias].offset + (size_t)s->token[i]];
}

void shortlist_begin(struct shortlist *s, const struct model *model,
                     const struct search_settings *settings, const int *source, const int *length,
                     int n)
{
	const int vocabulary = model->vocabulary[SIDE_TARGET];
	struct choice choice = { .lexicon = model->lexicon,
		                 .most = (size_t)settings->shortlist,
		                 .n = n };
	int *place = memory_new((size_t)vocabulary, sizeof *place);
	size_t size;

	if (!model->lexicon)
		panic("search.shortlist = %ld without a lexicon", settings->shortlist);
	*s = (struct shortlist){ 0 };
	choice.take = mark;
	choice.context = place;
	for (int i = 0; i < n; i++) {
		choice.source = source + i;
		choice.steps = length[i];
		choose(&choice);
	}
	list_tokens(s, place, vocabulary);
	size = (size_t)n * (size_t)s->tokens;
	s->mask = memory_new(size, sizeof *s->mask);
	for (size_t i = 0; i < size; i++)
		s->mask[i] = (real)-INFINITY;
	choice.take = open_token;
	for (int i = 0; i < n; i++) {
		struct opening o = { place, s->mask + (size_t)i * (size_t)s->tokens };

		choice.context = &o;
		choice.source = source + i;
		choice.steps = length[i];
		choose(&choice);
	}
	free(place);
	lay_out(s, model, settings->weights);
}

void shortlist_end(struct shortlist *s)
{
	free(s->token);
	free(s->mask);
	free(s->bias);
	packed_free(s->weight);
	*s = (struct shortlist){ 0 };
}

void shortlist_keep(struct shortlist *s, int sentences, const int *sentence)
{
	const size_t n = (size_t)s->tokens;

	for (int i = 0; s->tokens && i < sentences; i++)
		if (sentence[i] != i)
			memcpy(s->mask + (size_t)i * n, s->mask + (size_t)sentence[i] * n,
			       n * sizeof *s->mask);
}

void shortlist_logits(const struct shortlist *s, struct tape *tape, const real *h, int rows,
                      real *logits, void look(void *context, int first, int last), void *context)
{
	const struct packed_end end = { .bias = s->bias, .look = look, .context = context };
	const double weights = (double)s->tokens * s->channels;

	profile_begin(tape->profile, "linear", "shortlist", PROFILE_FORWARD);
	packed_multiply(s->weight, tape->team, rows, h, end, logits);
	tape_count(tape, rows * weights,
	           (double)sizeof(real) * (weights + (double)rows * (s->channels + s->tokens)));
	profile_end(tape->profile);
}

void shortlist_mask(const struct shortlist *s, int first_row, int rows, int width, int first,
                    int last, real *logits)
{
	const size_t n = (size_t)s->tokens;

	for (int r = 0; r < rows; r++) {
		const real *mask = s->mask + (size_t)((first_row + r) / width) * n;
		real *row = logits + (size_t)r * n;

		for (int t = first; t < last; t++)
			row[t] += mask[t];
	}
}

void shortlist_name(const struct shortlist *s, int n, struct nbest *result)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < result[i].count; j++) {
			struct hypothesis *h = &result[i].best[j];

			for (int t = 0; t < h->length; t++)
				h->token[t] = s->token[h->token[t]];
		}
}
