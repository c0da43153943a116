#!/bin/sh
# labels.sh - classification, tagging and number series as their user meets them. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# A text's label is what most of its words are; a word's tag is its first letter's kind, but after "not" it is the other.
awk 'BEGIN { srand(3); for (i = 0; i < 500; i++) { n = 3 + int(rand() * 5); a = 0; words = tags = ""; not = 0
	for (j = 0; j < n; j++) { if (rand() < 0.25 && j < n - 1) { w = "not"; t = "NEG"; next_not = 1 } else {
		k = rand() < 0.5; w = (k ? "a" : "b") int(rand() * 4); a += k ? 1 : -1; t = (k != not) ? "A" : "B"; next_not = 0 }
		words = words (j ? " " : "") w; tags = tags (j ? " " : "") t; not = next_not }
	print words > "text"; print tags > "tags"; print (a > 0 ? "Alpha" : "Beta") > "labels" } }'
for name in text tags labels; do
	head -n 400 "$name" > "train.$name"
	sed -n '401,450p' "$name" > "valid.$name"
	sed -n '451,500p' "$name" > "test.$name"
done

cat > classes.yaml <<'YAML'
experiment: classes
data: {task: classification, train: [train.text, train.labels], valid: [valid.text, valid.labels], test: [test.text, test.labels], subwords: {model: words}, longest: 16}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, label_smoothing: 0, stop: {epochs: 8}}
contestants:
  lstm: {architecture: rnn, pooling: last, width: 12, hidden: 12, layers: 1}
  convs2s: {architecture: cnn, width: 12, layers: 2}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, layers: 1}
YAML
sed -e 's/classes/tags/; s/task: classification/task: tagging/; s/\.labels/.tags/g; s/pooling: last, //' classes.yaml > tags.yaml

run() {
	"$program" run "$@"
}

score_of() {
	"$program" query --db "$1" --format csv --sql "SELECT min(value) FROM run_scores WHERE metric = '$2'" | tail -n 1
}

above() {
	awk -v x="$(score_of "$1" "$2")" "BEGIN { exit !(x > $3) }" || { score_of "$1" "$2"; return 1; }
}

run_of() {
	"$program" query --db "$1" --format csv --sql "SELECT id FROM runs WHERE contestant = '$2'" | tail -n 1
}

classified() {
	run classes.yaml --db classes.db --threads 2 > log && grep -q 'accuracy' log && ! grep -q BLEU log && above classes.db accuracy 80 &&
		above classes.db macro_f1 75
}

tagged() {
	run tags.yaml --db tags.db --threads 1 > log && above tags.db accuracy 75 && above tags.db exact_match 15
}

killed_run() {
	for delay in 0.05 0.1 0.15 0.2; do
		timeout -s KILL "$delay" "$program" run tags.yaml --db killed.db > /dev/null 2>&1
	done
	run tags.yaml --db killed.db > log && same tags killed
}

# The stored labels are those that translate prints, whatever is labelled beside.
labelled() {
	for contestant in lstm transformer; do
		id=$(run_of tags.db $contestant)
		"$program" query --db tags.db --format csv --sql "SELECT hypothesis FROM run_hypotheses WHERE run = $id ORDER BY sentence" |
			tail -n +2 | tr -d '"\r' > stored
		"$program" translate --db tags.db --run "$id" < test.text > printed && cmp stored printed || return 1
		head -n 1 test.text | "$program" translate --db tags.db --run "$id" --stream > one
		head -n 1 printed | cmp - one || return 1
	done
}

ranked() {
	id=$(run_of classes.db convs2s)
	head -n 1 test.text | "$program" translate --db classes.db --run "$id" --nbest 2 > log
	awk -F ' [|][|][|] ' '{ p += exp($3); s[$2] } END { exit !(NR == 2 && ("Alpha" in s) && ("Beta" in s) && p > 0.9 && p < 1.0001) }' log
}

