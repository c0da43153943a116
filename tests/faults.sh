#!/bin/sh
# faults.sh - whatever call fails in a training, a resumption or a report: one clear line, exit status 1, a whole database, and
# the same command again ends as if nothing had been. Prints TAP; BAKEOFF names the program.
# FAULTS=all (`make test-faults`) fails every call, or a spread of CALLS of each kind, of memory one of MALLOCS (200); else a few.
# JOBS (2) at once.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
library=$(dirname "$program")/tests/faults/fail.so
one=$home/tests/faults/one.sh
failing=
export program library failing

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 200, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 4, report_every: 3, shards: 2, stop: {updates: 12}}
search: {beam: 2}
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
YAML

# What a sanitizer has taken over cannot be taken over once more.
preloads() {
	! ldd "$program" | grep -q -E 'lib[atul]+san' && mkdir probe &&
		FAIL_COUNT=probe/count timeout 60 env FAIL=write:0:EIO LD_PRELOAD="$library" "$program" --version > /dev/null &&
		[ "$(od -An -td8 probe/count)" -gt 0 ]
}

# folder NAME COMMAND - what one.sh begins with.
folder() {
	mkdir -p "$1" && cp small.yaml "$1" && echo "$2" > "$1/command"
}

# shellcheck disable=SC2016
train='exec $failing "$program" run small.yaml --db x.db --threads 2 --quiet'

# The states that faults are tried on, and how each has to end.
prepare() {
	# shellcheck source=tests/faults/outcome.sh
	. "$home/tests/faults/outcome.sh"
	folder start "$train" && folder whole "$train" && (cd whole && sh ./command > out && outcome > expected) || return 1
	cp whole/expected start
	folder resume "$train"
	(cd resume && failing="env FAIL=rename:6:ENOSPC LD_PRELOAD=$library" sh ./command > out 2>&1
		[ $? -eq 1 ] && [ -s x.runs/lstm-*/last.safetensors ] && cp ../whole/expected .) || return 1
	for kind in report translate; do
		cp -r whole $kind
	done
	echo 'exec $failing "$program" report small --db x.db --out page.html' > report/command
	# shellcheck disable=SC2016
	echo 'printf "s1 s2 s3\ns4\n" | $failing "$program" translate --db x.db --run 1 --threads 2 > said.txt' > translate/command
	for kind in report translate; do
		(cd $kind && cp -r . ../$kind.done && cd ../$kind.done && sh ./command && outcome > ../$kind/expected)
	done
}

# Tries a list of "FOLDER CALL N ERRNO [more]", several at once.
try_all() {
	xargs -r -L 1 -P "${JOBS:-2}" sh "$one" > wrong 2>&1
	sort wrong | head -n "${SHOWN:-60}"
	[ ! -s wrong ]
}

# Calls that a folder's command makes, undisturbed.
calls() {
	rm -rf counted && cp -r "$1" counted && (cd counted && failing="env FAIL_COUNT=$work/count FAIL=$2:0:EIO LD_PRELOAD=$library" sh ./command) > /dev/null 2>&1
	od -An -td8 count
	rm -f count
}

# every FOLDER CALL ERRNO [MOST] - each call of the folder's command, or a spread of MOST.
every() {
	made=$(calls "$1" "$2")
	most=${4:-${CALLS:-$((made + 1))}}
	step=$(((made + most - 1) / most))
	[ $step -gt 0 ] || step=1
	seq 1 $step "$((made))" | sed "s/.*/$1 $2 & $3/" > list
	echo "# $1: $(wc -l < list) of $((made)) calls of $2" >&3
	try_all < list
}

# From the N-th on nothing can be written any more.
full_disk() {
	made=$(calls "$1" write)
	seq 1 7 "$((made))" | sed "s/.*/$1 write & ENOSPC more/" | try_all
}

all() {
	for where in start resume report translate; do
		ok "faults: $where: every write" every $where write ENOSPC
		ok "faults: $where: every flush" every $where sync EIO
		ok "faults: $where: every rename" every $where rename EIO
		ok "faults: $where: every open" every $where open EMFILE
		ok "faults: $where: every read" every $where read EIO
		ok "faults: $where: every thread" every $where thread EAGAIN
		ok "faults: $where: memory" every $where malloc ENOMEM "${MALLOCS:-200}"
		ok "faults: $where: a disk that stays full" full_disk $where
	done
}

few() {
	try_all <<-'LIST'
		start write 13 ENOSPC
		start write 101 ENOSPC
		resume write 60 ENOSPC more
		resume sync 12 EIO
		start rename 2 EIO
		start open 97 EMFILE
		resume read 60 EIO
		start thread 3 EAGAIN
		start malloc 4000 ENOMEM
		start malloc 86552 ENOMEM
		resume malloc 282 ENOMEM
		report read 20 EIO
	LIST
}

exec 3>&1
if ! preloads; then
	echo 'not ok 1 # SKIP calls cannot be made to fail in this build, or on this system'
	echo 1..1
	exit
fi
ok 'faults: what an undisturbed run gives' prepare
if [ "${FAULTS:-}" = all ]; then
	all
else
	ok 'faults: a few calls that fail lose nothing' few
fi
echo "1..$number"
