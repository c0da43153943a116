#!/bin/sh
# report.sh - bakeoff report as its user meets it: files, folders, formats, mistakes. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 30}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 5, stop: {epochs: 6}}
search: {beam: 1}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

report() {
	"$program" report --db small.db "$@"
}

page() {
	report small --out page.html && grep -q '<h2 [^>]*>Cost</h2>' page.html && grep -q 'n²·d' page.html && grep -q 'id="attention-1-t"' page.html &&
		report small > standard.html && cmp page.html standard.html || return 1
	if command -v xmllint > /dev/null; then
		xmllint --noout page.html || return 1
	fi
}

# Every file that the Markdown names is there, and every plot is an SVG document.
folder() {
	report small --format markdown --out sheets/ && [ -s sheets/report.md ] || return 1
	names=$(grep -o '](\([a-z0-9.-]*\))' sheets/report.md | tr -d '()]')
	[ "$(echo "$names" | wc -l)" -gt 6 ] || return 1
	for file in $names; do
		[ -s "sheets/$file" ] || { echo "$file is missing"; return 1; }
	done
	for plot in sheets/*.svg; do
		head -c 300 "$plot" | grep -q 'xmlns="http://www.w3.org/2000/svg"' || return 1
	done
	report small --out sheets && [ -s sheets/report.html ]
}

# Without checkpoints there are no maps, and all else is there.
without_weights() {
	mv small.runs away && report small --out bare.html
	status=$?
	mv away small.runs
	[ $status -eq 0 ] && grep -q 'n²·d' bare.html && ! grep -q attention-1 bare.html
}

compiles() {
	report small --out report.tex && grep -q booktabs report.tex || return 1
	pdflatex -interaction=nonstopmode -halt-on-error report.tex > said.latex || { tail -20 said.latex; return 1; }
}

ok 'something to report on' "$program" run small.yaml --db small.db
ok 'a page: costs, maps, well formed, the same to a file and to standard output' page
ok 'a folder: plots and data beside the document' folder
ok 'a report without checkpoints' without_weights
ok 'a baseline' sh -c "'$program' report small --db small.db --baseline lstm | grep -q 'lstm'"
ok 'mistake: a baseline that is none' says 1 'no contestant gru' report small --baseline gru
if command -v pdflatex > /dev/null; then
	ok 'LaTeX, by the ending of the file, that compiles' compiles
else
	number=$((number + 1))
	echo "ok $number # SKIP pdflatex is not there"
fi
ok 'mistake: no such experiment names those that there are' says 1 'small' report big
ok 'mistake: a format' says 2 'html, markdown or latex' report small --format pdf
ok 'mistake: no name' says 2 'experiment' report
ok 'mistake: no database' says 1 'none.db' "$program" report --db none.db small
ok 'mistake: a file that cannot be written' says 1 'nowhere' report small --out nowhere/page.html
echo "1..$number"
cd "$home" || exit 1
