/* task_test.c - which keys of `data:` a task reads: those, and no others, change its data. */
#include "data/generated.h"
#include "data/task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Every key of the table: a value, and another. Those without values make no sentences: they are of
 * files, or only say what is allowed. */
static const struct key_case {
	const char *key, *value, *other;
} cases[] = {
	{ "task", NULL, NULL },
	{ "longest", "1100", NULL },
	{ "subwords.model", NULL, NULL },
	{ "subwords.size", NULL, NULL },
	{ "subwords.joint", NULL, NULL },
	{ "lowercase", NULL, NULL },
	{ "bad_lines", NULL, NULL },
	{ "symbols", "9", "10" },
	{ "shortest_sentence", "7", "8" },
	{ "longest_sentence", "12", "13" },
	{ "longer_sentence", "0", "16" },
	{ "blanks", "4", "5" },
	{ "pairs", "5", "6" },
	{ "queries", "2", "3" },
	{ "keys", "9", "10" },
	{ "values", "9", "10" },
	{ "vary", "false", "true" },
	{ "levels", "9", "10" },
	{ "quantisation", "mu-law", "uniform" },
	{ "noise", "0.5", "0.6" },
	{ "horizon", "4", "5" },
	{ "depth", "2", "3" },
	{ "functions", "3", "4" },
	{ "longer_functions", "0", "6" },
	{ "attractors", "1", "2" },
	{ "longer_attractors", "0", "4" },
	{ "train_sentences", "40", "41" },
	{ "valid_sentences", "20", "21" },
	{ "test_sentences", "20", "21" },
	{ "picture.size", "16", "32" },
	{ "picture.tokens", "patches", "pixels" },
	{ "picture.codebook", "20", "21" },
	{ "seed", "1", "2" },
};

static void set(struct data_settings *s, const char *key, const char *value)
{
	struct error error;

	if (value && !setting_read(setting_find(data_settings_table, key), s, value, &error))
		fail_msg("%s", error.message);
}

static struct data_settings settings_of(const struct task *task)
{
	struct data_settings s;

	settings_default(data_settings_table, &s);
	for (size_t k = 0; k < COUNT(cases); k++)
		set(&s, cases[k].key, cases[k].value);
	s.task = task_number(task);
	return s;
}

static uint64_t hash_text(uint64_t hash, const struct text *text)
{
	for (size_t i = 0; i < text->lines; i++)
		for (size_t k = 0; k <= text->line[i].bytes; k++)
			hash = (hash ^ (unsigned char)text->line[i].text[k]) * 0x100000001b3u;
	return hash;
}

/* Of all sets and vocabularies. */
static uint64_t hash_of(const struct data_settings *settings)
{
	uint64_t hash = 0xcbf29ce484222325u;
	struct generated made;
	struct error error;

	if (!generated_make(&made, settings, &error))
		fail_msg("%s", error.message);
	for (int side = 0; side < SIDES; side++) {
		for (int i = 0; i < GENERATED_SETS; i++)
			hash = hash_text(hash ^ (uint64_t)i, &made.set[i].side[side]);
		hash = hash_text(hash, &made.words[side]);
	}
	generated_free(&made);
	return hash;
}

static void a_key_changes_the_data_of_the_tasks_that_read_it(void **state)
{
	const struct task *task;

	(void)state;
	for (int i = 0; (task = task_at(i)); i++) {
		const struct data_settings s = settings_of(task);
		uint64_t hash;

		if (!task->generator)
			continue;
		hash = hash_of(&s);
		for (size_t k = 0; k < COUNT(cases); k++) {
			const bool reads = task_reads(task, cases[k].key);
			struct data_settings other = s;

			/* Where there is no set of longer ones, data with one are not made. */
			if (!cases[k].other || (!reads && !strcmp(cases[k].key, "longer_sentence")))
				continue;
			set(&other, cases[k].key, cases[k].other);
			if ((hash_of(&other) != hash) != reads)
				fail_msg("%s: %s %s", task->name, cases[k].key,
				         reads ? "changes nothing" : "is not said to be read");
		}
	}
}

static void every_key_is_of_a_task(void **state)
{
	(void)state;
	for (const struct setting *s = data_settings_table; s->name; s++) {
		const struct task *task;
		bool found = false, read = false;

		for (size_t k = 0; k < COUNT(cases); k++)
			found |= !strcmp(cases[k].key, s->name);
		for (int i = 0; (task = task_at(i)); i++)
			read |= task_reads(task, s->name);
		if (!found || !read)
			fail_msg("%s: %s", s->name, found ? "no task reads it" : "is not tried");
	}
}

static void a_part_of_a_key_is_no_key(void **state)
{
	static const char *const part[] = { "symbol", "ymbols", "sentence", "size",
		                            "longer", "",       "|" };

	(void)state;
	for (size_t k = 0; k < COUNT(part); k++)
		assert_false(task_reads(task_find("copy"), part[k]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_changes_the_data_of_the_tasks_that_read_it),
		cmocka_unit_test(every_key_is_of_a_task),
		cmocka_unit_test(a_part_of_a_key_is_no_key),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
