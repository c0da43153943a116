#!/bin/sh
# forecast.sh - forecasts of number series as their user meets them. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: forecast, levels: 16, quantisation: uniform, noise: 0.1, shortest_sentence: 10, longest_sentence: 16, horizon: 3, train_sentences: 300, valid_sentences: 20, test_sentences: 40}
train: {batch_tokens: 256, learning_rate: 0.01, warmup: 10, stop: {epochs: 1}}
search: {beam: 1}
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

"$program" run small.yaml > log 2>&1 || cat log

ask() {
	"$program" query --format tsv --sql "$1" | tail -n +2
}

# MAE is what awk makes of the hypotheses that are kept.
errors() {
	ask "SELECT hypothesis || ' |' || reference FROM run_hypotheses WHERE contestant = 'lstm'" > pairs
	ask "SELECT value FROM run_scores WHERE metric = 'MAE' AND contestant = 'lstm'" > score
	[ "$(wc -l < pairs)" = 40 ] || return 1
	awk -F '|' 'FNR == NR { want = $1; next }
		{ h = split($1, x, " "); r = split($2, y, " "); last = 0
		  for (i = 1; i <= r; i++) { if (i <= h) last = x[i]; d = last - y[i]; sum += d < 0 ? -d : d; n++ } }
		END { d = sum / n - want; exit !(n == 120 && d * d < 1e-12) }' score pairs
}

compared() {
	"$program" compare small > log && grep -q ' MAE │' log && grep -q ' MASE │' log && ! grep -q BLEU log && grep -Eq '( tie on | is better than ).* MAE' log
}

reported() {
	"$program" report small --out report.html > log && grep -q 'By test MAE' report.html && grep -q 'test, series 4' report.html
}

ok 'the mean absolute error is that of the hypotheses' errors
ok 'contestants are compared by it' compared
ok 'a report draws forecasts' reported
echo "1..$number"
