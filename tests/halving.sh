#!/bin/sh
# halving.sh - variants that are dropped on the way, and that what goes on is what it would have been. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 5, validate_every: 5, stop: {updates: 40}}
search: {beam: 1}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
grid: {train.learning_rate: [0.0001, 0.02, 0.001, 0.00001]}
halving: {first: {updates: 8}, factor: 2}
YAML
sed '/^halving/d' small.yaml > whole.yaml

run() {
	"$program" run "$@"
}

ask() {
	"$program" query --db "$1.db" --format tsv --sql "$2" | tail -n +2
}

# Four variants, then two, then one of each contestant; a rung ends at the first validation at or after it (8: 10, 16: 20).
halved() {
	run small.yaml --db half.db > log || { cat log; return 1; }
	ask half "SELECT updates, status, count(*) FROM run_list GROUP BY 1, 2 ORDER BY 1" > rows
	printf '10\tinterrupted\t8\n20\tinterrupted\t4\n40\tdone\t4\n' | cmp - rows || { cat rows; return 1; }
	[ "$(grep -c '^halving, rung 1 of 2: .*: 2 of 4 variants go on: ' log)" -eq 2 ] && [ "$(grep -c '^halving, rung 2 of 2: .*: 1 of 2 ' log)" -eq 2 ] &&
		[ "$(ask half "SELECT count(*) FROM runs WHERE reason LIKE 'halving: left out after rung _ of 2%'")" -eq 12 ] || { cat log; return 1; }
}

# What goes on is what is best in trainings that never pause: by the mean of both seeds' lowest loss up to updates 10 and 20.
best_goes_on() {
	run whole.yaml --db whole.db > log || { cat log; return 1; }
	for rung in '10 2' '20 1'; do
		ask whole "SELECT contestant FROM (SELECT contestant, row_number() OVER (PARTITION BY substr(contestant, 1, 4) ORDER BY sum(best)) AS place
			FROM (SELECT contestant, seed, min(value) AS best FROM run_curves WHERE metric = 'valid_nll' AND step <= ${rung% *} GROUP BY 1, 2)
			GROUP BY 1) WHERE place <= ${rung#* } ORDER BY 1" > best
		ask half "SELECT DISTINCT contestant FROM run_list WHERE updates > ${rung% *} ORDER BY 1" > went
		[ -s best ] && cmp best went || { cat best went; return 1; }
	done
}

# Curves and scores of those that ended, to the bit.
same_bits() {
	for db in half whole; do
		ask "$db" "SELECT c.contestant, c.seed, metric, step, printf('%.17g', value) FROM run_curves c WHERE metric IN ('valid_nll', 'train_loss')
			AND contestant IN (SELECT contestant FROM run_list WHERE status = 'done' AND contestant IN
			(SELECT contestant FROM run_list WHERE updates = 40)) ORDER BY 1, 2, 3, 4" > "$db.curves"
		ask "$db" "SELECT contestant, seed, metric, printf('%.17g', value) FROM run_scores WHERE metric NOT LIKE '%second%' ORDER BY 1, 2, 3" > "$db.scores"
	done
	[ -s half.curves ] && [ -s half.scores ] && [ -z "$(comm -23 half.curves whole.curves)" ] && [ -z "$(comm -23 half.scores whole.scores)" ]
}

again() {
	ask half 'SELECT id, status, updates, reason FROM runs' > before
	run small.yaml --db half.db > second && [ "$(grep -c 'done already' second)" -eq 4 ] || { cat second; return 1; }
	grep '^halving' log_of_first > one && grep '^halving' second | cmp - one && ask half 'SELECT id, status, updates, reason FROM runs' | cmp - before
}

killed() {
	for delay in 0.15 0.4; do
		timeout -s KILL "$delay" "$program" run small.yaml --db killed.db --jobs 3 > /dev/null 2>&1
	done
	run small.yaml --db killed.db --jobs 2 > log || { cat log; return 1; }
	for db in half killed; do
		ask "$db" "SELECT contestant, seed, status, updates, reason FROM runs JOIN (SELECT run, updates FROM run_list) ON run = id ORDER BY 1, 2" > "$db.rows"
	done
	cmp half.rows killed.rows
}

planned() {
	run small.yaml --db no.db --dry-run > plan && grep -q 'Halving trains 16 trials to 8 updates, 8 trials to 16 updates and 4 to the end' plan || { cat plan; return 1; }
}

units() {
	run small.yaml --db tokens.db --set 'halving={first: {tokens: 700}, factor: 4}' --set 'seeds=[1]' > log &&
		[ "$(ask tokens "SELECT count(*) FROM run_list WHERE status = 'interrupted' AND target_tokens >= 700 AND updates < 40")" -eq 6 ] || { cat log; return 1; }
	run small.yaml --db epochs.db --set 'halving={first: {epochs: 1}, factor: 4}' --set 'seeds=[1]' > log &&
		[ "$(ask epochs "SELECT count(*) FROM run_list WHERE status = 'interrupted' AND updates < 40")" -eq 6 ] || { cat log; return 1; }
}

ok 'halving: fewer variants go on at each rung' halved
cp log log_of_first 2> /dev/null
ok 'halving: the best of trainings without pause are what goes on' best_goes_on
ok 'halving: what went on has the bits of a training that never paused' same_bits
ok 'halving: run again, all is as it was' again
ok 'halving: killed at two moments, it chooses the same' killed
ok 'halving: --dry-run says what is trained how far' planned
ok 'halving: rungs in tokens and epochs' units
ok 'mistake: no first rung' says 2 'needs one of first.epochs' "$program" run small.yaml --db no.db --set 'halving={factor: 2}'
ok 'mistake: two units' says 2 'needs one of first.epochs' "$program" run small.yaml --db no.db --set 'halving={first: {epochs: 1, updates: 2}}'
ok 'mistake: nothing to choose among' says 2 'no contestant has more than keep = 4 variants' "$program" run small.yaml --db no.db --set halving.keep=4
ok 'mistake: a factor of one' says 2 'halving.factor = 1: must be' "$program" run small.yaml --db no.db --set halving.factor=1
ok 'mistake: a rung behind the end' says 2 'the first rung is not before the end' "$program" run small.yaml --db no.db --set halving.first.updates=40
ok 'mistake: a misspelt key' says 2 'did you mean factor' "$program" run small.yaml --db no.db --set halving.facto=2
ok 'mistake: a part of the trials' says 1 'halving: compares all trials of a rung' "$program" run small.yaml --db no.db --trials 1-2
echo "1..$number"
