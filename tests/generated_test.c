/* generated_test.c - generated tasks: each answer is found again from the text of the source alone.
 */
#include "data/generated.h"
#include "data/string_table.h"
#include "data/task.h"
#include "tests/solvers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Settings that differ from these; what a length counts. */
static const struct data_settings standard = {
	.longest = 256,
	.symbols = 20,
	.shortest_generated = 3,
	.longest_generated = 12,
	.longer_generated = 20,
	.blanks = 9,
	.pairs = 6,
	.queries = 3,
	.keys = 9,
	.values = 5,
	.levels = 6,
	.depth = 3,
	.functions = 4,
	.train_sentences = 300,
	.valid_sentences = 100,
	.test_sentences = 100,
	.seed = 7,
};

enum lengths { LENGTH_WORDS, LENGTH_SYMBOLS, LENGTH_NUMBERS, LENGTH_FREE };

static const struct task_case {
	const char *name;
	solver *solve;
	enum lengths lengths;
} cases[] = {
	{ "copy", solve_copy, LENGTH_WORDS },
	{ "reverse", solve_reverse, LENGTH_WORDS },
	{ "sort", solve_sort, LENGTH_WORDS },
	{ "copy-memory", solve_copy_memory, LENGTH_SYMBOLS },
	{ "adding", solve_adding, LENGTH_WORDS },
	{ "recall", solve_recall, LENGTH_FREE },
	{ "multi-recall", solve_multi_recall, LENGTH_FREE },
	{ "string-edits", solve_string_edits, LENGTH_FREE },
	{ "parity", solve_parity, LENGTH_WORDS },
	{ "modular-arithmetic", solve_modular, LENGTH_NUMBERS },
	{ "list-ops", solve_list_ops, LENGTH_WORDS },
};

/* Settings of a task, `changed` of them other than standard. */
static struct data_settings settings_of(const char *task, int changed)
{
	struct data_settings s = standard;

	s.task = task_number(task_find(task));
	if (strstr(task, "recall") || !strcmp(task, "string-edits"))
		s.longer_generated = 0;
	if (!strcmp(task, "string-edits"))
		s.longer_functions = 7;
	if (!strcmp(task, "list-ops") || !strcmp(task, "parity"))
		s.shortest_generated = 8;
	if (changed) {
		s.seed = 11;
		s.symbols = 13;
		s.longest_generated = 15;
		s.longer_generated = 0;
		s.longer_functions = 0;
		s.blanks = 0;
		s.pairs = s.keys = s.queries = 5;
		s.values = 30;
		s.levels = 2;
		s.depth = 4;
		s.functions = 2;
	}
	return s;
}

/* The sets of settings that are right. */
struct made {
	struct data_settings settings;
	struct generated all;
	struct parallel *set; /* of all */
};

static void make(struct made *made, struct data_settings settings)
{
	struct error error;

	made->settings = settings;
	if (!generated_make(&made->all, &settings, &error))
		fail_msg("%s", error.message);
	made->set = made->all.set;
}

static void made_free(struct made *made)
{
	generated_free(&made->all);
}

static int length_of(const struct words *source, enum lengths lengths)
{
	int symbols = 0;

	if (lengths != LENGTH_SYMBOLS)
		return lengths == LENGTH_NUMBERS ? (source->count + 1) / 2 : source->count;
	for (int i = 0; i < source->count; i++)
		symbols += source->word[i][0] == 's';
	return symbols;
}

static void check_pair(const struct task_case *c, const struct data_settings *s,
                       enum generated_set set, const char *source, const char *target)
{
	const bool longer = set == GENERATED_LONGER;
	struct words words;
	char answer[WORDS_TEXT] = "";

	words_cut(&words, source);
	assert_in_range(words.count, 1, s->longest - 1);
	if (c->lengths != LENGTH_FREE)
		assert_in_range(length_of(&words, c->lengths),
		                longer ? s->longest_generated + 1 : s->shortest_generated,
		                longer ? s->longer_generated : s->longest_generated);
	c->solve(&words, answer);
	if (strcmp(answer, target))
		fail_msg("%s: %s -> %s, not %s", c->name, source, target, answer);
}

