#!/bin/sh
# mpi.sh - trials trained by several processes under mpirun: the bits of one process, whatever their number, and none lost with a
# rank. Prints TAP; BAKEOFF names the program. `make test-cluster`.
#
#     MPI_HOSTS="PROGRAM DIR"    PROGRAM start DIR 2 makes hosts h1 and h2 whose cables can be pulled, `PROGRAM mpirun DIR` is the mpirun
#                                of h1 over both, `PROGRAM cut DIR h2` pulls a cable, `PROGRAM stop DIR` ends it; without it, no cable is
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

skip() {
	echo "$1"
	echo 'not ok 1 # SKIP mpi: several ranks'
	echo 1..1
	exit
}

# shellcheck disable=SC2086
set -- ${MPI_HOSTS:-}
starter=${1:-} place=${2:-}
command -v mpirun > /dev/null || skip 'no mpirun here; ./setup.sh mpi installs one'
"$program" doctor > doctor.txt
! grep -q 'MPI .*not built in' doctor.txt || skip 'this program was built without; ./setup.sh mpi, and build it again'
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 600, valid_sentences: 40, test_sentences: 30}
train: {batch_tokens: 128, shards: 5, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, validate_bleu: 9, stop: {epochs: 3}}
search: {beam: 2}
seeds: [1]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 12, encoder_layers: 2, decoder_layers: 2}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

# A run that lasts for some seconds, so that something can happen to it.
long='--only transformer --set train.stop.epochs=40 --set train.checkpoint_every=50'

ranks() {
	timeout 120 mpirun --oversubscribe -n "$@"
}

run() {
	"$program" run small.yaml --quiet --db "$@"
}

run_on() {
	count=$1
	shift
	ranks "$count" "$program" run small.yaml --quiet --db "$@"
}

# The process of a rank (from 1) of the run of that database.
process_of() {
	for try in $(seq 300); do
		[ -e "$1.runs" ] && find "$1.runs" -name last.safetensors | grep -q . &&
			pgrep -f -- "--db $1.db" | while read -r process; do
				grep -qxF "$(basename "$program" | cut -c -15)" "/proc/$process/comm" 2> /dev/null && echo "$process"
			done | sed -n "$2p" | grep . && return
		sleep 0.02
	done
	echo "no rank $2 with a checkpoint of $1 after $((try / 50)) s"
	return 1
}

alone() {
	run one.db > log
}

# as_alone RANKS OPTION... - the same bits as one process.
as_alone() {
	count=$1
	shift
	rm -rf on.db* on.runs
	run_on "$count" on.db "$@" > log || { cat log; return 1; }
	same one on
}

in_bfloat16() {
	grep -q 'train.precision .*float32 alone' doctor.txt && return
	run half.db --set train.precision=bfloat16 > log && run_on 4 on4.db --set train.precision=bfloat16 > log && same half on4
}

# Updates of many parts, optimizers with and without state, weights kept and averaged, batches of several.
settings() {
	rm -rf few.* many.*
	set -- --only convs2s --set contestants.convs2s.width=160 --set train.stop.epochs=1 "$@"
	run few.db "$@" > log && run_on 3 many.db "$@" > log && same few many
}

# Gradients of many parts go while the backward pass runs, in the order of the model at hand.
all_models() {
	for model in lstm transformer; do
		rm -rf few.* many.*
		set -- --only $model --set "contestants.$model.width=96" --set train.stop.updates=12
		run few.db "$@" > log && run_on 3 many.db "$@" > log && same few many || return 1
	done
}

all_settings() {
	settings || return 1
	settings --set train.optimizer=sgd --set train.momentum=0 --set train.average=2 --set train.validate_every=10 || return 1
	settings --set train.optimizer=adamw --set train.accumulate=3 --set train.micro_batch_tokens=20 --set train.schedule=plateau \
		--set train.validate_every=3
}

# Rank 0 alone has texts and keeps files.
without_files() {
	mkdir here there
	for i in $(seq 400); do
		echo "a$((i % 7)) b$((i % 5)) c$((i % 3))"
	done > here/text
	cp here/text here/texts
	sed -e 's/^data: .*/data: {train: [text, texts], valid: [text, texts], test: {own: [text, texts]}, subwords: {model: words}}/' \
		-e 's/epochs: 3/epochs: 1/' small.yaml > here/small.yaml
	cp here/small.yaml there
	timeout 120 mpirun --oversubscribe -n 1 -wdir "$work/here" "$program" run small.yaml --db on.db --quiet : \
		-n 2 -wdir "$work/there" "$program" run small.yaml --db on.db --quiet > log || { cat log; return 1; }
	[ "$(ls there)" = small.yaml ] || { ls there; return 1; }
	(cd here && "$program" run small.yaml --db one.db --quiet > log) && same here/one here/on
}

