/* nearest.c - the word that was meant: optimal string alignment distance (Damerau 1964). */
#include "core/setting.h"

#include <string.h>

enum { NEAREST_LONGEST = 64 }; /* bytes of a word that is looked for */

static int least_of(int a, int b)
{
	return a < b ? a : b;
}

static char lower(const char *text, int i)
{
	return text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
}

/* Edits from a to b: insert, delete, replace, swap neighbours; upper and lower case are equal. */
static int edit_distance(const char *a, int a_length, const char *b, int b_length)
{
	int row[3][NEAREST_LONGEST + 1];
	int *before = row[0], *last = row[1], *now = row[2];

	for (int j = 0; j <= b_length; j++)
		last[j] = j;
	for (int i = 1; i <= a_length; i++) {
		int *free_row = before;

		now[0] = i;
		for (int j = 1; j <= b_length; j++) {
			const int differ = lower(a, i - 1) != lower(b, j - 1);

			now[j] = least_of(last[j - 1] + differ, 1 + least_of(last[j], now[j - 1]));
			if (i > 1 && j > 1 && lower(a, i - 1) == lower(b, j - 2) &&
			    lower(a, i - 2) == lower(b, j - 1))
				now[j] = least_of(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[b_length];
}

const char *nearest_word(const char *word, const char *const *candidates)
{
	const int length = (int)strnlen(word, NEAREST_LONGEST + 1);
	const char *nearest = NULL;
	int best = NEAREST_LONGEST;

	if (length > NEAREST_LONGEST)
		return NULL;
	for (; *candidates; candidates++) {
		const int other = (int)strnlen(*candidates, NEAREST_LONGEST + 1);
		const int longer = length > other ? length : other;
		int distance;

		if (other > NEAREST_LONGEST)
			continue;
		distance = edit_distance(word, length, *candidates, other);
		if (distance <= least_of(longer / 3, 3) && distance < best) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
