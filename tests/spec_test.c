/* spec_test.c - experiment files: where an error is and what it says. */
#include "tests/spec_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

		if (spec_read(&e, bad_files[i].text, NULL, 0, &error))
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
	spec_write("toy.yaml", text, size);
	assert_false(experiment_read(&e, "toy.yaml", NULL, 0, &error));
	assert_string_equal(error.message,
	                    "toy.yaml: larger than 256 KiB; is this an experiment file?");
	for (size_t i = 0; i < size; i += 2)
		memcpy(text + i, i ? ",1" : "[1", i + 1 < size ? 2 : 1);
	spec_write("toy.yaml", text, size - 1);
	assert_false(experiment_read(&e, "toy.yaml", NULL, 0, &error));
	assert_string_equal(error.message, "toy.yaml:1: too many keys and values for one file");
	free(text);
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

		if (spec_read(&e, SPEC_WHOLE, set, 2, &error))
			fail_msg("--set %s was taken", bad_sets[i].set);
		snprintf(expected, sizeof expected, "--set %s%s", bad_sets[i].set,
		         bad_sets[i].message);
		error.message[strlen(expected) < sizeof error.message ? strlen(expected) : 0] =
			'\0';
		assert_string_equal(error.message, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_names_file_line_key_and_remedy),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(a_file_of_many_bytes_or_values_is_refused),
		cmocka_unit_test(an_error_of_set_names_the_assignment),
	};

	return cmocka_run_group_tests(tests, spec_enter, spec_leave);
}
