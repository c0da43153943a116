/* functions.c - what SQL lacks: median, deviation, words of texts, which metric ranks. */
#include "results/functions.h"

#include "results/known_metrics.h"
#include "results/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of one group, kept until it ends: zeroed by SQLite before the first. */
struct group {
	double *x;
	size_t count, capacity;
};

static void group_add(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct group *group = sqlite3_aggregate_context(context, sizeof *group);
	int type = sqlite3_value_numeric_type(values[0]);

	(void)count;
	if (!group || (type != SQLITE_INTEGER && type != SQLITE_FLOAT))
		return;
	if (group->count == group->capacity) {
		group->capacity = 2 * group->capacity + 16;
		group->x = memory_resize(group->x, group->capacity, sizeof *group->x);
	}
	group->x[group->count++] = sqlite3_value_double(values[0]);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void median_end(sqlite3_context *context)
{
	struct group *group = sqlite3_aggregate_context(context, 0);
	size_t n = group ? group->count : 0;

	if (n) {
		qsort(group->x, n, sizeof *group->x, compare_numbers);
		sqlite3_result_double(context, n % 2 ? group->x[n / 2]
		                                     : (group->x[n / 2 - 1] + group->x[n / 2]) / 2);
	}
	if (group)
		free(group->x);
}

static void deviation_end(sqlite3_context *context)
{
	struct group *group = sqlite3_aggregate_context(context, 0);
	size_t n = group ? group->count : 0;
	double mean = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		mean += group->x[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (group->x[i] - mean) * (group->x[i] - mean);
	if (n > 1)
		sqlite3_result_double(context, sqrt(squares / (double)(n - 1)));
	if (group)
		free(group->x);
}

struct word {
	const char *text;
	size_t length;
};

static int compare_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	size_t shorter = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->text, y->text, shorter);

	return order ? order : (x->length > y->length) - (x->length < y->length);
}

/* The words of a text, sorted; the caller frees them. */
static struct word *split(const char *text, size_t *count)
{
	struct word *words = memory_new(strlen(text) / 2 + 1, sizeof *words);

	*count = 0;
	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");

		words[(*count)++] = (struct word){ text, length };
		text += length;
	}
	qsort(words, *count, sizeof *words, compare_words);
	return words;
}

static void word_overlap(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *texts[2];
	struct word *words[2];
	size_t n[2], i = 0, j = 0, common = 0;

	(void)count;
	for (int k = 0; k < 2; k++)
		if (!(texts[k] = (const char *)sqlite3_value_text(values[k])))
			return;
	for (int k = 0; k < 2; k++)
		words[k] = split(texts[k], &n[k]);
	while (i < n[0] && j < n[1]) {
		int order = compare_words(&words[0][i], &words[1][j]);

		common += order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	sqlite3_result_double(context,
	                      n[0] + n[1] ? 2.0 * (double)common / (double)(n[0] + n[1]) : 1);
	free(words[0]);
	free(words[1]);
}

static void word_count(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	sqlite3_int64 words = 0;

	(void)count;
	if (!text)
		return;
	for (; *(text += strspn(text, " ")); words++)
		text += strcspn(text, " ");
	sqlite3_result_int64(context, words);
}

static void same_words(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *a = (const char *)sqlite3_value_text(values[0]);
	const char *b = (const char *)sqlite3_value_text(values[1]);
	sqlite3_int64 same = 0;

	(void)count;
	if (!a || !b)
		return;
	while (*(a += strspn(a, " ")) && *(b += strspn(b, " "))) {
		const size_t m = strcspn(a, " "), n = strcspn(b, " ");

		same += m == n && !memcmp(a, b, n);
		a += m;
		b += n;
	}
	sqlite3_result_int64(context, same);
}

static void ranks(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *name = (const char *)sqlite3_value_text(values[0]);

	(void)count;
	sqlite3_result_int(context, name ? (int)known_metric_ranks(name) : 0);
}

bool functions_register(sqlite3 *handle, const char *path, struct error *error)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	if (sqlite3_create_function(handle, "median", 1, flags, NULL, NULL, group_add,
	                            median_end) ||
	    sqlite3_create_function(handle, "deviation", 1, flags, NULL, NULL, group_add,
	                            deviation_end) ||
	    sqlite3_create_function(handle, "word_overlap", 2, flags, NULL, word_overlap, NULL,
	                            NULL) ||
	    sqlite3_create_function(handle, "word_count", 1, flags, NULL, word_count, NULL, NULL) ||
	    sqlite3_create_function(handle, "same_words", 2, flags, NULL, same_words, NULL, NULL) ||
	    sqlite3_create_function(handle, "ranks", 1, flags, NULL, ranks, NULL, NULL))
		return statement_error(handle, path, "cannot add functions", error);
	/* The first use of a table-valued function declares it, which an authorizer that refuses
	 * CREATE would refuse too. */
	return statement_do(handle, path, error, "SELECT 1 FROM json_each('[]'), json_tree('[]')",
	                    "");
}
