#!/bin/sh
# decoding.sh - translating a test set beside PyTorch; a section of bench.sh.
set -eu
# shellcheck source=tests/bench/common.sh
. "$home/tests/bench/common.sh"

need_raw
need_ids
folder=decoding size=${BENCH_DECODE_SIZE:-tiny} sentences=5000 many=1000 few=40
[ -z "$quick" ] || size=tiny sentences=1500 many=40 few=8
mkdir -p "$folder"
rm -f "$folder"/*

# Weights of about 80 updates, made once: the peer stops at the end of an epoch, so its epoch is cut.
train_ours() {
	"$program" run "$(file_of "$size")" --db "weights-$size-$sentences.db" --quiet --set 'train.stop={updates: 80}' \
		--set train.warmup=40 --set 'data.test={none: [multi30k/few.de, multi30k/few.en]}' \
		--set 'data.valid=[multi30k/few.de, multi30k/few.en]' > weights.log 2>&1 || { cat weights.log >&2; exit 1; }
}

train_theirs() {
	[ -n "$peer" ] || return 0
	mkdir -p ids-part
	for file in ids/*; do
		[ -e "ids-part/${file#ids/}" ] || ln -s "../$file" ids-part/
	done
	for side in de en; do
		rm -f "ids-part/train.$side.ids"
		head -n "$sentences" "ids/train.$side.ids" > "ids-part/train.$side.ids"
	done
	for contestant in lstm convs2s transformer; do
		out=weights-$size-$sentences-$contestant
		[ -e "$out.last.pt" ] && continue
		train_their "$contestant" "$out"
	done
}

# Its training ends with a validation and a BLEU that needs sacreBLEU; the weights are saved here, by the same program, in
# its own functions.
train_their() {
	python OMP_WAIT_POLICY=passive - "$peer" "$raw" "$(peer_name "$1")" "$size" "$2" \
		> weights.log 2>&1 <<'PYTHON' || { cat weights.log >&2; exit 1; }
import sys, torch
sys.path.insert(0, sys.argv[1])
import torch_seq2seq as peer
peer.bleu = lambda *arguments: (0, "", "")
peer.translate = lambda *arguments: []
sys.argv = ["torch_seq2seq.py", "train", "--raw", sys.argv[2], "--data", "ids-part", "--model", sys.argv[3], "--size",
            sys.argv[4], "--epochs", "1", "--warmup", "40", "--threads", "1", "--out", sys.argv[5]]
peer.main()
PYTHON
}

# weights_of CONTESTANT - the file of its last run.
weights_of() {
	ls -t "weights-$size-$sentences.runs/$1-"*/model.safetensors | head -n 1
}

# What ours is measured with: search.weights, and search.shortlist where it has one.
ways='float32 int8 float32-50 int8-50'

# ours CONTESTANT NAME BEAM ROWS SENTENCES THREADS WAY
ours() {
	profiled "$(file_of "$size")" --db "weights-$size-$sentences.db" --only "$1" --decode $([ "$4" != 1 ] || echo --alone) \
		--weights "$(weights_of "$1")" --sentences "$5" --threads "$6" \
		--set search.beam="$3" --set search.rows="$4" --set search.weights="${7%-*}" \
		--set search.shortlist="$(expr "$7" : '.*-\(.*\)' \| 0)" \
		--set data.test='{none: [multi30k/few.de, multi30k/few.en]}' \
		--set 'data.valid=[multi30k/test_2016_flickr.de, multi30k/test_2016_flickr.en]' > "$folder/now"
	awk '{ print 1000 / $1 }' "$folder/now" >> "$folder/$1.$2.$7.sentences"
	awk '{ print $2 }' "$folder/now" >> "$folder/$1.$2.$7.tokens"
}

# same CONTESTANT BEAM - percentage of the test set's hypotheses that int8 leaves as they are in float32.
same() {
	run=$("$program" query --db "weights-$size-$sentences.db" --format csv \
		--sql "SELECT MAX(id) FROM runs WHERE contestant = '$1' AND status = 'done'" | tail -n 1)
	for weights in float32 int8; do
		head -n "$many" multi30k/test_2016_flickr.de | "$program" translate --db "weights-$size-$sentences.db" \
			--run "$run" --beam "$2" --weights "$weights" > "$folder/$weights.en"
	done
	paste -d '\n' "$folder/float32.en" "$folder/int8.en" |
		awk 'NR % 2 { before = $0; next } { same += $0 == before } END { printf "%.0f\n", 200 * same / NR }'
}

# theirs CONTESTANT NAME BEAM ROWS SENTENCES SETTING
theirs() {
	set -- "$1" "$2" "$3" "$4" "$5" "$6" "$(threads_of "$6")"
	torch "${7% *}" decode --raw "$raw" --data ids --model "$(peer_name "$1")" --size "$size" --threads "${7#* }" \
		--ckpt "weights-$size-$sentences-$1.last.pt" --beam "$3" --rows "$4" --limit "$5" --repeat 1 \
		2> theirs.log > theirs.json || grep -q sent_s theirs.json || { cat theirs.log >&2; exit 1; }
	grep sent_s theirs.json | field sent_s >> "$folder/$1.$2.$6.sentences"
	grep sent_s theirs.json | field tok_s >> "$folder/$1.$2.$6.tokens"
}

