/* fixture_train.c - reference values of PyTorch: optimizers, clipping, schedules; and search by
 * exhaustion. */
#include "eval/search.h"
#include "tests/fixture.h"
#include "tests/fixture_kinds.h"
#include "train/optimizer.h"
#include "train/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static real *reals(const struct fixture *f, const char *name, size_t *n)
{
	double *x = fixture_numbers(f, name, n);
	real *y = memory_new(*n, sizeof *y);

	for (size_t i = 0; i < *n; i++)
		y[i] = (real)x[i];
	free(x);
	return y;
}

/* The options of PyTorch's constructors, with its defaults. */
static struct train_settings optimizer_settings(struct fixture *f)
{
	const char *kind = fixture_word(f, "kind", "?");
	const char *betas = fixture_word(f, "betas", "[0.9, 0.999]");
	struct train_settings s;

	settings_default(train_settings_table, &s);
	s.optimizer = !strcmp(kind, "sgd")    ? OPTIMIZER_SGD
	              : !strcmp(kind, "adam") ? OPTIMIZER_ADAM
	                                      : OPTIMIZER_ADAMW;
	s.momentum = fixture_number(f, "momentum", 0);
	s.nesterov = fixture_true(f, "nesterov");
	s.weight_decay = fixture_number(f, "weight_decay", 0);
	s.epsilon = fixture_number(f, "eps", 1e-8);
	sscanf(betas, "[%lf, %lf]", &s.beta1, &s.beta2);
	return s;
}

static void optimizer_case(struct fixture *f)
{
	const struct train_settings s = optimizer_settings(f);
	size_t n, steps;
	real *w = reals(f, "start", &n), *g = reals(f, "gradients", &steps), *out;
	struct optimizer o;

	steps /= n;
	out = memory_new(steps * n, sizeof *out);
	optimizer_init(&o, &s, n);
	for (size_t i = 0; i < steps; i++) {
		optimizer_begin(&o);
		optimizer_update(&o, fixture_number(f, "lr", 0), 1, g + i * n, w, 0, n / 2);
		optimizer_update(&o, fixture_number(f, "lr", 0), 1, g + i * n, w, n / 2, n);
		memcpy(out + i * n, w, n * sizeof *w);
	}
	fixture_compare(f, "out", steps * n, out);
	optimizer_free(&o);
	free(w);
	free(g);
	free(out);
}

static void clip_case(struct fixture *f)
{
	double sum = 0, factor;
	real norm;
	char name[32];

	for (int i = 0; i < 3; i++) {
		size_t n;
		double *g;

		snprintf(name, sizeof name, "gradient%d", i);
		g = fixture_numbers(f, name, &n);
		for (size_t j = 0; j < n; j++)
			sum += g[j] * g[j];
		free(g);
	}
	norm = (real)sqrt(sum);
	factor = gradient_clip(sqrt(sum), fixture_number(f, "limit", 0));
	fixture_compare(f, "norm", 1, &norm);
	for (int i = 0; i < 3; i++) {
		size_t n;
		real *g;

		snprintf(name, sizeof name, "gradient%d", i);
		g = reals(f, name, &n);
		for (size_t j = 0; j < n; j++)
			g[j] = (real)(factor * (double)g[j]);
		snprintf(name, sizeof name, "out%d", i);
		fixture_compare(f, name, n, g);
		free(g);
	}
}

static void schedule_case(struct fixture *f)
{
	struct train_settings s;
	struct schedule_state state;
	size_t n;
	double *step = fixture_numbers(f, "step", &n);
	real *out = memory_new(n, sizeof *out);
	char text[64];
	struct error error;

	settings_default(train_settings_table, &s);
	snprintf(text, sizeof text, "%s", fixture_word(f, "kind", "?"));
	if (!setting_read(setting_find(train_settings_table, "schedule"), &s, text, &error))
		snprintf(f->missing, sizeof f->missing, "schedule %.60s", text);
	s.learning_rate = fixture_number(f, "lr", 1);
	s.warmup = (long)fixture_number(f, "warmup", 0);
	s.cosine_updates = (long)fixture_number(f, "total", 0);
	s.floor = fixture_number(f, "floor", 0);
	schedule_init(&s, &state);
	for (size_t i = 0; i < n; i++)
		out[i] = (real)schedule_rate(&s, &state, (long)step[i], fixture_number(f, "d", 1));
	fixture_compare(f, "out", n, out);
	free(step);
	free(out);
}

