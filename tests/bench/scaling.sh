#!/bin/sh
# scaling.sh - time a token on generated sentences as one thing grows; a section of bench.sh.
set -eu
# shellcheck source=tests/bench/common.sh
. "$home/tests/bench/common.sh"

folder=scaling updates=3
[ -z "$quick" ] || updates=1
mkdir -p "$folder"
rm -f "$folder"/*
contestants='lstm convs2s transformer'

# Sentences of one length, so that no position is padding.
write() {
	cat > "$folder/$1.yaml" <<YAML
experiment: scaling
data: {task: copy, symbols: $2, shortest_sentence: $3, longest_sentence: $3, train_sentences: $4, valid_sentences: 2, test_sentences: 2, longest: 600}
train: {batch_tokens: $5, warmup: 100, stop: {epochs: 1}}
contestants:
  lstm: {architecture: rnn, width: $6, hidden: $((2 * $6)), encoder_layers: 2, attention: general, tied: all}
  convs2s: {architecture: cnn, width: $6, encoder_layers: 6, decoder_layers: 6, tied: all}
  transformer: {architecture: transformer, width: $6, heads: 4, feed_forward: $((4 * $6)), encoder_layers: 3, decoder_layers: 3, tied: all}
YAML
}

# measure NAME THREADS - tokens/s and GFLOP/s of each contestant to files.
measure() {
	for contestant in $contestants; do
		profiled "$folder/${1%%@*}.yaml" --only "$contestant" --db scaling.db --updates "$updates" --threads "$2" \
			> "$folder/now"
		awk '{ print 1e6 / $2 }' "$folder/now" >> "$folder/$1.$contestant.time"
		awk '{ print 1e3 * $3 / 2 / $2 }' "$folder/now" >> "$folder/$1.$contestant.work"
	done
}

lengths='8 32 128 512' widths='64 128 256 512' batches='256 1024 4096 16384' vocabularies='100 1000 8000 32000'
for n in $lengths; do write "length-$n" 1000 "$n" 512 $((16 * (n + 1))) 128; done
for n in $widths; do write "width-$n" 1000 31 1024 1024 "$n"; done
for n in $batches; do write "batch-$n" 1000 31 4096 "$n" 128; done
for n in $vocabularies; do write "vocabulary-$n" "$n" 31 1024 1024 128; done
for round in $(seq "$rounds"); do
	for file in "$folder"/*.yaml; do
		name=${file##*/}
		measure "${name%.yaml}" 2
	done
	measure batch-4096@1 1
done

# series HEADING PREFIX VALUE... - microseconds a token, and time and counted multiply-adds as multiples of the first.
series() {
	heading=$1 prefix=$2 first=$3
	shift 2
	echo
	echo "| $heading | lstm µs | time | work | convs2s µs | time | work | transformer µs | time | work |"
	echo '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|'
	for n; do
		line="| $n |"
		for contestant in $contestants; do
			at=$folder/$prefix-$n.$contestant from=$folder/$prefix-$first.$contestant
			line="$line $(spread %.1f "$at.time") | $(ratio "$at.time" "$from.time") | $(ratio "$at.work" "$from.work") |"
		done
		echo "$line"
	done
}

cat <<TEXT
Generated copies (\`task: copy\`), width 128, vocabulary of 1,000, two shards, two threads. Microseconds a target token of an update, then
time and counted multiply-adds a token as multiples of the first line's: where the two columns agree, the multiply-adds explain the time.

Sentences of 8 to 512 tokens, 16 a batch. Attention alone does more work a token as they grow; short ones pay for the steps, which have few rows.
TEXT
series length length $lengths
printf '\nWidth, at 1,024 tokens a batch (work grows with its square).\n'
series width width $widths
printf '\nTokens a batch.\n'
series batch batch $batches
printf '\nVocabulary: the output layer.\n'
series vocabulary vocabulary $vocabularies
printf '\nThreads, at 4,096 tokens a batch: speed of two as a multiple of one.\n\n'
printf '| contestant | one, µs | two, µs | ratio |\n|---|---:|---:|---:|\n'
for contestant in $contestants; do
	one=$folder/batch-4096@1.$contestant.time two=$folder/batch-4096.$contestant.time
	echo "| $contestant | $(spread %.1f "$one") | $(spread %.1f "$two") | $(ratio "$one" "$two") |"
done
