#!/bin/sh
# read_results.sh - the examples that read results in other languages give what the program says. Prints TAP; BAKEOFF names the program.
# shellcheck source=tests/tap.sh
set -u
. tests/tap.sh

examples=$home/examples/read-results
cat > small.yaml <<-'END'
	experiment: small
	data: {task: copy, symbols: 5, shortest_sentence: 3, longest_sentence: 5, train_sentences: 200, valid_sentences: 10, test_sentences: 10}
	train: {batch_tokens: 256, stop: {updates: 6}}
	search: {beam: 1}
	seeds: [1, 2]
	contestants:
	  lstm: {architecture: rnn, width: 8, hidden: 8}
	  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 16, layers: 1}
END
"$program" run small.yaml --quiet > log 2>&1 || cat log
"$program" query --format csv --sql "SELECT experiment, contestant, count(DISTINCT run) AS runs, round(avg(value), 3) AS BLEU
	FROM run_scores WHERE metric = 'BLEU' GROUP BY 1, 2 ORDER BY 1, 2" | tr -d '\r' > wanted
[ "$(wc -l < wanted)" -eq 3 ] || echo "not ok 0 - two contestants are there"

# numbers FILE - its lines, numbers as awk writes them: 0.10 and 0.1 are one.
numbers() {
	awk -F, -v OFS=, 'NR > 1 { $4 = $4 + 0 } { print }' "$1"
}
gives() {
	"$@" > printed || return 1
	head -3 printed | tr -d '\r' > got
	numbers wanted > a && numbers got > b && diff a b
}
# skip NAME WHAT - says that a test is skipped, for want of what.
skip() {
	number=$((number + 1))
	echo "$1"
	echo "not ok $number # SKIP $2 is not installed"
}
has() {
	"$@" > /dev/null 2>&1
}
# The first that has the libraries, of several.
python=python3
has "$python" -c 'import pandas' || ! has /usr/bin/python3 -c 'import numpy' || python=/usr/bin/python3
if has command -v sqlite3; then
	ok 'sqlite3' gives "$examples/sqlite.sh" results.db
else
	skip 'sqlite3' sqlite3
fi
if has command -v "$python"; then
	ok "Python's standard library" gives "$python" "$examples/results.py" results.db
	ok 'a curve, too' grep -q '^run 1: training loss [0-9.]* at update 6$' printed
else
	skip 'Python' python3
fi
if has "$python" -c 'import pandas'; then
	ok 'pandas' gives "$python" "$examples/results_pandas.py" results.db
	ok 'settings as columns' grep -q 'train.learning_rate' printed
else
	skip 'pandas' pandas
fi
if has Rscript -e 'library(RSQLite)'; then
	ok 'R' gives Rscript "$examples/results.R" results.db
else
	skip 'R' 'R with RSQLite'
fi

# A weight's shape as the program names it, and all weights are there.
weights_are_read() {
	set -- results.runs/lstm*-1-*/model.safetensors results.runs/lstm*/model.safetensors
	[ -e "$1" ] || shift
	"$python" "$examples/weights.py" "$1" > matrices || return 1
	wanted=$("$program" query --format csv --sql 'SELECT parameters FROM runs WHERE id = 1' | tail -1 | tr -d '\r')
	got=$(awk '{ n = split($2, side, "x"); size = 1; for (i = 1; i <= n; i++) size *= side[i]; sum += size } END { print sum }' matrices)
	[ "$got" -eq "$wanted" ] && ! grep -q -e nan -e inf matrices || { cat matrices; echo "$got weights, not $wanted"; return 1; }
}
if has "$python" -c 'import torch' || has "$python" -c 'import numpy'; then
	ok 'a checkpoint' weights_are_read
else
	skip 'a checkpoint' 'PyTorch or NumPy'
fi
echo "1..$number"
