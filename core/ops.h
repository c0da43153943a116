/* ops.h - the taped operations: what a model is made of.
 *
 * Letters: T target or own steps, S source steps, N rows (sentences or hypotheses), C channels, H
 * hidden, V vocabulary. Where shapes do not fit, an operation says which and stops the program.
 * Every result belongs to the tape.
 */
#ifndef BAKEOFF_OPS_H
#define BAKEOFF_OPS_H

#include "core/tape.h"

#include <stdbool.h>

enum activation {
	ACTIVATION_NONE,
	ACTIVATION_RELU,
	ACTIVATION_TANH,
	ACTIVATION_SIGMOID,
	ACTIVATION_GELU,      /* x Phi(x), exact */
	ACTIVATION_GELU_TANH, /* x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
	ACTIVATION_SWISH,     /* x sigmoid(x), also called SiLU; Ramachandran 2017 */
};

/* y = f(x W^T + b). x [T][N][C], W [O][C], b [O] or NULL -> [T][N][O]. */
struct var *op_linear(struct tape *, struct var *x, struct var *w, struct var *b, enum activation);

/* y = f(x), elementwise. */
struct var *op_activation(struct tape *, struct var *x, enum activation);

/* y = scale (a + b), a and b of one shape. */
struct var *op_add(struct tape *, struct var *a, struct var *b, real scale);

/* A residual connection: y = scale (x + dropout(fx)), x and fx of one shape. fx is used up, its
 * memory becomes y's: no other operation may read it. */
struct var *op_residual(struct tape *, struct var *x, struct var *fx, double dropout, real scale);

/* y = dropout(x), and 0 at the steps from length[n] on (length may be NULL). Returns x where there
 * is nothing to do. */
struct var *op_dropout(struct tape *, struct var *x, double p, const int *length);

/* Dropout with one mask for all steps: each row's channels are dropped at every step or at none.
 * Gal and Ghahramani 2016. The same mask (tape_dropout) for another part of the sequence goes on
 * where this one ends. Returns x where the mask drops nothing. */
struct var *op_dropout_steps(struct tape *, struct var *x, struct dropout_mask);

/* y = [a; b], channels side by side. a [T][N][A], b [T][N][B] -> [T][N][A + B]. */
struct var *op_concat(struct tape *, struct var *a, struct var *b);

/* The same of one step and what the step before it made: a hop (core/graph.h). */
struct var *op_feed(struct tape *, struct var *x, struct var *before);

/* y[t][r] = x[t][r] + s[r / (R / N)]: a vector of each sentence added to all steps of its rows. x
 * [T][R][C], s [1][N][C], R a multiple of N. */
struct var *op_add_summary(struct tape *, struct var *x, struct var *s);

/* The channels of a slice as a variable of its own. */
struct var *op_slice(struct tape *, struct slice x);

#define LAYER_NORM_EPSILON ((real)1e-5)

/* y = (x - mean) / sqrt(variance + 1e-5) gain + bias over the channels of each step. gain [C], bias
 * [C] or NULL. Ba 2016. */
struct var *op_layer_norm(struct tape *, struct var *x, struct var *gain, struct var *bias);

/* y = x / sqrt(mean of x^2 + 1e-6) gain over the channels of each step. gain [C]. Zhang and
 * Sennrich 2019. */
struct var *op_rms_norm(struct tape *, struct var *x, struct var *gain);

/* Rows of a table, plus positions. y[t][n] = scale table[id[t][n]] + position[p], p = first + t -
 * padding[n], and 0 where p < 0. table [V][C]; position [P][C] or NULL; padding [n] or NULL for 0.
 * An id or a position outside of its table stops the program. */
struct var *op_embed(struct tape *, struct var *table, const int *id, int t, int n, real scale,
                     struct var *position, int first, const int *padding);

/* The sines and cosines of Vaswani 2017, section 3.5: even channels sin(p / 10000^(i / C)), odd
 * ones the cosine; [steps][C]. */
void sinusoidal_positions(int steps, int c, real *x);

/* A whole LSTM sequence: gates = projected[t] + U h[t - 1], in the order i, f, g, o; c = f c + i g;
 * h = o tanh(c). projected [T][N][4H] (W x + b; used up: no other operation may read it), U
 * [4H][H], h0 and c0 [1][N][H] or NULL for 0. length [N] or NULL: later steps give 0 and leave the
 * state alone. reverse: from the last step to the first.
 * -> h [T][N][H]; *final (may be NULL) the last state, [2][N][H]: h, then c. Hochreiter and
 * Schmidhuber 1997. */
struct var *op_lstm(struct tape *, struct var *projected, struct var *u, struct var *h0,
                    struct var *c0, const int *length, bool reverse, struct var **final);

