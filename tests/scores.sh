#!/bin/sh
# scores.sh - what is kept of a run and what `bakeoff score` says of it agree. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: reverse, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 400, valid_sentences: 20, test_sentences: 40}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, stop: {epochs: 12}}
search: {beam: 1}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
YAML
"$program" run small.yaml > log 2>&1 || { cat log; exit 1; }

ask() {
	"$program" query --format tsv --sql "$1" | tail -n +2
}

stored() {
	ask "SELECT printf('%.6f', value) FROM run_scores WHERE run = $1 AND metric = '$2'"
}

metrics_are_scored_again() {
	for metric in BLEU chrF TER; do
		[ "$("$program" score --run 1 -m "$metric" -b -w 6)" = "$(stored 1 "$metric")" ] || return 1
		"$program" score --run 1 -m "$metric" | grep -qF "|$(ask "SELECT signature FROM run_scores WHERE run = 1 AND metric = '$metric'") = " || return 1
	done
}

# Perplexities are of the same sum of log-probabilities; translate gives that of each reference.
forced_scores_agree() {
	[ "$(ask "SELECT count(*) FROM run_scores t JOIN run_scores c ON c.run = t.run AND c.metric = 'character_perplexity'
		WHERE t.metric = 'token_perplexity' AND t.value >= c.value AND c.value > 1")" = 2 ] &&
		[ "$(ask "SELECT count(*) FROM run_scores WHERE metric = 'token_accuracy' AND value BETWEEN 1 AND 100")" = 2 ] &&
		ask "SELECT source FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > sources &&
		ask "SELECT reference FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > references &&
		"$program" translate --run 1 --force references < sources > forced &&
		awk '{ sum -= $1; getline line < "references"; n += 1 + length(line); m += 1 + split(line, word, " ") }
			END { printf "%.3f %.3f\n", exp(sum / m), exp(sum / n) }' forced > perplexities &&
		[ "$(cat perplexities)" = "$(ask "SELECT printf('%.3f %.3f', t.value, c.value) FROM run_scores t JOIN run_scores c
			USING (run) WHERE run = 1 AND t.metric = 'token_perplexity' AND c.metric = 'character_perplexity'")" ] ||
		{ head -n 3 forced perplexities; return 1; }
}

exact_match_is_counted() {
	[ "$(stored 1 exact_match)" = "$(ask "SELECT printf('%.6f', 100 * avg(reference = hypothesis)) FROM run_hypotheses WHERE run = 1")" ]
}

compare_and_query_show_them() {
	"$program" compare small > table && "$program" query scores small > scores || return 1
	for metric in BLEU chrF TER exact_match token_perplexity character_perplexity token_accuracy; do
		grep -q " $metric │" table && grep -q "$metric" scores || { echo "no $metric"; return 1; }
	done
}

# Of greedy search on the test set, which is the validation set here, it is the score that is kept; and resuming changes nothing.
bleu_is_a_curve() {
	for side in de en; do
		awk -v n=$side 'BEGIN { for (i = 0; i < 90; i++) print n i % 7, n i % 5, n i % 3, n (i % 7) i % 5, "." }' > train.$side
		head -n 12 train.$side > valid.$side
	done
	cat > curve.yaml <<'YAML'
experiment: curve
data: {train: [train.de, train.en], valid: [valid.de, valid.en], subwords: {model: words, size: 60}, test: {same: [valid.de, valid.en]}}
train: {batch_tokens: 128, learning_rate: 0.02, warmup: 10, validate_bleu: 50, stop: {epochs: 25}}
search: {beam: 1}
contestants: {lstm: {architecture: rnn, width: 16, hidden: 16, encoder_layers: 1}}
YAML
	"$program" run curve.yaml > log || { cat log; return 1; }
	[ "$(ask "SELECT count(*) > 5 AND count(DISTINCT value) > 1 FROM run_curves WHERE metric = 'valid_BLEU'")" = 1 ] &&
		[ "$(ask "SELECT count(*) FROM run_curves v WHERE v.metric = 'valid_BLEU' AND NOT EXISTS (SELECT 1 FROM run_curves p
			WHERE p.run = v.run AND p.step = v.step AND p.metric = 'valid_nll')")" = 0 ] &&
		[ "$(ask "SELECT s.value = c.value AND s.value > 0 FROM run_scores s JOIN run_curves c ON c.run = s.run AND c.step = s.step
			AND c.metric = 'valid_BLEU' WHERE s.metric = 'BLEU' AND s.test_set = 'same'")" = 1 ] ||
		{ ask "SELECT step, value FROM run_curves WHERE metric = 'valid_BLEU'"; return 1; }
	"$program" report curve > page.html && grep -q 'validation BLEU' page.html
}

