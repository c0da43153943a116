/* labels.c - what predicted labels are worth beside those that are right: accuracy, macro F1. */
#include "eval/labels.h"
#include "data/string_table.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The next word of a segment from *at on: its bytes, 0 at the end, and its start in *at. */
static size_t next_word(const struct segment *s, const char **at)
{
	const char *const end = s->text + s->bytes;
	const char *stop;

	while (*at < end && strchr(" \t\r\n", **at))
		++*at;
	for (stop = *at; stop < end && !strchr(" \t\r\n", *stop);)
		stop++;
	return (size_t)(stop - *at);
}

static void count(struct segment hypothesis, struct segment reference, double row[LABELS_COLUMNS])
{
	const char *h = hypothesis.text, *r = reference.text;
	size_t h_bytes, r_bytes;

	row[LABELS_RIGHT] = row[LABELS_ALL] = 0;
	while ((r_bytes = next_word(&reference, &r)) > 0) {
		h_bytes = next_word(&hypothesis, &h);
		row[LABELS_RIGHT] += h_bytes == r_bytes && !memcmp(h, r, r_bytes);
		row[LABELS_ALL]++;
		h += h_bytes;
		r += r_bytes;
	}
}

void labels_segment(struct segment hypothesis, const struct segment *reference, int references,
                    double row[LABELS_COLUMNS])
{
	double other[LABELS_COLUMNS];
	bool any = false;

	for (int i = 0; i < references; i++) {
		if (!reference[i].text)
			continue;
		count(hypothesis, reference[i], other);
		if (!any || labels_accuracy(other) > labels_accuracy(row))
			memcpy(row, other, sizeof other);
		any = true;
	}
	assert(any);
}

double labels_accuracy(const double row[LABELS_COLUMNS])
{
	return row[LABELS_ALL] > 0 ? 100 * row[LABELS_RIGHT] / row[LABELS_ALL] : 0;
}

/* How often a label is predicted, is there, and is both at the same place. */
struct label_count {
	double predicted, there, right;
};

struct counts {
	struct string_table table;
	struct label_count *label; /* [capacity] */
	size_t capacity;
};

static struct label_count *label_of(struct counts *c, const char *text, size_t bytes)
{
	const size_t number = string_table_add(&c->table, text, bytes);

	if (number >= c->capacity) {
		c->label = memory_resize(c->label, 2 * c->capacity + 16, sizeof *c->label);
		memset(c->label + c->capacity, 0, (c->capacity + 16) * sizeof *c->label);
		c->capacity = 2 * c->capacity + 16;
	}
	return &c->label[number];
}

static void count_segment(struct counts *c, struct segment hypothesis, struct segment reference)
{
	const char *h = hypothesis.text, *r = reference.text;
	size_t h_bytes, r_bytes;

	do {
		h_bytes = next_word(&hypothesis, &h);
		r_bytes = next_word(&reference, &r);
		if (h_bytes)
			label_of(c, h, h_bytes)->predicted++;
		if (r_bytes)
			label_of(c, r, r_bytes)->there++;
		if (h_bytes && h_bytes == r_bytes && !memcmp(h, r, h_bytes))
			label_of(c, h, h_bytes)->right++;
		h += h_bytes;
		r += r_bytes;
	} while (h_bytes || r_bytes);
}

double labels_macro_f1(const struct segments *hypotheses, const struct segments *references)
{
	struct counts c = { .capacity = 0 };
	double sum = 0, mean;

	assert(hypotheses->count == references->count);
	for (size_t i = 0; i < references->count; i++)
		count_segment(&c, hypotheses->segment[i], references->segment[i]);
	for (size_t i = 0; i < c.table.count; i++)
		sum += 2 * c.label[i].right / (c.label[i].predicted + c.label[i].there);
	mean = c.table.count ? 100 * sum / (double)c.table.count : (double)NAN;
	free(c.label);
	string_table_free(&c.table);
	return mean;
}
