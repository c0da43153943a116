/* weight_apply.c - parameters made of another program's tensors. */
#include "experiments/weight_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one parameter is made of. */
struct source {
	const struct weight_rule *rule; /* NULL: of nothing, every number 0 */
	struct weight_view part[WEIGHT_PARTS];
	int parts; /* 0: a constant, or an identity */
};

struct applying {
	const struct weight_map *map;
	const struct safetensors *file;
	struct parameters *all;
	struct source *source; /* [all->count] */
	size_t *taken;         /* [file->count] numbers of each tensor that are used */
	struct error *error;
};

/* "[3][4]" */
static void write_shape(char text[96], const size_t *shape, int dimensions)
{
	int used = 0;

	text[0] = '\0';
	for (int i = 0; i < dimensions && used < 64; i++) /* a size has 20 digits at most */
		used += snprintf(text + used, 96 - (size_t)used, "[%zu]", shape[i]);
}

static const struct tensor *find(const struct applying *a, const char *name)
{
	const struct tensor *found = safetensors_find(a->file, name);
	char whole[2 * WEIGHT_NAME_SIZE];

	if (found || !*a->map->prefix)
		return found;
	snprintf(whole, sizeof whole, "%s%s", a->map->prefix, name);
	return safetensors_find(a->file, whole);
}

/* Their name without the prefix. */
static const char *bare_name(const struct applying *a, const struct tensor *t)
{
	const size_t length = strlen(a->map->prefix);

	return strncmp(t->name, a->map->prefix, length) ? t->name : t->name + length;
}

static bool say_shape(const struct applying *a, const struct parameter *p, const struct source *s,
                      const char *why)
{
	const struct tensor *t = s->part[0].tensor;
	char shape[96];

	write_shape(shape, t->shape, t->dimensions);
	return node_error_place(s->rule->node, a->error,
	                        "%s [%d][%d] cannot be made of %.100s %s%s: %s", p->name, p->rows,
	                        p->columns, t->name, shape, s->parts > 1 ? " and others" : "", why);
}

/* Rows and columns of what the parts give together. */
static bool shapes_fit(const struct applying *a, const struct parameter *p, const struct source *s)
{
	static const char settings[] = "the settings of the contestant are not those of that model";
	size_t rows = s->part[0].rows, columns = s->part[0].columns;

	for (int i = 1; i < s->parts; i++) {
		const struct weight_view *v = &s->part[i];

		if (s->rule->way == WEIGHT_PRODUCT) {
			if (columns != v->rows)
				return say_shape(a, p, s,
				                 "rows and columns of the product do not fit");
			columns = v->columns;
		} else if (columns != v->columns ||
		           (s->rule->way == WEIGHT_SUM && rows != v->rows)) {
			return say_shape(a, p, s, "these have different shapes");
		} else if (s->rule->way == WEIGHT_JOIN) {
			rows += v->rows;
		}
	}
	if (rows == (size_t)p->rows && columns == (size_t)p->columns)
		return true;
	if ((p->rows == 1 || p->columns == 1) && (rows == 1 || columns == 1) &&
	    rows * columns == (size_t)p->rows * (size_t)p->columns)
		return true;
	return say_shape(a, p, s, settings);
}

static bool take_part(struct applying *a, const struct parameter *p, struct source *s,
                      const struct tensor *t)
{
	struct weight_view *view = &s->part[s->parts++];

	if (!tensor_is_real(t))
		return node_error_place(s->rule->node, a->error,
		                        "%s cannot be made of %.100s: its dtype is %s, and weights "
		                        "are F32, F64, F16 or BF16",
		                        p->name, t->name, tensor_type_name(t->type));
	if (!weight_view_open(view, s->rule, t))
		return say_shape(a, p, s, "axes or pieces of the rule do not fit this shape");
	a->taken[t - a->file->list] += view->rows * view->columns;
	return true;
}

