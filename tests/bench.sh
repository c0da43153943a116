#!/bin/sh
# bench.sh PROGRAM [PEER] [RAW] - training and decoding speed on Multi30k, medians, and beside PyTorch's.
#
# PEER is a folder with torch_seq2seq.py, RAW one with train.de, train.en, val.* and test_2016_flickr.* (multi30k).
# BENCH_SIZES names the sizes ("tiny small"), BENCH_ROUNDS how often each is measured in turn (5).
set -eu

program=$(realpath "$1")
peer=${2:+$(realpath "$2")}
raw=$(realpath "${3:-multi30k}")
sizes=${BENCH_SIZES:-tiny small}
rounds=${BENCH_ROUNDS:-5}
home=$(cd "$(dirname "$0")/.." && pwd)
work=${BENCH_FOLDER:-build/bench}
mkdir -p "$work"
cd "$work"
[ -e multi30k ] || ln -s "$raw" multi30k
[ -e multi30k/train.de ] || { echo "bench.sh: no train.de in $raw; see experiments/multi30k/fetch.sh" >&2; exit 1; }

median() {
	sort -n | awk '{ x[NR] = $1 } END { if (NR) print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

file_of() {
	if [ "$1" = small ]; then echo "$home/experiments/multi30k.yaml"; else echo "$home/experiments/multi30k-$1.yaml"; fi
}

# ours SIZE CONTESTANT - target tokens/s of 24 updates after 8.
ours() {
	rm -f ours.db*
	"$program" run "$(file_of "$1")" --db ours.db --only "$2" --quiet --set 'train.stop={updates: 32}' \
		--set train.report_every=8 --set train.validate_every=100000 --set train.checkpoint_every=100000 \
		--set data.test='{none: [multi30k/few.de, multi30k/few.en]}' --set data.valid='[multi30k/few.de, multi30k/few.en]' \
		> ours.log 2>&1 || { cat ours.log >&2; exit 1; }
	"$program" query --db ours.db --format tsv --sql "SELECT value FROM run_curves
		WHERE metric = 'target_tokens_per_second' AND step > 8" | tail -n +2 | median
	rm -rf ours.db* ours.runs/*-s1-*
}

# theirs SIZE MODEL THREADS ENVIRONMENT... - the same of PyTorch in one setting.
theirs() {
	size=$1 model=$2 threads=$3
	shift 3
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "$@" /usr/bin/python3 "$peer/torch_seq2seq.py" bench --raw "$raw" --data ids \
		--model "$model" --size "$size" --threads "$threads" --steps 24 2> theirs.log | tail -n 1 |
		sed -n 's/.*"tgt_tok_s": \([0-9]*\).*/\1/p'
}

if [ ! -e multi30k/few.de ] && [ -w multi30k/. ]; then
	head -n 8 multi30k/val.de > multi30k/few.de
	head -n 8 multi30k/val.en > multi30k/few.en
fi
[ -z "$peer" ] || [ -e ids/train.de.ids ] ||
	/usr/bin/python3 "$peer/torch_seq2seq.py" prepare --raw "$raw" --data ids --vocab 8000 > prepare.log

printf '%-6s %-12s %12s %12s %8s   %s\n' size model 'ours tok/s' 'PyTorch' ratio 'PyTorch setting'
for size in $sizes; do
	for pair in lstm:lstm convs2s:conv transformer:transformer; do
		contestant=${pair%:*} model=${pair#*:}
		: > mine; : > a; : > b; : > c
		for round in $(seq "$rounds"); do
			ours "$size" "$contestant" >> mine
			[ -n "$peer" ] || continue
			theirs "$size" "$model" 1 UNUSED=1 >> a
			theirs "$size" "$model" 2 OPENBLAS_NUM_THREADS=1 >> b
			theirs "$size" "$model" 2 OMP_WAIT_POLICY=passive >> c
		done
		best=0 setting=-
		for s in 'a:--threads 1' 'b:OPENBLAS_NUM_THREADS=1 --threads 2' 'c:OMP_WAIT_POLICY=passive --threads 2'; do
			speed=$(median < "${s%%:*}")
			if [ -n "$speed" ] && [ "$(echo "$speed > $best" | bc)" = 1 ]; then best=$speed setting=${s#*:}; fi
		done
		mine=$(median < mine)
		printf '%-6s %-12s %12.0f %12.0f %8s   %s\n' "$size" "$contestant" "$mine" "$best" \
			"$(awk -v a="$mine" -v b="$best" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }')" "$setting"
	done
done
