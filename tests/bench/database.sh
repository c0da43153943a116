#!/bin/sh
# database.sh - what the commands that read take on 1,000 runs with 10 metrics each; run by bench.sh.
# shellcheck disable=SC2154
set -eu

. "$home/tests/bench/common.sh"

[ -z "$quick" ] || points=100000
free=$(df -P -k . | awk 'NR == 2 { print $4 }')
if [ "$free" -lt $((points / 1024 * 60)) ]; then # 30 bytes a point, and as many for the log
	echo "bench: $points points need $((points / 1024 * 60 / 1024)) MB below $work; name fewer with POINTS=" >&2
	exit 1
fi
trap 'rm -f large.db large.db-wal large.db-shm' EXIT
rm -f large.db large.db-wal large.db-shm
written=$(nice "$fill" large.db "$points")

# time_of NAME WHAT ARGUMENT... - a row: median seconds of the whole command, with the least and the greatest.
time_of() {
	name=$1
	shift
	rm -f times
	for _ in $(seq "$rounds"); do
		start=$(date +%s%N)
		"$program" "$@" --db large.db > answer
		echo $((($(date +%s%N) - start) / 1000)) | awk '{ print $1 / 1e6 }' >> times
	done
	echo "| $name | $(spread %.3f times) | $(wc -l < answer) |"
}

# median of the runs, so that none is the first or last one in the file
run=500
at="run = $run AND metric"
cat << END
1,000 runs with 10 metrics of $((points / 10000)) points each, $points in all, in one experiment of 100 contestants with 10 seeds;
$(du -m large.db | cut -f 1) MB, written in ${written%% *} s (${written##* } points/s, a transaction every 1,000 points). Seconds of the whole command.

| command | s | lines |
| :--- | ---: | ---: |
END
time_of 'runs' runs
time_of 'compare' compare large
time_of 'query runs --format csv' query runs --format csv
time_of 'query best' query --format csv --sql 'SELECT * FROM best'
time_of 'query settings (those that differ)' query settings --format csv
time_of 'one curve, run_curves' query --format csv --sql "SELECT step, value FROM run_curves WHERE $at = 'train_loss'"
time_of 'one curve, curves (with tokens and seconds)' query --format csv --sql "SELECT * FROM curves WHERE $at = 'train_loss'"
time_of 'cost to a target of one run' query --format csv --sql "SELECT * FROM cost_to_target WHERE $at = 'valid_perplexity'
	AND value <= 5 AND (previous_best > 5 OR previous_best IS NULL)"
