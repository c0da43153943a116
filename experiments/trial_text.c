/* trial_text.c - what a trained language model makes of a text: how well each token is foreseen,
 * and how it would go on from some places. */
#include "core/error.h"
#include "core/machine.h"
#include "eval/generation.h"
#include "experiments/trial_parts.h"

#include <stdlib.h>

/* A place of a stream: the line before it, its end counted. */
struct place {
	size_t line, end;
};

/* The first line with a token that begins at `from` or later, and has something behind it. */
static bool find_place(const int *id, size_t tokens, size_t from, struct place *place)
{
	size_t line = from;

	while (line && line < tokens && id[line - 1] != TOKEN_END)
		line++;
	while (line < tokens) {
		size_t end = line;

		while (end < tokens && id[end] != TOKEN_END)
			end++;
		if (end > line && end + 1 < tokens) {
			*place = (struct place){ line, end + 1 };
			return true;
		}
		line = end + 1;
	}
	return false;
}

/* What the model goes on with behind a line, of which it is told as much as half a block. */
static char *go_on(struct generation *g, const struct vocabulary *vocabulary, const int *prompt,
                   int steps, uint64_t number, int *token, long tokens, double *log_probability)
{
	*log_probability = 0;
	generation_begin(g, prompt, steps, number);
	for (long i = 0; i < tokens; i++)
		generation_next(g, &token[i], log_probability);
	return vocabulary_decode_lines(vocabulary, token, (size_t)tokens);
}

static void sample(struct work *w, struct generation *g, const struct corpus *test,
                   const struct place *place, uint64_t number, struct translation *t)
{
	const struct vocabulary *vocabulary = w->trial->dataset->vocabulary[SIDE_TARGET];
	const long tokens = w->trial->contestant->search.sample_tokens;
	const int *id = test->id[SIDE_TARGET];
	const size_t all = test->start[SIDE_TARGET][test->sentences];
	const size_t most = (size_t)w->model.longest / 2 + 1, left = all - place->end;
	const size_t before = place->end - place->line + 1; /* with the end of the line before it */
	const size_t steps = before < most ? before : most;
	int *prompt = memory_new(steps, sizeof *prompt);
	int *token = memory_new((size_t)tokens, sizeof *token);
	double start;

	for (size_t i = 0; i < steps; i++) {
		const size_t at = place->end + i;

		prompt[i] = at < steps ? TOKEN_END : id[at - steps];
	}
	t->source = vocabulary_decode(vocabulary, id + place->line, place->end - place->line);
	t->reference = vocabulary_decode_lines(vocabulary, id + place->end,
	                                       left < (size_t)tokens ? left : (size_t)tokens);
	start = machine_seconds();
	t->hypothesis = go_on(g, vocabulary, prompt, (int)steps, number, token, tokens,
	                      &t->log_probability);
	t->seconds = machine_seconds() - start;
	free(prompt);
	free(token);
}

/* Places lie evenly over the text. False where the watcher said stop, or the database failed. */
static bool keep_samples(struct work *w, const struct corpus *test)
{
	const struct search_settings *search = &w->trial->contestant->search;
	const size_t wanted = (size_t)search->samples;
	const size_t all = test->start[SIDE_TARGET][test->sentences];
	struct translation *t = memory_new(wanted + 1, sizeof *t);
	struct generation *g = generation_open(&w->model, search, 1);
	size_t count = 0;
	bool kept = true;

	for (size_t i = 0; i < wanted && kept; i++) {
		struct place place;

		if (!find_place(test->id[SIDE_TARGET], all, i * all / wanted, &place))
			continue;
		sample(w, g, test, &place, i, &t[count++]);
		w->news.done = i + 1;
		w->news.all = wanted;
		kept = trial_tell(w, TRIAL_DECODING);
	}
	generation_close(g);
	if (kept && count) {
		kept = database_hypotheses(w->trial->database, w->news.run, test->name, t, count,
		                           w->error);
		w->database_failed |= !kept;
	}
	for (size_t i = 0; i < count; i++) {
		free((char *)t[i].source);
		free((char *)t[i].reference);
		free((char *)t[i].hypothesis);
	}
	free(t);
	return kept;
}

bool trial_test_text(struct work *w, const struct corpus *test)
{
	const double start = machine_seconds();
	bool kept;

	kept = trial_keep_forced(w, test, 0, &w->news.score);
	w->database_failed |= !kept;
	w->news.metric = "bits_per_character";
	w->news.seconds = machine_seconds() - start;
	if (!kept || !trial_tell(w, TRIAL_SCORED))
		return false;
	kept = keep_samples(w, test);
	w->totals.decode_seconds += machine_seconds() - start;
	return kept;
}
