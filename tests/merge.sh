#!/bin/sh
# merge.sh - databases of several machines become one, which is then as if one machine had done it all. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, stop: {epochs: 2}}
search: {beam: 2}
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --db "$@" > log 2>&1
}

merged_is_whole() {
	run whole.db --set 'seeds=[1, 2]' && run one.db && run two.db --set 'seeds=[2]' &&
		"$program" merge all.db one.db two.db > told && cat told &&
		grep -q '^one.db: 2 added (runs 1 to 2 here)$' told && grep -q '^two.db: 2 added (runs 3 to 4 here)$' told &&
		same whole all
}

again_is_nothing() {
	sqlite3 all.db .dump > before && "$program" merge all.db two.db one.db > told && cat told &&
		[ "$(grep -c ': 2 the same$' told)" -eq 2 ] && sqlite3 all.db .dump | cmp before -
}

# The merged database has what it takes to translate, and nothing is left to run.
works() {
	echo 's1 s2' | "$program" translate --db all.db --run 4 | grep -q s &&
		run all.db --set 'seeds=[1, 2]' && [ "$(grep -c 'done already' log)" -eq 4 ]
}

# A part of a run, merged, goes on in the merged database; the whole one takes the place of a part.
parts() {
	run part.db --set train.stop.epochs=2 --set train.checkpoint_every=3 &&
		cp -r part.runs cut.runs && sqlite3 part.db ".backup cut.db" &&
		sqlite3 cut.db "UPDATE runs SET status = 'interrupted', finished = NULL, updates = updates - 1" &&
		rm cut.runs/*/model.safetensors &&
		"$program" merge grown.db cut.db > told && "$program" merge grown.db part.db > told && cat told &&
		grep -q '^part.db: 2 further along there, taken over$' told && same part grown
}

conflict() {
	sqlite3 one.db ".backup odd.db" && sqlite3 odd.db 'UPDATE scores SET value = 77 WHERE run = 1' &&
		"$program" merge all.db odd.db > told && cat told && grep -q 'odd.db: conflict: run 1 there, 1 here (lstm, seed 1) .*: 77, was' told &&
		! "$program" merge all.db odd.db --strict > told
}

# A run that a process works on is not overwritten.
held() {
	mkdir held.runs && sqlite3 cut.db ".backup held.db" && cp -r cut.runs/* held.runs &&
		flock "$(ls -d held.runs/lstm*)/lock" "$program" merge held.db part.db > told 2>&1
	cat told
	grep -q 'run 1 of held.db is running' told && [ "$(sqlite3 held.db 'SELECT status FROM runs WHERE id = 2')" = interrupted ]
}

mistakes() {
	echo no > text
	says 2 'give the database to merge into' "$program" merge all.db &&
		says 1 'is the database that is merged into' "$program" merge one.db one.db &&
		says 1 'no database nowhere.db' "$program" merge all.db nowhere.db &&
		says 1 'text is not an SQLite database' "$program" merge all.db text
}

ok 'merge: databases of two machines are the database of one' merged_is_whole
! command -v sqlite3 > /dev/null || ok 'merge: again adds nothing' again_is_nothing
ok 'merge: the merged database translates and has nothing to run' works
! command -v sqlite3 > /dev/null || ok 'merge: what is further along takes the place of a part, with its files' parts
! command -v sqlite3 > /dev/null || ok 'merge: a conflict is named, and fails with --strict' conflict
! command -v sqlite3 > /dev/null || ok 'merge: a run that is running here is left' held
ok 'merge: mistakes are named' mistakes
echo "1..$number"
cd "$home" || exit 1
