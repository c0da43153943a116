#!/bin/sh
# run.sh - what a training has in memory does not grow: the peak of 10,000 updates is that of 1,000. BAKEOFF names the program.
# UPDATES (10000). Prints TAP. `make test-memory`.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 400, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 64, learning_rate: 0.003, warmup: 10, validate_every: 100, checkpoint_every: 100, report_every: 10}
search: {beam: 2}
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 8, encoder_layers: 1, decoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML

# peaks UPDATES - bytes, a line a contestant.
peaks() {
	"$program" run small.yaml --db "$1.db" --threads 2 --quiet --set "train.stop={updates: $1}" > log 2>&1 || { cat log; return 1; }
	"$program" query --db "$1.db" --format tsv --sql 'SELECT contestant, peak_memory FROM runs ORDER BY 1' | tail -n +2 > "$1.peaks"
}

# A tenth of room, and a MiB: memory of curves that are not written yet, and of the C library.
flat() {
	few=$((${UPDATES:-10000} / 10)) many=${UPDATES:-10000}
	peaks $few && peaks "$many" || return 1
	paste $few.peaks "$many.peaks" | sed 's/^/# /' >&3
	paste $few.peaks "$many.peaks" | awk '$4 > 1.1 * $2 + 1048576 { print; grown = 1 } END { exit grown || NR != 3 }'
}

exec 3>&1
ok "memory: the peak of ${UPDATES:-10000} updates is that of a tenth" flat
echo "1..$number"