static bool find_parts(struct applying *a, const struct parameter *p, struct source *s, int number)
{
	const struct tensor *found[WEIGHT_PARTS];
	char name[WEIGHT_NAME_SIZE], missing[WEIGHT_NAME_SIZE] = "";
	int there = 0;

	for (int i = 0; i < s->rule->parts; i++) {
		if (!weight_name_fill(s->rule->part[i], number, name))
			return node_error_place(s->rule->node, a->error, "too long a name");
		found[i] = find(a, name);
		there += found[i] != NULL;
		if (!found[i] && !*missing)
			strcpy(missing, name);
	}
	if (*missing && (there || !s->rule->optional))
		return node_error_place(s->rule->node, a->error,
		                        "%s is made of %.100s, which is not in the file", p->name,
		                        missing);
	for (int i = 0; i < there; i++)
		if (!take_part(a, p, s, found[i]))
			return false;
	return !there || shapes_fit(a, p, s);
}

/* The one rule whose pattern is the parameter's. */
static bool find_source(struct applying *a, int i)
{
	const struct parameter *p = &a->all->list[i];
	struct source *s = &a->source[i];
	int number = -1, other;

	for (int r = 0; r < a->map->rules; r++) {
		const struct weight_rule *rule = &a->map->rule[r];

		if (!weight_name_matches(rule->node->key, p->name, &other))
			continue;
		if (s->rule)
			return node_error_place(rule->node, a->error,
			                        "%s has a rule in line %d, too: %.100s", p->name,
			                        s->rule->node->line, s->rule->node->key);
		s->rule = rule;
		number = other;
	}
	if (!s->rule)
		return error_set(a->error, "%s has no rule for our %s [%d][%d]", a->map->path,
		                 p->name, p->rows, p->columns);
	return find_parts(a, p, s, number);
}

static bool is_ignored(const struct applying *a, const struct tensor *t)
{
	const struct node *list = a->map->ignore;
	int number;

	for (int i = 0; list && i < list->children; i++)
		if (weight_name_matches(list->child[i]->text, bare_name(a, t), &number))
			return true;
	return false;
}

static bool same_numbers(const struct tensor *a, const struct tensor *b)
{
	bool same = a->count == b->count && tensor_is_real(a) && tensor_is_real(b);

	for (size_t i = 0; same && i < a->count; i++)
		same = tensor_number(a, i) >= tensor_number(b, i) &&
		       tensor_number(a, i) <= tensor_number(b, i);
	return same;
}

/* Whether the map says that it is the same as another; *good is false where it is not. */
static bool is_same(const struct applying *a, const struct tensor *t, bool *good)
{
	const struct node *same = node_child(a->map->same, bare_name(a, t));
	const struct tensor *other = same ? find(a, same->text) : NULL;

	if (same && (!other || !same_numbers(t, other)))
		*good = node_error_place(same, a->error,
		                         "%.100s does not have the numbers of %.100s", t->name,
		                         same->text);
	return same;
}

/* A tensor that nothing was made of: where the map knows it, the parameter that is missing. */
static bool say_left_over(const struct applying *a, const struct tensor *t)
{
	char name[WEIGHT_NAME_SIZE];
	int number;

	for (int r = 0; r < a->map->rules; r++) {
		const struct weight_rule *rule = &a->map->rule[r];

		for (int i = 0; i < rule->parts; i++)
			if (weight_name_matches(rule->part[i], bare_name(a, t), &number) &&
			    weight_name_fill(rule->node->key, number, name))
				return node_error_place(
					rule->node, a->error,
					"%.100s is left over: it belongs into our %.100s, which "
					"the model does not have with these settings",
					t->name, name);
	}
	return error_set(a->error,
	                 "%s: no rule reads %.100s; it needs one, or a place in the list `ignore`",
	                 a->map->path, t->name);
}