runs_are_tested() {
	"$program" score --run 1 --run 2 -pbs -pbsn 50 -m bleu ter > table && grep -q 'Baseline: run 1' table && grep -q 'run 2 .*(p = ' table
}

# All words of all buckets are those of the references; a copy of the references is right everywhere.
breakdowns() {
	ask "SELECT reference FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > references
	ask "SELECT source FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > sources
	words=$(wc -w < references)
	for by in length position 'frequency --train references' 'source-frequency --train sources'; do
		# shellcheck disable=SC2086
		"$program" score --run 1 references --breakdown $by -f json > parts || return 1
		[ "$(grep -o '"system": "run 1".*"reference words": [0-9]*' parts | awk '{ sum += $NF } END { print sum }')" = "$words" ] &&
			! grep '"system": "references"' parts | grep -v '"F1": 100,\|"F1": 100}' || { echo "$by"; cat parts; return 1; }
	done
}

# As `sacrebleu REF < HYP`.
piped() {
	ask "SELECT reference FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > references
	ask "SELECT hypothesis FROM run_hypotheses WHERE run = 1 ORDER BY sentence" > found
	want=$("$program" score references -i found) && [ -n "$want" ] && [ "$("$program" score references < found)" = "$want" ] &&
		[ "$("$program" score --ref references < found)" = "$want" ] && [ "$("$program" score --ref references found)" = "$want" ]
}

hostile_input() {
	printf 'a b\0c\n' > nul && printf 'a\377\n' > latin && : > empty && printf 'a\nb\n' > two && printf 'a b c\n' > one &&
		head -c 2000000 /dev/zero | tr '\0' x > long &&
		"$program" score --ref one nul > out && grep -q '^BLEU' out &&
		says 1 'latin:1: byte 2 of the line (0xff) is not UTF-8' "$program" score --ref one latin &&
		says 1 'empty: has no line' "$program" score --ref empty one &&
		says 1 'one has 1 lines, two has 2' "$program" score --ref two one -m chrf &&
		says 1 'long:1: a segment of 2000000 bytes; TER takes at most 1048576' "$program" score --ref long one -m ter &&
		says 1 'run 9 has no hypotheses' "$program" score --run 9 &&
		says 1 'run 1 has no test set web; it has test' "$program" score --run 1 --test-set web &&
		says 1 'run 1 has 40 lines, one has 1' "$program" score --run 1 --ref one
}

ok 'scores: those kept are those of the hypotheses kept' metrics_are_scored_again
ok 'scores: perplexities are those of forced references' forced_scores_agree
ok 'scores: exact match is counted' exact_match_is_counted
ok 'scores: compare and query show every one' compare_and_query_show_them
ok 'valid_BLEU: a curve of the validation set, the score where that is tested' bleu_is_a_curve
ok 'scores: runs are tested against each other' runs_are_tested
ok 'scores: breakdowns cover every word' breakdowns
ok 'scores: hypotheses from standard input' piped
ok 'scores: garbage is one clear line' hostile_input
echo "1..$number"
