#!/bin/bash
# slurm.sh - a job array on a real Slurm: a node killed, tasks requeued and out of time; its results are those of one machine.
#
#     SLURM_START="PROGRAM DIR"    PROGRAM start DIR 3 starts a Slurm with nodes that can be killed, `PROGRAM env DIR` prints the line
#                                  that points to it, `PROGRAM down|up DIR NODE` kills and starts a node, `PROGRAM stop DIR` ends it
#
# Without it, the Slurm that is running is used, and instead of a node being killed a task is requeued. Prints TAP; BAKEOFF names the
# program. TMPDIR must then be a folder that all nodes share. `make test-cluster`.
set -u

skip() {
	echo "no Slurm is running here; SLURM_START names one to start"
	echo 'not ok 1 # SKIP slurm: a job array'
	echo '1..1'
	exit 0
}

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

read -r starter place <<< "${SLURM_START:-}"
if [ -n "$starter" ]; then
	"$starter" start "$place" 3 > started 2>&1 || { cat started; skip; }
	trap '"$starter" stop "$place" > /dev/null 2>&1; rm -rf "$work"' EXIT
	eval "$("$starter" env "$place")"
fi
scratch=/tmp
[ -z "$starter" ] || { scratch=$work/scratch; mkdir "$scratch"; }
squeue -h > queue 2>&1 && command -v sbatch > /dev/null || skip

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 12, shortest_sentence: 3, longest_sentence: 8, train_sentences: 2000, valid_sentences: 100, test_sentences: 50}
train: {batch_tokens: 256, learning_rate: 0.003, warmup: 40, checkpoint_every: 20, validate_every: 60, report_every: 10, average: 2, stop: {epochs: 100}}
search: {beam: 2}
seeds: [1, 2, 3, 4]
contestants:
  lstm: {architecture: rnn, width: 24, hidden: 32, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 24, encoder_layers: 2, decoder_layers: 2}
  transformer: {architecture: transformer, width: 24, heads: 2, feed_forward: 48, encoder_layers: 1, decoder_layers: 1}
YAML

# the_states - a word for each trial, counted: "3 done, 2 running".
the_states() {
	"$program" status --format tsv 2> /dev/null | sed 1d | cut -f 5 | sort | uniq -c | tr -s ' \n' ' ,'
}

# wait_for SECONDS COMMAND... - until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || { echo "not in time: $*: $(the_states)"; squeue -t all; return 1; }
		sleep 1
	done
}

has_run() { # STATE
	"$program" status --format tsv 2> /dev/null | cut -f 5,8 | grep -qE "^$1	[1-9]"
}

out_of_queue() {
	[ -z "$(squeue -h -u "$(id -u)" -n small)" ]
}

# finished - every trial is done; what waits for its time after a requeue need not.
finished() {
	for job in $(squeue -h -r -n small -t PENDING -o %i); do
		scontrol update "JobId=$job" StartTime=now
	done
	[ "$("$program" status --format tsv 2> /dev/null | cut -f 5 | grep -c '^done$')" = 12 ]
}

# log_has FOLDER TEXT
log_has() {
	grep -qF -- "$2" "$1"/*/log/*.log
}

on_one_machine() {
	"$program" run small.yaml --db whole.db --quiet > log 2>&1 || { cat log; return 1; }
}

array() {
	"$program" submit small.yaml --time 10 --save 1 --scratch "$scratch" > told && cat told && grep -q '12 trials in 12 tasks' told &&
		wait_for 60 has_run running
}

# While it goes on, a part can be collected.
part() {
	"$program" collect --db results.db && "$program" runs --db results.db > listed && "$program" status
}

is_down() {
	sinfo -h -n "$1" -o %t | grep -q down
}

node_lost() {
	node=$("$program" status --format tsv 2> /dev/null | awk -F '\t' '$5 == "running" && $8 > 0 { print $7; exit }')
	task=$(squeue -h -r -t RUNNING -n small -w "$node" -o %A | head -n 1)
	lost=$(squeue -h -r -t RUNNING -n small -w "$node" | wc -l)
	echo "$node, job $task"
	if [ -n "$starter" ]; then
		"$starter" down "$place" "$node" && wait_for 90 is_down "$node" && "$starter" up "$place" "$node"
	else
		scontrol requeue "$task"
	fi
}

# Stopped on the way, and once more by name.
requeued() {
	wait_for 60 has_run running || return 1
	task=$(squeue -h -r -t RUNNING -n small -o %i | tail -n 1)
	[ -z "$task" ] || scontrol requeue "$task"
}

all_done() {
	wait_for 420 finished && wait_for 60 out_of_queue && "$program" status && grep -l 'restart [1-9]' results.cluster/*/log/*
}

went_on() {
	grep -h 'resumed' results.cluster/*/log/* | grep -q .
}

collected() {
	"$program" collect --db results.db && same whole results && "$program" collect --db results.db > again && cat again &&
		grep -q ' 0 runs added, 0 further along there, 12 as before, from 12 tasks' again && same whole results
}

settings() {
	for base in whole results; do
		"$program" query --db $base.db --format csv --sql "SELECT contestant, seed, status, settings, updates, source_tokens, target_tokens
			FROM runs ORDER BY contestant, seed" > $base.settings || return 1
	done
	[ "$(wc -l < whole.settings)" = 13 ] && cmp whole.settings results.settings
}

# A time limit that is too short for the trial: stopped by the signal, queued again, and done in several parts.
time_limit() {
	"$program" submit small.yaml --folder short.cluster --only transformer --set 'seeds=[1]' --set train.stop.epochs=1000000 --time 2 --grace 90 \
		--scratch "$scratch" > told || { cat told; return 1; }
	wait_for 200 log_has short.cluster 'time is over, 1 to finish: queued again'
	status=$?
	scancel -n small
	wait_for 60 out_of_queue && return $status
}

cancelled() {
	"$program" submit small.yaml --folder cancelled.cluster --only lstm --set 'seeds=[1]' --set train.stop.epochs=1000000 --time 10 \
		--save 1 --scratch "$scratch" > told || { cat told; return 1; }
	wait_for 60 log_has cancelled.cluster ' files, ' || return 1
	scancel -n small
	wait_for 60 out_of_queue && cat cancelled.cluster/*/log/*.log && "$program" status cancelled.cluster --format tsv | tail -n 1 | cut -f 5,10 > got &&
		cat got && grep -q 'stopped	CANCELLED' got && log_has cancelled.cluster 'ends: 1 left, 0 failed'
}

# On the disks of the nodes, but for tasks that were killed: with their node, or after a requeue before they could stop.
nothing_left() {
	[ "$(find "$scratch" -maxdepth 1 -name 'bakeoff.*' -newer small.yaml | wc -l)" -le $((lost + 1)) ] || { ls "$scratch"; return 1; }
}

ok 'slurm: twelve trials on one machine' on_one_machine
ok 'slurm: a job array of twelve tasks' array
ok 'slurm: a part of it is collected while it runs' part
ok 'slurm: a node is lost' node_lost
ok 'slurm: a task is requeued' requeued
ok 'slurm: all are done in the end' all_done
ok 'slurm: tasks went on from their checkpoints' went_on
ok 'slurm: collected, the losses, scores and weights of one machine' collected
ok 'slurm: and its settings' settings
ok 'slurm: near the time limit a task stops and queues itself again' time_limit
ok 'slurm: cancelled, it keeps what there is and stays so' cancelled
[ -z "$starter" ] || ok 'slurm: nothing is left on the nodes' nothing_left
echo "1..$number"