fastest() {
	for setting in one blas1 passive; do
		echo "$(median < "$folder/$1.$2.$setting.tokens") $setting"
	done | sort -g | tail -n 1 | sed 's/.* //'
}

train_ours
train_theirs
for round in $(seq "$rounds"); do
	for contestant in lstm convs2s transformer; do
		for case in "greedy 1 320 $many 2" "beam5 5 320 $many 2" "alone1 1 1 $few 2" "alone5 5 1 $few 2"; do
			# shellcheck disable=SC2086
			set -- $case
			for way in $ways; do
				ours "$contestant" "$1" "$2" "$3" "$4" "$5" "$way"
			done
			[ -n "$peer" ] || continue
			# The setting that is fastest with many rows, and with one.
			case $1 in alone5) same=alone1 ;; beam5) same=greedy ;; *) same= ;; esac
			[ -z "$same" ] || cp "$folder/$contestant.$same.setting" "$folder/$contestant.$1.setting"
			if [ "$round" = 1 ] && [ -z "$same" ]; then
				for setting in one blas1 passive; do theirs "$contestant" "$1" "$2" "$3" "$4" "$setting"; done
				fastest "$contestant" "$1" > "$folder/$contestant.$1.setting"
			else
				theirs "$contestant" "$1" "$2" "$3" "$4" "$(cat "$folder/$contestant.$1.setting")"
			fi
		done
	done
done

for contestant in lstm convs2s transformer; do
	same "$contestant" 1 > "$folder/$contestant.greedy.same"
	same "$contestant" 5 > "$folder/$contestant.beam5.same"
	cp "$folder/$contestant.greedy.same" "$folder/$contestant.alone1.same"
	cp "$folder/$contestant.beam5.same" "$folder/$contestant.alone5.same"
done

cat <<TEXT
The test set of 2016 by models of \`$size\` size that have made about 80 updates, so hypotheses differ in length and tokens a second
are what compares. In batches (two threads; 320 hypotheses for PyTorch, ours as the program groups them), or one sentence after
another (ours on both threads; the first $few).

| search | contestant | ours tokens/s | PyTorch | ratio | its threads | ours sentences/s | PyTorch |
|---|---|---:|---:|---:|---|---:|---:|
TEXT

# each_case COMMAND - with what is to be said of search and contestant, and the start of its files' names.
each_case() {
	for case in 'greedy:greedy, batches' 'beam5:beam 5, batches' 'alone1:greedy, one alone' 'alone5:beam 5, one alone'; do
		for contestant in lstm convs2s transformer; do
			at=$folder/$contestant.${case%%:*} setting=none
			[ ! -e "$at.setting" ] || setting=$(cat "$at.setting")
			touch "$at.$setting.tokens" "$at.$setting.sentences"
			"$1" "${case#*:} | $contestant" "$at.float32" "$at.$setting" "$at.int8" "$at.float32-50" "$at.int8-50"
		done
	done
}

beside_theirs() {
	echo "| $1 | $(spread %.0f "$2.tokens") | $(spread %.0f "$3.tokens") | $(ratio "$2.tokens" "$3.tokens") | ${3##*.} |" \
		"$(spread %.1f "$2.sentences") | $(spread %.1f "$3.sentences") |"
}

in_integers() {
	echo "| $1 | $(spread %.0f "$4.tokens") | $(ratio "$4.tokens" "$2.tokens") | $(ratio "$4.tokens" "$3.tokens") |" \
		"$(spread %.1f "$4.sentences") | $(cat "${4%.int8}.same") % |"
}

with_shortlist() {
	echo "| $1 | $(spread %.0f "$5.tokens") | $(ratio "$5.tokens" "$2.tokens") | $(ratio "$5.tokens" "$3.tokens") |" \
		"$(spread %.0f "$6.tokens") | $(ratio "$6.tokens" "$2.tokens") | $(ratio "$6.tokens" "$3.tokens") |"
}

each_case beside_theirs
cat <<'TEXT'

The same with `search.weights: int8`, in turn with float32: tokens a second as multiples of ours above and of PyTorch's, and the share
of hypotheses that stay word for word. Models of so few updates are unsure, and a small difference changes more of their words than
of a trained model's.

| search | contestant | int8 tokens/s | ours in float32 | PyTorch | int8 sentences/s | same hypotheses |
|---|---|---:|---:|---:|---:|---:|
TEXT
each_case in_integers
cat <<'TEXT'

The same with `search.shortlist: 50`, which chooses from a part of the vocabulary of 8,000: in float32 and in int8, tokens a second as
multiples of ours in float32 without it and of PyTorch's, which has the whole.

| search | contestant | float32, shortlist | ours without | PyTorch | int8, shortlist | ours in float32 without | PyTorch |
|---|---|---:|---:|---:|---:|---:|---:|
TEXT
each_case with_shortlist
