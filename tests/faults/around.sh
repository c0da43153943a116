#!/bin/sh
# around.sh - what is around the program fails: a disk that is full or read-only, a database that others hold, a checkpoint that is cut,
# a second run of the same, signals, a clock that goes back. Each ends in one clear line and exit status 1, and the same command again with the bits of an
# undisturbed run. BAKEOFF names the program, JOBS (2) how many at once, SPREAD (40) moments or places. Prints TAP. `make test-faults`.
set -u

# Disks of a test's own need a space of mounts of its own.
if [ -z "${AROUND_MOUNTS:-}" ]; then
	AROUND_MOUNTS=no
	unshare -rm sh -c 'mount -t tmpfs none /mnt' 2> /dev/null && AROUND_MOUNTS=yes
	export AROUND_MOUNTS
	[ $AROUND_MOUNTS = no ] || exec unshare -rm "$0" "$@"
fi

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
spread=${SPREAD:-40}
full=$home/tests/faults/full.sh
outcome=$home/tests/faults/outcome.sh
library=$(dirname "$program")/tests/faults/fail.so
export program outcome work

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 200, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 4, report_every: 3, shards: 2, stop: {updates: 12}}
search: {beam: 2}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML
cp small.yaml long.yaml
sed -i 's/updates: 12/updates: 600/; s/checkpoint_every: 4/checkpoint_every: 40/' long.yaml

# run FILE FOLDER [OPTION...] - into FOLDER/x.db.
run() {
	file=$1 where=$2
	shift 2
	"$program" run "$file.yaml" --db "$where/x.db" --threads 2 --quiet "$@" > "$where.said"
}

# begin FILE FOLDER - the same in the place of the shell, to be sent signals.
begin() {
	exec "$program" run "$1.yaml" --db "$2/x.db" --threads 2 --quiet > "$2.said"
}

# ends_as FILE FOLDER - the database is whole, and the same command again ends as it would have.
ends_as() {
	[ ! -e "$2/x.db" ] || [ "$(sqlite3 "$2/x.db" 'PRAGMA integrity_check')" = ok ] || { echo 'the database is not whole'; return 1; }
	run "$1" "$2" || { echo 'run again, it fails'; return 1; }
	(cd "$2" && . "$outcome" && outcome) > "$2.now" && cmp "$1.expected" "$2.now"
}

# one_line STATUS FILE - exit status 1, and one line without a crash; where a trial's process had to end, its last words are before it.
one_line() {
	[ "$1" -eq 1 ] && ! grep -E 'internal error|crashed|terminate called|signal' "$2" &&
		{ [ "$(wc -l < "$2")" -eq 1 ] || { [ "$(wc -l < "$2")" -le 3 ] && grep -q 'ended too early' "$2"; }; } && return
	echo "exit status $1"
	cat "$2"
	return 1
}

undisturbed() {
	for file in small long; do
		mkdir $file && run $file $file && (cd $file && . "$outcome" && outcome) > $file.expected && [ -s $file.expected ] || return 1
	done
}

# Every size of a disk until all fits; full.sh says how many were too small.
disk_full() {
	seq 4 "${STEP:-8}" 640 | xargs -P "${JOBS:-2}" -I{} sh "$full" {} > full.log 2>&1
	grep -v -E 'too small|fits' full.log && return 1
	echo "# disks: $(grep -c 'too small' full.log) too small, $(grep -c fits full.log) large enough" >&3
	[ "$(grep -c 'too small' full.log)" -gt 10 ] && grep -q fits full.log
}

# What reads goes on where nothing can be written; what writes says so.
read_only() {
	rm -rf closed && cp -r small closed && cp small.yaml closed && mkdir -p closed/new && ls closed > before && mount --bind closed closed && mount -o remount,bind,ro closed || return 1
	read_only_tries
	status=$?
	umount closed
	return $status
}

read_only_tries() {
	"$program" runs --db closed/x.db > shown && grep -q lstm shown && "$program" compare small --db closed/x.db > shown &&
		printf 's1 s2\n' | "$program" translate --db closed/x.db --run 1 > shown &&
		"$program" report small --db closed/x.db --out page.html || return 1
	says 1 'closed' "$program" run small.yaml --db closed/x.db --quiet && says 1 'closed' "$program" run small.yaml --db closed/new/y.db --quiet &&
		says 1 'closed' "$program" report small --db closed/x.db --out closed/page.html &&
		says 1 'closed' "$program" tag 1 kept --db closed/x.db && says 1 'closed' "$program" rm 1 --yes --db closed/x.db &&
		says 1 'closed' "$program" pack 1 --db closed/x.db --out closed/one.pack && says 1 'closed' "$program" copy closed/x.db closed/z.db &&
		ls closed | cmp before -
}

