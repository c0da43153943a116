/* probe_contrast.c - does a language model find a sentence more probable than the same with one
 * wrong word? Minimal pairs of the task agreement. */
#include "experiments/probe.h"

#include "core/error.h"
#include "data/agreement.h"
#include "data/generated.h"
#include "eval/evaluate.h"

#include <stdlib.h>

enum { BATCH_TOKENS = 1024 };

/* The test sentences that have a contrast, and how far it is. */
struct pairs {
	char **text;   /* [2 count] right, wrong, right, ...; owned */
	int *distance; /* [count] words between subject and verb */
	size_t count;
};

static void pairs_add(struct pairs *pairs, const struct text *text)
{
	const size_t most = pairs->count + text->lines;

	pairs->text = memory_resize(pairs->text, 2 * most + 1, sizeof *pairs->text);
	pairs->distance = memory_resize(pairs->distance, most + 1, sizeof *pairs->distance);
	for (size_t i = 0; i < text->lines; i++) {
		struct agreement found;

		if (!agreement_contrast(text->line[i].text, &found))
			continue;
		pairs->text[2 * pairs->count] = memory_text(text->line[i].text);
		pairs->text[2 * pairs->count + 1] = found.wrong;
		pairs->distance[pairs->count++] = found.distance;
	}
}

/* The test sets again, as the trials had them: a function of the settings. */
static bool pairs_make(struct pairs *pairs, const struct data_settings *settings,
                       struct error *error)
{
	struct generated generated;

	*pairs = (struct pairs){ 0 };
	if (!generated_make(&generated, settings, error))
		return false;
	for (int set = GENERATED_TEST; set < GENERATED_SETS; set++)
		pairs_add(pairs, &generated.set[set].side[SIDE_TARGET]);
	generated_free(&generated);
	return pairs->count || error_set(error, "there are no pairs: data.task must be agreement");
}

static void pairs_free(struct pairs *pairs)
{
	for (size_t i = 0; i < 2 * pairs->count; i++)
		free(pairs->text[i]);
	free(pairs->text);
	free(pairs->distance);
}

/* 1 for each pair whose right sentence has the greater log p, at its distance. */
static bool contrast(const struct probe_material *material, const struct probe_trial *trial,
                     const struct pairs *pairs, struct pool *pool, struct error *error)
{
	const int series = measured_series(material->measured, trial->contestant->name);
	double *score = memory_new(2 * pairs->count, sizeof *score);
	struct trained trained;
	struct corpus corpus;
	const bool opened = trained_open(&trained, material->database, trial->run, error);

	if (opened) {
		corpus_of_texts(&corpus, pairs->text, 2 * pairs->count,
		                trained.vocabulary[SIDE_TARGET], trained.longest);
		evaluate(&trained.model, &corpus, BATCH_TOKENS, pool, score);
		corpus_free(&corpus);
		trained_close(&trained);
	}
	for (size_t i = 0; opened && i < pairs->count; i++)
		measured_add(material->measured, series, trial->seed, pairs->distance[i],
		             score[2 * i] > score[2 * i + 1]);
	free(score);
	return opened;
}

bool probe_measure_contrast(const struct probe_material *material, struct error *error)
{
	struct pairs pairs;
	struct pool *pool = pool_open(1, error);
	bool good = pairs_make(&pairs, &material->experiment->data, error) && pool;

	for (int i = 0; i < material->experiment->contestants; i++)
		measured_series(material->measured, material->experiment->contestant[i].name);
	for (size_t i = 0; good && i < material->trials; i++)
		good = contrast(material, &material->trial[i], &pairs, pool, error);
	pairs_free(&pairs);
	pool_close(pool);
	return good;
}
