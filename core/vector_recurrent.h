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

static void lstm_state(size_t n, real *gates, const real *peephole, const real *c_previous, real *c)
{
	real *gate_i = gates, *gate_f = gates + n, *gate_g = gates + 2 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real before = c_previous[j];
		real i = real_sigmoid(gate_i[j] + peephole[j] * before);
		real f = real_sigmoid(gate_f[j] + peephole[n + j] * before);
		real g = real_tanh(gate_g[j]);

		gate_i[j] = i;
		gate_f[j] = f;
		gate_g[j] = g;
		c[j] = f * before + i * g;
	}
}

static void lstm_output(size_t n, real *gates, const real *peephole, const real *c, real *tanh_c,
                        real *h)
{
	real *gate_o = gates + 3 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real o = real_sigmoid(gate_o[j] + peephole[2 * n + j] * c[j]);
		real squashed = real_tanh(tanh_c[j]);

		gate_o[j] = o;
		tanh_c[j] = squashed;
		h[j] = o * squashed;
	}
}

static void lstm_output_backward(size_t n, real *gates, const real *peephole, const real *c,
                                 const real *tanh_c, const real *dh, real *dc, real *dtanh_c,
                                 real *dpeephole)
{
	real *gate_o = gates + 3 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real o = gate_o[j], squashed = tanh_c[j], dout = dh[j];
		real d = dout * squashed * o * (1 - o);

		gate_o[j] = d;
		dtanh_c[j] = dout * o * (1 - squashed * squashed);
		dc[j] += d * peephole[2 * n + j];
		dpeephole[2 * n + j] += d * c[j];
	}
}

static void lstm_state_backward(size_t n, real *gates, const real *peephole, const real *c_previous,
                                real *dc, real *dpeephole)
{
	real *gate_i = gates, *gate_f = gates + n, *gate_g = gates + 2 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real i = gate_i[j], f = gate_f[j], g = gate_g[j];
		real before = c_previous[j], dstate = dc[j];
		real di = dstate * g * i * (1 - i), df = dstate * before * f * (1 - f);

		gate_i[j] = di;
		gate_f[j] = df;
		gate_g[j] = dstate * i * (1 - g * g);
		dpeephole[j] += di * before;
		dpeephole[n + j] += df * before;
		dc[j] = dstate * f + di * peephole[j] + df * peephole[n + j];
	}
}

static void gru(size_t n, real *gates, const real *sums, const real *h_previous, real *h)
{
	real *gate_r = gates, *gate_z = gates + n, *gate_n = gates + 2 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real r = real_sigmoid(gate_r[j] + sums[j]);
		real z = real_sigmoid(gate_z[j] + sums[n + j]);
		real candidate = real_tanh(gate_n[j] + r * sums[2 * n + j]);

		gate_r[j] = r;
		gate_z[j] = z;
		gate_n[j] = candidate;
		h[j] = candidate + z * (h_previous[j] - candidate);
	}
}

static void gru_backward(size_t n, real *gates, real *sums, const real *h_previous, real *dh)
{
	real *gate_r = gates, *gate_z = gates + n, *gate_n = gates + 2 * n;

	INDEPENDENT
	for (size_t j = 0; j < n; j++) {
		real r = gate_r[j], z = gate_z[j], candidate = gate_n[j], dout = dh[j];
		real dn = dout * (1 - z) * (1 - candidate * candidate);
		real dz = dout * (h_previous[j] - candidate) * z * (1 - z);
		real dr = dn * sums[2 * n + j] * r * (1 - r);

		gate_r[j] = dr;
		gate_z[j] = dz;
		gate_n[j] = dn;
		sums[j] = dr;
		sums[n + j] = dz;
		sums[2 * n + j] = dn * r;
		dh[j] = dout * z;
	}
}

#endif