# log p that is forced is log p that is printed.
forced() {
	id=$(run_of classes.db lstm)
	head -n 1 test.text | "$program" translate --db classes.db --run "$id" --nbest 2 > log
	awk -F ' [|][|][|] ' '$2 == "Beta" { print $3 }' log > want
	echo Beta > label
	head -n 1 test.text | "$program" translate --db classes.db --run "$id" --force label > got
	[ -s want ] && paste want got | awk '{ d = $1 - $2; exit !(d < 1e-4 && d > -1e-4) }'
}

compared() {
	"$program" compare classes --db classes.db > log && grep -q 'settings.layers' log && ! grep -q '[en]coder_layers' log && grep -q '│ accuracy' log && grep -q 'macro_f1' log &&
		grep -Eq '( tie on | is better than ).* points of accuracy' log && "$program" report classes --db classes.db --out report.html > log &&
		grep -q accuracy report.html && grep -q 'validation accuracy, %' report.html && "$program" report tags --db tags.db --out tags.md > log && grep -q NEG tags.md
}

attended() {
	"$program" attend --db tags.db --run "$(run_of tags.db transformer)" 'a1 not b2' > log && grep -q 'encoder self-attention' log &&
		grep -q '^labels: ' log && "$program" attend --db classes.db --run "$(run_of classes.db transformer)" --statistics --importance > log && [ -s log ]
}

explained() {
	"$program" models transformer --explain --set arrangement=encoder-only --set pooling=last > log && grep -q 'last_steps' log &&
		grep -q 'source to label' log && ! grep -q '^decoder' log
}

cat > series.yaml <<'YAML'
experiment: series
data: {task: series, levels: 16, shortest_sentence: 20, longest_sentence: 30, train_sentences: 300, valid_sentences: 40, test_sentences: 40}
train: {batch_tokens: 512, learning_rate: 0.01, warmup: 10, stop: {epochs: 1}}
contestants:
  convs2s: {architecture: cnn, width: 12, layers: 2}
YAML

series() {
	run series.yaml --db series.db > log && "$program" query --db series.db --format csv --sql "SELECT DISTINCT reference FROM run_hypotheses" > log &&
		grep -q sawtooth log && run series.yaml --db plan.db --dry-run > log && grep -q 'nothing is run' log
}

cp test.tags short.tags
sed -i '7s/ [A-Z]*$//' short.tags
sed '3s/$/ and more/' test.labels > long.labels

ok 'three families classify' classified
ok 'three families tag' tagged
ok 'the same tags after kills, by other threads' killed_run
ok 'tags are printed as they are stored' labelled
ok 'labels by probability' ranked
ok 'log p of a given label' forced
ok 'comparison and report of labels' compared
ok 'attention of an encoder alone' attended
ok 'an encoder alone explains itself' explained
ok 'a series of numbers' series
ok 'mistake: a tag too few' says 1 'short.tags:7: ' run tags.yaml --db bad.db --set 'data.test=[test.text, short.tags]'
ok 'mistake: two words as a label' says 1 'long.labels:3: 3 words, and a label is one' run classes.yaml --db bad.db --set 'data.test=[test.text, long.labels]'
ok 'mistake: tags of subwords' says 2 'task: tagging' run tags.yaml --db bad.db --set data.subwords.model=bpe
ok 'mistake: another arrangement' says 2 'arrangement' run tags.yaml --db bad.db --set contestants.lstm.arrangement=decoder-only
ok 'mistake: pooled tags' says 2 'pooling' run tags.yaml --db bad.db --set contestants.lstm.pooling=mean
ok 'mistake: samples of labels' says 1 '--sample' "$program" translate --db classes.db --run 1 --sample
ok 'mistake: BLEU of labels' says 1 'has learned the task classification' "$program" score --db classes.db --run 1
ok 'mistake: attention to a target' says 1 'cross' "$program" attend --db classes.db --run "$(run_of classes.db transformer)" a1 --kind cross
echo "1..$number"
cd "$home" || exit 1
