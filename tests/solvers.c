/* solvers.c - answers of generated tasks, found from the words of a source alone. */
#include "tests/solvers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

void words_cut(struct words *words, const char *line)
{
	char *at = words->text;

	assert_true(strlen(line) < WORDS_TEXT);
	strcpy(words->text, line);
	words->count = 0;
	while ((at = strtok(at, " "))) {
		assert_true(words->count < WORDS_MOST);
		words->word[words->count++] = at;
		at = NULL;
	}
}

static void add(char *answer, const char *word)
{
	assert_true(strlen(answer) + strlen(word) + 2 < WORDS_TEXT);
	sprintf(answer + strlen(answer), *answer ? " %s" : "%s", word);
}

void solve_copy(const struct words *source, char answer[WORDS_TEXT])
{
	for (int i = 0; i < source->count; i++)
		add(answer, source->word[i]);
}

void solve_reverse(const struct words *source, char answer[WORDS_TEXT])
{
	for (int i = source->count; i--;)
		add(answer, source->word[i]);
}

void solve_sort(const struct words *source, char answer[WORDS_TEXT])
{
	for (int symbol = 0; symbol < 1000; symbol++)
		for (int i = 0; i < source->count; i++)
			if (atoi(source->word[i] + 1) == symbol)
				add(answer, source->word[i]);
}

void solve_copy_memory(const struct words *source, char answer[WORDS_TEXT])
{
	assert_string_equal(source->word[source->count - 1], "go");
	for (int i = 0; i < source->count; i++)
		if (source->word[i][0] == 's')
			add(answer, source->word[i]);
}

void solve_adding(const struct words *source, char answer[WORDS_TEXT])
{
	int sum = 0, marks[2] = { 0 };

	for (int i = 0; i < source->count; i++)
		if (source->word[i][0] == '+') {
			sum += atoi(source->word[i] + 1);
			marks[i >= source->count / 2]++;
		}
	assert_int_equal(marks[0], 1);
	assert_int_equal(marks[1], 1);
	sprintf(answer, "%d", sum);
}

void solve_recall(const struct words *source, char answer[WORDS_TEXT])
{
	int asked = 0;

	while (strcmp(source->word[asked], "?"))
		asked++;
	for (int q = asked + 1; q < source->count; q++) {
		int found = 0;

		for (int i = 0; i < asked; i += 2)
			if (!strcmp(source->word[i], source->word[q])) {
				add(answer, source->word[i + 1]);
				found++;
			}
		assert_int_equal(found, 1);
	}
}

void solve_multi_recall(const struct words *source, char answer[WORDS_TEXT])
{
	int asked = 0;

	for (; strcmp(source->word[asked], "?"); asked++)
		add(answer, asked % 2 ? source->word[asked - 1] : "-");
	add(answer, "-");
	for (int q = asked + 1; q < source->count; q++)
		for (int i = 0; i < asked; i += 2)
			if (!strcmp(source->word[i], source->word[q]))
				add(answer, source->word[i + 1]);
}

void solve_parity(const struct words *source, char answer[WORDS_TEXT])
{
	int ones = 0;

	for (int i = 0; i < source->count; i++)
		ones += source->word[i][0] == '1';
	strcpy(answer, ones % 2 ? "odd" : "even");
}

/* Products from right to left first, then the sum. */
void solve_modular(const struct words *source, char answer[WORDS_TEXT])
{
	long value[WORDS_MOST], sum = 0;
	const int last = source->count - 1;

	for (int i = last; i >= 0; i -= 2) {
		value[i] = atoi(source->word[i]);
		if (i < last && source->word[i + 1][0] == '*')
			value[i] = value[i] * value[i + 2] % 5;
	}
	for (int i = 0; i <= last; i += 2)
		if (!i || source->word[i - 1][0] != '*')
			sum += i && source->word[i - 1][0] == '-' ? -value[i] : value[i];
	sprintf(answer, "%ld", (sum % 5 + 5) % 5);
}

