/* agreement_test.c - the sentences of agreement by its grammar, and minimal pairs. */
#include "data/agreement.h"
#include "data/generated.h"
#include "data/task.h"
#include "tests/solvers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *word, const char *list)
{
	const char *at = list;
	const size_t n = strlen(word);

	while ((at = strstr(at, word))) {
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

/* 1 of a plural, 0 of a singular, -1 of neither. */
static int number_of(const char *word, const char *singular, const char *plural)
{
	return is_one_of(word, plural) ? 1 : is_one_of(word, singular) ? 0 : -1;
}

static int noun(const char *word)
{
	return number_of(word,
	                 "key cabinet dog child teacher author picture man woman boat farmer house",
	                 "keys cabinets dogs children teachers authors pictures men women boats "
	                 "farmers houses");
}

static int transitive(const char *word)
{
	return number_of(word, "likes sees knows helps finds wants",
	                 "like see know help find want");
}

static int verb(const char *word)
{
	return number_of(word, "falls sleeps waits stays moves sings",
	                 "fall sleep wait stay move sing");
}

/* What a sentence is, found by reading it from left to right. */
struct parsed {
	int modifiers, attractors, distance, verb_at;
};

static bool is_adjective(const char *word)
{
	return is_one_of(word, "old new big small red good");
}

/* "the" and a noun at *i, which moves on behind it; its number. */
static int read_phrase(const struct words *w, int *i)
{
	assert_string_equal(w->word[(*i)++], "the");
	*i += is_adjective(w->word[*i]);
	assert_in_range(noun(w->word[*i]), 0, 1);
	return noun(w->word[(*i)++]);
}

static void parse(const struct words *w, struct parsed *p)
{
	int i = 0, behind, subject = read_phrase(w, &i);

	*p = (struct parsed){ 0 };
	behind = i;
	while (is_one_of(w->word[i], "near behind beside with that")) {
		const bool clause = !strcmp(w->word[i++], "that");
		const int number = read_phrase(w, &i);

		p->modifiers++;
		p->attractors += number != subject;
		if (clause)
			assert_int_equal(transitive(w->word[i++]), number);
	}
	p->distance = i - behind;
	p->verb_at = i;
	if (number_of(w->word[i], "is", "are") < 0) {
		assert_int_equal(verb(w->word[i++]), subject);
	} else {
		assert_int_equal(number_of(w->word[i++], "is", "are"), subject);
		assert_true(is_adjective(w->word[i++]));
	}
	i += i < w->count && is_one_of(w->word[i], "now here often again slowly today");
	assert_int_equal(i, w->count);
}

static void make(struct generated *made, const struct data_settings *settings)
{
	struct error error;

	if (!generated_make(made, settings, &error))
		fail_msg("%s", error.message);
}

static struct data_settings standard(void)
{
	struct data_settings settings;

	settings_default(data_settings_table, &settings);
	settings.task = task_number(task_find("agreement"));
	settings.train_sentences = settings.valid_sentences = settings.test_sentences = 400;
	settings.longer_attractors = 5;
	return settings;
}

static void sentences_are_of_the_grammar(void **state)
{
	const struct data_settings settings = standard();
	struct generated made;

	(void)state;
	make(&made, &settings);
	for (int i = 0; i < GENERATED_SETS; i++) {
		const struct text *text = &made.set[i].side[SIDE_TARGET];
		int often[6] = { 0 };

		assert_int_equal(made.set[i].side[SIDE_SOURCE].lines, 0);
		assert_int_equal(text->lines, i <= GENERATED_LONGER ? 400 : 0);
		for (size_t k = 0; k < text->lines; k++) {
			struct words words;
			struct parsed parsed;

			words_cut(&words, text->line[k].text);
			parse(&words, &parsed);
			assert_in_range(parsed.modifiers, i == GENERATED_LONGER ? 3 : 0,
			                i == GENERATED_LONGER ? 5 : 2);
			often[parsed.modifiers]++;
		}
		for (int n = 0; n < 3 && text->lines; n++)
			assert_in_range(often[i == GENERATED_LONGER ? 3 + n : n], 60, 210);
	}
	generated_free(&made);
}

/* The wrong sentence has another verb at the same place, and is wrong. */
static void check_contrast(const char *right)
{
	struct words a, b;
	struct parsed parsed;
	struct agreement found;
	int different = 0;

	if (!agreement_contrast(right, &found))
		fail_msg("no pair of: %s", right);
	words_cut(&a, right);
	words_cut(&b, found.wrong);
	parse(&a, &parsed);
	assert_int_equal(a.count, b.count);
	for (int i = 0; i < a.count; i++) {
		if (!strcmp(a.word[i], b.word[i]))
			continue;
		different++;
		assert_int_equal(i, parsed.verb_at);
		assert_int_equal(verb(a.word[i]) + verb(b.word[i]), verb(a.word[i]) < 0 ? -2 : 1);
		assert_int_equal(number_of(a.word[i], "is", "are") +
		                         number_of(b.word[i], "is", "are"),
		                 verb(a.word[i]) < 0 ? 1 : -2);
	}
	assert_int_equal(different, 1);
	assert_int_equal(found.distance, parsed.distance);
	assert_int_equal(found.nouns, parsed.modifiers);
	assert_int_equal(found.attractors, parsed.attractors);
	free(found.wrong);
}

static void pairs_differ_in_the_verb_of_the_subject(void **state)
{
	const struct data_settings settings = standard();
	struct generated made;

	(void)state;
	make(&made, &settings);
	for (int i = 0; i < GENERATED_SETS; i++) {
		for (size_t k = 0; k < made.set[i].side[SIDE_TARGET].lines; k++)
			check_contrast(made.set[i].side[SIDE_TARGET].line[k].text);
	}
	generated_free(&made);
}

static void a_pair_is_the_expected_one(void **state)
{
	struct agreement found;

	(void)state;
	assert_true(
		agreement_contrast("the keys near the cabinet that the man sees are old", &found));
	assert_string_equal(found.wrong, "the keys near the cabinet that the man sees is old");
	assert_int_equal(found.distance, 7);
	assert_int_equal(found.nouns, 2);
	assert_int_equal(found.attractors, 2);
	free(found.wrong);
}

static void other_sentences_have_no_pair(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"the",
		"the keys",
		"falls",
		"falls the keys",
		"the  keys fall",
		"the key near a cabinet falls",
		"the keys that the man sees",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct agreement found;

		if (agreement_contrast(lines[i], &found))
			fail_msg("a pair of \"%s\": \"%s\"", lines[i], found.wrong);
	}
}

/* Each text is a block that begins behind an end, and nothing of it depends on the others. */
static void texts_are_blocks_of_their_own(void **state)
{
	char *texts[] = { (char[]){ "the key falls" }, (char[]){ "" },
		          (char[]){ "the the the the" }, (char[]){ "keys no" } };
	const size_t starts[] = { 0, 4, 5, 9, 12 };
	const struct data_settings settings = standard();
	struct dataset data;
	struct corpus corpus;
	struct error error;

	(void)state;
	if (!dataset_open(&data, &settings, ".", NULL, NULL, NULL, &error))
		fail_msg("%s", error.message);
	assert_int_equal(data.tests, 2);
	assert_null(data.train.start[SIDE_SOURCE]);
	corpus_of_texts(&corpus, texts, COUNT(texts), data.vocabulary[SIDE_TARGET], 4);
	assert_int_equal(corpus.sentences, 4);
	assert_int_equal(corpus.cut, 1);
	assert_int_equal(corpus.unknown[SIDE_TARGET], 1);
	for (size_t i = 0; i <= 4; i++)
		assert_int_equal(corpus.start[SIDE_TARGET][i], starts[i]);
	for (size_t i = 1; i <= 4; i++)
		assert_int_equal(corpus.id[SIDE_TARGET][starts[i] - 1], TOKEN_END);
	assert_int_equal(corpus.id[SIDE_TARGET][10], TOKEN_UNKNOWN);
	assert_int_equal(corpus.id[SIDE_TARGET][0], corpus.id[SIDE_TARGET][5]);
	corpus_free(&corpus);
	dataset_free(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_are_of_the_grammar),
		cmocka_unit_test(pairs_differ_in_the_verb_of_the_subject),
		cmocka_unit_test(a_pair_is_the_expected_one),
		cmocka_unit_test(texts_are_blocks_of_their_own),
		cmocka_unit_test(other_sentences_have_no_pair),
	};

	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