static void answers_follow_from_the_source_alone(void **state)
{
	struct made made;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int changed = 0; changed < 2; changed++) {
			make(&made, settings_of(cases[i].name, changed));
			for (int set = 0; set < GENERATED_SETS; set++)
				for (size_t k = 0; k < made.set[set].side[SIDE_SOURCE].lines; k++)
					check_pair(&cases[i], &made.settings,
					           (enum generated_set)set,
					           made.set[set].side[SIDE_SOURCE].line[k].text,
					           made.set[set].side[SIDE_TARGET].line[k].text);
			made_free(&made);
		}
}

/* The sets behind "test" that settings ask for, and how many sentences a set has. */
static void sets_are_those_that_settings_ask_for(void **state)
{
	struct made made;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int changed = 0; changed < 2; changed++) {
			const struct data_settings s = settings_of(cases[i].name, changed);
			const bool edits = !strcmp(cases[i].name, "string-edits");
			const size_t lines[GENERATED_SETS] = {
				300,
				100,
				100,
				s.longer_generated ? 100 : 0,
				edits ? 100 : 0,
				edits && s.longer_functions ? 100 : 0,
			};

			make(&made, s);
			for (int set = 0; set < GENERATED_SETS; set++)
				for (int side = 0; side < SIDES; side++)
					assert_int_equal(made.set[set].side[side].lines,
					                 lines[set]);
			made_free(&made);
		}
}

static void no_set_has_a_sentence_of_an_earlier_one(void **state)
{
	struct made made;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct string_table seen = { 0 };

		make(&made, settings_of(cases[i].name, 0));
		assert_int_equal(made.all.shared, 0);
		for (int set = 0; set < GENERATED_SETS; set++) {
			const size_t before = seen.count;
			const struct text *text = &made.set[set].side[SIDE_SOURCE];

			for (size_t k = 0; k < text->lines; k++)
				assert_true(string_table_add(&seen, text->line[k].text,
				                             text->line[k].bytes) >= before);
		}
		string_table_free(&seen);
		made_free(&made);
	}
}

static void every_word_is_in_the_vocabulary(void **state)
{
	struct made made;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		make(&made, settings_of(cases[i].name, 0));
		for (int side = 0; side < SIDES; side++) {
			struct string_table known = { 0 };
			const bool joint = task_is_joint(&made.settings);
			struct words words;

			words_cut(&words, made.all.words[joint ? SIDE_SOURCE : side].line[0].text);
			for (int w = 0; w < words.count; w++)
				string_table_add(&known, words.word[w], strlen(words.word[w]));
			assert_int_equal(known.count, words.count);
			assert_int_equal(generated_vocabulary(&made.settings, (enum side)side),
			                 TOKEN_SPECIALS + words.count);
			for (int set = 0; set < GENERATED_SETS; set++)
				for (size_t k = 0; k < made.set[set].side[side].lines; k++) {
					words_cut(&words, made.set[set].side[side].line[k].text);
					for (int w = 0; w < words.count; w++)
						assert_true(
							string_table_find(&known, words.word[w],
						                          strlen(words.word[w])) <
							known.count);
				}
			string_table_free(&known);
		}
		made_free(&made);
	}
}

static bool same_text(const struct made *a, const struct made *b)
{
	for (int set = 0; set < GENERATED_SETS; set++)
		for (size_t k = 0; k < a->set[set].side[SIDE_SOURCE].lines; k++)
			if (strcmp(a->set[set].side[SIDE_SOURCE].line[k].text,
			           b->set[set].side[SIDE_SOURCE].line[k].text))
				return false;
	return true;
}

static void the_seed_alone_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct data_settings s = settings_of(cases[i].name, 0);
		struct made a, b, c;

		make(&a, s);
		make(&b, s);
		s.seed++;
		make(&c, s);
		assert_true(same_text(&a, &b));
		assert_false(same_text(&a, &c));
		made_free(&a);
		made_free(&b);
		made_free(&c);
	}
}

