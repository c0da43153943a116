/* weight_view.h - a tensor as the matrix that a rule makes of it, read where it lies. Internal to
 * experiments/. */
#ifndef BAKEOFF_WEIGHT_VIEW_H
#define BAKEOFF_WEIGHT_VIEW_H

#include "experiments/weight_map.h"

/* A tensor as a matrix: axes in the order that the rule wants, those of one number left out, all
 * but the first side by side. A vector is a column. */
struct weight_view {
	const struct tensor *tensor;
	const struct weight_rule *rule;
	int dimensions;
	size_t shape[TENSOR_DIMENSIONS], stride[TENSOR_DIMENSIONS];
	size_t all_rows, all_columns; /* before the cuts */
	size_t rows, columns;
};

/* False where axes or pieces of the rule do not fit the tensor's shape. */
bool weight_view_open(struct weight_view *, const struct weight_rule *, const struct tensor *);

double weight_view_number(const struct weight_view *, size_t row, size_t column);

#endif
