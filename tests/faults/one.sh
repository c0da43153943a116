#!/bin/sh
# one.sh FOLDER CALL N ERRNO [more] - a copy of the folder, its ./command with that call failing, and once more without.
# $program is bakeoff, $library what is preloaded. Silent and 0 where nothing is lost and what went wrong was said.
set -u

copy=$(mktemp -d "$PWD/fault.XXXXXX")
trap 'rm -rf "$copy"' EXIT
cp -r "$1/." "$copy" && cd "$copy" || exit 1
what="$(basename "$1"), $2 $3 $4${5:+ and all after it}"

wrong() {
	echo "$what: $*"
	sed 's/^/    said: /' error
	exit 1
}

# shellcheck source=tests/faults/outcome.sh
. "$(dirname "$0")/outcome.sh"

failing="env FAIL=$2:$3:$4:${5:-} LD_PRELOAD=$library" timeout 100 sh ./command > out.1 2> error
status=$?
cat out.1 >> log
if [ $status -eq 0 ]; then
	outcome > now && cmp -s expected now || wrong 'exit status 0, and something is lost'
else
	# What the experiment file says could not be read is a status of its own.
	[ $status -eq 1 ] || { [ $status -eq 2 ] && grep -q 'small.yaml: ' error; } || wrong "exit status $status"
	# Where a trial's process had to end, its last words come first.
	lines=$(wc -l < error)
	{ [ "$lines" -eq 1 ] || { [ "$lines" -eq 2 ] && grep -q 'ended too early' error; }; } || wrong "$lines lines"
	! grep -E 'internal error|crashed|terminate called|(^|[^a-z])signal' error out.1 > /dev/null || wrong 'it crashed'
fi
[ ! -e x.db ] || [ "$(sqlite3 x.db 'PRAGMA integrity_check')" = ok ] || wrong 'the database is not whole'
failing='' sh ./command > out.2 2> error || wrong 'run again, it fails'
outcome > now
cmp expected now > difference || wrong "run again, it is not what it would have been: $(cat difference)"
