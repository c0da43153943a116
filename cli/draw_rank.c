/* draw_rank.c - pictures of captions by a trained run, and which of them another finds best. */
#include "cli/draw.h"

#include "cli/interrupt.h"
#include "cli/options.h"
#include "eval/evaluate.h"
#include "eval/translate.h"

#include <stdlib.h>

enum { FORCED_TOKENS = 4096 };

struct search_settings draw_search(const struct draw_options *o, const struct picture_run *r)
{
	struct search_settings s = r->trained.search;

	s.nbest = o->samples ? o->samples : 1;
	s.sample = o->samples || s.sample;
	if (o->has_temperature)
		s.temperature = o->search.temperature;
	if (o->search.seed >= 0)
		s.seed = o->search.seed;
	s.length_factor = 0;
	s.length_offset = r->trained.longest;
	return s;
}

bool draw_captions(const struct picture_run *r, const struct search_settings *search,
                   char *const *caption, size_t count, struct pool *pool, struct nbest *found,
                   struct error *error)
{
	struct corpus corpus;
	bool whole;

	corpus_of_lines(&corpus, r->trained.vocabulary, caption, NULL, count, r->trained.longest);
	whole = translate(&r->trained.model, &corpus, search, pool, interrupt_go_on, NULL, found);
	corpus_free(&corpus);
	return whole || error_set(error, "stopped");
}

int draw_sketches(const struct picture_run *r, const struct nbest *found, struct sketch *sketch)
{
	int count = 0;

	for (int i = 0; i < found->count; i++) {
		struct sketch *s = &sketch[count];
		struct error error;
		char *text = vocabulary_decode(r->trained.vocabulary[SIDE_TARGET],
		                               found->best[i].token, (size_t)found->best[i].length);

		s->drawn = i;
		count += picture_read(&s->picture, text, &error) && s->picture.edge == r->edge;
		free(text);
	}
	return count;
}

bool draw_open_ranking(struct picture_run *r, const struct draw_options *o,
                       struct database *database, const struct picture_run *drawing,
                       struct error *error)
{
	return picture_run_open(r, database, o->rank, false, error) &&
	       (r->edge == drawing->edge ||
	        error_set(
			error,
			"--rank: run %ld describes pictures of %d x %d pixels, run %ld draws them "
			"of %d x %d",
			o->rank, r->edge, r->edge, o->run.id, drawing->edge, drawing->edge));
}

static int by_probability(const void *a, const void *b)
{
	const struct sketch *x = a, *y = b;

	if (x->log_probability != y->log_probability)
		return x->log_probability < y->log_probability ? 1 : -1;
	return x->drawn - y->drawn;
}

void draw_rank(struct picture_run *r, const char *caption, struct pool *pool, struct sketch *sketch,
               int count)
{
	char **source = memory_new((size_t)count, sizeof *source);
	char **target = memory_new((size_t)count, sizeof *target);
	double *log_probability = memory_new((size_t)count, sizeof *log_probability);
	struct corpus pairs;

	for (int i = 0; i < count; i++) {
		source[i] = memory_new(picture_text_size(&r->codebook, r->edge), 1);
		picture_write(&r->codebook, &sketch[i].picture, source[i]);
		target[i] = memory_text(caption);
	}
	corpus_of_lines(&pairs, r->trained.vocabulary, source, target, (size_t)count,
	                r->trained.longest);
	evaluate(&r->trained.model, &pairs, FORCED_TOKENS, pool, log_probability);
	for (int i = 0; i < count; i++)
		sketch[i].log_probability = log_probability[i];
	qsort(sketch, (size_t)count, sizeof *sketch, by_probability);
	corpus_free(&pairs);
	free_lines(source, (size_t)count);
	free_lines(target, (size_t)count);
	free(log_probability);
}