static void plateau_case(struct fixture *f)
{
	struct train_settings s;
	struct schedule_state state;
	size_t n;
	double *value = fixture_numbers(f, "values", &n);
	real *out = memory_new(n, sizeof *out);

	settings_default(train_settings_table, &s);
	s.schedule = SCHEDULE_PLATEAU;
	s.warmup = 0;
	s.learning_rate = fixture_number(f, "lr", 0);
	s.plateau_factor = fixture_number(f, "factor", 0);
	s.plateau_patience = (long)fixture_number(f, "patience", 0);
	s.plateau_threshold = fixture_number(f, "threshold", 0);
	schedule_init(&s, &state);
	for (size_t i = 0; i < n; i++) {
		schedule_validated(&s, &state, value[i]);
		out[i] = (real)schedule_rate(&s, &state, (long)i + 1, 1);
	}
	fixture_compare(f, "out", n, out);
	free(value);
	free(out);
}

/* Words follow words with the probabilities of a table; a row remembers its last word only. */
struct bigrams {
	const real *logp;
	int vocabulary;
	const int *token; /* of each row */
	real *logits;
};

static void bigram_step(void *context, int rows, const int *token)
{
	struct bigrams *b = context;

	(void)rows;
	b->token = token;
}

static real *bigram_logits(void *context, int first, struct scan *scan)
{
	struct bigrams *b = context;
	const size_t v = (size_t)b->vocabulary;

	b->logits = memory_resize(b->logits, (size_t)scan->rows * v, sizeof *b->logits);
	for (int r = 0; r < scan->rows; r++)
		memcpy(b->logits + (size_t)r * v, b->logp + (size_t)b->token[first + r] * v,
		       v * sizeof *b->logits);
	scan_tokens(scan, b->logits, 0, b->vocabulary);
	return b->logits;
}

static void bigram_select(void *context, int rows, const int *row, int sentences,
                          const int *sentence)
{
	(void)context;
	(void)rows;
	(void)row;
	(void)sentences;
	(void)sentence;
}

static void search_case(struct fixture *f)
{
	const int v = (int)fixture_number(f, "V", 0),
		  longest = (int)fixture_number(f, "longest", 0);
	const int best = (int)fixture_number(f, "best", 0);
	size_t n;
	real *logp = reals(f, "logp", &n);
	struct bigrams bigrams = { logp, v, NULL, NULL };
	const struct predictor predictor = { &bigrams,    v,             0,            1,
		                             bigram_step, bigram_logits, bigram_select };
	struct search_settings s;
	struct nbest found;
	const size_t first = 0;
	real score[64], total[64], words[512];

	settings_default(search_settings_table, &s);
	s.beam = (long)pow(v, longest - 1);
	s.nbest = best;
	s.penalty = PENALTY_GNMT;
	s.length_penalty = fixture_number(f, "alpha", 0);
	search(&predictor, &s, 1, &longest, &first, &found);
	free(bigrams.logits);
	for (int i = 0; i < best && i < found.count; i++) {
		score[i] = (real)found.best[i].score;
		total[i] = (real)found.best[i].total;
		for (int j = 0; j < longest; j++)
			words[i * longest + j] =
				j < found.best[i].length ? (real)found.best[i].token[j] : 1;
	}
	fixture_compare(f, "score", (size_t)found.count, score);
	fixture_compare(f, "total", (size_t)found.count, total);
	fixture_compare(f, "words", (size_t)(found.count * longest), words);
	nbest_free(&found);
	free(logp);
}

const struct fixture_kind fixture_kinds_train[] = {
	{ "optimizer", optimizer_case }, { "clip", clip_case },     { "schedule", schedule_case },
	{ "plateau", plateau_case },     { "search", search_case }, { NULL, NULL },
};
