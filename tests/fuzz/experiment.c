/* experiment.c - experiment files: one, another that it may include, and three --set. */
#include "experiments/spec.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 3 };

/* What is kept of a contestant in its row is read back as the same. */
static void check_row(const struct experiment *e, const struct contestant *c)
{
	json_t *json = contestant_to_json(e, c), *data, *again;
	struct contestant read;
	struct error error;

	fuzz_check(contestant_from_json(&read, json, &error), error.message);
	again = contestant_to_json(e, &read);
	data = json_object_get(json, "data");
	json_object_set(again, "data", data);
	fuzz_check(json_equal(json, again), "settings are the same read back");
	contestant_free(&read);
	json_decref(json);
	json_decref(again);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	struct experiment e;
	struct error error;
	char path[FUZZ_PATH], *set[SETS];
	size_t part;
	int sets = 0;
	bool good;
	const char *text = fuzz_part(&in, &part);

	fuzz_file("top.yaml", text, part);
	text = fuzz_part(&in, &part);
	fuzz_file("base.yaml", text, part);
	while (sets < SETS && in.size)
		set[sets++] = fuzz_text(&in);
	fuzz_path("top.yaml", path);
	good = experiment_read(&e, path, set, sets, &error);
	fuzz_said(good, &error);
	for (int i = 0; i < e.contestants && i < 4; i++)
		check_row(&e, &e.contestant[i]);
	experiment_free(&e);
	while (sets)
		free(set[--sets]);
}

#define HEAD "experiment: x\ndata: {task: copy, symbols: 9}\n"
static const char *const seeds[] = {
	HEAD "contestants:\n  a: {architecture: rnn, width: 8}\n",
	HEAD "seeds: [1, 2]\ncontestants:\n  a: {architecture: transformer, heads: 2, width: 8}\n"
	     "  b: {like: a, heads: 4, train: {learning_rate: 0.1}}\n",
	HEAD "contestants: {a: {encoder: {architecture: cnn, kernel: 3/5}, decoder: {architecture: "
	     "rnn}}}\ngrid: {train.learning_rate: {from: 0.001, to: 0.1, scale: log, points: 4},"
	     " a.kernel: [3, 5/7]}\n",
	HEAD "contestants: {a: {architecture: cnn}}\ngrid:\n  train: {dropout: {from: 0, to: 0.5, "
	     "step: 0.1}}\nsample: {sobol: 5}\n",
	HEAD "contestants: {a: {architecture: rnn}}\ntune: {train.learning_rate: [0.1, 0.2], "
	     "budget: {epochs: 1}}\n",
	"include: base.yaml\ncontestants: {b: {like: a}}\n" PART HEAD
	"contestants: {a: {architecture: rnn}}\n" PART "train.batch_tokens=4096" PART
	"contestants.b.width=16",
	"include: [base.yaml, base.yaml]\n" PART HEAD "contestants: {a: {architecture: rnn}}\n",
	"include: top.yaml\n",
	"experiment: y\ndata:\n  train: [top.yaml, base.yaml]\n  valid: [top.yaml, top.yaml]\n"
	"  test: {news: [top.yaml, top.yaml]}\n  subwords: {model: bpe, size: 100, joint: true}\n"
	"match: {parameters: 7.5M}\nsearch: {beam: 5}\ntrain: {stop: {epochs: 2}, optimizer: "
	"adam}\n"
	"contestants: {a: {architecture: transformer, arrangement: decoder-only}}\n" PART "x\n",
	"a: &b [*b, !c d]\n? [x]\n: y\n",
	"%TAG ! x\n--- \"\\u001b\\x9b\"\n",
	NULL,
};

const struct fuzz_target fuzz_experiment = {
	"experiment", "experiment files: YAML, include, like, grids, ranges, --set",
	NULL,         one,
	seeds,        NULL,
};
