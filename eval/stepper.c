/* stepper.c - a trained model as a predictor: cached steps, sentences that leave. */
#include "eval/stepper.h"
#include "core/error.h"
#include "eval/label.h"

#include <stdlib.h>
#include <string.h>

void stepper_init(struct stepper *s, const struct model *model, struct frozen *frozen)
{
	*s = (struct stepper){ .model = model };
	tape_init(&s->source);
	tape_init(&s->step);
	s->source.frozen = s->step.frozen = frozen;
}

void stepper_free(struct stepper *s)
{
	tape_free(&s->source);
	tape_free(&s->step);
	carry_free(&s->carry);
	batch_free(&s->batch);
	free(s->fed);
}

/* The tokens themselves of numbers in the shortlist. */
static const int *tokens_of(struct stepper *s, int rows, const int *number)
{
	if (!s->shortlist.tokens)
		return number;
	if (rows > s->fed_room) {
		s->fed = memory_resize(s->fed, (size_t)rows, sizeof *s->fed);
		s->fed_room = rows;
	}
	for (int i = 0; i < rows; i++)
		s->fed[i] = s->shortlist.token[number[i]];
	return s->fed;
}

static void step(void *context, int rows, const int *token)
{
	struct stepper *s = context;

	s->rows = rows;
	token = tokens_of(s, rows, token);
	tape_begin(&s->step, &s->model->parameters, NULL, false, 0);
	profile_begin(s->step.profile, "between operations", NULL, PROFILE_OTHER);
	s->h = model_decode(&s->step, s->model, &s->memory, token, 1, rows, &s->carry);
	profile_end(s->step.profile);
	s->after_step = s->step.arena.used;
}

struct look {
	const struct stepper *stepper;
	struct scan *scan;
	real *logits;
	int first; /* row of the last step */
};

static void look(void *context, int first, int last)
{
	const struct look *l = context;
	const struct stepper *s = l->stepper;

	if (s->shortlist.tokens)
		shortlist_mask(&s->shortlist, l->first, l->scan->rows, s->rows / s->live, first,
		               last, l->logits);
	scan_tokens(l->scan, l->logits, first, last);
}

static real *logits(void *context, int first, struct scan *scan)
{
	struct stepper *s = context;
	const size_t size = (size_t)scan->rows * (size_t)scan->vocabulary;
	struct look l = { .stepper = s, .scan = scan, .first = first };

	s->step.arena.used = s->after_step;
	l.logits = tape_memory(&s->step, size * sizeof(real));
	if (s->shortlist.tokens)
		shortlist_logits(&s->shortlist, &s->step, s->h->x + (size_t)first * (size_t)s->h->c,
		                 scan->rows, l.logits, look, &l);
	else
		model_logits_in_blocks(&s->step, s->model, s->h, first, scan->rows, l.logits, look,
		                       &l);
	return l.logits;
}

/* Closes the gaps of sentences that left; the live ones are in ascending order, so rows only move
 * down. */
static void keep_columns(struct var *v, int n, const int *kept)
{
	const size_t c = (size_t)v->c;

	for (size_t t = 0; t < (size_t)v->t; t++)
		for (size_t i = 0; i < (size_t)n; i++)
			memmove(v->x + (t * (size_t)n + i) * c,
			        v->x + (t * (size_t)v->n + (size_t)kept[i]) * c, c * sizeof(real));
	v->n = n;
}

static void keep_sentences(struct stepper *s, int n, const int *kept)
{
	int before = 0;

	for (int i = 0; i < s->memory.projected_count; i++) {
		struct var *v = s->memory.projected[i].v;

		before = before ? before : v->n;
		if (v->n == before && n < before)
			keep_columns(v, n, kept);
	}
	for (int i = 0; i < n; i++)
		s->batch.source_length[i] = s->batch.source_length[kept[i]];
}

static void select_rows(void *context, int rows, const int *row, int sentences, const int *sentence)
{
	struct stepper *s = context;

	profile_begin(s->step.profile, "select hypotheses", NULL, PROFILE_OTHER);
	carry_select(&s->carry, rows, row);
	keep_sentences(s, sentences, sentence);
	shortlist_keep(&s->shortlist, sentences, sentence);
	s->live = sentences;
	profile_end(s->step.profile);
}

static int longest_hypothesis(const struct model *model, const struct search_settings *settings,
                              int source_length)
{
	const double limit =
		settings->length_factor * source_length + (double)settings->length_offset;

	return limit < model->longest ? (int)limit : model->longest;
}

static void encode(struct stepper *s, int n)
{
	profile_begin(s->source.profile, "between operations", NULL, PROFILE_OTHER);
	tape_begin(&s->source, &s->model->parameters, NULL, false, 0);
	model_encode(&s->source, s->model, s->batch.source, s->batch.source_length,
	             s->batch.source_t, n, &s->memory);
	profile_end(s->source.profile);
	carry_begin(&s->carry, n);
}

/* Nothing is searched: all labels are there at once. */
static void label(struct stepper *s, long nbest, struct nbest *result)
{
	profile_begin(s->source.profile, "between operations", NULL, PROFILE_OTHER);
	tape_begin(&s->source, &s->model->parameters, NULL, false, 0);
	label_batch(&s->source, s->model, &s->batch, nbest, result);
	profile_end(s->source.profile);
}

/* The search of the group that was encoded. */
static void search_group(struct stepper *s, const struct search_settings *settings, int n,
                         const int *limit, const size_t *number, struct nbest *result)
{
	const struct shortlist *list = &s->shortlist;
	struct predictor predictor = { s,           s->model->vocabulary[SIDE_TARGET],
		                       TOKEN_BEGIN, TOKEN_END,
		                       step,        logits,
		                       select_rows };

	s->live = n;
	if (settings->shortlist) {
		shortlist_begin(&s->shortlist, s->model, settings, s->batch.source,
		                s->batch.source_length, n);
		predictor.vocabulary = list->tokens;
		predictor.begin = list->begin;
		predictor.end = list->end;
	}
	search(&predictor, settings, n, limit, number, result);
	if (list->tokens)
		shortlist_name(list, n, result);
	shortlist_end(&s->shortlist);
}

void stepper_search(struct stepper *s, const struct corpus *corpus,
                    const struct search_settings *settings, const uint32_t *sentence, int n,
                    struct team *team, struct profile *profile, struct nbest *result)
{
	int *limit;
	size_t *number;

	s->source.team = s->step.team = team;
	s->source.profile = s->step.profile = profile;
	profile_begin(profile, "fill batch", NULL, PROFILE_OTHER);
	batch_fill(&s->batch, corpus, sentence, n);
	profile_end(profile);
	if (model_is_encoder_only(s->model)) {
		label(s, settings->nbest, result);
		return;
	}
	limit = memory_new((size_t)n, sizeof *limit);
	number = memory_new((size_t)n, sizeof *number);
	for (int i = 0; i < n; i++) {
		limit[i] = longest_hypothesis(s->model, settings, s->batch.source_length[i]);
		number[i] = sentence[i];
	}
	encode(s, n);
	profile_begin(profile, "search", NULL, PROFILE_OTHER);
	search_group(s, settings, n, limit, number, result);
	profile_end(profile);
	free(limit);
	free(number);
}