/* What an LSTM may have beside; all zero is the plain one. With LN(v) = (v - mean) / sqrt(variance
 * + 1e-5) over the numbers of one row:
 *
 *     gates = projected[t] + U m h[t - 1]          or   + gain LN(U m h[t - 1]), over all 4H
 *     i, f see p_i c[t - 1], p_f c[t - 1] besides, o sees p_o c[t]
 *     h = o tanh(c)                                or   o tanh(state_gain LN(c) + state_bias)
 *
 * The normalised LSTM of Ba 2016, equations 20 to 22, has both, and projected = op_layer_norm(W x),
 * whose bias is b and the bias of the other sum in one. What goes on to the next step is c itself.
 */
struct lstm_variant {
	struct var *peephole;   /* [3][H]: p_i, p_f, p_o; Gers 2002. NULL: 0 */
	struct var *gain;       /* [4H] of U h, or NULL: not normalised */
	struct var *state_gain; /* [H] of c, or NULL: not normalised */
	struct var *state_bias; /* [H] or NULL; needs a state_gain */
	/* m, one for all steps ([N][H]; Gal and Ghahramani 2016). h as a result, and as the last
	 * state, is the one without it. The same mask for another part of the sequence goes on
	 * where this one ends. */
	struct dropout_mask recurrent;
	const int *first; /* [N] or NULL: steps before it give 0 and leave the state alone */
};

struct var *op_lstm_variant(struct tape *, struct var *projected, struct var *u, struct var *h0,
                            struct var *c0, const int *length, bool reverse,
                            const struct lstm_variant *, struct var **final);

/* A whole GRU sequence, gates in the order r, z, n: with s = U m h[t - 1] + b, r =
 * sigmoid(projected + s), z alike, n = tanh(projected + r s), h[t] = (1 - z) n + z h[t - 1].
 * projected [T][N][3H] (W x + its own bias; used up: no other operation may read it), U [3H][H], b
 * [3H] or NULL, h0 [1][N][H] or NULL for 0; first, length, reverse and the mask m as in op_lstm and
 * struct lstm_variant.
 * -> h [T][N][H]; *final (may be NULL) the last state, [1][N][H]. Cho 2014, as in PyTorch and
 * cuDNN. */
struct var *op_gru(struct tape *, struct var *projected, struct var *u, struct var *b,
                   struct var *h0, const int *first, const int *length, bool reverse,
                   struct dropout_mask recurrent, struct var **final);

/* Step t of x as [1][N][C]. */
struct var *op_step(struct tape *, struct var *x, int t);
/* `count` steps of x from `first` on as [count][N][C]. */
struct var *op_some_steps(struct tape *, struct var *x, int first, int count);

/* `count` sequences [.][N][C], at least one, one after the other as one sequence. */
struct var *op_join_steps(struct tape *, int count, struct var *const *part);

/* y = x, and 0 at each row's steps before first[n]. x [T][N][C], first [N]. Returns x where first
 * is NULL. */
struct var *op_blank_steps(struct tape *, struct var *x, const int *first);

/* The mean of x's real steps: y[n] = sum over t < length[n] of x[t][n] / length[n]. x [T][N][C],
 * length [N], from 1 to T, or NULL for T -> [1][N][C]. */
struct var *op_mean_steps(struct tape *, struct var *x, const int *length);

/* Each row's last real step: y[n][c] = x[length[n] - 1][n][c], but x[0][n][c] for the last `backward`
 * channels, which were made from the last step to the first. x [T][N][C], length [N], from 1 to T, or
 * NULL for T -> [1][N][C]. */
struct var *op_last_steps(struct tape *, struct var *x, const int *length, int backward);

struct convolution {
	int kernel, dilation;
	int before, after; /* steps of zeros put before and after x */
};

/* y[t] = sum over j of W_j x[t + j dilation - before] + b. x [T][N][C], W [O][kernel C] (tap j in
 * columns j C ...), b [O] or NULL
 * -> [T + before + after - (kernel - 1) dilation][N][O]. */
struct var *op_convolution(struct tape *, struct var *x, struct var *w, struct var *b,
                           struct convolution);

struct light_convolution {
	struct convolution over;
	int heads;         /* channel c of C belongs to head c heads / C, rounded down */
	const int *length; /* [N]: x counts as 0 from step length[n] on; NULL: all of x is there */
	double dropout;    /* of the normalised weights, in training (DropConnect) */
};

/* y[t][n][c] = sum over j of softmax(w[head of c])_j x[t + j dilation - before][n][c]. x [T][N][C];
 * w [heads][kernel], or of each step of y its own: [T of y][N][heads kernel] (head h in columns h
 * kernel ...) -> [T + before + after - (kernel - 1) dilation][N][C]. The weights are normalised
 * before taps that read outside of x are left out. Wu 2019: lightweight and dynamic convolution. */
struct var *op_light_convolution(struct tape *, struct var *x, struct var *w,
                                 struct light_convolution);

