/* spec_meaning_test.c - what a good experiment file means. */
#include "tests/spec_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_part_of_a_file_arrives(void **state)
{
	struct experiment e;

	(void)state;
	spec_read_good(&e, SPEC_WHOLE, NULL, 0);
	assert_string_equal(e.name, "toy");
	assert_string_equal(e.data.train.file[SIDE_TARGET], "train.en");
	assert_int_equal(e.data.tests, 2);
	assert_string_equal(e.data.test[0].name, "flickr2016");
	assert_string_equal(e.data.test[1].name, "other.set");
	assert_string_equal(e.data.test[1].file[SIDE_SOURCE], "train.de");
	assert_int_equal(e.data.subword_model, SUBWORD_WORDS);
	assert_int_equal(e.data.subword_size, 2000);
	assert_true(e.data.lowercase);
	assert_int_equal(e.match_parameters, 7500000);
	assert_int_equal(e.seeds, 3);
	assert_int_equal(e.seed[0], 3);
	assert_int_equal(e.contestants, 2);
	assert_string_equal(e.contestant[0].name, "lstm");
	assert_string_equal(e.contestant[0].variant, "");
	assert_int_equal(e.contestant[0].line, 13);
	assert_int_equal(e.contestant[1].line, 14);
	experiment_free(&e);
}

static void own_keys_win_over_shared_ones_and_those_over_defaults(void **state)
{
	struct experiment e;

	(void)state;
	spec_read_good(&e, SPEC_WHOLE, NULL, 0);
	assert_true(e.contestant[0].train.learning_rate == 0.003);
	assert_true(e.contestant[1].train.learning_rate == 0.002);
	assert_int_equal(e.contestant[0].search.beam, 1);
	assert_int_equal(e.contestant[1].search.beam, 4);
	assert_true(e.contestant[0].search.length_factor == 3);
	assert_int_equal(e.contestant[0].train.stop_epochs, 3);
	assert_true(e.contestant[0].train.beta2 == 0.98);
	assert_int_equal(e.contestant[0].design.model.width, 32);
	assert_int_equal(e.contestant[1].design.model.width, 128);
	assert_true(e.contestant[1].design.model.dropout == 0);
	assert_ptr_equal(e.contestant[1].design.side[SIDE_SOURCE].architecture,
	                 architecture_find("transformer"));
	experiment_free(&e);
}

static void a_test_set_without_name_is_called_test_and_none_is_fine(void **state)
{
	struct experiment e;

	(void)state;
	spec_read_good(&e, FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n",
	               NULL, 0);
	assert_int_equal(e.data.tests, 0);
	experiment_free(&e);
	spec_read_good(&e,
	               FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n"
	                     "  test: [train.de, train.en]\n",
	               NULL, 0);
	assert_int_equal(e.data.tests, 1);
	assert_string_equal(e.data.test[0].name, "test");
	assert_int_equal(e.seeds, 1);
	assert_int_equal(e.seed[0], 1);
	assert_int_equal(e.match_parameters, 0);
	experiment_free(&e);
}

static void files_are_looked_for_beside_the_experiment_file_first(void **state)
{
	static const char text[] =
		FILES "  train: [near.de, near.en]\n  valid: [valid.de, valid.en]\n";
	static const char missing[] = FILES "  train: [near.de, far.en]\n";
	struct experiment e;
	struct error error;

	(void)state;
	spec_write("sub/toy.yaml", text, sizeof text - 1);
	assert_true(experiment_read(&e, "sub/toy.yaml", NULL, 0, &error));
	assert_string_equal(e.data.train.file[SIDE_SOURCE], "sub/near.de");
	assert_string_equal(e.data.valid.file[SIDE_SOURCE], "valid.de");
	experiment_free(&e);
	spec_write("sub/toy.yaml", missing, sizeof missing - 1);
	assert_false(experiment_read(&e, "sub/toy.yaml", NULL, 0, &error));
	assert_string_equal(
		error.message,
		"sub/toy.yaml:6: data.train = far.en: there is neither sub/far.en nor, in "
		"the working directory, far.en");
}

