/* spec_test.c - experiment files: where an error is and what it says, and what a good file means.
 */
#include "experiments/spec.h"
#include "core/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MUTATIONS = 10000, TEXT_SIZE = 8192 };

/* Every test runs in a folder of its own that has these empty files. */
static const char *const corpora[] = { "train.de", "train.en",    "valid.de",
	                               "valid.en", "sub/near.de", "sub/near.en" };

static void write_bytes(const char *path, const char *bytes, size_t size)
{
	FILE *file;

	unlink(path); /* overwriting would wait for the disk on some file systems */
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int enter_folder(void **state)
{
	char folder[] = "/tmp/spec_test.XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) || mkdir("sub", 0777))
		return -1;
	*state = memory_text(folder);
	for (size_t i = 0; i < sizeof corpora / sizeof corpora[0]; i++)
		write_bytes(corpora[i], "", 0);
	return 0;
}

static int leave_folder(void **state)
{
	for (size_t i = 0; i < sizeof corpora / sizeof corpora[0]; i++)
		unlink(corpora[i]);
	unlink("toy.yaml");
	unlink("sub/toy.yaml");
	if (rmdir("sub") || chdir("/") || rmdir(*state))
		return -1;
	free(*state);
	return 0;
}

static bool read_text(struct experiment *e, const char *text, char *const *set, int sets,
                      struct error *error)
{
	write_bytes("toy.yaml", text, strlen(text));
	return experiment_read(e, "toy.yaml", set, sets, error);
}

static void read_good(struct experiment *e, const char *text, char *const *set, int sets)
{
	struct error error;

	if (!read_text(e, text, set, sets, &error))
		fail_msg("%s", error.message);
}

#define HEAD "experiment: toy\ndata: {task: copy}\ntrain: {stop: {epochs: 1}}\n"
#define LSTM "contestants:\n  lstm: {architecture: rnn}\n"
#define FILES "experiment: toy\ntrain: {stop: {epochs: 1}}\n" LSTM "data:\n"

/* The file, and the error after "toy.yaml:". */
static const struct {
	const char *text, *message;
} bad_files[] = {
	/* Not YAML, or more of it than an experiment needs. */
	{ "", " empty; an experiment file starts with `experiment: NAME`" },
	{ "# nothing\n", " empty; an experiment file starts with `experiment: NAME`" },
	{ "toy\n", "1: must be a map of keys: experiment, data, contestants ..." },
	{ "- a\n- b\n", "1: must be a map of keys: experiment, data, contestants ..." },
	{ "a: [1, 2\nb: 3\n",
	  "2: not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence that "
	  "starts in line 1)" },
	{ "a:\n\tb: 3\n",
	  "2: not valid YAML: found character that cannot start any token (while scanning for the "
	  "next token); this line has a tab, indent with spaces" },
	{ "a: 1\nb: \xff\n", "2: bytes that are not UTF-8 text" },
	{ "a: 1\n---\nb: 2\n", "2: a second document; one file is one experiment" },
	{ HEAD "contestants:\n  a: &base {architecture: rnn}\n  b: *base\n",
	  "5: &base: anchors are not supported; write values out, or in `train:` and `search:` for "
	  "all contestants" },
	{ "a: 1\nb: *base\n",
	  "2: *base: aliases are not supported; write values out (text that starts with * needs "
	  "quotes)" },
	{ "a: !!int 3\n",
	  "1: tag:yaml.org,2002:int: tags are not supported; remove it (text that starts with ! "
	  "needs quotes)" },
	{ "# here\n%TAG ! tag:x\n---\na: 1\n", "2: %TAG: tags are not supported; remove it" },
	{ "a: 1\n[b]: 2\n", "2: a list or map as a key; keys are words" },
	{ "a: 1\n? \"\"\n: 2\n", "2: an empty key" },
	{ "a: \"x\\0y\"\n", "1: a zero byte in a value" },
	{ "a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n",
	  "1: too many maps and lists inside each other" },
	{ HEAD "contestants:\n  lstm: {architecture: rnn}\n  lstm: {architecture: cnn}\n",
	  "6: contestants.lstm: written twice, first in line 5" },
	{ HEAD "train: {clip: 1}\n" LSTM, "4: train: written twice, first in line 3" },

	/* Keys. */
	{ HEAD "contestant:\n  lstm: {architecture: rnn}\n",
	  "4: contestant: no such key; did you mean contestants?" },
	{ HEAD "seed: 3\n" LSTM, "4: seed: no such key; did you mean seeds?" },
	{ HEAD "learning_rate: 3\n" LSTM,
	  "4: learning_rate: no such key here; it belongs in `train:`" },
	{ HEAD "kernel: 3\n" LSTM,
	  "4: kernel: no such key here; it belongs to contestants of architecture: cnn" },
	{ HEAD "width: 3\n" LSTM, "4: width: no such key here; it belongs to a contestant" },
	{ HEAD "zzz: 3\n" LSTM,
	  "4: zzz: no such key; there are experiment, data, train, search, match, seeds, "
	  "contestants, grid, sample, tune, include, halving" },
	{ HEAD "contestants:\n  lstm:\n    architecture: rnn\n    hiden: 64\n",
	  "7: contestants.lstm.hiden: no such key; did you mean hidden?" },
	{ HEAD "contestants:\n  lstm: {architecture: rnn, kernel: 5}\n",
	  "5: contestants.lstm.kernel: no such key here; it belongs to contestants of architecture: "
	  "cnn" },
	{ HEAD "contestants:\n  lstm: {architecture: rnn, beam: 4}\n",
	  "5: contestants.lstm.beam: no such key here; it belongs in `search:`" },
	{ HEAD "contestants:\n  lstm: {architecture: rnn, train: {warmpu: 4}}\n",
	  "5: contestants.lstm.train.warmpu: no such key; did you mean warmup?" },
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  stop:\n    epoch: 3\n" LSTM,
	  "5: train.stop.epoch: no such key; did you mean epochs?" },
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  stop.epochs: 3\n" LSTM,
	  "4: train.stop.epochs: write it as a map, stop: {epochs: ...}" },

	/* Values. */
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  clip: nan\n" LSTM,
	  "4: train.clip = nan: must be a number from 0 to 1M" },
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  optimizer: adm\n" LSTM,
	  "4: train.optimizer = adm: must be sgd, adam or adamw; did you mean adam?" },
	{ "experiment: toy\ndata: {task: copy}\ntrain: {stop: {epochs: many}}\n" LSTM,
	  "3: train.stop.epochs = many: must be a whole number from 0 to 1G" },
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  stop: 12\n" LSTM,
	  "4: train.stop: must be a map of keys, as in stop: {epochs: ...}" },
	{ "experiment: toy\ndata: {task: copy}\ntrain: fast\n" LSTM,
	  "3: train: must be a map of keys, as in train: {learning_rate: 0.001, stop: {epochs: "
	  "10}}" },
	{ HEAD "search:\n  beam: [1, 5]\n" LSTM,
	  "5: search.beam: must be one value, 1 to 1000; a list of values to try belongs under "
	  "`grid:`" },
	{ HEAD "search:\n  beam:\n" LSTM, "5: search.beam: has no value; it may be 1 to 1000" },
	{ HEAD "search:\n  beam: {a: 1}\n" LSTM, "5: search.beam: must be one value, 1 to 1000" },
	{ HEAD "match: {parameters: many}\n" LSTM,
	  "4: match.parameters = many: must be a whole number from 0 to 1000G" },
	{ HEAD "seeds: 3\n" LSTM, "4: seeds: must be a list, as in seeds: [1, 2, 3]" },
	{ HEAD "seeds: []\n" LSTM, "4: seeds: must be a list, as in seeds: [1, 2, 3]" },
	{ HEAD "seeds: [1,\n  x]\n" LSTM,
	  "5: seeds = x: must be a whole number from 0 to 1000000G" },
	{ HEAD "seeds: [1, 2, 1]\n" LSTM, "4: seeds = 1: is in the list twice" },
	{ "data: {task: copy}\n" LSTM,
	  "1: experiment: is missing; it names the experiment in the database" },
	{ "experiment: [toy]\ndata: {task: copy}\n" LSTM,
	  "1: experiment: must be a name, as in experiment: multi30k-de-en" },
	{ "experiment: \"a\\nb\"\ndata: {task: copy}\n" LSTM,
	  "1: experiment: the name has control characters" },

	/* Rules between settings are blamed on the line that set one of them. */
	{ HEAD "contestants:\n  convs2s:\n    architecture: cnn\n    kernel: 4\n",
	  "7: contestants.convs2s.kernel = 4: must be odd (3, 5, 7) in an encoder" },
	{ HEAD "contestants:\n  t:\n    architecture: transformer\n    width: 30\n",
	  "5: contestants.t.heads = 4: must divide width = 30" },
	{ HEAD
	  "grid:\n  t.heads:\n    - 1\n    - 3\ncontestants:\n  t: {architecture: transformer}\n",
	  "7: grid.t.heads = 3: must divide width = 128" },
	{ "experiment: toy\ndata: {task: copy}\n" LSTM,
	  "4: contestants.lstm.train.stop: nothing would end the training: set epochs, updates, "
	  "tokens, minutes, multiply_adds, perplexity or patience, as in {epochs: 10}" },
	{ "experiment: toy\ndata: {task: copy}\ntrain:\n  stop: {epochs: 0}\n" LSTM,
	  "4: train.stop: nothing would end the training: set epochs, updates, tokens, minutes, multiply_adds, perplexity or "
	  "patience, as in {epochs: 10}" },
	{ HEAD "contestants:\n  lstm:\n    architecture: rnn\n    search:\n      nbest: 8\n",
	  "8: contestants.lstm.search.nbest = 8: must be at most beam = 5" },
	{ "experiment: toy\ndata: {train: [train.de, train.en], valid: [valid.de, valid.en], "
	  "subwords: {joint: false}}\ntrain: {stop: {epochs: 1}}\ncontestants:\n  lstm:\n"
	  "    architecture: rnn\n    tied: all\n",
	  "7: contestants.lstm.tied = all: needs one vocabulary for both sides, data: {subwords: "
	  "{joint: true}}" },

	/* Contestants. */
	{ HEAD, "1: contestants: is missing; name at least one, as in contestants: {lstm: "
	        "{architecture: rnn}}" },
	{ HEAD "contestants:\n",
	  "4: contestants: is missing; name at least one, as in contestants: "
	  "{lstm: {architecture: rnn}}" },
	{ HEAD "contestants: [lstm]\n",
	  "4: contestants: must be a map of keys, as in contestants: {lstm: {architecture: rnn}}" },
	{ HEAD "contestants:\n  lstm:\n",
	  "5: contestants.lstm.architecture: is missing; it may be rnn, cnn or transformer" },
	{ HEAD "contestants:\n  lstm: rnn\n",
	  "5: contestants.lstm: must be a map of keys, as in lstm: {architecture: rnn}" },
	{ HEAD "contestants:\n  t:\n    architecture: transfomer\n",
	  "6: contestants.t.architecture = transfomer: must be rnn, cnn or transformer; did you "
	  "mean "
	  "transformer?" },
	{ HEAD "contestants:\n  lstm.big: {architecture: rnn}\n",
	  "5: contestants.lstm.big: the name of a contestant has no '.', '=' or '/'" },
	{ HEAD "contestants:\n  train: {architecture: rnn}\n",
	  "5: contestants.train: cannot be a contestant's name, `grid:` would take it for the "
	  "settings of all" },
	{ HEAD "contestants:\n  a: {architecture: rnn}\n  b: {architecture: rnn, hidden: 256}\n",
	  "6: contestants.b: b has the same settings as a; leave one out, or give more seeds" },

	/* Sides of their own. */
	{ HEAD "contestants:\n  m: {encoder: {architecture: transformer}}\n",
	  "5: contestants.m.decoder.architecture: is missing; it may be rnn, cnn or transformer" },
	{ HEAD "contestants:\n  m: {architecture: rnn, encoder: cnn}\n",
	  "5: contestants.m.encoder: must be a map of keys, as in encoder: {architecture: "
	  "transformer}" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    encoder: {architecture: cnn,\n     "
	       " hidden: 4}\n",
	  "8: contestants.m.encoder.hidden: no such key here; it belongs to contestants of "
	  "architecture: rnn" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    encoder: {architecture: cnn, kernel: "
	       "4}\n",
	  "7: contestants.m.encoder.kernel = 4: must be odd (3, 5, 7) in an encoder" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    encoder: {architecture: cnn}\n    "
	       "kernel: 4\n",
	  "8: contestants.m.kernel = 4: must be odd (3, 5, 7) in an encoder" },
	{ HEAD "contestants:\n  c: {architecture: cnn, layers: 2, kernel: [3, 5, 7]}\n",
	  "5: contestants.c.kernel: has 3 numbers for 2 layers; leave some out" },
	{ HEAD "contestants:\n  c: {architecture: cnn, kernel: [3, [5]]}\n",
	  "5: contestants.c.kernel: must be a list of plain numbers, each 1 to 63, or up to 16 of "
	  "them joined by /" },
	{ HEAD "contestants:\n  c: {architecture: cnn, dilation: [1, x]}\n",
	  "5: contestants.c.dilation = 1/x: must be a whole number from 1 to 4096, or up to 16 of "
	  "them joined by /" },
	{ HEAD "contestants:\n  c: {architecture: cnn, channels: 64}\n",
	  "5: contestants.c.channels = 64: convolution: gated has width channels; leave it at 0, or "
	  "set another convolution" },
	{ HEAD "contestants:\n  c: {architecture: cnn, convolution: dynamic, width: 8, "
	       "convolution_heads: 9}\n",
	  "5: contestants.c.convolution_heads = 9: must not be above the 8 channels of layer 1" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    hidden: 64\n    encoder: "
	       "{architecture: cnn}\n    attention: dot\n",
	  "7: contestants.m.hidden = 64: the encoder's states have 128 channels, and one head's dot "
	  "product needs as many; make them alike, or set attention: general or several heads" },
	{ HEAD "contestants:\n  m: {architecture: rnn, reverse_source: true}\n",
	  "5: contestants.m.reverse_source = true: a bidirectional encoder reads both "
	  "ways; set bidirectional: false" },
	{ HEAD "contestants:\n  m: {architecture: rnn, key_width: 16}\n",
	  "5: contestants.m.key_width: is about heads of projections, and one head attends to the "
	  "encoder's states as they are; leave it out, or set heads: 2 or more" },
	{ HEAD "contestants:\n  c: {architecture: cnn, weight_dropout: 0.1}\n",
	  "5: contestants.c.weight_dropout = 0.1: is about taps that channels share; leave it at 0, "
	  "or set convolution: lightweight or dynamic" },
	{ HEAD "contestants:\n  m: {architecture: rnn, cell: gru, forget_bias: 2}\n",
	  "5: contestants.m.forget_bias = 2: a GRU has no forget gate; leave it out, "
	  "or set cell: lstm" },
	{ HEAD "contestants:\n  m: {architecture: rnn, input_feeding: true, attention: none}\n",
	  "5: contestants.m.input_feeding = true: feeds what attention found, and "
	  "attention is none; set attention" },
	{ HEAD "contestants:\n  m: {architecture: rnn, input_feeding: true, attention_layers: all}\n",
	  "5: contestants.m.input_feeding = true: feeds what the top states found; "
	  "set attention_layers: last" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    encoder: {architecture: "
	       "transformer}\n    bidirectional: false\n",
	  "8: contestants.m.bidirectional: is about the encoder of architecture: rnn, and this one is "
	  "a transformer; leave it out" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    encoder: {input_feeding: true}\n",
	  "7: contestants.m.encoder.input_feeding: is about the decoder; write it there" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    decoder: {bidirectional: false}\n",
	  "7: contestants.m.decoder.bidirectional: is about the encoder; write it there" },
	{ HEAD "contestants:\n  m:\n    architecture: cnn\n    encoder: {attention: dot}\n",
	  "7: contestants.m.encoder.attention: is about the decoder; write it there" },
	{ HEAD "grid:\n  m.decoder.encoder_layers: [1, 2]\ncontestants:\n  m: {architecture: cnn}\n",
	  "5: grid.m.decoder.encoder_layers: is about the encoder; write it there" },
	{ HEAD "contestants:\n  m: {architecture: transformer, width: 16, heads: 16, positions: "
	       "rotary}\n",
	  "5: contestants.m.heads = 16: gives heads of 1 channels, and positions: rotary turns pairs "
	  "of them; make that even" },
	{ HEAD "contestants:\n  m: {architecture: transformer, width: 6, heads: 2, positions: "
	       "rotary}\n",
	  "5: contestants.m.heads = 2: gives heads of 3 channels, and positions: rotary turns pairs "
	  "of them; make that even" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    input_feeding: true\n    decoder: "
	       "{architecture: cnn}\n",
	  "7: contestants.m.input_feeding: is about the decoder of architecture: rnn, and this one is "
	  "a cnn; leave it out" },
	{ HEAD "contestants:\n  m:\n    architecture: rnn\n    input_feeding: true\n    "
	       "self_attention: dot\n",
	  "7: contestants.m.input_feeding = true: goes one step at a time, self-attention sees all "
	  "steps; set the decoder's self_attention: none" },
	{ HEAD "contestants:\n  m: {architecture: rnn, positions: rotary}\n",
	  "5: contestants.m.positions = rotary: works inside self-attention, which these layers do "
	  "not have; set self_attention, or positions: sinusoidal or learned" },
	{ HEAD "contestants:\n  m: {architecture: cnn, window: 4}\n",
	  "5: contestants.m.window = 4: restricts self-attention, which these layers do not have; "
	  "set self_attention" },
	{ HEAD "contestants:\n  m: {architecture: rnn, attend_embeddings: true}\n",
	  "5: contestants.m.attend_embeddings = true: adds embeddings of width = 128 to the "
	  "encoder's states, which have 256 channels; make them alike" },
	{ HEAD "contestants:\n  m: {architecture: transformer, heads: 6, key_heads: 4, width: 96}\n",
	  "5: contestants.m.key_heads = 4: must divide heads = 6" },

	/* One stack for source and target. */
	{ HEAD "contestants:\n  m: {architecture: rnn, arrangement: decoder-only, attention: dot}\n",
	  "5: contestants.m.attention: is about an encoder, and arrangement: decoder-only has "
	  "none; leave it out" },
	{ HEAD "contestants:\n  m: {architecture: rnn, arrangement: decoder-only, input_feeding: "
	       "true}\n",
	  "5: contestants.m.input_feeding: is about an encoder, and arrangement: decoder-only "
	  "has none; leave it out" },
	{ HEAD "contestants:\n  m: {architecture: cnn, arrangement: decoder-only, encoder: {kernel: "
	       "5}}\n",
	  "5: contestants.m.encoder: arrangement: decoder-only has one stack of layers; write its "
	  "settings beside arrangement" },
	{ HEAD "contestants:\n  m: {architecture: cnn, arrangement: decoder-only, prefix: "
	       "bidirectional}\n",
	  "5: contestants.m.prefix = bidirectional: needs self-attention, which these layers do not "
	  "have; set self_attention: scaled-dot, or prefix: causal" },
	{ HEAD "contestants:\n  m: {architecture: transformer, prefix: bidirectional}\n",
	  "5: contestants.m.prefix = bidirectional: is about arrangement: decoder-only; an encoder "
	  "sees the whole source as it is" },
	{ HEAD LSTM "grid: {lstm.arrangement: [decoder-only], lstm.attention: [dot]}\n",
	  "6: grid.lstm.attention: is about an encoder, and arrangement: decoder-only has none; "
	  "leave it out" },

	/* An encoder alone. */
	{ HEAD "contestants:\n  m: {architecture: rnn, arrangement: encoder-only}\n",
	  "5: contestants.m.arrangement = encoder-only: is what task: classification has, and task: "
	  "copy asks for a target; leave it out" },
#define SERIES "experiment: toy\ndata: {task: series}\ncontestants:\n  m: "
	{ SERIES "{architecture: rnn, input_feeding: true}\n",
	  "4: contestants.m.input_feeding: is about a decoder, and task: series has none; leave it out" },
	{ SERIES "{architecture: cnn, attention: dot}\n",
	  "4: contestants.m.attention: is about a decoder, and task: series has none; leave it out" },
	{ SERIES "{architecture: cnn, tied: target}\n",
	  "4: contestants.m.tied: is about the target's embeddings, and task: series has none; leave it "
	  "out" },
	{ SERIES "{architecture: cnn, pooling: none}\n",
	  "4: contestants.m.pooling = none: task: series has one label; set pooling: mean or last" },
	{ SERIES "{architecture: cnn, decoder: {}}\n",
	  "4: contestants.m.decoder: task: series has one stack of layers; write its settings beside "
	  "architecture" },
	{ HEAD "contestants:\n  m: {architecture: cnn, pooling: last}\n",
	  "5: contestants.m.pooling = last: is about arrangement: encoder-only; leave it out" },

	/* Grids. */
	{ HEAD "grid: {lstm.hidden: 64}\n" LSTM,
	  "4: grid.lstm.hidden: must be a list of values to try, as in [1, 2, 4], or a range, "
	  "as in {from: 0.0001, to: 0.01, scale: log, points: 5}" },
	{ HEAD "grid: {lstm.hidden: []}\n" LSTM,
	  "4: grid.lstm.hidden: must be a list of values to try, as in [1, 2, 4], or a range, "
	  "as in {from: 0.0001, to: 0.01, scale: log, points: 5}" },
	{ HEAD "grid: {hidden: [64]}\n" LSTM,
	  "4: grid.hidden: must be CONTESTANT.KEY, train.KEY or search.KEY, as in "
	  "transformer.heads" },
	{ HEAD "grid:\n  lstn.hidden: [64]\n" LSTM,
	  "5: grid.lstn.hidden: there is no contestant lstn; did you mean lstm?" },
	{ HEAD "grid:\n  data.seed: [1, 2]\n" LSTM,
	  "5: grid.data.seed: there is no contestant data; a grid's keys are CONTESTANT.KEY, "
	  "train.KEY or search.KEY" },
	{ HEAD "grid:\n  lstm.hiden: [64]\n" LSTM,
	  "5: grid.lstm.hiden: no such key; did you mean hidden?" },
	{ HEAD "grid:\n  train.stop.epoch: [1, 2]\n" LSTM,
	  "5: grid.train.stop.epoch: no such key; did you mean epochs?" },
	{ HEAD "grid:\n  lstm.architecture: [rnn, cnn]\n" LSTM,
	  "5: grid.lstm.architecture: a grid varies settings; write each architecture as a "
	  "contestant of its own" },
	{ HEAD "grid:\n  lstm.hidden: [64, 64]\n" LSTM,
	  "5: grid.lstm.hidden: lstm hidden=64 comes out of the grid twice" },
	{ HEAD "grid:\n  lstm.hidden: [64,\n   x]\n" LSTM,
	  "6: grid.lstm.hidden = x: must be a whole number from 2 to 65536" },
	{ HEAD "grid:\n  train.clip: [1, 2]\n  lstm: {train: {clip: [3, 4]}}\n" LSTM,
	  "6: grid.lstm.train.clip: the grid varies this already, as train.clip" },
	{ HEAD "grid:\n  train.warmup: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
	       "  train.clip: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
	       "  search.beam: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n" LSTM,
	  "9: contestants.lstm: more than 1000 contestants with the grid's" },

	/* Data. */
	{ "experiment: toy\n" LSTM,
	  "1: data: is missing; write what to learn, as in data: {task: copy} or data: {train: "
	  "[train.de, train.en], ...}" },
	{ "experiment: toy\ndata:\n  task: copi\n" LSTM,
	  "3: data.task = copi: must be translation, language-model, classification, tagging, copy, reverse, sort, "
	  "copy-memory, adding, recall, multi-recall, string-edits, parity, modular-arithmetic, draw, describe, list-ops, "
	  "series, forecast or agreement; did you mean copy?" },
	{ "experiment: toy\ndata:\n  task: copy\n  train: [a, b]\n" LSTM,
	  "4: data.train: is for task: translation; a generated task makes its own data" },
	{ "experiment: toy\ndata:\n  task: sort\n  longest_sentence: 9\n  longer_sentence: 9\n",
	  "5: data.longer_sentence = 9: must be more than data.longest_sentence = 9, or 0 for no "
	  "such test set" },
	{ "experiment: toy\ndata:\n  task: recall\n  pairs: 40\n",
	  "4: data.pairs = 40: must not be more than data.keys = 32, because a sentence's keys are "
	  "different" },
	{ "experiment: toy\ndata:\n  task: recall\n  keys: 7\n",
	  "2: data.pairs = 8: must not be more than data.keys = 7, because a sentence's keys are "
	  "different" },
	{ "experiment: toy\ndata:\n  task: reverse\n  pairs: 8\n",
	  "4: data.pairs: task: reverse does not read it, but recall and multi-recall do; leave it "
	  "out" },
	{ "experiment: toy\ndata:\n  task: parity\n  symbols: 8\n",
	  "4: data.symbols: task: parity does not read it; leave it out" },
	{ "experiment: toy\ndata:\n  task: list-ops\n  vary: false\n",
	  "4: data.vary: task: list-ops does not read it, but copy-memory, recall and multi-recall "
	  "do; leave it out" },
	{ "experiment: toy\ndata:\n  task: series\n  horizon: 4\n",
	  "4: data.horizon: task: series does not read it, but forecast does; leave it out" },
	{ "experiment: toy\ndata:\n  task: copy\n  picture: {size: 16}\n",
	  "4: data.picture.size: task: copy does not read it, but draw and describe do; leave it "
	  "out" },
	{ "experiment: toy\ndata:\n  task: copy\n  subwords:\n    model: words\n",
	  "5: data.subwords.model: task: copy does not read it, but translation, language-model, "
	  "classification and tagging do; leave it out" },
	{ "experiment: toy\ndata:\n  task: recall\n  longest_sentence: 9\n",
	  "4: data.longest_sentence: task: recall does not read it; leave it out" },
	{ FILES "  symbols: 9\n  train: [train.de, train.en]\n",
	  "6: data.symbols: task: translation does not read it; leave it out" },
	{ FILES "  valid: [a, b]\n",
	  "5: data.train: is missing; task: translation needs two files, as in [train.de, "
	  "train.en]" },
	{ FILES "  train: [train.de]\n",
	  "6: data.train: must be two files, the source and its translation, as in [train.de, "
	  "train.en]" },
	{ FILES "  train: [train.de, [train.en]]\n",
	  "6: data.train: must be the path of a text file" },
	{ FILES "  train: [train.de,\n    train.fr]\n",
	  "7: data.train = train.fr: there is no such file" },
	{ FILES "  train: [sub, train.en]\n",
	  "6: data.train = sub: is a folder, must be a text file" },
	{ FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n  test:\n"
	        "    flickr: [x.de, x.en]\n",
	  "9: data.test.flickr = x.de: there is no such file" },
	{ FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n  test: train.de\n",
	  "8: data.test: must be two files, as in [test.de, test.en], or a map of names to such "
	  "pairs" },
};

static void an_error_names_file_line_key_and_remedy(void **state)
{
	char expected[sizeof(struct error)];

	(void)state;
	for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
		struct error error = { "" };
		struct experiment e;

		if (read_text(&e, bad_files[i].text, NULL, 0, &error))
			fail_msg("read, but: %s", bad_files[i].message);
		snprintf(expected, sizeof expected, "toy.yaml:%s", bad_files[i].message);
		assert_string_equal(error.message, expected);
	}
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct experiment e;
	struct error error;

	(void)state;
	assert_false(experiment_read(&e, "none.yaml", NULL, 0, &error));
	assert_string_equal(error.message, "none.yaml: No such file or directory");
	assert_false(experiment_read(&e, "sub", NULL, 0, &error));
	assert_string_equal(error.message, "sub: Is a directory");
}

static void a_file_of_many_bytes_or_values_is_refused(void **state)
{
	const size_t size = (1 << 18) + 1;
	char *text = memory_new(size, 1);
	struct experiment e;
	struct error error;

	(void)state;
	memset(text, '#', size);
	write_bytes("toy.yaml", text, size);
	assert_false(experiment_read(&e, "toy.yaml", NULL, 0, &error));
	assert_string_equal(error.message,
	                    "toy.yaml: larger than 256 KiB; is this an experiment file?");
	for (size_t i = 0; i < size; i += 2)
		memcpy(text + i, i ? ",1" : "[1", i + 1 < size ? 2 : 1);
	write_bytes("toy.yaml", text, size - 1);
	assert_false(experiment_read(&e, "toy.yaml", NULL, 0, &error));
	assert_string_equal(error.message, "toy.yaml:1: too many keys and values for one file");
	free(text);
}

static const char WHOLE[] =
	"experiment: toy\n"
	"data:\n"
	"  train: [train.de, train.en]\n"
	"  valid: [valid.de, valid.en]\n"
	"  test: {flickr2016: [valid.de, valid.en], other.set: [train.de, train.en]}\n"
	"  subwords: {model: words, size: 2k, joint: false}\n"
	"  lowercase: yes\n"
	"train: {learning_rate: 2e-3, stop: {epochs: 3, minutes: 1.5}}\n"
	"search: {beam: 4, longest: {factor: 3}}\n"
	"match: {parameters: 7.5M}\n"
	"seeds: [3, 1, 2]\n"
	"contestants:\n"
	"  lstm: {architecture: rnn, hidden: 64, width: 32, train: {learning_rate: 0.003}, "
	"search: {beam: 1}}\n"
	"  transformer:\n"
	"    architecture: transformer\n"
	"    dropout: 0\n";

static void every_part_of_a_file_arrives(void **state)
{
	struct experiment e;

	(void)state;
	read_good(&e, WHOLE, NULL, 0);
	assert_string_equal(e.name, "toy");
	assert_string_equal(e.data.train.file[SIDE_TARGET], "train.en");
	assert_int_equal(e.data.tests, 2);
	assert_string_equal(e.data.test[0].name, "flickr2016");
	assert_string_equal(e.data.test[1].name, "other.set");
	assert_string_equal(e.data.test[1].file[SIDE_SOURCE], "train.de");
	assert_int_equal(e.data.subword_model, SUBWORD_WORDS);
	assert_int_equal(e.data.subword_size, 2000);
	assert_true(e.data.lowercase);
	assert_int_equal(e.match_parameters, 7500000);
	assert_int_equal(e.seeds, 3);
	assert_int_equal(e.seed[0], 3);
	assert_int_equal(e.contestants, 2);
	assert_string_equal(e.contestant[0].name, "lstm");
	assert_string_equal(e.contestant[0].variant, "");
	assert_int_equal(e.contestant[0].line, 13);
	assert_int_equal(e.contestant[1].line, 14);
	experiment_free(&e);
}

static void own_keys_win_over_shared_ones_and_those_over_defaults(void **state)
{
	struct experiment e;

	(void)state;
	read_good(&e, WHOLE, NULL, 0);
	assert_true(e.contestant[0].train.learning_rate == 0.003);
	assert_true(e.contestant[1].train.learning_rate == 0.002);
	assert_int_equal(e.contestant[0].search.beam, 1);
	assert_int_equal(e.contestant[1].search.beam, 4);
	assert_true(e.contestant[0].search.length_factor == 3);
	assert_int_equal(e.contestant[0].train.stop_epochs, 3);
	assert_true(e.contestant[0].train.beta2 == 0.98);
	assert_int_equal(e.contestant[0].design.model.width, 32);
	assert_int_equal(e.contestant[1].design.model.width, 128);
	assert_true(e.contestant[1].design.model.dropout == 0);
	assert_ptr_equal(e.contestant[1].design.side[SIDE_SOURCE].architecture,
	                 architecture_find("transformer"));
	experiment_free(&e);
}

static void a_test_set_without_name_is_called_test_and_none_is_fine(void **state)
{
	struct experiment e;

	(void)state;
	read_good(&e, FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n", NULL,
	          0);
	assert_int_equal(e.data.tests, 0);
	experiment_free(&e);
	read_good(&e,
	          FILES "  train: [train.de, train.en]\n  valid: [valid.de, valid.en]\n"
	                "  test: [train.de, train.en]\n",
	          NULL, 0);
	assert_int_equal(e.data.tests, 1);
	assert_string_equal(e.data.test[0].name, "test");
	assert_int_equal(e.seeds, 1);
	assert_int_equal(e.seed[0], 1);
	assert_int_equal(e.match_parameters, 0);
	experiment_free(&e);
}

static void files_are_looked_for_beside_the_experiment_file_first(void **state)
{
	static const char text[] =
		FILES "  train: [near.de, near.en]\n  valid: [valid.de, valid.en]\n";
	static const char missing[] = FILES "  train: [near.de, far.en]\n";
	struct experiment e;
	struct error error;

	(void)state;
	write_bytes("sub/toy.yaml", text, sizeof text - 1);
	assert_true(experiment_read(&e, "sub/toy.yaml", NULL, 0, &error));
	assert_string_equal(e.data.train.file[SIDE_SOURCE], "sub/near.de");
	assert_string_equal(e.data.valid.file[SIDE_SOURCE], "valid.de");
	experiment_free(&e);
	write_bytes("sub/toy.yaml", missing, sizeof missing - 1);
	assert_false(experiment_read(&e, "sub/toy.yaml", NULL, 0, &error));
	assert_string_equal(
		error.message,
		"sub/toy.yaml:6: data.train = far.en: there is neither sub/far.en nor, in "
		"the working directory, far.en");
}

static void assert_same_settings(const struct setting *table, const void *a, const void *b)
{
	for (const struct setting *s = table; s->name; s++) {
		char one[SETTING_TEXT_SIZE], other[SETTING_TEXT_SIZE];

		setting_write(s, a, one);
		setting_write(s, b, other);
		assert_string_equal(one, other);
	}
}

static void assert_same_json_again(const struct experiment *e)
{
	for (int i = 0; i < e->contestants; i++) {
		const struct contestant *c = &e->contestant[i];
		json_t *json = contestant_to_json(e, c);
		struct contestant back;
		struct error error;

		assert_true(contestant_from_json(&back, json, &error));
		for (int side = 0; side < SIDES; side++)
			assert_true(body_equal(&back.design.side[side], &c->design.side[side]));
		assert_same_settings(model_settings_table, &c->design.model, &back.design.model);
		assert_same_settings(train_settings_table, &c->train, &back.train);
		assert_same_settings(search_settings_table, &c->search, &back.search);
		contestant_free(&back);
		json_decref(json);
	}
}

static void each_side_has_an_architecture_of_its_own_where_it_says_so(void **state)
{
	struct experiment e;
	char name[64];

	(void)state;
	read_good(&e,
	          HEAD "grid:\n  m.encoder.heads: [1, 2]\n  m.hidden: [32, 64]\n"
	               "contestants:\n  m:\n    architecture: rnn\n    layers: 4\n"
	               "    encoder: {architecture: transformer, layers: 6}\n",
	          NULL, 0);
	assert_int_equal(e.contestants, 4);
	assert_string_equal(e.contestant[3].name, "m encoder.heads=2 hidden=64");
	for (int i = 0; i < 4; i++) {
		const struct design *d = &e.contestant[i].design;

		design_name(d, name);
		assert_string_equal(name, "transformer-rnn");
		assert_int_equal(d->side[SIDE_SOURCE].layer.heads, i / 2 + 1);
		assert_int_equal(d->side[SIDE_TARGET].layer.heads, 1);
		assert_int_equal(layers_of(&d->side[SIDE_SOURCE].layer, SIDE_SOURCE), 6);
		assert_int_equal(layers_of(&d->side[SIDE_TARGET].layer, SIDE_TARGET), 4);
		assert_int_equal(design_width(d, SIDE_SOURCE), 128);
		assert_int_equal(design_width(d, SIDE_TARGET), i % 2 ? 64 : 32);
	}
	assert_same_json_again(&e);
	experiment_free(&e);
}

static void a_grid_makes_the_product_of_its_lists(void **state)
{
	static const char *const names[] = {
		"lstm clip=0 learning_rate=0.001", "lstm clip=0 learning_rate=0.01",
		"lstm clip=1 learning_rate=0.001", "lstm clip=1 learning_rate=0.01",
		"t heads=1 learning_rate=0.001",   "t heads=1 learning_rate=0.01",
		"t heads=2 learning_rate=0.001",   "t heads=2 learning_rate=0.01",
	};
	struct experiment e;

	(void)state;
	read_good(&e,
	          HEAD "grid:\n  t.heads: [1, 2]\n  lstm: {train: {clip: [0, 1]}}\n"
	               "  train.learning_rate: [1e-3, 0.010]\n" LSTM
	               "  t: {architecture: transformer, train: {learning_rate: 5}}\n",
	          NULL, 0);
	assert_int_equal(e.contestants, 8);
	for (int i = 0; i < 8; i++) {
		assert_string_equal(e.contestant[i].name, names[i]);
		assert_string_equal(e.contestant[i].variant, strchr(names[i], ' ') + 1);
		assert_true(e.contestant[i].train.learning_rate == (i % 2 ? 0.01 : 0.001));
		assert_true(e.contestant[i].train.clip == (i == 0 || i == 1 ? 0 : 1));
	}
	experiment_free(&e);
}

static void a_grid_with_nothing_below_it_changes_nothing(void **state)
{
	struct experiment e;

	(void)state;
	read_good(&e, HEAD "grid:\n# t.heads: [1, 2]\nsearch:\n" LSTM, NULL, 0);
	assert_int_equal(e.contestants, 1);
	experiment_free(&e);
}

static void set_overrides_the_file_before_anything_is_checked(void **state)
{
	char *set[] = { "train.batch_tokens=4096",
		        "contestants.lstm.hidden=32",
		        "data.test.other.set=[valid.de, valid.en]",
		        "seeds=[7, 8]",
		        "search={beam: 2}",
		        "contestants.conv={architecture: cnn}",
		        "contestants.conv.kernel=5",
		        "grid.conv.kernel=[3, 5]",
		        "contestants.lstm.train.stop.epochs=9",
		        "experiment=other=name",
		        "train.clip=x",
		        "train.clip=2",
		        "match=" };
	struct experiment e;

	(void)state;
	read_good(&e, WHOLE, set, 13);
	assert_string_equal(e.name, "other=name");
	assert_string_equal(e.data.test[1].file[SIDE_SOURCE], "valid.de");
	assert_int_equal(e.seeds, 2);
	assert_int_equal(e.seed[1], 8);
	assert_int_equal(e.contestants, 4);
	assert_int_equal(e.contestant[1].train.batch_tokens, 4096);
	assert_true(e.contestant[1].train.clip == 2);
	assert_int_equal(e.contestant[1].search.beam, 2);
	assert_true(e.contestant[1].search.length_factor == 2);
	assert_int_equal(e.contestant[0].train.stop_epochs, 9);
	assert_string_equal(e.contestant[2].name, "conv kernel=3");
	assert_int_equal(e.contestant[2].line, 0);
	assert_int_equal(e.match_parameters, 0);
	experiment_free(&e);
}

static const struct {
	char *set;
	const char *message; /* after "--set " and the assignment */
} bad_sets[] = {
	{ "train.batch_tokens", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ "=3", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ "train..clip=3", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ ".train=3", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ "train.=3", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ "a.b.c.d.e.f.g.h.i=3", ": must be KEY=VALUE, as in train.batch_tokens=4096" },
	{ "train.clip=-3", ": train.clip = -3: must be a number from 0 to 1M" },
	{ "train.clip=", ": train.clip: has no value; it may be 0 to 1M" },
	{ "train.clip= # 3", ": train.clip: has no value; it may be 0 to 1M" },
	{ "train.clip.x=3", ": train.clip: must be one value, 0 to 1M" },
	{ "train.lerning_rate=3",
	  ": train.lerning_rate: no such key; did you mean learning_rate?" },
	{ "trian.clip=3", ": trian: no such key; did you mean train?" },
	{ "contestants.lstn.hidden=4",
	  ": contestants.lstn: there is no contestant lstn; did you mean lstm?" },
	{ "contestants.gru.hidden=4",
	  ": contestants.gru: there is no contestant gru; a new one needs its architecture" },
	{ "contestants.lstm.hidden=5",
	  ": contestants.lstm.hidden = 5: must be even, half for each direction" },
	{ "seeds=[1", ": not valid YAML: did not find expected ',' or ']' (while parsing a flow "
	              "sequence)" },
	{ "seeds=*a", ": *a: aliases are not supported; write values out (text that starts with * "
	              "needs quotes)" },
	{ "experiment.name=3",
	  ": experiment is a single value or a list and has no keys below it" },
	{ "data.train=[x, y]", ": data.train = x: there is no such file" },
};

static void an_error_of_set_names_the_assignment(void **state)
{
	char expected[2 * sizeof(struct error)];

	(void)state;
	for (size_t i = 0; i < sizeof bad_sets / sizeof bad_sets[0]; i++) {
		char *set[] = { "search.beam=3", bad_sets[i].set };
		struct experiment e;
		struct error error;

		if (read_text(&e, WHOLE, set, 2, &error))
			fail_msg("--set %s was taken", bad_sets[i].set);
		snprintf(expected, sizeof expected, "--set %s%s", bad_sets[i].set,
		         bad_sets[i].message);
		error.message[strlen(expected) < sizeof error.message ? strlen(expected) : 0] =
			'\0';
		assert_string_equal(error.message, expected);
	}
}

/* Fields one by one: padding has no value. */
static void json_gives_the_same_contestant_again(void **state)
{
	struct experiment e;

	(void)state;
	read_good(&e, WHOLE, NULL, 0);
	assert_same_json_again(&e);
	experiment_free(&e);
}

static void json_has_its_keys_sorted_and_the_data_without_folders(void **state)
{
	static const char *const keys[] = { "architecture", "data",     "model",
		                            "search",       "settings", "train" };
	struct experiment e;
	const char *key;
	json_t *json, *value;
	int n = 0;

	(void)state;
	read_good(&e, WHOLE, NULL, 0);
	free(e.data.train.file[SIDE_SOURCE]);
	e.data.train.file[SIDE_SOURCE] = memory_text("some/where/train.de");
	json = contestant_to_json(&e, &e.contestant[0]);
	json_object_foreach(json, key, value) assert_string_equal(key, keys[n++]);
	value = json_object_get(json_object_get(json, "data"), "train");
	assert_string_equal(json_string_value(json_array_get(value, 0)), "train.de");
	assert_string_equal(json_string_value(json_array_get(value, 1)), "train.en");
	json_decref(json);
	experiment_free(&e);
}

static const struct {
	const char *json, *message; /* NULL: is read */
} records[] = {
	{ "{\"architecture\": \"rnn\", \"seed\": 3}", NULL },
	{ "{\"architecture\": \"cnn\", \"settings\": {\"kernel\": 5}}", NULL },
	{ "{}", "architecture: is missing in the settings" },
	{ "[1]", "architecture: is missing in the settings" },
	{ "{\"architecture\": \"mamba\"}",
	  "architecture = mamba: this program has none of that name; `bakeoff models` lists them" },
	{ "{\"architecture\": \"rnn\", \"settings\": {\"kernel\": 5}}",
	  "settings: kernel: unknown setting" },
	{ "{\"architecture\": \"rnn\", \"model\": {\"width\": 0}}",
	  "model: width = 0: must be a whole number from 1 to 65536" },
	{ "{\"architecture\": \"rnn\", \"train\": 3}", "train: settings: must be a JSON object" },
};

static void json_of_another_program_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		json_t *json = json_loads(records[i].json, 0, NULL);
		struct error error = { "" };
		struct contestant c;

		assert_int_equal(contestant_from_json(&c, json, &error), !records[i].message);
		assert_string_equal(error.message, records[i].message ? records[i].message : "");
		contestant_free(&c);
		json_decref(json);
	}
}