/* Data of runs that are kept: hashes of what a program of before the other tasks made. */
static void old_tasks_keep_their_data(void **state)
{
	static const struct {
		const char *task;
		uint64_t hash;
	} made[] = { { "copy", 0xe2f4167162243435 }, { "reverse", 0x5f003afd86b5f1dd } };

	(void)state;
	for (size_t i = 0; i < COUNT(made); i++) {
		struct data_settings s = settings_of(made[i].task, 0);
		struct dataset data;
		struct error error;

		s.longer_generated = 0;
		s.train_sentences = 6000;
		s.valid_sentences = s.test_sentences = 200;
		s.seed = 1;
		if (!dataset_open(&data, &s, ".", NULL, NULL, NULL, &error))
			fail_msg("%s", error.message);
		assert_true(data.hash == made[i].hash);
		dataset_free(&data);
	}
}

/* How often the most frequent target is there. */
static double commonest(const struct text *target)
{
	struct string_table seen = { 0 };
	size_t count[1000] = { 0 }, most = 0;

	for (size_t k = 0; k < target->lines; k++) {
		const size_t label =
			string_table_add(&seen, target->line[k].text, target->line[k].bytes);

		assert_true(label < COUNT(count));
		most = ++count[label] > most ? count[label] : most;
	}
	string_table_free(&seen);
	return (double)most / (double)target->lines;
}

