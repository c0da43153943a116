#!/bin/sh
# curve.sh - the losses of twenty updates of each family are those in tests/golden/curve.tsv, which the build in double made: to 1e-9
# in double, to 1e-3 in float, by whatever kernels. Prints TAP; BAKEOFF names the program. `tests/curve.sh --make` prints the file anew.
set -u

make=${1:-}
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# Dropout, label smoothing, clipping, several shards and micro-batches: all that an update has.
cat > small.yaml <<'YAML'
experiment: curve
data: {task: reverse, symbols: 12, shortest_sentence: 2, longest_sentence: 9, train_sentences: 400, valid_sentences: 30, test_sentences: 5}
train: {batch_tokens: 192, micro_batch_tokens: 64, shards: 3, learning_rate: 0.005, warmup: 8, clip: 1, label_smoothing: 0.1, report_every: 1, validate_every: 10, stop: {updates: 20}}
search: {beam: 1}
seeds: [1]
contestants:
  lstm: {architecture: rnn, width: 16, hidden: 20, encoder_layers: 2, bidirectional: true, attention: additive, dropout: 0.1}
  convs2s: {architecture: cnn, width: 16, encoder_layers: 2, decoder_layers: 2, dropout: 0.1}
  transformer: {architecture: transformer, width: 16, heads: 2, feed_forward: 32, encoder_layers: 2, decoder_layers: 2, dropout: 0.1}
YAML

curve() {
	"$program" run small.yaml --db curve.db --quiet > log 2>&1 || { cat log; return 1; }
	"$program" query --db curve.db --format tsv --sql "SELECT contestant, metric, step, printf('%.15g', value) FROM run_curves
		WHERE metric IN ('train_loss', 'gradient_norm', 'valid_nll') ORDER BY 1, 2, 3" | tail -n +2
}

if [ "$make" = --make ]; then
	curve
	exit
fi

same() {
	curve > now || { cat now; return 1; }
	cut -f 1-3 "$home/tests/golden/curve.tsv" > names && cut -f 1-3 now | cmp - names || return 1
	paste "$home/tests/golden/curve.tsv" now | awk -F'\t' -v most="$1" '
		{ off = ($8 - $4) / $4; off = off < 0 ? -off : off; if (off > worst) { worst = off; at = $1 " " $2 " " $3 } n += !(off <= most) }
		END { print "worst " worst " at " at; exit n > 0 }'
}

case $("$program" --version) in
*double*) most=1e-9 ;;
*) most=1e-3 ;;
esac
ok "curve: losses and gradients of twenty updates, within $most" same "$most"
echo "1..$number"
