/* vector_recurrent.h - one step of one sentence of a recurrent cell.
 *
 * Only for core/vector.c, after vector_lanes.h and vector_math.h.
 */
#ifndef BAKEOFF_VECTOR_RECURRENT_H
#define BAKEOFF_VECTOR_RECURRENT_H

#include "core/vector_lanes.h"
#include "core/vector_math.h"

static void lstm(size_t n, real *gates, const real *c_previous, real *c, real *tanh_c, real *h)
{
	real *gate_i = gates, *gate_f = gates + n, *gate_g = gates + 2 * n, *gate_o = gates + 3 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real i = real_sigmoid(gate_i[j]), f = real_sigmoid(gate_f[j]);
		real g = real_tanh(gate_g[j]), o = real_sigmoid(gate_o[j]);
		real state = f * c_previous[j] + i * g, squashed = real_tanh(state);

		gate_i[j] = i;
		gate_f[j] = f;
		gate_g[j] = g;
		gate_o[j] = o;
		c[j] = state;
		tanh_c[j] = squashed;
		h[j] = o * squashed;
	}
}

static void lstm_backward(size_t n, const real *gates, const real *c_previous, const real *tanh_c,
                          const real *dh, real *dc, real *dgates)
{
	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real i = gates[j], f = gates[n + j], g = gates[2 * n + j], o = gates[3 * n + j];
		real squashed = tanh_c[j], before = c_previous[j], dout = dh[j];
		real dstate = dc[j] + dout * o * (1 - squashed * squashed);

		dgates[j] = dstate * g * i * (1 - i);
		dgates[n + j] = dstate * before * f * (1 - f);
		dgates[2 * n + j] = dstate * i * (1 - g * g);
		dgates[3 * n + j] = dout * squashed * o * (1 - o);
		dc[j] = dstate * f;
	}
}

#endif
