/* vector.c - the table of kernels, compiled once for each instruction set (VECTOR_SET).
 *
 * The kernels are in headers of their own, by what they do, each included here alone.
 */
#include "core/vector.h"
#include "core/vector_activation.h"
#include "core/vector_attention.h"
#include "core/vector_dropout.h"
#include "core/vector_elements.h"
#include "core/vector_int8.h"
#include "core/vector_packed.h"
#include "core/vector_product.h"
#include "core/vector_recurrent.h"
#include "core/vector_rows.h"

#ifndef VECTOR_SET
#define VECTOR_SET portable
#endif

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

const struct vector_kernels JOIN(vector_, VECTOR_SET) = {
	.name = TEXT(VECTOR_SET),
	.tanh = row_tanh,
	.sigmoid = row_sigmoid,
	.fill = row_fill,
	.add = row_add,
	.accumulate = row_accumulate,
	.scale = row_scale,
	.to_bfloat16 = to_bfloat16,
	.to_int8 = to_int8,
	.add_rows = add_rows,
	.sum_rows = sum_rows,
	.dot = dot,
	.sum_squares = sum_squares,
	.add_rows_relu = add_rows_relu,
	.relu_mask = relu_mask,
	.relu = relu,
	.relu_backward = relu_backward,
	.tanh_backward = tanh_backward,
	.sigmoid_backward = sigmoid_backward,
	.swish = swish,
	.swish_backward = swish_backward,
	.gelu_tanh = gelu_tanh,
	.gelu_tanh_backward = gelu_tanh_backward,
	.glu = glu,
	.glu_backward = glu_backward,
	.swiglu = swiglu,
	.swiglu_backward = swiglu_backward,
	.sum = sum,
	.softmax = softmax,
	.softmax_backward = softmax_backward,
	.exp_total = exp_total,
	.exp_sum = exp_sum,
	.scale_add = scale_add,
	.layer_norm = layer_norm,
	.layer_norm_backward = layer_norm_backward,
	.rms_norm = rms_norm,
	.rms_norm_backward = rms_norm_backward,
	.lstm = lstm,
	.lstm_backward = lstm_backward,
	.lstm_state = lstm_state,
	.lstm_state_backward = lstm_state_backward,
	.lstm_output = lstm_output,
	.lstm_output_backward = lstm_output_backward,
	.gru = gru,
	.gru_backward = gru_backward,
	.dropout = dropout,
	.add_dropout = add_dropout,
	.product = product,
	.transpose = transpose,
	.copy_rows = copy_rows,
	.scale_each_row = scale_each_row,
	.exp_twice = exp_twice,
	.dot_rows = dot_rows,
	.mean_rows = mean_rows,
	.softmax_block = softmax_block,
	.softmax_again = softmax_again,
	.softmax_block_backward = softmax_block_backward,
	.additive_scores = additive_scores,
	.additive_backward = additive_backward,
	.packed_product = packed_product,
	.adam = adam,
};
