#!/bin/sh
# remedies.sh - what a slip of a file's or a contestant's name is answered with, and what --only means in a grid. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 60, valid_sentences: 5, test_sentences: 5}
train: {batch_tokens: 128, validate_every: 1, stop: {updates: 2}}
search: {beam: 1}
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
grid: {train.learning_rate: [0.01, 0.001]}
YAML

trained() {
	"$program" query --db "$1" --format tsv --sql "SELECT contestant, status FROM runs ORDER BY 1" | tail -n +2
}

variants() {
	"$program" run small.yaml --db all.db --only lstm > log && trained all.db > rows &&
		printf 'lstm learning_rate=0.001\tdone\nlstm learning_rate=0.01\tdone\n' | cmp - rows &&
		"$program" run small.yaml --db one.db --only 'lstm learning_rate=0.01' > log && trained one.db > rows &&
		printf 'lstm learning_rate=0.01\tdone\n' | cmp - rows
}

# The halving is that of the variants, with the trials of the whole experiment; one variant is trained to the end.
halved() {
	set -- --set 'halving={first: {updates: 1}, factor: 2}'
	"$program" run small.yaml --db half.db --only lstm "$@" > log && grep -q '^\[2/2\]' log && ! grep -q '/4\]\|\[3' log &&
		trained half.db > rows && [ "$(grep -c "done" rows)" -eq 1 ] && [ "$(grep -c 'lstm.*interrupted' rows)" -eq 1 ] &&
		[ "$(wc -l < rows)" -eq 2 ] || { cat log rows; return 1; }
}

says_reports() {
	says 2 'out.docx: must end in .html, .md or .tex' "$program" report small --db all.db --out out.docx && [ ! -e out.docx ] &&
		says 2 'must end in' "$program" report small --db all.db --out plain && [ ! -e plain ] &&
		"$program" report small --db all.db --out plain --format markdown && grep -q '^# small' plain &&
		"$program" report small --db all.db --out page.html && grep -q '<html' page.html &&
		"$program" report small --db all.db --out folder/ && [ -s folder/report.html ]
}

says_packs() {
	echo text > text
	mkfifo pipe
	sqlite3 other.db 'CREATE TABLE t (x)'
	for file in text pipe small.yaml . other.db; do
		says 1 "$file is no pack; name a file that" "$program" unpack "$file" --db new.db || return 1
	done
	says 1 'gone.pack: No such file or directory; name a file that' "$program" unpack gone.pack --db new.db &&
		says 1 'text is no pack' "$program" translate --pack text && [ ! -e new.db ]
}

ok '--only of a grid: all variants of a contestant, or the one named in full' variants
ok '--only of a grid that is halved: its variants alone' halved
ok '--only: says which names there are, and of a grid what a variant is called' says 2 \
	"small.yaml has 'lstm', 'transformer', of which one variant is 'lstm learning_rate=0.01'" "$program" run small.yaml --only gru
ok 'models: says which contestants there are' says 2 "gru: no such contestant; small.yaml has 'lstm', 'transformer'" \
	"$program" models small.yaml gru --explain
ok 'a missing file: names the shipped experiment that is meant' says 2 \
	'experiments/tyo.yaml: no such file; did you mean toy, which is shipped?' "$program" run experiments/tyo.yaml
ok 'a missing file: lists what is shipped' says 2 'missing.yaml: no such file; shipped are aiayn-table3, ' "$program" run missing.yaml
ok 'a missing name: lists what is shipped' says 2 'nowhere: no such file, and no shipped experiment; shipped are ' "$program" run nowhere
ok 'report --out: an ending that is no format' says_reports
ok 'unpack: says that a file is no pack' says_packs
echo "1..$number"