static void a_grid_makes_the_product_of_its_lists(void **state)
{
	static const char *const names[] = {
		"lstm clip=0 learning_rate=0.001", "lstm clip=0 learning_rate=0.01",
		"lstm clip=1 learning_rate=0.001", "lstm clip=1 learning_rate=0.01",
		"t heads=1 learning_rate=0.001",   "t heads=1 learning_rate=0.01",
		"t heads=2 learning_rate=0.001",   "t heads=2 learning_rate=0.01",
	};
	struct experiment e;

	(void)state;
	spec_read_good(&e,
	               HEAD "grid:\n  t.heads: [1, 2]\n  lstm: {train: {clip: [0, 1]}}\n"
	                    "  train.learning_rate: [1e-3, 0.010]\n" LSTM
	                    "  t: {architecture: transformer, train: {learning_rate: 5}}\n",
	               NULL, 0);
	assert_int_equal(e.contestants, 8);
	for (int i = 0; i < 8; i++) {
		assert_string_equal(e.contestant[i].name, names[i]);
		assert_string_equal(e.contestant[i].variant, strchr(names[i], ' ') + 1);
		assert_true(e.contestant[i].train.learning_rate == (i % 2 ? 0.01 : 0.001));
		assert_true(e.contestant[i].train.clip == (i == 0 || i == 1 ? 0 : 1));
	}
	experiment_free(&e);
}

static void a_grid_with_nothing_below_it_changes_nothing(void **state)
{
	struct experiment e;

	(void)state;
	spec_read_good(&e, HEAD "grid:\n# t.heads: [1, 2]\nsearch:\n" LSTM, NULL, 0);
	assert_int_equal(e.contestants, 1);
	experiment_free(&e);
}

static void set_overrides_the_file_before_anything_is_checked(void **state)
{
	char *set[] = { "train.batch_tokens=4096",
		        "contestants.lstm.hidden=32",
		        "data.test.other.set=[valid.de, valid.en]",
		        "seeds=[7, 8]",
		        "search={beam: 2}",
		        "contestants.conv={architecture: cnn}",
		        "contestants.conv.kernel=5",
		        "grid.conv.kernel=[3, 5]",
		        "contestants.lstm.train.stop.epochs=9",
		        "experiment=other=name",
		        "train.clip=x",
		        "train.clip=2",
		        "match=" };
	struct experiment e;

	(void)state;
	spec_read_good(&e, SPEC_WHOLE, set, 13);
	assert_string_equal(e.name, "other=name");
	assert_string_equal(e.data.test[1].file[SIDE_SOURCE], "valid.de");
	assert_int_equal(e.seeds, 2);
	assert_int_equal(e.seed[1], 8);
	assert_int_equal(e.contestants, 4);
	assert_int_equal(e.contestant[1].train.batch_tokens, 4096);
	assert_true(e.contestant[1].train.clip == 2);
	assert_int_equal(e.contestant[1].search.beam, 2);
	assert_true(e.contestant[1].search.length_factor == 2);
	assert_int_equal(e.contestant[0].train.stop_epochs, 9);
	assert_string_equal(e.contestant[2].name, "conv kernel=3");
	assert_int_equal(e.contestant[2].line, 0);
	assert_int_equal(e.match_parameters, 0);
	experiment_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_of_a_file_arrives),
		cmocka_unit_test(own_keys_win_over_shared_ones_and_those_over_defaults),
		cmocka_unit_test(a_test_set_without_name_is_called_test_and_none_is_fine),
		cmocka_unit_test(files_are_looked_for_beside_the_experiment_file_first),
		cmocka_unit_test(a_grid_makes_the_product_of_its_lists),
		cmocka_unit_test(a_grid_with_nothing_below_it_changes_nothing),
		cmocka_unit_test(set_overrides_the_file_before_anything_is_checked),
	};

	return cmocka_run_group_tests(tests, spec_enter, spec_leave);
}
