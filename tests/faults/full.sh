# full.sh KIB - a run on a disk of that size, and once more on a larger one; in a space of mounts of its own. $program, $work and $outcome
# are as around.sh has them.
set -u

disk=$work/disk.$1
mkdir "$disk" && mount -t tmpfs -o "size=${1}k" none "$disk" || exit 1
trap 'umount "$disk"' EXIT

wrong() {
	echo "a disk of $1 KiB: $2"
	cat "$disk.error"
	exit 1
}

run() {
	"$program" run "$work/small.yaml" --db "$disk/x.db" --threads 2 --quiet > "$disk.said" 2> "$disk.error"
}

run
status=$?
[ $status -ne 0 ] || { echo "$1 KiB: fits"; exit; }
[ $status -eq 1 ] || wrong "$1" "exit status $status"
! grep -q -E 'internal error|crashed|terminate called|signal' "$disk.error" || wrong "$1" 'it crashed'
# A line a trial, and the last words of those whose processes had to end.
[ "$(grep -v -c 'ended too early' "$disk.error")" -le 4 ] || wrong "$1" 'too many lines'
grep -q -E 'No space left|disk is full' "$disk.error" || wrong "$1" 'it does not say that the disk is full'
mount -o remount,size=64m "$disk"
[ ! -e "$disk/x.db" ] || [ "$(sqlite3 "$disk/x.db" 'PRAGMA integrity_check')" = ok ] || wrong "$1" 'the database is not whole'
run || wrong "$1" 'run again, it fails'
(cd "$disk" && . "$outcome" && outcome) > "$disk.now" 2> "$disk.error"
cmp "$work/small.expected" "$disk.now" > "$disk.error" || wrong "$1" 'run again, it is not what it would have been'
echo "$1 KiB: too small"
