#!/bin/sh
# run.sh - short trainings, two at once by two threads each, a resumption and a translation by a program built with
# -fsanitize=thread: no two threads touch the same memory unordered. BAKEOFF names the program. Prints TAP. `make test-races`.
set -u

suppressions=$(realpath "$(dirname "$0")/suppressions")
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
export TSAN_OPTIONS="suppressions=$suppressions exitcode=66 halt_on_error=0"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 200, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 4, report_every: 3, shards: 4, stop: {updates: 12}}
search: {beam: 2}
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 8, encoder_layers: 1, decoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML

# silent COMMAND... - it succeeds and no race is reported, in its children neither.
silent() {
	"$@" > log 2>&1 && ! grep -q 'WARNING: ThreadSanitizer' log || { head -n 80 log; return 1; }
}

trained() {
	silent "$program" run small.yaml --db x.db --threads 4 --jobs 2 --quiet
}

tuned() {
	silent "$program" run small.yaml --db y.db --threads 3 --quiet --set train.checkpointing=true --set search.weights=bfloat16
}

translated() {
	printf 's1 s2 s3\ns4\ns2 s2\n' > source
	for run in 1 2 3; do
		silent "$program" translate --db x.db --run $run --threads 3 --beam 3 < source || return 1
	done
	silent "$program" translate --db x.db --run 1 --threads 3 --stream < source
}

ok 'races: two trials at once, two threads each' trained
ok 'races: layers that run again, by three threads' tuned
ok 'races: searches by three threads' translated
echo "1..$number"
