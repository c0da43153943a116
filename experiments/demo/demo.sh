#!/bin/sh
# demo.sh PROGRAM - the demonstration: text, training, comparison, translations, an attention map.
set -eu

program=${1:-build/release/bakeoff}
database=demo.db
started=$(date +%s)

ask() {
	"$program" query --db "$database" --format tsv --sql "$1" | tail -n +2
}

# run_of CONTESTANT - the number of its finished run, or nothing.
run_of() {
	ask "SELECT run FROM run_list WHERE experiment = 'demo' AND contestant = '$1' AND status = 'done' ORDER BY run DESC LIMIT 1"
}

experiments/demo/prepare.sh build/demo --words 20
"$program" run experiments/demo.yaml --db "$database"

best=$(ask "SELECT run FROM run_scores WHERE experiment = 'demo' AND metric = 'BLEU' ORDER BY value DESC LIMIT 1")
[ -n "$best" ] || exit 1

# Short verses that the contestants translate differently, spread over the test set.
echo
echo 'Some verses that no contestant has seen'
ask "SELECT sentence FROM run_hypotheses WHERE experiment = 'demo' AND test_set = 'verses'
	GROUP BY sentence HAVING count(DISTINCT hypothesis) > 1 AND length(min(source)) BETWEEN 45 AND 95
	ORDER BY (sentence * 7919) % 331 LIMIT 4" | while read -r sentence; do
	echo
	ask "SELECT 'King James', source FROM run_hypotheses WHERE run = $best AND test_set = 'verses' AND sentence = $sentence
		UNION ALL SELECT 'reference', reference FROM run_hypotheses WHERE run = $best AND test_set = 'verses' AND sentence = $sentence
		UNION ALL SELECT * FROM (SELECT contestant, hypothesis FROM run_hypotheses WHERE experiment = 'demo' AND test_set = 'verses'
			AND sentence = $sentence ORDER BY run)" |
		awk -F '\t' '{ printf "  %-12s %s\n", $1, $2 }'
done

echo
echo 'What the Transformer attends to while it writes'
echo
transformer=$(run_of transformer)
[ -z "$transformer" ] || "$program" attend --db "$database" --run "$transformer" 'And the man said unto her, Whither goest thou?'

cat <<TEXT

That took $((($(date +%s) - started) / 60)) minutes. All of it is in $database; where to look next:
  $program compare demo --db $database
  $program query curves --db $database
  $program query --list
  echo 'Thou shalt not steal.' | $program translate --db $database --run $best --nbest 3
  $program attend --db $database --run $best 'Blessed are the peacemakers.'
  $program run experiments/demo.yaml --db $database --set 'seeds=[1, 2, 3]'
The experiment is in experiments/demo.yaml; change it, and run it again.
TEXT
