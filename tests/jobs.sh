#!/bin/sh
# jobs.sh - trials as processes of their own: several at once, killed, crashed, hung. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 600, valid_sentences: 40, test_sentences: 30}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, stop: {epochs: 3}}
search: {beam: 2}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 12, encoder_layers: 2, decoder_layers: 2}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --db "$@"
}

ask() {
	"$program" query --db "$1" --format tsv --sql "$2" | tail -n +2
}

# The child of a process that trains, when there is one.
child_of() {
	for try in $(seq 100); do
		pgrep -P "$1" | head -n 1 | grep . && return
		sleep 0.02
	done
	echo "no child in $((try / 50)) s" >&2
	return 1
}

one_by_one() {
	run whole.db > log
}

at_once() {
	run three.db --jobs 3 > log && same whole three
}

# The child gets a signal; its trial alone has failed, with the reason, and running again mends it.
struck() {
	"$program" run small.yaml --db "$1.db" --set train.stop.epochs=40 --only lstm > "$1.log" 2>&1 &
	parent=$!
	child=$(child_of $parent) || return 1
	sleep 0.2
	kill -"$2" "$child"
	wait $parent
	[ $? -eq 1 ] && grep -q "$3" "$1.log" || { cat "$1.log"; return 1; }
	[ "$(ask "$1.db" "SELECT count(*) FROM runs WHERE status = 'failed' AND reason LIKE '%$3%'")" = 1 ] &&
		[ "$(ask "$1.db" "SELECT count(*) FROM runs WHERE status = 'done'")" = 1 ] || { ask "$1.db" 'SELECT status, reason FROM runs'; return 1; }
}

mended() {
	run long.db --set train.stop.epochs=40 --only lstm > log && run killed.db --set train.stop.epochs=40 --only lstm > log &&
		same long killed
}

hung() {
	"$program" run small.yaml --db hung.db --only lstm --set train.stop.epochs=40 --set 'seeds=[1]' --stall 1 > log 2>&1 &
	parent=$!
	child=$(child_of $parent) || return 1
	sleep 0.2
	kill -STOP "$child"
	wait $parent
	[ $? -eq 1 ] && grep -q 'no sign of life for 1 s' log || { cat log; return 1; }
}

# Nothing lives on, and nothing is lost, when the parent is killed.
orphaned() {
	"$program" run small.yaml --db orphans.db --jobs 3 --set train.stop.epochs=3000 > log 2>&1 &
	parent=$!
	child_of $parent > child || return 1
	sleep 0.3
	kill -KILL $parent
	wait $parent 2> /dev/null
	sleep 0.1
	! grep -v 'State:.*Z' "/proc/$(cat child)/status" 2> /dev/null | grep State
}

# Ctrl-C reaches the whole group of a terminal: parent and children.
interrupted() {
	setsid sh -c 'echo $$ > group; exec "$0" run small.yaml --db stopped.db --jobs 2 --set train.stop.epochs=10' "$program" \
		> log 2>&1 &
	waiter=$!
	sleep 0.5
	kill -INT -- "-$(cat group)"
	wait $waiter
	status=$?
	if [ $status -eq 1 ]; then
		grep -q 'goes on from here' log || { cat log; return 1; }
		[ "$(ask stopped.db "SELECT count(*) FROM runs WHERE status NOT IN ('done', 'interrupted')")" = 0 ] || return 1
	fi
	run stopped.db --jobs 2 --set train.stop.epochs=10 > log 2>&1 && run quiet.db --set train.stop.epochs=10 > log &&
		same quiet stopped
}

# Trials that do not fit together run one after the other: no other begins before one has ended.
waits_for_memory() {
	run memory.db --jobs 3 --memory 1 --json > log || return 1
	grep -E '"event":"(started|finished)"' log | sed 's/.*"event":"\([a-z]*\)".*/\1/' > events
	[ "$(wc -l < events)" -eq 12 ] && ! uniq -d events | grep . || { cat events; return 1; }
}

objects() {
	run json.db --jobs 2 --json --only lstm > log || return 1
	[ "$(python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
print(sum(line["event"] == "finished" and line["contestant"] == "lstm" for line in lines))' < log)" = 2 ]
}

# A rate that is too high: stopped early, kept as such, and not run again unless asked.
diverged() {
	set -- --only lstm --set train.learning_rate=30 --set train.clip=0 --set train.schedule=constant --set train.stop.epochs=200
	run diverged.db "$@" > log 2>&1 && return 1
	reason=$(ask diverged.db "SELECT reason FROM runs WHERE status = 'failed' LIMIT 1")
	updates=$(ask diverged.db 'SELECT max(updates) FROM runs')
	case $reason in 'diverged: '*) ;; *) echo "reason: $reason"; return 1 ;; esac
	[ "$updates" -lt 400 ] || { echo "$updates updates"; return 1; }
	run diverged.db "$@" > log && [ "$(grep -c 'diverged: .*--retry runs it again' log)" -eq 2 ] || { cat log; return 1; }
	run diverged.db "$@" --retry > log 2>&1
	[ $? -eq 1 ] && grep -q resumed log
}

# Both ends of a training that no number of updates gives.
stop_rules() {
	run rules.db --only lstm --set 'seeds=[1]' --set train.validate_every=10 --set 'train.stop={perplexity: 4, epochs: 400}' > log || return 1
	ask rules.db "SELECT group_concat(value <= 4, '') FROM run_curves WHERE metric = 'valid_perplexity'" | grep -qx '0*1' ||
		{ ask rules.db "SELECT step, value FROM run_curves WHERE metric = 'valid_perplexity'"; return 1; }
	run budget.db --set 'seeds=[1]' --set 'train.stop={multiply_adds: 100000000}' > log || return 1
	[ "$(ask budget.db 'SELECT count(*) FROM runs WHERE 3.0 * multiply_adds * target_tokens BETWEEN 100e6 AND 103e6')" = 3 ] ||
		{ ask budget.db 'SELECT contestant, multiply_adds, target_tokens FROM runs'; return 1; }
}

ok 'stop: at a perplexity, and at a budget of multiply-adds' stop_rules
ok 'stop: what diverges is stopped early and stays so' diverged
ok 'jobs: trials run one by one' one_by_one
ok 'jobs: three at once give the bits of one' at_once
ok 'jobs: a trial that is killed has failed, and the others go on' struck killed KILL 'was killed (SIGKILL)'
ok 'jobs: run again, it goes on to the same bits' mended
ok 'jobs: a trial that crashes says by which signal' struck crashed ABRT 'crashed: Aborted'
ok 'jobs: one that hangs is killed when its time is over' hung
ok 'jobs: killed with SIGKILL, no child lives on' orphaned
ok 'jobs: Ctrl-C keeps everything, and the same command goes on' interrupted
ok 'jobs: what does not fit into the memory waits' waits_for_memory
ok 'jobs: --json prints an object a line' objects
echo "1..$number"