static void no_label_is_a_good_guess(void **state)
{
	static const struct {
		const char *task;
		double least, most;
	} labels[] = {
		{ "parity", .5, .53 },
		{ "modular-arithmetic", .2, .23 },
		{ "list-ops", .1, .25 },
		{ "adding", .15, .19 }, /* of 6 levels 1/6 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(labels); i++) {
		struct data_settings s = settings_of(labels[i].task, 0);
		struct made made;
		double share;

		s.train_sentences = 5000;
		make(&made, s);
		share = commonest(&made.set[GENERATED_TRAIN].side[SIDE_TARGET]);
		if (share < labels[i].least || share > labels[i].most)
			fail_msg("%s: %g", labels[i].task, share);
		made_free(&made);
	}
}

static void compositions_are_held_out(void **state)
{
	struct data_settings s = settings_of("string-edits", 0);
	struct edited *result = malloc(sizeof *result);
	struct made made;
	int most[GENERATED_SETS] = { 0 };

	(void)state;
	s.train_sentences = 2000;
	make(&made, s);
	for (int set = 0; set < GENERATED_SETS; set++)
		for (size_t k = 0; k < made.set[set].side[SIDE_SOURCE].lines; k++) {
			struct read_edits read = { 0 };
			struct words words;
			int at = 0;

			words_cut(&words, made.set[set].side[SIDE_SOURCE].line[k].text);
			edits_read(&words, &at, result, &read);
			assert_int_equal(read.held_out > 0, set == GENERATED_SYSTEMATICITY);
			assert_int_equal(read.functions > s.functions,
			                 set == GENERATED_PRODUCTIVITY);
			most[set] = read.functions > most[set] ? read.functions : most[set];
		}
	assert_int_equal(most[GENERATED_TRAIN], s.functions);
	assert_int_equal(most[GENERATED_PRODUCTIVITY], s.longer_functions);
	made_free(&made);
	free(result);
}

static void lists_have_every_length_and_depth(void **state)
{
	struct data_settings s = settings_of("list-ops", 0);
	struct made made;
	int length[38] = { 0 }, depth[4] = { 0 };

	(void)state;
	s.shortest_generated = 4;
	s.longest_generated = 37; /* the most of depth 2 */
	s.longer_generated = 0;
	s.train_sentences = 4000;
	s.depth = 2;
	make(&made, s);
	for (size_t k = 0; k < made.set[GENERATED_TRAIN].side[SIDE_SOURCE].lines; k++) {
		struct words words;
		int at = 0, deepest = 0;

		words_cut(&words, made.set[GENERATED_TRAIN].side[SIDE_SOURCE].line[k].text);
		list_value(&words, &at, 1, &deepest);
		length[words.count]++;
		depth[deepest]++;
	}
	for (int n = 4; n <= 37; n++)
		assert_in_range(length[n], 70, 170); /* 118, deviation 11 */
	assert_true(depth[1] > 0 && depth[2] > 0 && !depth[3]);
	made_free(&made);
}

/* A setting to change, and what is said then. */
static const struct refusal {
	const char *task;
	const char *key[2], *value[2];
	const char *message;
} refusals[] = {
	{ "sort",
	  { "shortest_sentence" },
	  { "13" },
	  "data.shortest_sentence = 13: must not be more than data.longest_sentence = 12" },
	{ "copy",
	  { "longer_sentence" },
	  { "12" },
	  "data.longer_sentence = 12: must be more than data.longest_sentence = 12, or 0 for no "
	  "such test set" },
	{ "copy",
	  { "longer_sentence", "longest" },
	  { "30", "30" },
	  "data.longer_sentence = 30: must be less than data.longest = 30, which counts the end of "
	  "sentence" },
	{ "copy-memory",
	  { "blanks", "longest" },
	  { "40", "61" },
	  "data.longest = 61: a sentence of copy-memory may have 61 tokens and its end: make it 62 "
	  "or more" },
	{ "modular-arithmetic",
	  { "longest" },
	  { "39" },
	  "data.longest = 39: a sentence of modular-arithmetic may have 39 tokens and its end: "
	  "make "
	  "it 40 or more" },
	{ "recall",
	  { "longer_sentence" },
	  { "20" },
	  "data.longer_sentence = 20: recall has no such test set" },
	{ "recall",
	  { "keys" },
	  { "5" },
	  "data.pairs = 6: must not be more than data.keys = 5, because a sentence's keys are "
	  "different" },
	{ "recall",
	  { "queries" },
	  { "7" },
	  "data.queries = 7: must not be more than data.pairs = 6" },
	{ "recall",
	  { "longest" },
	  { "16" },
	  "data.longest = 16: a sentence of recall may have 16 tokens and its end: make it 17 or "
	  "more" },
	{ "multi-recall",
	  { "keys" },
	  { "5" },
	  "data.pairs = 6: must not be more than data.keys = 5, because a sentence's keys are "
	  "different" },
	{ "adding",
	  { "shortest_sentence" },
	  { "1" },
	  "data.shortest_sentence = 1: must be 2 or more, because adding marks two numbers" },
	{ "list-ops",
	  { "shortest_sentence" },
	  { "3" },
	  "data.shortest_sentence = 3: must be 4 or more, the tokens of the smallest list" },
	{ "list-ops",
	  { "depth" },
	  { "1" },
	  "data.depth = 1: lists so deep have 7 tokens at most, fewer than data.longer_sentence = "
	  "20" },
	{ "string-edits",
	  { "longer_functions" },
	  { "4" },
	  "data.longer_functions = 4: must be more than data.functions = 4, or 0 for no such test "
	  "set" },
	{ "string-edits",
	  { "longest" },
	  { "43" },
	  "data.longest = 43: 7 functions of strings of 12 symbols need 44 or more" },
	{ "string-edits",
	  { "longer_sentence" },
	  { "20" },
	  "data.longer_sentence = 20: string-edits has no such test set" },
};

static void settings_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct data_settings s = settings_of(refusals[i].task, 0);
		struct error error;

		assert_true(generated_check(&s, &error));
		for (int k = 0; k < 2 && refusals[i].key[k]; k++)
			assert_true(
				setting_read(setting_find(data_settings_table, refusals[i].key[k]),
			                     &s, refusals[i].value[k], &error));
		if (generated_check(&s, &error))
			fail_msg("not refused: %s", refusals[i].message);
		assert_string_equal(error.message, refusals[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_follow_from_the_source_alone),
		cmocka_unit_test(sets_are_those_that_settings_ask_for),
		cmocka_unit_test(no_set_has_a_sentence_of_an_earlier_one),
		cmocka_unit_test(every_word_is_in_the_vocabulary),
		cmocka_unit_test(the_seed_alone_decides),
		cmocka_unit_test(old_tasks_keep_their_data),
		cmocka_unit_test(no_label_is_a_good_guess),
		cmocka_unit_test(compositions_are_held_out),
		cmocka_unit_test(lists_have_every_length_and_depth),
		cmocka_unit_test(settings_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests_name("generated", tests, NULL, NULL);
}
