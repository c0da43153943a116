/* heads.c - the attention heads of a model, by name. */
#include "eval/heads.h"
#include "eval/attention.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* They are found by looking at what a sentence of one token leaves. */
void heads_of(struct heads *heads, const struct model *model)
{
	int token = TOKEN_UNKNOWN;
	size_t start[] = { 0, 1 };
	const struct corpus corpus = { .sentences = 1,
		                       .id = { &token, &token },
		                       .start = { start, start } };
	struct attention_maps maps;

	attention_maps_init(&maps, model, NULL);
	attention_maps_make(&maps, &corpus, 0);
	*heads = (struct heads){ memory_new((size_t)maps.maps, sizeof *heads->head),
		                 (size_t)maps.maps };
	for (int i = 0; i < maps.maps; i++)
		heads->head[i] = (struct head_place){ maps.map[i].kind, maps.map[i].layer,
			                              maps.map[i].head };
	attention_maps_free(&maps);
}

void heads_free(struct heads *heads)
{
	free(heads->head);
	*heads = (struct heads){ 0 };
}

/* What one item of the text names; layer and head -1: all. */
struct named {
	enum attention_kind kind;
	long layer, head;
};

static bool names(const struct named *n, const struct head_place *head)
{
	return n->kind == head->kind && (n->layer < 0 || n->layer == head->layer) &&
	       (n->head < 0 || n->head == head->head);
}

/* A number from 1, as one from 0; false where there is none. */
static bool read_count(const char **text, long *count)
{
	char *end;

	if (**text < '1' || **text > '9')
		return false;
	*count = strtol(*text, &end, 10) - 1;
	*text = end;
	return true;
}

/* Reads up to a comma or the end. */
static bool read_item(const char **text, struct named *n)
{
	bool has_kind = false;

	n->layer = n->head = -1;
	for (int kind = 0; kind < ATTENTION_KINDS; kind++) {
		const char *name = attention_kind_name((enum attention_kind)kind);

		if (strncmp(*text, name, strlen(name)))
			continue;
		n->kind = (enum attention_kind)kind;
		has_kind = true;
		*text += strlen(name);
		break;
	}
	if (has_kind && **text != ':')
		return !**text || **text == ',';
	*text += has_kind;
	if (!read_count(text, &n->layer))
		return false;
	if (**text == '.') {
		++*text;
		if (!read_count(text, &n->head))
			return false;
	}
	return !**text || **text == ',';
}

static int mark(bool *marked, const struct heads *all, const struct named *n)
{
	int found = 0;

	for (size_t i = 0; i < all->count; i++)
		if (names(n, &all->head[i])) {
			marked[i] = true;
			found++;
		}
	return found;
}

static bool read_items(bool *marked, const struct heads *all, const char *text, struct error *error)
{
	struct named n = { .kind = all->count ? all->head[all->count - 1].kind : ATTENTION_CROSS };
	const char *rest = text;
	char there[256];

	do {
		const char *item = rest;

		if (!read_item(&rest, &n))
			return error_set(error,
			                 "%.60s: heads are named KIND:LAYER.HEAD, KIND:LAYER or "
			                 "KIND, KIND being encoder, decoder or cross",
			                 item);
		heads_describe(all, there, sizeof there);
		if (!mark(marked, all, &n))
			return error_set(error, "%.*s: this run has no such head; it has %s",
			                 (int)(rest - item), item, there);
	} while (*rest++ == ',');
	return true;
}

bool heads_read(struct heads *heads, const struct heads *all, const char *text, struct error *error)
{
	bool *marked = memory_new(all->count + 1, sizeof *marked);
	const bool whole = read_items(marked, all, text, error);

	*heads = (struct heads){ 0 };
	if (whole) {
		heads->head = memory_new(all->count, sizeof *heads->head);
		for (size_t i = 0; i < all->count; i++)
			if (marked[i])
				heads->head[heads->count++] = all->head[i];
	}
	free(marked);
	return whole;
}

/* A text that is cut at its size. */
struct writing {
	char *text;
	size_t size, used;
};

static void __attribute__((format(printf, 2, 3))) add(struct writing *l, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(l->text + l->used, l->size - l->used, format, arguments);
	va_end(arguments);
	l->used += n < 0 ? 0 : (size_t)n;
	if (l->used >= l->size)
		l->used = l->size - 1;
}

static int heads_in(const struct heads *h, size_t first)
{
	size_t i = first;

	while (i < h->count && h->head[i].kind == h->head[first].kind &&
	       h->head[i].layer == h->head[first].layer)
		i++;
	return (int)(i - first);
}

void heads_describe(const struct heads *h, char *text, size_t size)
{
	struct writing l = { text, size, 0 };
	int kind = -1;

	add(&l, "%s", h->count ? "" : "no attention");
	for (size_t i = 0; i < h->count;) {
		const struct head_place *first = &h->head[i], *last = first;
		const int heads = heads_in(h, i);

		for (i += (size_t)heads;
		     i < h->count && h->head[i].kind == first->kind &&
		     h->head[i].layer == last->layer + 1 && heads_in(h, i) == heads;
		     i += (size_t)heads)
			last = &h->head[i];
		if ((int)first->kind != kind)
			add(&l, "%s%s:", l.used ? "; " : "", attention_kind_name(first->kind));
		else
			add(&l, ",");
		kind = (int)first->kind;
		if (last->layer > first->layer)
			add(&l, " layers %d-%d", first->layer + 1, last->layer + 1);
		else
			add(&l, " layer %d", first->layer + 1);
		add(&l, " with %d head%s", heads, heads > 1 ? "s" : "");
	}
}
