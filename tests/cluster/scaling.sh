#!/bin/sh
# scaling.sh - what an update takes on several hosts: measured on those that mpirun reaches, and predicted for more. Markdown to
# standard output, for docs/scaling.md.
#
#     MPIRUN='mpirun --hostfile hosts --map-by node --bind-to none' LINK='1 Gbit/s' tests/cluster/scaling.sh [RANKS...]    (2 4)
#
# BAKEOFF and EXCHANGE name the programs (build/release/bakeoff and build/release/tests/bench/exchange); FOLDER, which rank 0's host
# has, is worked in (a temporary one). BANDWIDTH, in MB/s, is predicted with instead of the measured one, where the processors and not
# the link have bounded that. Best on a machine with nothing else to do.
set -eu

program=$(realpath "${BAKEOFF:-build/release/bakeoff}")
exchange=$(realpath "${EXCHANGE:-build/release/tests/bench/exchange}")
mpirun=${MPIRUN:-mpirun --oversubscribe} link=${LINK:-this link}
work=${FOLDER:-$(mktemp -d)}
[ $# -gt 0 ] || set -- 2 4
[ -n "${FOLDER:-}" ] || trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
cd "$work"

# The Transformers of experiments/multi30k-tiny.yaml and multi30k.yaml, on sentences of such lengths. A host has 2,048 positions an
# update, and one thread, whatever the number of hosts.
cat > scaling.yaml <<'YAML'
experiment: scaling
data: {task: copy, symbols: 8000, shortest_sentence: 6, longest_sentence: 22, train_sentences: 20000, valid_sentences: 4, test_sentences: 1}
train: {batch_tokens: 2048, shards: 1, learning_rate: 0.001, report_every: 5, stop: {updates: 5}}
search: {beam: 1}
seeds: [1]
contestants:
  tiny: {architecture: transformer, width: 128, tied: all, dropout: 0.1, heads: 4, feed_forward: 512, encoder_layers: 3, decoder_layers: 3}
  small: {architecture: transformer, width: 256, tied: all, dropout: 0.1, heads: 4, feed_forward: 1024, encoder_layers: 3, decoder_layers: 3}
YAML

# The seconds that children of this shell, not of one below it, have spent on processors so far: a line more of times.txt.
spent() {
	times > now.txt
	tail -n 1 now.txt >> times.txt
}

ask() {
	"$program" query --db "$1" --format tsv --sql "$2" | tail -n +2
}

# compute NAME - to seconds.txt: processor seconds of an update, of 13 updates less those of 5.
compute() {
	spent
	"$program" run scaling.yaml --quiet --threads 1 --only "$1" --db "few-$1.db" > log
	spent
	"$program" run scaling.yaml --quiet --threads 1 --only "$1" --db "many-$1.db" --set train.stop.updates=13 > log
	spent
	tail -n 3 times.txt | tr 'ms' '  ' |
		awk '{ at[NR] = 60 * $1 + $2 + 60 * $3 + $4 } END { printf "%.4f\n", (at[3] - 2 * at[2] + at[1]) / 8 }' > seconds.txt
}

# split NAME RANKS - "exchange wait" of an update on so many hosts, seconds, means of updates 6 to 10.
split() {
	$mpirun -n "$2" "$program" run scaling.yaml --quiet --threads 1 --only "$1" --db "$1-$2.db" --set train.stop.updates=10 \
		--set "train.shards=$2" --set "train.batch_tokens=$((2048 * $2))" > log 2>&1 || { cat log >&2; exit 1; }
	for metric in exchange wait; do
		ask "$1-$2.db" "SELECT printf('%.4f', avg(value)) FROM run_curves WHERE metric = '${metric}_seconds_per_update' AND step > 5"
	done | paste -sd ' '
}

for ranks; do
	$mpirun -n "$ranks" "$exchange" 1 15000 150000 1500000 7500000 2> log >> sums.tsv || { cat log >&2; exit 1; }
done
for name in tiny small; do
	compute $name
	echo "$name $(cat seconds.txt) $(ask "few-$name.db" 'SELECT parameters FROM runs')" >> models.txt
	for ranks; do
		echo "$name $ranks $(split $name "$ranks")" >> splits.txt
	done
done

cat > predict.awk <<'AWK'
# Seconds of a sum over R ranks of so many bytes: the parts fill the chain, up and down, then run at the speed of the link, of which
# those in the middle need twice the bytes.
function sum(R, bytes) { return 2 * (R - 1) * (latency + part / bandwidth) + (R > 2 ? 2 : 1) * bytes / bandwidth }
BEGIN { part = 61440 }
FILENAME == "sums.tsv" && $2 == 1 { latency = $4 / (2 * ($1 - 1)) }
# Bandwidth, of the largest sum: what it takes longer than the smallest.
FILENAME == "sums.tsv" && $3 > 2e7 { bandwidth = (2 * ($1 - 1) * part + ($1 > 2 ? 2 : 1) * $3) / ($4 - 2 * ($1 - 1) * latency) }
FILENAME == "sums.tsv" { measured[$1, $3] = $4; next }
FILENAME == "models.txt" { compute[$1] = $2; bytes[$1] = 4 * $3; next }
FILENAME == "splits.txt" { exchange[$1, $2] = $3; waited[$1, $2] = $4; next }
END {
	printf "Measured %s over %s: latency of a part %.0f us, bandwidth %.0f MB/s (of the sum of 30 MB over the most hosts).\n\n", day, link,
		1e6 * latency, bandwidth / 1e6
	print "| sum of | hosts | measured, ms | by the formula, ms |\n|---:|---:|---:|---:|"
	if (given)
		bandwidth = 1e6 * given
	for (i = split("60000 600000 6000000 30000000", size); i >= 1; i--)
		for (k = 1; k <= split(ranks, count); k++)
			lines[i] = lines[i] sprintf("| %.2f MB | %d | %.1f | %.1f |\n", size[i] / 1e6, count[k],
				1e3 * measured[count[k], size[i]], 1e3 * sum(count[k], size[i]))
	for (i = 1; i <= 4; i++)
		printf "%s", lines[i]
	print "\n| model | gradient | hosts | compute, ms | exchange, ms | by the formula, ms |\n|---|---:|---:|---:|---:|---:|"
	for (m = 1; m <= 2; m++)
		for (k = 1; k <= split(ranks, count); k++) {
			name = m == 1 ? "tiny" : "small"
			printf "| %s | %.1f MB | %d | %.0f | %.1f | %.1f |\n", name, bytes[name] / 1e6, count[k], 1e3 * compute[name],
				1e3 * exchange[name, count[k]], 1e3 * sum(count[k], bytes[name])
		}
	print "\n| model | predicted for hosts | exchange, ms | of it the chain, ms | update, ms | speed-up | share of the ideal |"
	print "|---|---:|---:|---:|---:|---:|---:|"
	for (m = 1; m <= 2; m++)
		for (k = 1; k <= split("2 8 64 512", count); k++) {
			name = m == 1 ? "tiny" : "small"
			R = count[k]
			update = compute[name] + sum(R, bytes[name])
			printf "| %s | %d | %.0f | %.0f | %.0f | %.1f | %.0f %% |\n", name, R, 1e3 * sum(R, bytes[name]),
				1e3 * sum(R, 0), 1e3 * update, R * compute[name] / update, 100 * compute[name] / update
		}
}
AWK
awk -v day="$(date +%Y-%m-%d)" -v link="$link" -v ranks="$*" -v given="${BANDWIDTH:-0}" -f predict.awk sums.tsv models.txt splits.txt
