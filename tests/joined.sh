#!/bin/sh
# joined.sh - decoder-only runs as their user meets them: training, interruptions, search, reports, mistakes. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > joined.yaml <<'YAML'
experiment: joined
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 600, valid_sentences: 40, test_sentences: 30}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, stop: {epochs: 3}}
search: {beam: 3}
contestants:
  lstm: {architecture: rnn, arrangement: decoder-only, width: 12, hidden: 12, layers: 1}
  convs2s: {architecture: cnn, arrangement: decoder-only, width: 12, layers: 2, kernel: 6}
  transformer: {architecture: transformer, arrangement: decoder-only, prefix: bidirectional, width: 12, heads: 2, feed_forward: 16, layers: 2}
YAML

run() {
	"$program" run joined.yaml --db "$@"
}

whole_run() {
	run whole.db --threads 1 > log && grep -q transformer log
}

threads_run() {
	run two.db --threads 2 > log && same whole two
}

# Killed again and again, it ends with what an undisturbed run gives.
killed_run() {
	for delay in 0.05 0.1 0.15 0.2 0.12; do
		timeout -s KILL "$delay" "$program" run joined.yaml --db killed.db > /dev/null 2>&1
	done
	run killed.db > log && same whole killed
}

run_of() {
	"$program" query --db whole.db --format csv --sql "SELECT id FROM runs WHERE contestant = '$1'" | tail -n 1
}

# A batch of sentences of several lengths, and each alone.
translated() {
	printf 's1 s2 s3 s4 s5\n\ns4\ns2 s2\n' > source
	for contestant in lstm convs2s transformer; do
		id=$(run_of $contestant)
		"$program" translate --db whole.db --run "$id" --beam 4 --nbest 2 < source > together || return 1
		while read -r line; do
			echo "$line" | "$program" translate --db whole.db --run "$id" --beam 4 --nbest 2 || return 1
		done < source > apart
		scores_agree || return 1
	done
}

# Hypotheses are the same; their scores but for rounding.
scores_agree() {
	awk -F ' [|][|][|] ' 'NR == FNR { text[NR] = $2; score[NR] = $3; next }
		{ d = score[FNR] - $3; if (d < 0) d = -d; if (text[FNR] != $2 || d > 1e-3) bad = 1 }
		END { exit bad || FNR != 8 }' together apart
}

planned() {
	run plan.db --dry-run --set match.parameters=20000 > log && grep -q 'nothing is run' log &&
		awk '$1 == "lstm" || $1 == "convs2s" || $1 == "transformer" { n++; if ($3 < 18000 || $3 > 22000) bad = 1 } END { exit bad || n != 3 }' log
}

profiled() {
	"$program" profile joined.yaml --updates 2 > log && "$program" profile joined.yaml --updates 1 --decode --sentences 4 > log &&
		grep -q attention log
}

attended() {
	"$program" attend --db whole.db --run "$(run_of transformer)" 's1 s2' 's1' > log && grep -q 'source and the target, read as one' log
}

statistics() {
	"$program" attend --db whole.db --run "$(run_of transformer)" --statistics > log && [ -s log ]
}

ok 'three families train, test and compare' whole_run
ok 'the same results with two threads' threads_run
ok 'the same results after kills' killed_run
ok 'a sentence is translated alike alone and beside others' translated
ok 'widths are matched, and a dry run says what it costs' planned
ok 'profiles of training and of decoding' profiled
ok 'attention over source and target as one' attended
ok 'statistics of its heads' statistics
ok 'mistake: attention to an encoder' says 1 'cross' "$program" attend --db whole.db --run "$(run_of transformer)" s1 --kind cross
ok 'mistake: a model without attention' says 1 'no attention' "$program" attend --db whole.db --run "$(run_of lstm)" s1
ok 'mistake: a key about an encoder' says 2 'arrangement: decoder-only has none' run bad.db --set 'contestants.lstm.attention=dot'
echo "1..$number"
cd "$home" || exit 1
