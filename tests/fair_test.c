/* fair_test.c - contestants of an experiment get the same batches in the same order. */
#include "data/batch.h"
#include "data/dataset.h"
#include "experiments/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                                                       \
	"experiment: fair\n"                                                                       \
	"data: {task: copy, train_sentences: 500, valid_sentences: 2}\n"                           \
	"train: {batch_tokens: 256, stop: {epochs: 1}}\n"

static const char text[] =
	HEAD "contestants:\n"
	     "  lstm: {architecture: rnn, width: 16, hidden: 20}\n"
	     "  convs2s: {architecture: cnn, train: {learning_rate: 0.01, optimizer: sgd}}\n"
	     "  transformer: {architecture: transformer, search: {beam: 1}}\n"
	     "  alone: {architecture: transformer, arrangement: decoder-only}\n"
	     "grid: {lstm.dropout: [0, 0.1], train.warmup: [5, 10]}\n";

static const char other[] = HEAD "contestants:\n"
				 "  lstm: {architecture: rnn}\n"
				 "  wide: {architecture: rnn, train: {batch_tokens: 300}}\n";

static void open_all(struct experiment *e, struct dataset *data, const char *yaml)
{
	struct error error = { "" };
	FILE *file = fopen("f.yaml", "w");
	bool good;

	assert_non_null(file);
	fputs(yaml, file);
	assert_int_equal(fclose(file), 0);
	good = experiment_read(e, "f.yaml", NULL, 0, &error) &&
	       dataset_open(data, &e->data, ".", NULL, NULL, NULL, &error);
	if (!good)
		fail_msg("%s", error.message);
}

static bool plans_equal(const struct batch_plan *a, const struct batch_plan *b, size_t sentences)
{
	return a->batches == b->batches &&
	       !memcmp(a->start, b->start, (a->batches + 1) * sizeof *a->start) &&
	       !memcmp(a->order, b->order, sentences * sizeof *a->order);
}

static bool alike(const struct dataset *data, const struct contestant *a, long seed, long epoch,
                  const struct contestant *b, long other_seed, long other_epoch)
{
	struct batch_plan plan[2];
	bool equal;

	batch_plan_make(&plan[0], &data->train, a->train.batch_tokens, (uint64_t)seed,
	                (uint64_t)epoch);
	batch_plan_make(&plan[1], &data->train, b->train.batch_tokens, (uint64_t)other_seed,
	                (uint64_t)other_epoch);
	equal = plans_equal(&plan[0], &plan[1], data->train.sentences);
	batch_plan_free(&plan[0]);
	batch_plan_free(&plan[1]);
	return equal;
}

static void all_contestants_have_the_same_batches(void **state)
{
	struct experiment e;
	struct dataset data;

	(void)state;
	open_all(&e, &data, text);
	assert_int_equal(e.contestants, 10);
	for (long seed = 1; seed <= 3; seed++)
		for (long epoch = 0; epoch < 3; epoch++)
			for (int c = 1; c < e.contestants; c++)
				assert_true(alike(&data, &e.contestant[0], seed, epoch,
				                  &e.contestant[c], seed, epoch));
	dataset_free(&data);
	experiment_free(&e);
}

static void seeds_epochs_and_sizes_make_others(void **state)
{
	struct experiment e;
	struct dataset data;

	(void)state;
	open_all(&e, &data, other);
	assert_false(alike(&data, &e.contestant[0], 1, 0, &e.contestant[0], 2, 0));
	assert_false(alike(&data, &e.contestant[0], 1, 0, &e.contestant[0], 1, 1));
	assert_false(alike(&data, &e.contestant[0], 1, 0, &e.contestant[1], 1, 0));
	dataset_free(&data);
	experiment_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_contestants_have_the_same_batches),
		cmocka_unit_test(seeds_epochs_and_sizes_make_others),
	};
	char folder[] = "/tmp/bakeoff-fair-XXXXXX";
	int failed;

	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	failed = cmocka_run_group_tests_name("fair", tests, NULL, NULL);
	unlink("f.yaml");
	if (chdir("/") || rmdir(folder))
		return 1;
	return failed;
}
