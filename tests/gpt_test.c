/* gpt_test.c - a GPT-2 with names as published says here what it says in PyTorch, and goes on with
 * a text as it does there. */
#include "core/gemm.h"
#include "core/safetensors.h"
#include "data/vocabulary.h"
#include "eval/generation.h"
#include "experiments/import.h"
#include "experiments/trial.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/import/"

enum { STEPS = 16, VOCABULARY = 12 };

/* Of all tests. */
struct golden {
	char folder[64], words[96], database[96];
	struct database opened;
	struct trained trained;
	struct safetensors says;
};

static void save_words(const char *path)
{
	static const char text[] = "a b c d e f g h";
	const struct line line = { text, sizeof text - 1, 1 };
	struct error error;
	struct vocabulary *v = vocabulary_train(SUBWORD_WORDS, VOCABULARY, false, &line, 1, &error);

	if (!v || !vocabulary_save(v, path, &error))
		fail_msg("%s", error.message);
	vocabulary_free(v);
}

static bool import(const struct golden *g, long *run, struct error *error)
{
	struct experiment experiment;
	const struct import_request r = {
		.weights = GOLDEN "gpt2.safetensors",
		.map = "experiments/import/gpt2.yaml",
		.vocabulary = { g->words, NULL },
		.database = g->database,
		.experiment = &experiment,
		.contestant = "gpt2",
	};
	bool again,
		good = experiment_read_settings(&experiment, GOLDEN "gpt2.yaml", NULL, 0, error);

	if (good)
		good = import_run(&r, run, &again, NULL, NULL, error);
	experiment_free(&experiment);
	return good;
}

static int open_golden(void **state)
{
	struct golden *g = memory_new(1, sizeof *g);
	struct error error = { "no folder" };
	long run;

	*state = g;
	snprintf(g->folder, sizeof g->folder, "/tmp/gpt_test.XXXXXX");
	if (mkdtemp(g->folder) && gemm_init(&error)) {
		snprintf(g->words, sizeof g->words, "%s/words", g->folder);
		snprintf(g->database, sizeof g->database, "%s/runs.db", g->folder);
		save_words(g->words);
		if (import(g, &run, &error) &&
		    database_open(&g->opened, g->database, DATABASE_READ, &error) &&
		    trained_open(&g->trained, &g->opened, run, &error) &&
		    safetensors_read(&g->says, GOLDEN "gpt2-says.safetensors", &error))
			return 0;
	}
	fprintf(stderr, "%s\n", error.message);
	return -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int close_golden(void **state)
{
	struct golden *g = *state;

	safetensors_free(&g->says);
	trained_close(&g->trained);
	database_close(&g->opened);
	nftw(g->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(g);
	return 0;
}

static void read_ids(const struct golden *g, const char *name, int id[STEPS])
{
	const struct tensor *t = safetensors_find(&g->says, name);

	assert_non_null(t);
	assert_int_equal(t->count, STEPS);
	assert_true(tensor_to_int(t, id));
}

static void logits_are_those_of_pytorch(void **state)
{
	const struct golden *g = *state;
	const struct model *model = &g->trained.model;
	const struct tensor *wanted = safetensors_find(&g->says, "logits");
	struct tape tape;
	struct memory memory;
	const struct var *h;
	const real *logits;
	int id[STEPS];

	read_ids(g, "given", id);
	tape_init(&tape);
	tape_begin(&tape, &model->parameters, NULL, false, 0);
	model_encode(&tape, model, NULL, NULL, 0, 1, &memory);
	h = model_decode(&tape, model, &memory, id, STEPS, 1, NULL);
	logits = model_logits(&tape, model, h, 0, STEPS);
	assert_int_equal(wanted->count, STEPS * VOCABULARY);
	for (size_t i = 0; i < wanted->count; i++)
		if (!(fabs((double)logits[i] - tensor_number(wanted, i)) < 1e-4))
			fail_msg("logit %zu of step %zu is %.7f, wanted %.7f", i % VOCABULARY,
			         i / VOCABULARY, (double)logits[i], tensor_number(wanted, i));
	tape_free(&tape);
}

static void the_most_probable_text_is_that_of_pytorch(void **state)
{
	const struct golden *g = *state;
	struct search_settings search = g->trained.search;
	struct generation *generation;
	int wanted[STEPS];

	read_ids(g, "greedy", wanted);
	search.top_k = 1;
	generation = generation_open(&g->trained.model, &search, 1);
	generation_begin(generation, wanted, 2, 0);
	for (int i = 2; i < STEPS; i++) {
		int token;

		generation_next(generation, &token, NULL);
		assert_int_equal(token, wanted[i]);
	}
	generation_close(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logits_are_those_of_pytorch),
		cmocka_unit_test(the_most_probable_text_is_that_of_pytorch),
	};

	return cmocka_run_group_tests(tests, open_golden, close_golden);
}
