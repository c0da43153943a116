#!/bin/sh
# trials.sh - a part of an experiment's trials, chosen by number. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 200, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 2, stop: {epochs: 1}}
seeds: [1, 7]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --db "$@" --quiet
}

# has TEXT DATABASE - the runs in it, in the order in which they began.
has() {
	got=$("$program" query --db "$2" --format tsv --sql "SELECT contestant || seed || status FROM runs ORDER BY id" |
		sed 1d | tr '\n' ' ')
	[ "$got" = "$1" ] || { echo "$2 has: $got"; return 1; }
}

one() {
	run one.db --trial 3 > log && has 'lstm7done ' one.db && grep -q 'transformer' log && return 1
	run one.db --trials 2 > log && has 'lstm7done transformer1done ' one.db
}

# The parts together are the whole.
parts() {
	run whole.db > log && run parts.db --trials 1-3 > log && has 'lstm1done transformer1done lstm7done ' parts.db &&
		run parts.db --trials 4-4 > log && same whole parts
}

with_only() {
	run only.db --only transformer --trials 2 > log && has 'transformer7done ' only.db
}

numbered() {
	"$program" run small.yaml --db numbered.db --trials 4 | grep -q '\[4/4\].* transformer.* seed 7'
}

refused() {
	for bad in 0 -1 2-1 x 1- -2 1-2-3 '1 ' ''; do
		says 2 "--trials $bad: must be a number from 1, or two, as in 3-8" "$program" run small.yaml --trials "$bad" || return 1
	done
	says 2 '--trials 3-5: there are 4 trials' "$program" run small.yaml --trials 3-5 &&
		says 2 '--trials 3-3: there are 2 trials' "$program" run small.yaml --only lstm --trials 3 &&
		says 2 'has changed since it was submitted' "$program" run small.yaml --plan 0123456789abcdef && [ ! -e results.db ]
}

ok 'trials: one by its number' one
ok 'trials: parts give the whole' parts
ok 'trials: numbers among those of a contestant' with_only
ok 'trials: lines have the number among all' numbered
ok 'trials: numbers that are none' refused
echo "1..$number"
