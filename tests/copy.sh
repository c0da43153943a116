#!/bin/sh
# copy.sh - a database copied with its runs while they go on. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 600, valid_sentences: 40, test_sentences: 30}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, validate_every: 10, report_every: 5, average: 2, stop: {epochs: 6}}
search: {beam: 2}
contestants:
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --db "$@" --quiet
}

updates() {
	"$program" query --db "$1" --format tsv --sql 'SELECT coalesce(sum(updates), 0) FROM runs' | tail -n 1
}

whole() {
	run whole.db > log && "$program" copy whole.db done.db && same whole done &&
		"$program" copy whole.db done.db > again && grep -q ' 1 files,' again && run done.db > log && same whole done
}

# Copies made one after the other while it runs; each of them can go on, to the same bits.
underway() {
	run going.db > log &
	runner=$!
	copies=0
	while kill -0 $runner 2> /dev/null; do
		[ -e going.db ] && "$program" copy going.db kept.db > copied 2> failed && copies=$((copies + 1)) &&
			[ $copies -le 3 ] && cp -Rp kept.runs "part$copies.runs" && cp -p kept.db "part$copies.db"
		sleep 0.05
	done
	wait $runner || return 1
	[ "$(updates part1.db)" -lt "$(updates going.db)" ] || { echo "part1 has all of $(updates going.db) updates"; return 1; }
	for part in part*.db; do
		run "$part" > log && same whole "${part%.db}" || return 1
	done
	echo "# $copies copies" >&2
}

# Stopped at any moment, what is there is a whole database from which the runs go on.
killed() {
	run long.db --set train.stop.epochs=12 > log &
	runner=$!
	for pause in 0.12 0.01 0.02 0.005 0.03; do
		"$program" copy long.db torn.db > copied 2>&1 &
		copier=$!
		sleep $pause
		kill -KILL $copier 2> /dev/null
		wait $copier 2> /dev/null
		[ ! -e torn.db ] || "$program" runs --db torn.db > listed || { cat listed; return 1; }
	done
	"$program" copy long.db torn.db > copied || return 1
	! find . -name 'torn*.tmp-*' | grep . || return 1
	kill -KILL $runner
	wait $runner 2> /dev/null
	run torn.db --set train.stop.epochs=12 > log && run long.db --set train.stop.epochs=12 > log && same long torn
}

refused() {
	says 1 'whole.db and ./whole.db are the same file' "$program" copy whole.db ./whole.db &&
		says 1 'none.db: cannot be copied: No such file' "$program" copy none.db other.db && [ ! -e other.db ] &&
		says 1 'no/such.runs: cannot be copied: No such file' "$program" copy whole.db no/such.db &&
		says 2 'give two databases' "$program" copy whole.db &&
		says 1 'log is not an SQLite database' "$program" copy log other.db && [ ! -e other.db ]
}

ok 'copy: what is done, and nothing twice' whole
ok 'copy: of runs under way, each goes on to the same bits' underway
ok 'copy: stopped at any moment, it is whole' killed
ok 'copy: what cannot be copied' refused
echo "1..$number"
