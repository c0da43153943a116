#!/bin/sh
# probe.sh - bakeoff probe: lists, runs, goes on, and says what is wrong. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# A training of no worth: the files here come before those beside the program.
mkdir -p experiments/probes/quick
cat > experiments/probes/quick/influence.yaml <<'YAML'
experiment: probe-influence-quick
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, longest: 25, train_sentences: 60, valid_sentences: 10, test_sentences: 5}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, stop: {updates: 3}}
search: {beam: 1}
seeds: [1, 2, 3]
contestants:
  lstm: {architecture: rnn, arrangement: decoder-only, width: 8, hidden: 8, decoder_layers: 1}
  convolution: {architecture: cnn, arrangement: decoder-only, width: 8, decoder_layers: 4}
  transformer: {architecture: transformer, arrangement: decoder-only, width: 8, heads: 2, feed_forward: 8, decoder_layers: 2}
YAML

cat > experiments/probes/quick/contrastive.yaml <<'YAML'
experiment: probe-contrastive-quick
data: {task: agreement, attractors: 1, longer_attractors: 2, longest: 20, train_sentences: 60, valid_sentences: 10, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, stop: {updates: 3}}
search: {samples: 1, sample_tokens: 4}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, layers: 1}
  convolution: {architecture: cnn, width: 8, layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, layers: 1}
YAML

probe() {
	"$program" probe "$@"
}

listed() {
	probe > list && grep -q '^│ influence *│' list && grep -q '^│ cost *│' list
}

# Three seeds of three contestants, before and after; what lies outside of the convolutions' field is 0, whatever was learned.
measured() {
	probe influence --quick --db p.db --svg plots > log || { cat log; return 1; }
	grep -q '^│ 32-35  *│ *0.0[0-9]* ± 0.0[0-9]* │' log && grep -q '^  holds *a convolution.s is exactly 0' log &&
		grep -q '^influence: .*as the literature says\|^influence: not decided' log && grep -q '<svg' plots/influence.svg || { cat log; return 1; }
	[ "$("$program" query --db p.db --format tsv --sql 'SELECT count(*) FROM runs' | tail -n 1)" = 9 ]
}

# Pairs at each distance, of which an untrained model gets some right.
contrasted() {
	probe contrastive --quick --db p.db > pairs && grep -q '^│ 0-3  *│ *0.[0-9]* ± 0.[0-9]* │' pairs &&
		grep -q '^│ 8-9  *│' pairs && grep -q '^contrastive: not decided' pairs || { cat pairs; return 1; }
}

again() {
	probe influence --quick --db p.db > again && [ "$(grep -c 'done already' again)" = 9 ] || { cat again; return 1; }
	sed -n '/share of all/,$p' log > first && sed -n '/share of all/,$p' again | cmp - first
}

fewer_seeds() {
	probe influence --quick --db p.db --seeds 2 --format json > one && grep -q '"verdict": "not decided"' one &&
		grep -q '"p": null' one && ! grep -q '"seed": 1' one
}

ok "probes are listed" listed
ok "a probe trains, measures and judges" measured
ok "language models are asked for minimal pairs" contrasted
ok "what is done is not trained again, and says the same" again
ok "seeds can be chosen; one decides nothing, in JSON as well" fewer_seeds
ok "a name that no probe has" says 2 "there is no probe copies: all, cost" probe copies
ok "seeds that are no numbers" says 2 "--seeds 1,x: must be numbers" probe influence --seeds 1,x
ok "a format that no probe has" says 2 "--format csv: must be text, json or markdown" probe influence --format csv

echo "1..$number"
