#!/bin/sh
# generated.sh - generated tasks as a user meets them. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, longest: 40, shortest_sentence: 2, longest_sentence: 5, train_sentences: 200, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 256, stop: {epochs: 1}}
search: {beam: 1}
seeds: [1]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --set "experiment=$1" --set "data.task=$2" --set "$3" > log 2>&1 || { cat log; return 1; }
}

ask() {
	"$program" query --format tsv --sql "$1" | tail -n +2
}

test_sets() {
	ask "SELECT DISTINCT test_set FROM run_scores WHERE experiment = '$1' ORDER BY 1" > sets
	[ "$(tr '\n' ' ' < sets)" = "$2 " ] || { cat sets; return 1; }
}

# Two vocabularies, and a test set of longer sentences only.
labels() {
	run labels parity data.longer_sentence=9 && test_sets labels "longer test" || return 1
	"$program" query lengths labels test_set=longer --format tsv > lengths
	[ "$(cut -f 3 lengths | tail -n +2 | sort -n | sed -n '1p;$p' | tr '\n' ' ')" = "6 9 " ] || { cat lengths; return 1; }
	printf '0 1 1\n1\n' | "$program" translate --run "$(ask "SELECT run FROM run_list WHERE experiment = 'labels'")" > out || return 1
	[ "$(wc -l < out)" = 2 ] && ! grep -qvE '^(even|odd)$' out || { cat out; return 1; }
}

edits() {
	run edits string-edits data.longer_functions=5 && test_sets edits "productivity systematicity test"
}

again() {
	"$program" rerun "$(ask "SELECT run FROM run_list WHERE experiment = 'edits'")" > log 2>&1 || { cat log; return 1; }
}

# Every task is listed, and all but those of files with an example.
listed() {
	"$program" models tasks > tasks && grep -q '^  string-edits ' tasks || return 1
	[ "$(grep -c '^ \{20\}' tasks)" = "$(grep -c '^  [a-z].* generated, ' tasks)" ] || { cat tasks; return 1; }
}

ok 'a task of labels has two vocabularies, and longer sentences in a set of their own' labels
ok 'compositions that training lacks, and longer ones, are test sets' edits
ok 'a run of a generated task is made again' again
ok 'tasks are listed with examples' listed
ok 'mistake: more pairs than keys' says 2 'data.pairs = 40: must not be more than data.keys = 32' "$program" run small.yaml --set 'data={task: recall, pairs: 40}'
ok 'mistake: a key of another task' says 2 'small.yaml:2: data.shortest_sentence: task: recall does not read it; leave it out' "$program" run small.yaml --set data.task=recall
ok 'mistake: one table of embeddings for two vocabularies' says 2 'tied = all: needs one vocabulary for both sides, and this task has two' "$program" run small.yaml --set data.task=adding --set contestants.lstm.tied=all
echo "1..$number"