# hold DATABASE SECONDS [EXCLUSIVE] - as a program that writes does, or one that lets nobody read, either.
hold() {
	python3 -c "
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
if len(sys.argv) > 3: held.execute('PRAGMA locking_mode=EXCLUSIVE')
held.execute('BEGIN IMMEDIATE')
held.execute('CREATE TABLE held (x)')
open(sys.argv[1] + '.held', 'w')
time.sleep(float(sys.argv[2]))
held.execute('ROLLBACK')" "$@" &
	holder=$!
	while [ ! -e "$1.held" ] && kill -0 $holder; do sleep 0.02; done
	rm "$1.held"
}

# Patience is ten seconds.
held_long() {
	mkdir held && run small held --only lstm || return 1
	hold held/x.db 14
	run small held 2> error
	one_line $? error && grep -q 'another process holds it' error || return 1
	"$program" runs --db held/x.db > shown && grep -q lstm shown || return 1
	wait $holder
	ends_as small held
}

held_shortly() {
	mkdir shortly && run small shortly --only lstm || return 1
	hold shortly/x.db 3
	ends_as small shortly && wait $holder
}

held_midway() {
	mkdir midway
	begin long midway 2> error &
	child=$!
	while ! [ -e midway/x.runs ] || ! find midway/x.runs -name last.safetensors | grep -q .; do sleep 0.02; done
	hold midway/x.db 14
	wait $child
	status=$?
	wait $holder
	[ $status -eq 0 ] || { one_line $status error && grep -q 'another process holds it' error; } || return 1
	ends_as long midway
}

held_from_readers() {
	rm -rf apart && cp -r small apart
	hold apart/x.db 14 exclusive
	says 1 'another process holds it' "$program" runs --db apart/x.db
	status=$?
	wait $holder
	return $status
}

# A run that was stopped after its second checkpoint.
stopped() {
	mkdir stopped && (cd stopped && FAIL=rename:7:ENOSPC LD_PRELOAD="$library" "$program" run ../small.yaml --db x.db --threads 1 --quiet --only lstm) > shown 2> error
	last=$(ls stopped/x.runs/lstm-s1-*/last.safetensors) && [ -s "$last" ]
}

# Places where something ends in a checkpoint, and a spread of others.
places() {
	python3 - "$1" "$spread" <<'PYTHON'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
header, = struct.unpack("<Q", data[:8])
ends = {0, 1, 7, 8, 9, 8 + header}
ends |= {8 + header + p for t, e in json.loads(data[8:8 + header]).items() if t != "__metadata__" for p in e["data_offsets"]}
step = max(1, len(data) // int(sys.argv[2]))
near = {p + d for p in ends for d in (-1, 0, 1)} | set(range(3, len(data), step))
print(*sorted(p for p in near if 0 <= p < len(data)), sep="\n")
PYTHON
}

cut_checkpoint() {
	[ -s "$last" ] && cp "$last" whole.safetensors && places "$last" > places || return 1
	for size in $(cat places); do
		head -c "$size" whole.safetensors > "$last"
		run small stopped 2> error
		one_line $? error && grep -q 'last.safetensors' error && grep -q 'delete the file' error || { echo "cut at $size bytes"; return 1; }
	done
	echo "# a checkpoint of $(wc -c < whole.safetensors) bytes, cut at $(wc -l < places)" >&3
	rm "$last"
	ends_as small stopped
}

# Two of the same at the same time: each trial is trained once.
twice() {
	for try in 1 2 3 4 5 6; do
		mkdir "twice$try"
		run long "twice$try" 2> one.error &
		first=$!
		sleep "0.$(((try - 1) * 2))"
		run long "twice$try" 2> two.error
		second=$?
		wait $first
		first=$?
		for which in one two; do
			! grep -v -E 'another process (is running this trial|has begun it)|trials? failed' $which.error || return 1
		done
		[ $first -le 1 ] && [ $second -le 1 ] && [ "$(sqlite3 "twice$try/x.db" 'SELECT count(*) FROM runs')" -eq 4 ] && ends_as long "twice$try" || {
			echo "try $try: exit status $first and $second"; cat one.error two.error; return 1; }
	done
}

# signalled SIGNAL - at moments all over a run; it keeps all and says so.
signalled() {
	begin=$(date +%s%N)
	mkdir "$1.length" && run long "$1.length"
	length=$((($(date +%s%N) - begin) / 1000000))
	stops=0
	for moment in $(awk -v seed="$length" -v most="$length" -v n=$((spread / 4)) 'BEGIN { srand(seed); for (i = 0; i < n; i++) print rand() * most / 1000 }'); do
		mkdir "$1.$moment"
		begin long "$1.$moment" 2> error &
		child=$!
		sleep "$moment"
		kill "-$1" $child 2> /dev/null
		wait $child
		status=$?
		# Before it listens, and after it has ended, a signal is what it is anywhere.
		case $status in
		0) ;;
		1) stops=$((stops + 1)) && grep -q 'goes on from here' "$1.$moment.said" error || { cat error; return 1; } ;;
		129 | 143) [ ! -s error ] || { cat error; return 1; } ;;
		*) echo "exit status $status"; cat error; return 1 ;;
		esac
		ends_as long "$1.$moment" || { echo "SIG$1 after $moment s"; return 1; }
	done
	echo "# SIG$1: $stops of $((spread / 4)) in time to stop it" >&3
}

