/* attend_pair.c - the sentence pair that bakeoff attend shows. */
#include "cli/attend.h"
#include "cli/attend_map.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/corpus.h"
#include "data/text.h"
#include "eval/translate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_text(const char *what, const char *text, struct error *error)
{
	const size_t bad = text_bad_byte(text, strlen(text));

	return !bad ||
	       error_set(error, "%s: invalid UTF-8 at byte %zu; convert it to UTF-8 (iconv)", what,
	                 bad);
}

/* The run's own translation becomes the target, token by token. */
static bool translate_pair(struct corpus *pair, const struct trained *t, struct error *error)
{
	struct pool *pool = pool_open(1, error);
	struct nbest best = { 0 };
	size_t length = 0;

	if (!pool)
		return false;
	translate(&t->model, pair, &t->search, pool, NULL, NULL, &best);
	if (best.count)
		length = (size_t)best.best[0].length;
	if ((long)length >= t->longest)
		length = (size_t)t->longest - 1;
	pair->id[SIDE_TARGET] = memory_new(length + 1, sizeof(int));
	pair->start[SIDE_TARGET] = memory_new(2, sizeof(size_t));
	pair->start[SIDE_TARGET][1] = length;
	if (length)
		memcpy(pair->id[SIDE_TARGET], best.best[0].token, length * sizeof(int));
	nbest_free(&best);
	pool_close(pool);
	return true;
}

bool attend_asks_for(const struct attend_options *o, const struct head_place *head)
{
	return (!o->kind || !strcmp(o->kind, attention_kind_name(head->kind))) &&
	       (!o->layer || o->layer == head->layer + 1) &&
	       (!o->head || o->head == head->head + 1);
}

bool attend_pair_open(struct attend_pair *p, const struct attend_options *o,
                      const struct trained *t, const struct heads *heads, struct error *error)
{
	char *const source = o->source, *const target = o->target;
	struct corpus pair;
	bool whole;

	*p = (struct attend_pair){ .options = o, .trained = t, .heads = heads };
	if (!is_text("the source", source, error) ||
	    (target && !is_text("the target", target, error)))
		return false;
	if (!model_has_source(&t->model) && target)
		return error_set(error, "run %ld is a language model: give one text", o->run.id);
	if (model_has_source(&t->model))
		corpus_of_lines(&pair, t->vocabulary, &source, target ? &target : NULL, 1,
		                t->longest);
	else
		corpus_of_line(&pair, source, t->vocabulary[SIDE_TARGET], t->longest);
	warn_cut("attend", pair.cut, t->longest);
	whole = pair.start[SIDE_TARGET] || translate_pair(&pair, t, error);
	if (whole) {
		attention_maps_init(&p->maps, &t->model, t->vocabulary);
		attention_maps_make(&p->maps, &pair, 0);
		p->target = vocabulary_decode(t->vocabulary[SIDE_TARGET], pair.id[SIDE_TARGET],
		                              pair.start[SIDE_TARGET][1]);
	}
	corpus_free(&pair);
	return whole;
}

void attend_pair_free(struct attend_pair *p)
{
	attention_maps_free(&p->maps);
	free(p->target);
}

/* Where no kind is given: the one that the run has, cross-attention first. */
static enum attention_kind kind_of(const struct attend_pair *p)
{
	for (int kind = ATTENTION_KINDS - 1; kind >= 0; kind--)
		if (p->options->kind
		            ? !strcmp(p->options->kind,
		                      attention_kind_name((enum attention_kind)kind))
		            : attention_last_layer(&p->maps, (enum attention_kind)kind) >= 0)
			return (enum attention_kind)kind;
	return ATTENTION_CROSS;
}

bool attend_choose(const struct attend_pair *p, struct head_place *choice, struct error *error)
{
	const struct attend_options *o = p->options;
	const enum attention_kind kind = kind_of(p);
	const int layer = o->layer ? (int)o->layer - 1 : attention_last_layer(&p->maps, kind);
	const int heads = attention_heads(&p->maps, kind, layer);
	const char *name = attention_kind_name(kind);
	char there[256];

	heads_describe(p->heads, there, sizeof there);
	if (!p->heads->count)
		return error_set(error, "run %ld has no attention", o->run.id);
	if (attention_last_layer(&p->maps, kind) < 0)
		return error_set(error, "--kind %s: run %ld has none; it has %s", name, o->run.id,
		                 there);
	if (!heads)
		return error_set(error, "--layer %ld: run %ld has no %s attention there; it has %s",
		                 o->layer, o->run.id, name, there);
	if (o->head > heads)
		return error_set(error, "--head %ld: run %ld has %d in layer %d of %s; it has %s",
		                 o->head, o->run.id, heads, layer + 1, name, there);
	*choice = (struct head_place){ kind, layer, (int)o->head - 1 };
	if (heads == 1)
		choice->head = 0;
	return true;
}

void attend_name(const struct attend_pair *p, const struct head_place *choice, char *text,
                 size_t size)
{
	static const char *const name[] = { "encoder self-attention", "decoder self-attention",
		                            "cross-attention" };
	const int heads = attention_heads(&p->maps, choice->kind, choice->layer);

	if (choice->head < 0)
		snprintf(text, size, "%s, layer %d, mean of %d heads", name[choice->kind],
		         choice->layer + 1, heads);
	else
		snprintf(text, size, "%s, layer %d, head %d of %d", name[choice->kind],
		         choice->layer + 1, choice->head + 1, heads);
}

static void print_heading(const struct attend_pair *p, const struct head_place *choice)
{
	static const char *const what[] = {
		"each source token (row) looks at the source (columns)",
		"each target token (row), read, looks back at the target (columns)",
		"each target token (row), written, looks at the source (columns)",
	};
	const struct model *model = &p->trained->model;
	const bool joined = model_is_decoder_only(model) && model_has_source(model);
	char name[96];

	attend_name(p, choice, name, sizeof name);
	printf("%s: %s%s\n\n", name,
	       joined ? "each token (row) of the source and the target, read as one, looks at both "
	                "(columns)"
	              : what[choice->kind],
	       p->options->no_end ? "; without begin and end, rows scaled to 1" : "");
}

bool attend_terminal(const struct attend_pair *p, struct error *error)
{
	const struct terminal terminal = terminal_of(stdout);
	struct attention_picture picture;
	struct head_place choice;
	char there[256];

	if (!attend_choose(p, &choice, error))
		return false;
	heads_describe(p->heads, there, sizeof there);
	printf("%s: ", !model_has_source(&p->trained->model)       ? "text"
	               : model_is_encoder_only(&p->trained->model) ? "labels"
	               : p->options->target                        ? "target"
	                                                           : "translation");
	output_name(stdout, p->target);
	fputs("\n\n", stdout);
	print_heading(p, &choice);
	attention_picture_make(&picture, &p->maps, choice.kind, choice.layer, choice.head,
	                       !p->options->no_end);
	attend_map_draw(stdout, &picture, &terminal);
	attention_picture_free(&picture);
	printf("\nThis run has %s.\n", there);
	return true;
}