/* Counts how often each digit is an argument. */
int list_value(const struct words *source, int *at, int depth, int *deepest)
{
	const char *open = source->word[(*at)++];
	int how_many[10] = { 0 }, count = 0, sum = 0, seen = 0, middle[2] = { 0 };
	int least = 9, most = 0;

	if (*open != '[')
		return atoi(open);
	*deepest = depth > *deepest ? depth : *deepest;
	while (strcmp(source->word[*at], "]")) {
		const int value = list_value(source, at, depth + 1, deepest);

		how_many[value]++, count++, sum += value;
		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	++*at;
	assert_in_range(count, 2, 5);
	if (!strcmp(open, "[MIN") || !strcmp(open, "[MAX"))
		return open[2] == 'I' ? least : most;
	if (!strcmp(open, "[SM"))
		return sum % 10;
	assert_string_equal(open, "[MED");
	for (int digit = 0; digit < 10; digit++)
		for (int k = 0; k < how_many[digit]; k++, seen++) {
			middle[0] = seen == (count - 1) / 2 ? digit : middle[0];
			middle[1] = seen == count / 2 ? digit : middle[1];
		}
	return (middle[0] + middle[1]) / 2;
}

void solve_list_ops(const struct words *source, char answer[WORDS_TEXT])
{
	int at = 0, deepest = 0, value = list_value(source, &at, 1, &deepest);

	assert_int_equal(at, source->count);
	assert_in_range(deepest, 1, 4);
	sprintf(answer, "%d", value);
}

static void join(char *text, const char *a, const char *b)
{
	*text = '\0';
	if (*a)
		add(text, a);
	if (*b)
		add(text, b);
}

static void edit(const char *function, const char *text, char *result)
{
	struct words w;

	*result = '\0';
	words_cut(&w, text);
	if (!strcmp(function, "repeat")) {
		join(result, text, text);
		return;
	}
	for (int i = 0; i < w.count; i++) {
		int from = i;

		if (!strcmp(function, "reverse"))
			from = w.count - 1 - i;
		else if (!strcmp(function, "shift"))
			from = (i + 1) % w.count;
		else if (!strcmp(function, "swap_first_last"))
			from = i == 0 ? w.count - 1 : i == w.count - 1 ? 0 : i;
		add(result, w.word[from]);
	}
	if (!strcmp(function, "echo"))
		add(result, w.word[w.count - 1]);
}

static bool is_binary(const char *word)
{
	return strstr("append prepend remove_first remove_second", word) != NULL;
}

static void count_pair(const char *outer, const char *inner, struct read_edits *read)
{
	static const char *const pairs[][2] = {
		{ "swap_first_last", "repeat" },
		{ "append", "remove_second" },
		{ "repeat", "remove_second" },
		{ "append", "swap_first_last" },
	};

	for (size_t i = 0; inner && i < COUNT(pairs); i++)
		read->held_out += !strcmp(outer, pairs[i][0]) && !strcmp(inner, pairs[i][1]);
}

void edits_read(const struct words *w, int *at, struct edited *result, struct read_edits *read)
{
	const char *word = w->word[*at];
	struct edited *a, *b;

	*result = (struct edited){ .function = NULL };
	if (word[0] == 's' && word[1] >= '1' && word[1] <= '9') {
		while (*at < w->count && strcmp(w->word[*at], ","))
			add(result->text, w->word[(*at)++]);
		return;
	}
	a = malloc(sizeof *a), b = malloc(sizeof *b);
	++*at;
	read->functions++;
	edits_read(w, at, a, read);
	count_pair(word, a->function, read);
	if (!is_binary(word)) {
		edit(word, a->text, result->text);
	} else {
		assert_string_equal(w->word[(*at)++], ",");
		edits_read(w, at, b, read);
		count_pair(word, b->function, read);
		if (!strcmp(word, "append"))
			join(result->text, a->text, b->text);
		else if (!strcmp(word, "prepend"))
			join(result->text, b->text, a->text);
		else
			strcpy(result->text, !strcmp(word, "remove_first") ? b->text : a->text);
	}
	result->function = word;
	free(a), free(b);
}

void solve_string_edits(const struct words *source, char answer[WORDS_TEXT])
{
	struct read_edits read = { 0 };
	struct edited *result = malloc(sizeof *result);
	int at = 0;

	edits_read(source, &at, result, &read);
	assert_int_equal(at, source->count);
	strcpy(answer, result->text);
	free(result);
}
