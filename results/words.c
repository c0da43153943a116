/* words.c - texts as words between spaces, and how two of them differ. */
#include "results/words.h"

#include "core/error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

size_t words_count(const char *text)
{
	size_t count = 0;

	while (*(text += strspn(text, " "))) {
		count++;
		text += strcspn(text, " ");
	}
	return count;
}

static size_t split(const char *text, enum word_side side, struct word *words)
{
	size_t count = 0;

	while (*(text += strspn(text, " ")) && count < WORDS_MOST) {
		const size_t length = strcspn(text, " ");

		words[count++] = (struct word){ text, length, side };
		text += length;
	}
	return count;
}

static bool equal(const struct word *a, const struct word *b)
{
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

struct word_difference *words_difference(const char *first, const char *second)
{
	struct word_difference *d = memory_new(1, sizeof *d);
	struct word *a = memory_new(2 * WORDS_MOST, sizeof *a), *b = a + WORDS_MOST;
	const size_t n = split(first, WORD_FIRST, a), m = split(second, WORD_SECOND, b);
	/* common[i][j]: longest common subsequence of a from i and b from j */
	unsigned short *common = memory_new((n + 1) * (m + 1), sizeof *common);
	size_t i = 0, j = 0;

	for (size_t p = n; p-- > 0;)
		for (size_t q = m; q-- > 0;) {
			const unsigned short down = common[(p + 1) * (m + 1) + q];
			const unsigned short right = common[p * (m + 1) + q + 1];

			common[p * (m + 1) + q] =
				equal(&a[p], &b[q])
					? (unsigned short)(common[(p + 1) * (m + 1) + q + 1] + 1)
				: down > right ? down
					       : right;
		}
	d->words = memory_new(n + m + 1, sizeof *d->words);
	while (i < n || j < m)
		if (i < n && j < m && equal(&a[i], &b[j])) {
			a[i].side = WORD_BOTH;
			d->words[d->count++] = a[i++];
			j++;
		} else if (j == m || (i < n && common[(i + 1) * (m + 1) + j] >=
		                                       common[i * (m + 1) + j + 1])) {
			d->words[d->count++] = a[i++];
		} else {
			d->words[d->count++] = b[j++];
		}
	free(common);
	free(a);
	return d;
}

void words_difference_free(struct word_difference *d)
{
	free(d->words);
	free(d);
}
