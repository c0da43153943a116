#!/bin/sh
# style.sh PROGRAM - the King James style: text, training on characters and on subwords, comparison, texts that go on.
set -eu

program=${1:-build/release/bakeoff}
database=style.db
started=$(date +%s)

ask() {
	"$program" query --db "$database" --format tsv --sql "$1" | tail -n +2
}

experiments/style/prepare.sh build/style
"$program" run experiments/style.yaml --db "$database"
"$program" run experiments/style-subwords.yaml --db "$database"

echo
echo 'Bits per character of books that no contestant has seen'
echo
ask "SELECT experiment, contestant, value FROM run_scores WHERE metric = 'bits_per_character' AND experiment LIKE 'style%'
	ORDER BY value" | awk -F '\t' '{ printf "  %.3f  %-12s %s\n", $3, $2, $1 == "style" ? "characters" : "subwords" }'

echo
echo 'In the beginning ...'
ask "SELECT run, experiment, contestant FROM run_list WHERE experiment LIKE 'style%' AND status = 'done' ORDER BY run" |
	while IFS='	' read -r run experiment contestant; do
		tokens=250
		[ "$experiment" = style ] || tokens=70
		echo
		echo "  $contestant, $([ "$experiment" = style ] && echo characters || echo subwords)"
		"$program" generate --db "$database" --run "$run" --prompt 'In the beginning' --tokens $tokens --quiet | fold -s -w 100 | sed 's/^/    /'
	done

best=$(ask "SELECT run FROM run_scores WHERE metric = 'bits_per_character' AND experiment LIKE 'style%' ORDER BY value LIMIT 1")
"$program" report style --db "$database" --out style.html >/dev/null
cat <<TEXT

That took $((($(date +%s) - started) / 60)) minutes. All of it is in $database; where to look next:
  $program generate --db $database --run $best --prompt 'And the king said' --temperature 0.5 --tokens 500
  $program compare style --db $database
  style.html, a report with texts of all contestants side by side
The experiments are experiments/style.yaml and style-subwords.yaml; change them, or name a text of your own.
TEXT
