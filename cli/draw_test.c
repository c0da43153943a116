/* draw_test.c - bakeoff draw --test: of every caption of a run's test sets the best of several
 * pictures, kept and scored beside what the run's search drew. */
#include "cli/draw.h"

#include "eval/picture_score.h"
#include "results/best_of.h"
#include "results/translations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What all test sets of a run have in common. */
struct testing {
	const struct draw_options *options;
	struct database *database;
	const struct picture_run *drawing;
	struct picture_run *ranking;
	struct pool *pool;
	struct search_settings search;
	long step;           /* of the weights */
	char signature[160]; /* how the best were found */
};

static void add(struct picture_tally *tally, const struct translation *t)
{
	const struct facts wanted = picture_facts_of_caption(t->source);
	const struct facts given = picture_facts_of_text(t->hypothesis);

	picture_tally_add(tally, &wanted, &given);
}

/* Puts the best of what was drawn of a caption in the place of the search's picture; the first
 * where none has the size of a picture. */
static void choose(const struct testing *g, const struct nbest *found, struct translation *t)
{
	struct sketch *sketch = memory_new((size_t)found->count + 1, sizeof *sketch);
	const int count = draw_sketches(g->drawing, found, sketch);
	const struct hypothesis *best;

	if (count)
		draw_rank(g->ranking, t->source, g->pool, sketch, count);
	best = &found->best[count ? sketch[0].drawn : 0];
	free((char *)t->hypothesis);
	t->hypothesis = vocabulary_decode(g->drawing->trained.vocabulary[SIDE_TARGET], best->token,
	                                  (size_t)best->length);
	t->log_probability = best->total;
	t->seconds = found->seconds;
	free(sketch);
}

static bool draw_all(const struct testing *g, struct translations *t, struct error *error)
{
	struct nbest *found = memory_new(t->count, sizeof *found);
	char **caption = memory_new(t->count, sizeof *caption);
	bool good;

	for (size_t i = 0; i < t->count; i++)
		caption[i] = (char *)t->translation[i].source;
	good = draw_captions(g->drawing, &g->search, caption, t->count, g->pool, found, error);
	for (size_t i = 0; i < t->count; i++) {
		if (good)
			choose(g, &found[i], &t->translation[i]);
		nbest_free(&found[i]);
	}
	free(caption);
	free(found);
	return good;
}

static bool keep_scores(const struct testing *g, const char *name, const struct translations *t,
                        const struct picture_tally *tally, struct error *error)
{
	double seconds = 0;
	bool good = true;

	for (size_t i = 0; i < t->count; i++)
		seconds += t->translation[i].seconds;
	for (int m = 0; m < PICTURE_METRICS && good; m++) {
		const enum picture_metric metric = (enum picture_metric)m;
		const struct score score = { .test_set = name,
			                     .metric = picture_metric_name(metric),
			                     .value = picture_accuracy(tally, metric),
			                     .step = g->step,
			                     .signature = g->signature,
			                     .seconds = seconds,
			                     .sentences = (long)t->count,
			                     .beam = g->search.beam,
			                     .length_penalty = g->search.length_penalty };

		good = isnan(score.value) ||
		       database_score(g->database, g->options->run.id, &score, error);
	}
	return good;
}

static bool test_set(const struct testing *g, const char *tested, struct error *error)
{
	char *name = best_of_name(tested, g->options->samples);
	struct picture_tally searched = { { 0 }, { 0 } }, best = { { 0 }, { 0 } };
	struct translations t;
	bool good = translations_read(g->database, g->options->run.id, tested, &t, error);

	for (size_t i = 0; i < t.count; i++)
		add(&searched, &t.translation[i]);
	good = good && draw_all(g, &t, error);
	for (size_t i = 0; i < t.count; i++)
		add(&best, &t.translation[i]);
	good = good &&
	       database_hypotheses(g->database, g->options->run.id, name, t.translation, t.count,
	                           error) &&
	       keep_scores(g, name, &t, &best, error);
	if (good)
		printf("%s: %.1f %% of %zu as asked, %.1f %% of the search's\n", name,
		       picture_accuracy(&best, PICTURE_WHOLE), t.count,
		       picture_accuracy(&searched, PICTURE_WHOLE));
	translations_free(&t);
	free(name);
	return good;
}

/* Says who ranks by its key, which other databases know too. */
static bool sign(struct testing *g, struct error *error)
{
	struct run_record ranking;

	if (!database_run_read(g->database, g->options->rank, &ranking, error))
		return false;
	snprintf(g->signature, sizeof g->signature,
	         "samples:%ld|temperature:%g|seed:%ld|ranked:%.60s-%.16s", g->options->samples,
	         (double)g->search.temperature, (long)g->search.seed, ranking.contestant,
	         ranking.key);
	run_record_free(&ranking);
	return true;
}

bool draw_tests(const struct draw_options *o, struct database *database,
                const struct picture_run *drawing, struct picture_run *ranking, struct pool *pool,
                struct error *error)
{
	struct testing g = { o, database, drawing, ranking, pool, draw_search(o, drawing), 0, "" };
	char **tested = NULL;
	size_t count = 0;
	bool good = best_of_tested(database, o->run.id, &tested, &count, &g.step, error) &&
	            sign(&g, error);

	for (size_t i = 0; i < count; i++) {
		good = good && test_set(&g, tested[i], error);
		free(tested[i]);
	}
	free(tested);
	return good;
}