# killed RANK - that of four is killed: the run fails with a reason, and goes on by two with the bits of one.
killed() {
	rm -rf killed.db* killed.runs
	run_on 4 killed.db $long > log 2>&1 &
	waiter=$!
	victim=$(process_of killed "$1") || { cat log; return 1; }
	kill -KILL "$victim"
	wait $waiter && { echo 'the run was not ended'; return 1; }
	[ "$1" -eq 1 ] || grep -q 'rank is lost: .*goes on from the last checkpoint' log || { cat log; return 1; }
	[ "$1" -eq 1 ] || "$program" runs small --db killed.db | grep -q 'failed .*rank is lost' || { "$program" runs small --db killed.db; return 1; }
	run_on 2 killed.db $long > log 2>&1 || { cat log; return 1; }
	same undisturbed killed
}

undisturbed() {
	run undisturbed.db $long > log
}

# One that says nothing any more, as behind a cut cable.
silent() {
	run_on 2 silent.db $long --stall 1 > log 2>&1 &
	waiter=$!
	victim=$(process_of silent 2) || { cat log; return 1; }
	kill -STOP "$victim"
	wait $waiter && { echo 'the run was not ended'; return 1; }
	grep -q 'rank is lost: it has not answered for as long as --stall allows' log || { cat log; return 1; }
	kill -KILL "$victim" 2> /dev/null
	run silent.db $long > log 2>&1 || { cat log; return 1; }
	same undisturbed silent
}

# The cable of the second host is pulled: nobody says so, mpirun finds out by the options of docs/scaling.md, and another number of
# ranks goes on.
host_lost() {
	"$starter" start "$place" 2 > started 2>&1 || { cat started; return 1; }
	timeout 120 "$starter" mpirun "$place" --mca oob_tcp_keepalive_time 3 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3 \
		-n 2 "$program" run small.yaml --quiet --db lost.db $long --stall 60 > log 2>&1 &
	waiter=$!
	process_of lost 1 && "$starter" cut "$place" h2
	wait $waiter
	status=$?
	"$starter" stop "$place" > stopped 2>&1
	[ $status -ne 0 ] && [ $status -ne 124 ] || { echo "exit status $status"; cat log; return 1; }
	[ "$(grep -c 'rank is lost: .*goes on from the last checkpoint' log)" = 1 ] || { cat log; return 1; }
	"$program" runs small --db lost.db | grep -q 'failed .*rank is lost' || { "$program" runs small --db lost.db; return 1; }
	run_on 3 lost.db $long > log 2>&1 || { cat log; return 1; }
	same undisturbed lost
}

# Kernels decide the last bits, so a line says where ranks have others.
other_kernels() {
	timeout 120 mpirun --oversubscribe -n 1 "$program" run small.yaml --only lstm --db kernels.db : \
		-n 1 -x BAKEOFF_VECTOR=portable "$program" run small.yaml --only lstm --db kernels.db > log 2>&1 || { cat log; return 1; }
	[ "$("$program" version | sed -n 's/^vector kernels: \([a-z0-9]*\),.*/\1/p')" = portable ] ||
		grep -q '^rank 1 on .* multiplies by portable.*rank 0 by .*not be those of one process' log || { cat log; return 1; }
	run_on 2 alike.db --only lstm > log 2>&1
	! grep 'multiplies by' log
}

# refused TEXT OPTION... - ends with a line that says so, with nothing begun.
refused() {
	text=$1
	shift
	run_on 2 refused.db "$@" > log 2>&1 && { echo 'it ran'; return 1; }
	grep -q -- "$text" log || { cat log; return 1; }
}

ok 'mpi: a process alone' alone
ok 'mpi: two ranks have its bits' as_alone 2
ok 'mpi: four ranks have its bits, with shards that they cannot share evenly' as_alone 4
ok 'mpi: and with two threads each' as_alone 4 --threads 2
ok 'mpi: in bfloat16 too, where the processor has it' in_bfloat16
ok 'mpi: optimizers, accumulation, averaging, many parts' all_settings
ok 'mpi: many parts of every architecture' all_models
ok 'mpi: rank 0 alone needs texts and writes files' without_files
ok 'mpi: a longer run, undisturbed' undisturbed
ok 'mpi: a rank is killed, two go on with the same bits' killed 3
ok 'mpi: rank 0 is killed, two go on with the same bits' killed 1
ok 'mpi: a rank falls silent, one process goes on with the same bits' silent
[ -z "$starter" ] || ok 'mpi: the cable of a host is pulled, three ranks on another go on with the same bits' host_lost
ok 'mpi: a line says where the kernels of ranks differ' other_kernels
ok 'mpi: fewer shards than ranks are refused' refused 'train.shards = 1 leaves some of 2 ranks without work' --set train.shards=1
ok 'mpi: --jobs is refused' refused '--jobs: under mpirun trials run one after the other' --jobs 2
echo "1..$number"
