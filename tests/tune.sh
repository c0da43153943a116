#!/bin/sh
# tune.sh - the search before the comparison, and what all contestants get alike. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 1, stop: {epochs: 3}}
search: {beam: 1}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 12, encoder_layers: 1, decoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
tune: {train.learning_rate: [0.001, 0.02, 0.0001], budget: {epochs: 1}}
YAML

run() {
	"$program" run small.yaml --db "$@"
}

ask() {
	"$program" query --db "$1.db" --format tsv --sql "$2" | tail -n +2
}

tuned() {
	run whole.db > log && [ "$(grep -c '^tune: [a-z0-9]*: learning_rate = 0.02 is best of 0.001 (' log)" = 3 ] &&
		[ "$(grep -c 'the best value is the largest tried' log)" = 3 ] || { cat log; return 1; }
	[ "$(ask whole "SELECT count(*) FROM run_list WHERE experiment = 'small'")" = 6 ] &&
		[ "$(ask whole "SELECT count(*) FROM run_list WHERE experiment = 'small/tune' AND seed = 1 AND updates = 12")" = 9 ]
}

# Each contestant's runs have the value of the lowest perplexity.
best_is_used() {
	ask whole "SELECT DISTINCT contestant, settings ->> '\$.train.learning_rate' FROM runs WHERE settings ->> '\$.tune' IS NULL ORDER BY 1" > used
	ask whole "SELECT contestant, value FROM (SELECT settings ->> '\$.tune.contestant' AS contestant, min(best),
		settings ->> '\$.train.learning_rate' AS value FROM runs JOIN run_summaries s ON s.run = id AND metric = 'valid_perplexity'
		WHERE settings ->> '\$.tune' IS NOT NULL GROUP BY 1) ORDER BY 1" > best
	[ "$(wc -l < best)" -eq 3 ] && cmp used best
}

# Trials that tune never see a test set.
untested() {
	[ "$(ask whole "SELECT count(*) FROM run_scores WHERE experiment = 'small/tune'")" = 0 ] &&
		[ "$(ask whole "SELECT count(*) > 0 FROM run_scores WHERE experiment = 'small'")" = 1 ]
}

skipped() {
	run whole.db > again && [ "$(grep -c 'done already' again)" -eq 15 ] || { cat again; return 1; }
	grep '^tune' log > first && grep '^tune' again | cmp - first
}

# Killed at any moment, three at once: the same choice, the same bits.
killed() {
	for delay in 0.05 0.1 0.2 0.3; do
		timeout -s KILL "$delay" "$program" run small.yaml --db killed.db --jobs 3 > /dev/null 2>&1
	done
	run killed.db --jobs 3 > log && same whole killed
}

counted() {
	"$program" query tuning small --db whole.db --format tsv | tail -n +2 | cut -f 2,3,5-8 > rows
	printf '%s\ttrain.learning_rate\t0.02\tlargest\t3\t36\n' lstm convs2s transformer | cmp - rows || { cat rows; return 1; }
	"$program" compare small --db whole.db | grep -q 'Tuning before the comparison' &&
		"$program" report small --db whole.db --format markdown > report && grep -q '^Tuning before the comparison' report &&
		[ "$(grep -c '^- Tuning of .* is the largest tried (0.02)' report)" -eq 3 ]
}

planned() {
	run plan.db --dry-run > plan && [ "$(awk '/tuning learning_rate/ { n += $4 == 3 && $5 == 36 } END { print n }' plan)" = 3 ] &&
		grep -q '^all trials *15 ' plan || { cat plan; return 1; }
}

# One contestant alone tunes what it needs.
alone() {
	run alone.db --only lstm --set 'seeds=[1]' > log && [ "$(ask alone 'SELECT count(*) FROM runs')" = 4 ]
}

# No value comes to its end: the trials are failed runs, the contestant is left out, the others go on.
hopeless() {
	run none.db --only lstm --set 'tune.train.learning_rate=[1000]' --set tune.budget.epochs=60 --set train.clip=0 --set train.schedule=constant \
		--set train.optimizer=sgd > log 2> err && return 1
	grep -q 'tune: lstm: no trial came to its end' log && [ "$(ask none "SELECT group_concat(status) FROM runs")" = failed ] || { cat log err; return 1; }
}

# The same batches in the same order: after each update, as many tokens, as much padding, of the same epoch.
alike() {
	for seed in 1 2; do
		for contestant in lstm convs2s transformer; do
			ask whole "SELECT metric, step, printf('%.17g', value) FROM run_curves WHERE experiment = 'small' AND seed = $seed AND
				contestant = '$contestant' AND metric IN ('target_tokens', 'padding_percent', 'epoch') ORDER BY 1, 2" > "$contestant.$seed"
		done
		[ "$(wc -l < lstm.$seed)" -gt 100 ] && cmp lstm.$seed convs2s.$seed && cmp lstm.$seed transformer.$seed || return 1
	done
	! cmp -s lstm.1 lstm.2
}

ok 'tune: every contestant tries every value, and says what is best' tuned
ok 'tune: trials use the value of the lowest perplexity' best_is_used
ok 'tune: test sets are not looked at' untested
ok 'tune: run again, all is done and the choice the same' skipped
ok 'tune: killed at four moments, it ends with the bits of an undisturbed run' killed
ok 'tune: compare, query and report count it' counted
ok 'tune: --dry-run counts it' planned
ok 'tune: one contestant alone' alone
ok 'tune: where no value works, that is a failure with its reason' hopeless
ok 'fair: contestants train on the same batches in the same order' alike
ok 'mistake: a key that is tuned and varied' says 2 'the grid varies this already' "$program" run small.yaml --db no.db --set 'grid={train.learning_rate: [0.1, 0.2]}'
ok 'mistake: no budget' says 2 'needs what every trial may take' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: [0.1, 0.2]}'
ok 'mistake: a budget that is none' says 2 'did you mean epochs' "$program" run small.yaml --db no.db --set 'tune.budget={epoch: 1}'
ok 'mistake: a misspelt key' says 2 'did you mean learning_rate' "$program" run small.yaml --db no.db --set 'tune={train.learning_rat: [0.1], budget: {epochs: 1}}'
ok 'mistake: a key of a contestant' says 2 'tunes keys of `train:`' "$program" run small.yaml --db no.db --set 'tune={lstm.hidden: [8], budget: {epochs: 1}}'
ok 'mistake: the stop rule' says 2 'tunes keys of `train:`' "$program" run small.yaml --db no.db --set 'tune={train.stop.epochs: [8], budget: {epochs: 1}}'
ok 'mistake: two keys' says 2 'one key is tuned' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: [0.1], train.warmup: [1, 2], budget: {epochs: 1}}'
ok 'mistake: no key' says 2 'names no key' "$program" run small.yaml --db no.db --set 'tune={budget: {epochs: 1}}'
ok 'mistake: a value twice' says 2 'in the list twice' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: [0.1, 1e-1], budget: {epochs: 1}}'
ok 'mistake: a value out of range' says 2 'tune.train.learning_rate = -1: must be a number from 0 to 1' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: [-1], budget: {epochs: 1}}'
ok 'mistake: a map for a value' says 2 'must be one value' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: [{a: 1}], budget: {epochs: 1}}'
ok 'mistake: a value for a map' says 2 'must be a map' "$program" run small.yaml --db no.db --set 'tune=fast'
ok 'mistake: a range without end' says 2 'needs `points` or `step`' "$program" run small.yaml --db no.db --set 'tune={train.learning_rate: {from: 0.1, to: 1}, budget: {epochs: 1}}'
echo "1..$number"