/* xorshift64* */
static uint64_t chance(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

static size_t insert(char *text, size_t size, size_t at, const char *bytes, size_t count)
{
	if (size + count > TEXT_SIZE)
		return size;
	memmove(text + at + count, text + at, size - at);
	memcpy(text + at, bytes, count);
	return size + count;
}

static size_t mutate(char *text, size_t size, uint64_t *state)
{
	static const char *const bits[] = { "&a ",
		                            "*a",
		                            "[",
		                            "{",
		                            "]",
		                            "}",
		                            ": ",
		                            "\n  ",
		                            "\t",
		                            "!!x",
		                            "\xff",
		                            "- ",
		                            "? ",
		                            "---\n",
		                            "\"",
		                            "'",
		                            "|\n",
		                            "grid: {lstm.hidden: [2, 4]}\n",
		                            "999999999999999999999",
		                            "\xef\xbb\xbf",
		                            "%YAML 9.9\n",
		                            "<<: ",
		                            "\\0",
		                            "~",
		                            ",",
		                            "#" };
	const size_t at = chance(state) % (size + 1), left = size - at;
	const size_t count = left ? 1 + chance(state) % (left < 40 ? left : 40) : 0;
	const char *bit = bits[chance(state) % (sizeof bits / sizeof bits[0])];
	char copy[40];

	switch (chance(state) % 5) {
	case 0:
		if (left)
			text[at] = (char)chance(state);
		return size;
	case 1:
		memmove(text + at, text + at + count, left - count);
		return size - count;
	case 2:
		memcpy(copy, text + at, count);
		return insert(text, size, chance(state) % (size + 1), copy, count);
	default:
		return insert(text, size, at, bit, strlen(bit));
	}
}

static void no_mutation_of_a_file_crashes_or_fails_without_a_message(void **state)
{
	uint64_t random = 20240229;
	int taken = 0;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		size_t size = sizeof WHOLE - 1;
		struct error error = { "" };
		char text[TEXT_SIZE];
		struct experiment e;

		memcpy(text, WHOLE, size);
		for (int n = 1 + (int)(chance(&random) % 4); n; n--)
			size = mutate(text, size, &random);
		write_bytes("toy.yaml", text, size);
		if (experiment_read(&e, "toy.yaml", NULL, 0, &error))
			taken++;
		else if (strncmp(error.message, "toy.yaml:", 9))
			fail_msg("mutation %d: %s", i, error.message);
		experiment_free(&e);
	}
	assert_in_range(taken, 1, MUTATIONS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_names_file_line_key_and_remedy),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(a_file_of_many_bytes_or_values_is_refused),
		cmocka_unit_test(every_part_of_a_file_arrives),
		cmocka_unit_test(own_keys_win_over_shared_ones_and_those_over_defaults),
		cmocka_unit_test(a_test_set_without_name_is_called_test_and_none_is_fine),
		cmocka_unit_test(files_are_looked_for_beside_the_experiment_file_first),
		cmocka_unit_test(each_side_has_an_architecture_of_its_own_where_it_says_so),
		cmocka_unit_test(a_grid_makes_the_product_of_its_lists),
		cmocka_unit_test(a_grid_with_nothing_below_it_changes_nothing),
		cmocka_unit_test(set_overrides_the_file_before_anything_is_checked),
		cmocka_unit_test(an_error_of_set_names_the_assignment),
		cmocka_unit_test(json_gives_the_same_contestant_again),
		cmocka_unit_test(json_has_its_keys_sorted_and_the_data_without_folders),
		cmocka_unit_test(json_of_another_program_is_refused_by_name),
		cmocka_unit_test(no_mutation_of_a_file_crashes_or_fails_without_a_message),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