# What a database says of times and speeds makes sense, and its runs are listed in the order in which they were begun.
sane_times() {
	"$program" query --db "$1" --format csv --sql "SELECT contestant, seed, started, finished FROM runs WHERE finished < started OR finished IS NULL
		OR NOT (train_seconds > 0 AND valid_seconds >= 0 AND decode_seconds >= 0 AND io_seconds >= 0 AND train_seconds < 600)
		UNION ALL SELECT contestant, seed, metric, value FROM run_curves WHERE metric LIKE '%second%' AND NOT (value >= 0 AND value < 1e9)" | tail -n +2 > odd
	"$program" runs --db "$1" | grep -o -E '(lstm|transformer) .*done' | cut -d ' ' -f 1 > listed
	"$program" runs --db small/x.db | grep -o -E '(lstm|transformer) .*done' | cut -d ' ' -f 1 > order
	[ ! -s odd ] && [ -s order ] && cmp order listed || { cat odd listed; return 1; }
}

# The clock goes an hour back at each look at it that a run takes, and stays there.
clock_back() {
	mkdir counted && FAIL_COUNT=looks FAIL=clock:0:EIO LD_PRELOAD="$library" "$program" run small.yaml --db counted/x.db --threads 2 --quiet || return 1
	looks=$(($(od -An -td8 looks)))
	[ "$looks" -ge 8 ] || { echo "$looks looks at the clock"; return 1; }
	for look in $(seq 1 "$looks"); do
		rm -rf back looks && mkdir back
		FAIL_COUNT=looks FAIL=clock:$look:EIO:more LD_PRELOAD="$library" "$program" run small.yaml --db back/x.db --threads 2 > shown 2> error &&
			[ ! -s error ] && ! grep -E '(^|[ (])-[0-9]|nan|inf' shown && sane_times back/x.db && ends_as small back || {
			echo "at look $look of $looks"; cat error; return 1; }
	done
	echo "# the clock went back at each of $looks looks at it" >&3
}

# Who reads what it says goes away; and what reads its results takes no more.
unread() {
	mkdir unread && "$program" run long.yaml --db unread/x.db --threads 2 2> error | head -n 1 > shown
	[ ! -s error ] && ends_as long unread || { cat error; return 1; }
	for command in 'runs' 'compare small' 'query runs' 'report small --format markdown' 'models' 'models rnn --explain' 'help run' 'doctor' '--version'; do
		database='--db small/x.db'
		case $command in models* | help* | --version) database= ;; esac
		# shellcheck disable=SC2086
		"$program" $command $database > /dev/full 2> error
		one_line $? error && grep -q -E 'No space left|cannot be written' error || { echo "$command"; return 1; }
	done
}

exec 3>&1
ok 'around: what undisturbed runs give' undisturbed
if [ $AROUND_MOUNTS = yes ]; then
	ok 'around: a disk that is full at any size' disk_full
	ok 'around: a folder that is read-only' read_only
fi
ok 'around: a database that another program holds for long' held_long
ok 'around: a database that another program holds for a moment' held_shortly
ok 'around: a database that another program holds while it is trained' held_midway
ok 'around: a database that nobody may read' held_from_readers
ok 'around: a run that stopped' stopped
ok 'around: a checkpoint that is cut' cut_checkpoint
ok 'around: two runs of the same at once' twice
ok 'around: SIGTERM' signalled TERM
ok 'around: SIGHUP' signalled HUP
ok 'around: a clock that goes back an hour' clock_back
ok 'around: output that nobody takes' unread
echo "1..$number"
