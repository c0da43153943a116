/* weight_view.c - a tensor as the matrix that a rule makes of it. */
#include "experiments/weight_view.h"

static bool cut(size_t all, const struct weight_cut *c, size_t *left)
{
	*left = c->of ? all / (size_t)c->of * (size_t)c->count : all;
	return !c->of || all % (size_t)c->of == 0;
}

bool weight_view_open(struct weight_view *view, const struct weight_rule *rule,
                      const struct tensor *t)
{
	size_t stride[TENSOR_DIMENSIONS], step = 1;
	const int axes = rule->axes ? rule->axes : t->dimensions;

	*view = (struct weight_view){ .tensor = t, .rule = rule, .all_rows = 1, .all_columns = 1 };
	if (axes != t->dimensions)
		return false;
	for (int i = axes - 1; i >= 0; i--) {
		stride[i] = step;
		step *= t->shape[i];
	}
	for (int i = 0; i < axes; i++) {
		const int axis = rule->axes ? rule->axis[i] : i;

		if (t->shape[axis] == 1)
			continue;
		view->shape[view->dimensions] = t->shape[axis];
		view->stride[view->dimensions++] = stride[axis];
	}
	for (int i = 0; i < view->dimensions; i++)
		*(i ? &view->all_columns : &view->all_rows) *= view->shape[i];
	return cut(view->all_rows, &rule->rows, &view->rows) &&
	       cut(view->all_columns, &rule->columns, &view->columns);
}

static size_t before_cut(size_t i, size_t all, const struct weight_cut *c)
{
	const size_t piece = c->of ? all / (size_t)c->of : 0;

	return c->of ? (size_t)c->take[i / piece] * piece + i % piece : i;
}

double weight_view_number(const struct weight_view *v, size_t row, size_t column)
{
	size_t at;

	row = before_cut(row, v->all_rows, &v->rule->rows);
	column = before_cut(column, v->all_columns, &v->rule->columns);
	at = v->dimensions ? row * v->stride[0] : 0;
	for (int d = v->dimensions - 1; d > 0; d--) {
		at += column % v->shape[d] * v->stride[d];
		column /= v->shape[d];
	}
	return tensor_number(v->tensor, at);
}
