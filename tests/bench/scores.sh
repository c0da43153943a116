#!/bin/sh
# scores.sh - seconds of `bakeoff score` for a million segment pairs; a section of bench.sh.
set -eu
# shellcheck source=tests/bench/common.sh
. "$home/tests/bench/common.sh"

need_raw
folder=scores pairs=1000000
[ -z "$quick" ] || pairs=10000
mkdir -p "$folder"
rm -f "$folder"/*

# References over and over; hypotheses are them with words replaced, a block moved and a word left out here and there, by a
# generator of its own, so that each measurement has the same text.
awk -v pairs="$pairs" -v hypotheses="$folder/hyp" -v references="$folder/ref" '
	function draw(below) { state = (state * 1103 + 12345) % 1048576; return int(state / 1048576 * below) }
	{ line[NR] = $0; words += NF; known[NR] = $(1 + NR % NF) }
	END {
		state = 1
		for (n = 0; n < pairs; n++) {
			text = line[1 + n % NR]
			count = split(text, word, " ")
			first = draw(count); length_ = draw(100) < 50 ? 1 + draw(3) : 0
			out = ""; block = ""
			for (i = 1; i <= count; i++) {
				if (count > 3 && draw(100) < 3) continue
				w = draw(100) < 15 ? known[1 + draw(NR)] : word[i]
				if (i > first && i <= first + length_) block = block " " w
				else out = out " " w
			}
			print substr(out block, 2) > hypotheses
			print text > references
		}
	}' multi30k/train.en

for _ in $(seq "$rounds"); do
	for metric in bleu chrf chrf++ ter; do
		start=$(date +%s.%N)
		"$program" score --ref "$folder/ref" "$folder/hyp" -m "$metric" > "$folder/$metric.score"
		end=$(date +%s.%N)
		awk -v a="$start" -v b="$end" -v n="$pairs" 'BEGIN { print (b - a) * 1e6 / n }' >> "$folder/$metric"
	done
done

cat <<TEXT
Seconds of \`bakeoff score\` for a million segment pairs (Multi30k's English captions, and the same with words replaced, moved and left
out), reading and checking counted, one thread.

| metric | seconds | score |
|---|---:|---:|
TEXT
for metric in bleu chrf chrf++ ter; do
	echo "| $(cut -d'|' -f1 "$folder/$metric.score") | $(spread %.1f "$folder/$metric") | $(sed 's/^[^=]* = \([0-9.]*\).*/\1/' "$folder/$metric.score") |"
done
rm -f "$folder/ref" "$folder/hyp"