/* w[o] = gain[o] v[o] / |v[o]|. v [O][K], gain [O]. Salimans and Kingma 2016. */
struct var *op_weight_norm(struct tape *, struct var *v, struct var *gain);

/* y = x[.. C) sigmoid(x[C ..)). x [T][N][2C] (used up: no other operation may read it, nor the one
 * that made it its result) -> [T][N][C]. Dauphin 2017. */
struct var *op_glu(struct tape *, struct var *x);

/* y = swish(x[.. C)) x[C ..). x [T][N][2C] (no other operation may read it) -> [T][N][C]. Shazeer
 * 2020. */
struct var *op_swiglu(struct tape *, struct var *x);

enum attention_score {
	SCORE_DOT,        /* q . k */
	SCORE_SCALED_DOT, /* q . k / sqrt(channels of a head); Vaswani 2017 */
	SCORE_ADDITIVE,   /* v . tanh(q + k); Bahdanau 2015 (q and k are projected already) */
};

struct attention {
	enum attention_score score;
	int heads;     /* of the query and the result */
	int key_heads; /* of key and value, each shared by heads / key_heads of the query: Shazeer
	                  2019, Ainslie 2023; 0: as many as heads */

	/* What a query sees. Query step t stands at key step t + S - T. */
	bool causal;         /* keys at its step and before */
	int prefix;          /* causal: also all of the first so many key steps (Raffel 2020) */
	int window;          /* keys at most so many steps away (Vaswani 2017, section 4); 0: all */
	int block;           /* keys of its own block of so many steps, counted from the sentence's
	                        first; 0: all */
	const int *first;    /* [key rows] first key of each sentence that counts, or NULL for 0 */
	const int *length;   /* [key rows] end of each sentence's keys, or NULL for all */
	const size_t *place; /* [key rows] step s of key row r lies at place[r] + s, in units of the
	                        channels of key.v, and of value.v; NULL: at [s][r] as always.
	                        Without gradients only */

	struct var *v; /* additive: [channels of q], a slice a head */
	bool alibi;    /* the score of head h (from 0) less 2^(-8 (h + 1) / heads) times the
	                  distance; Press 2022 */
	struct var *relative_key, *relative_value; /* [2 clip + 1][channels of a head], added to key
	                        and value by key step - query step, at most clip away; NULL: none.
	                        Shaw 2018 */
	bool scale_by_length; /* the context times sqrt(keys of the sentence); Gehring 2017, section
	                         3.3's m sqrt(1 / m) */
	double dropout;       /* of the weights */

	enum attention_kind kind; /* labels, for tape->masked and those who look at the weights */
	int layer;
};

/* context[t] = sum over s of softmax(score(query[t], key[s])) value[s], head by head; 0 where a
 * query sees no key. query [T][R][heads d_k], key [S][N][key_heads d_k], value [S][N][key_heads
 * d_v]
 * -> [T][R][heads d_v]. R is a multiple of N: row r attends to sentence r / (R / N). Work and
 * memory grow with the keys that are seen, not with T S where a window or blocks bound them. */
struct var *op_attention(struct tape *, struct slice query, struct slice key, struct slice value,
                         struct attention);

/* Queries or keys turned by their position: channels 2 i and 2 i + 1 of every head by the angle
 * (first + t) / 10000^(2 i / d). x [T][N][heads d], d even. Su 2021. */
struct var *op_rotary(struct tape *, struct slice x, int heads, int first);

/* y_h = W_h x_h for every head h. x [T][N][heads d], W [heads d][d], a block of rows a head. */
struct var *op_head_linear(struct tape *, struct slice x, struct var *w, int heads);

/* What a cross-entropy costs, summed over tokens, in nats. */
struct loss {
	double smoothed; /* what is optimised */
	double nll;      /* - log p(gold) */
	size_t tokens;
	size_t correct; /* the gold token was the most probable */
};

/* A token's loss: - on_gold log p(gold) - on_each sum over V of log p. */
struct smoothing {
	double on_gold, on_each;
};

/* PyTorch's definition: (1 - e) on the gold token and e / V on every one. Szegedy 2016, section 7.
 */
struct smoothing smoothing_uniform(double e, int vocabulary);

/* Output layer and label-smoothed cross-entropy in one: logits = h W^T + b are made a few rows at a
 * time and never stored whole. h [T][N][C], W [V][C], b [V] or NULL, gold [T][N]; rows whose gold
 * is `ignore` do not count (-1: all count). Adds to *loss and returns the smoothed sum as a 1x1x1
 * variable. `nll`, where not NULL, gets each row's - log p(gold), 0 where ignored. */
struct var *op_cross_entropy(struct tape *, struct var *h, struct var *w, struct var *b,
                             const int *gold, int ignore, struct smoothing, struct loss *,
                             double *nll);

#endif
