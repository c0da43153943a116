#!/bin/sh
# training.sh - updates on Multi30k beside PyTorch's; a section of bench.sh.
set -eu
# shellcheck source=tests/bench/common.sh
. "$home/tests/bench/common.sh"

need_raw
need_ids
updates=16 steps=8
[ -z "$quick" ] || updates=8 steps=2
folder=${FOLDER:-training}
mkdir -p "$folder"

# ours SIZE CONTESTANT PRECISION - one run: target tokens/s (median of reports after 4 updates), MiB.
ours() {
	rm -f ours.db*
	"$program" run "$(file_of "$1")" --db ours.db --only "$2" --quiet --set "train.stop={updates: $updates}" \
		--set train.report_every=4 --set train.validate_every=100000 --set train.checkpoint_every=100000 \
		--set train.precision="$3" --set data.test='{none: [multi30k/few.de, multi30k/few.en]}' \
		--set data.valid='[multi30k/few.de, multi30k/few.en]' > ours.log 2>&1 || { cat ours.log >&2; exit 1; }
	"$program" query --db ours.db --format tsv --sql "SELECT value FROM run_curves
		WHERE metric = 'target_tokens_per_second' AND step > 4" | tail -n +2 | median >> "$folder/$1.$2.$3"
	"$program" query --db ours.db --format tsv --sql 'SELECT peak_memory / 1048576.0 FROM run_list' |
		tail -n +2 >> "$folder/$1.$2.$3.memory"
	rm -rf ours.db* ours.runs/*-s1-*
}

# start SIZE CONTESTANT - seconds from the call to the end of the first update, subwords learned before.
start() {
	rm -f ours.db*
	before=$(date +%s.%N)
	"$program" run "$(file_of "$1")" --db ours.db --only "$2" --quiet --set 'train.stop={updates: 1}' \
		--set data.test='{none: [multi30k/few.de, multi30k/few.en]}' \
		--set data.valid='[multi30k/few.de, multi30k/few.en]' > ours.log 2>&1
	after=$(date +%s.%N)
	rest=$("$program" query --db ours.db --format tsv \
		--sql 'SELECT valid_seconds + decode_seconds + io_seconds FROM run_list' | tail -n 1)
	awk -v a="$before" -v b="$after" -v c="$rest" 'BEGIN { print b - a - c }' >> "$folder/$1.$2.start"
	rm -rf ours.db* ours.runs/*-s1-*
}

# share SIZE CONTESTANT - % of the peak that the multiply-adds of a whole update are.
share() {
	profiled "$(file_of "$1")" --only "$2" --updates "$updates" --set data.test='{none: [multi30k/few.de, multi30k/few.en]}' \
		--set data.valid='[multi30k/few.de, multi30k/few.en]' > "$folder/now"
	cut -d ' ' -f 4 "$folder/now" >> "$folder/$1.$2.share"
}

# theirs SIZE CONTESTANT SETTING - the same of PyTorch.
theirs() {
	set -- "$1" "$2" "$3" "$(threads_of "$3")"
	torch "${4% *}" bench --raw "$raw" --data ids --model "$(peer_name "$2")" --size "$1" --threads "${4#* }" \
		--steps "$steps" --warm-steps 3 2> theirs.log > theirs.json || { cat theirs.log >&2; exit 1; }
	field tgt_tok_s < theirs.json >> "$folder/$1.$2.$3"
	field peak_rss_mib < theirs.json >> "$folder/$1.$2.$3.memory"
}

# their_start SIZE CONTESTANT SETTING
their_start() {
	set -- "$1" "$2" "$3" "$(threads_of "$3")"
	torch "${4% *}" bench --raw "$raw" --data ids --model "$(peer_name "$2")" --size "$1" --threads "${4#* }" \
		--steps 1 --warm-steps 0 2> theirs.log > theirs.json || { cat theirs.log >&2; exit 1; }
	awk -v a="$(field ready_s < theirs.json)" -v b="$(field step_ms < theirs.json)" 'BEGIN { print a + b / 1000 }' \
		>> "$folder/$1.$2.their_start"
}

# fastest SIZE CONTESTANT - the peer's best setting of the first round.
fastest() {
	for setting in one blas1 passive; do
		echo "$(median < "$folder/$1.$2.$setting") $setting"
	done | sort -g | tail -n 1 | sed 's/.* //'
}

bfloat16=1
[ -z "${BAKEOFF_VECTOR:-}" ] || bfloat16=
"$program" doctor | grep -q 'train.precision .*float32 alone' && bfloat16=
rm -f "$folder"/*
for round in $(seq "$rounds"); do
	for size in $sizes; do
		for contestant in lstm convs2s transformer; do
			ours "$size" "$contestant" float32
			[ -z "$bfloat16" ] || ours "$size" "$contestant" bfloat16
			[ "$round" -gt 3 ] || start "$size" "$contestant"
			share "$size" "$contestant"
			[ -n "$peer" ] || continue
			if [ "$round" = 1 ]; then
				for setting in one blas1 passive; do theirs "$size" "$contestant" "$setting"; done
				fastest "$size" "$contestant" > "$folder/$size.$contestant.setting"
			else
				theirs "$size" "$contestant" "$(cat "$folder/$size.$contestant.setting")"
			fi
			[ "$round" -gt 3 ] || their_start "$size" "$contestant" "$(cat "$folder/$size.$contestant.setting")"
		done
	done
done

# each_model ROW - a line of a table for each: "| size | contestant |" and what ROW FILES SETTING says of its files.
each_model() {
	for size in $sizes; do
		for contestant in lstm convs2s transformer; do
			at=$folder/$size.$contestant setting=none
			[ ! -e "$at.setting" ] || setting=$(cat "$at.setting")
			touch "$at.$setting" "$at.$setting.memory" "$at.bfloat16" "$at.their_start"
			echo "| $size | $contestant | $("$1" "$at" "$setting") |"
		done
	done
}

speed_row() {
	echo "$(spread %.0f "$1.float32") | $(spread %.0f "$1.$2") | $(ratio "$1.float32" "$1.$2") | $2 |" \
		"$(ratio "$1.bfloat16" "$1.float32") | $(spread %.0f "$1.share") %"
}

memory_row() {
	echo "$(spread %.0f "$1.float32.memory") | $(spread %.0f "$1.$2.memory") |" \
		"$(ratio "$1.float32.memory" "$1.$2.memory") | $(spread %.2f "$1.start") |" \
		"$(spread %.2f "$1.their_start") | $(ratio "$1.start" "$1.their_start")"
}

cat <<TEXT
${FOLDER:+Both sides bounded to AVX2 (\`BAKEOFF_VECTOR=avx2\`, OpenBLAS to its Haswell kernels). }\`experiments/multi30k.yaml\` (small) and \`multi30k-tiny.yaml\`, batches of 2,048 padded positions, two shards. Target tokens a
second in float32, median (least-greatest) of $rounds rounds of $((updates - 4)) updates; bfloat16 (\`train.precision\`) as a multiple of our
float32; multiply-adds of a whole update by its time (\`bakeoff profile\`) in % of what registers alone reach. PyTorch's threads: one = \`--threads 1\`, blas1 = two and OpenBLAS one, passive = two that wait without spinning.

| size | contestant | ours | PyTorch | ratio | its threads | ours in bfloat16 | of the peak |
|---|---|---:|---:|---:|---|---:|---:|
TEXT
each_model speed_row
cat <<TEXT

Peak resident memory in MiB, and seconds from the call to the end of the first update (subwords and their ids made before).

| size | contestant | memory | PyTorch | ratio | first update | PyTorch | ratio |
|---|---|---:|---:|---:|---:|---:|---:|
TEXT
each_model memory_row