/* Every number of every tensor is used, or known to be of no use. */
static bool nothing_left(const struct applying *a)
{
	bool good = true;

	for (size_t i = 0; good && i < a->file->count; i++) {
		const struct tensor *t = &a->file->list[i];

		if (a->taken[i] >= t->count && (a->taken[i] || !t->count))
			continue;
		if (a->taken[i])
			good = error_set(a->error,
			                 "%s: only %zu of the %zu numbers of %.100s are used",
			                 a->map->path, a->taken[i], t->count, t->name);
		else if (!is_ignored(a, t) && !is_same(a, t, &good))
			good = say_left_over(a, t);
	}
	return good;
}

static void fill_constant(const struct source *s, const struct parameter *p, double *x)
{
	const double value = s->rule->way < WEIGHT_CONSTANT ? s->rule->absent : s->rule->value;

	for (int i = 0; i < p->rows; i++)
		for (int j = 0; j < p->columns; j++)
			*x++ = s->rule->way == WEIGHT_IDENTITY && i != j ? 0 : value;
}

static void add_view(const struct weight_view *v, double *x)
{
	for (size_t i = 0; i < v->rows; i++)
		for (size_t j = 0; j < v->columns; j++)
			*x++ += weight_view_number(v, i, j);
}

static void add_product(const struct weight_view *a, const struct weight_view *b, double *x)
{
	double *right = memory_new(b->rows * b->columns, sizeof *right);

	add_view(b, right);
	for (size_t i = 0; i < a->rows; i++, x += b->columns)
		for (size_t k = 0; k < a->columns; k++) {
			const double left = weight_view_number(a, i, k);

			for (size_t j = 0; j < b->columns; j++)
				x[j] += left * right[k * b->columns + j];
		}
	free(right);
}

/* x is 0 before. */
static void fill(const struct source *s, const struct parameter *p, double *x)
{
	if (!s->parts)
		fill_constant(s, p, x);
	else if (s->rule->way == WEIGHT_PRODUCT)
		add_product(&s->part[0], &s->part[1], x);
	for (int i = 0; i < s->parts && s->rule->way != WEIGHT_PRODUCT; i++) {
		add_view(&s->part[i], x);
		if (s->rule->way == WEIGHT_JOIN)
			x += s->part[i].rows * s->part[i].columns;
	}
}

static bool make(const struct applying *a, int i)
{
	const struct parameter *p = &a->all->list[i];
	const struct source *s = &a->source[i];
	const size_t count = (size_t)p->rows * (size_t)p->columns;
	double *x = memory_new(count, sizeof *x);
	bool good = true;

	fill(s, p, x);
	for (size_t n = 0; good && n < count; n++) {
		const real number = (real)(s->parts ? x[n] * s->rule->scale : x[n]);

		a->all->x[p->offset + n] = number;
		if (!isfinite(number))
			good = node_error_place(
				s->rule->node, a->error,
				"%s cannot be made of %.100s: number [%zu][%zu] would be %g",
				p->name, s->parts ? s->part[0].tensor->name : "a constant",
				n / (size_t)p->columns, n % (size_t)p->columns, (double)number);
	}
	free(x);
	return good;
}

static bool apply(struct applying *a)
{
	for (int i = 0; i < a->all->count; i++)
		if (!find_source(a, i))
			return false;
	if (!nothing_left(a))
		return false;
	parameters_empty(a->all);
	for (int i = 0; i < a->all->count; i++)
		if (!make(a, i))
			return false;
	return true;
}

bool weight_map_apply(const struct weight_map *map, const struct safetensors *file,
                      struct parameters *all, struct error *error)
{
	struct applying a = {
		.map = map,
		.file = file,
		.all = all,
		.source = memory_new((size_t)all->count, sizeof *a.source),
		.taken = memory_new(file->count, sizeof *a.taken),
		.error = error,
	};
	const bool good = apply(&a);

	free(a.source);
	free(a.taken);
	if (!good) {
		free(all->x);
		all->x = NULL;
	}
	return good;
}
