#!/bin/sh
# pictures.sh PROGRAM - pictures from captions and captions from pictures: training, drawing, describing, reports.
set -eu

program=${1:-build/release/bakeoff}
database=pictures.db
started=$(date +%s)

# best_of EXPERIMENT - its run that is right most often.
best_of() {
	"$program" query --db "$database" --format tsv --sql "SELECT run FROM run_scores WHERE experiment = '$1'
		AND metric = 'picture_accuracy' AND test_set = 'test' ORDER BY value DESC, run LIMIT 1" | tail -n +2
}

for experiment in draw describe; do
	"$program" run experiments/$experiment.yaml --db "$database"
done
draws=$(best_of draw) describes=$(best_of describe)
[ -n "$draws" ] && [ -n "$describes" ] || exit 1

"$program" query --db "$database" --format tsv --sql "SELECT run FROM run_list WHERE experiment = 'draw' AND status = 'done'" | tail -n +2 |
	while read -r run; do
		echo "run $run:"
		"$program" draw --db "$database" --run "$run" --samples 8 --rank "$describes" --test
	done
for experiment in draw describe; do
	"$program" report $experiment --db "$database" --out $experiment.html
done

for caption in 'a small red circle above a blue square' 'a yellow cross at the top right' 'a blue triangle left of a small green cross'; do
	echo
	echo "$caption"
	"$program" draw --db "$database" --run "$draws" --samples 8 --rank "$describes" --out drawn.png "$caption"
	echo "described as: $("$program" describe --db "$database" --run "$describes" drawn.png)"
done

cat <<TEXT

That took $((($(date +%s) - started) / 60)) minutes. Training never showed a blue triangle. All is in $database, and pictures of the
test sets in draw.html and describe.html; more:
  $program draw --db $database --run $draws --samples 8 --out eight.png "a green cross in the middle"
  $program run experiments/draw.yaml --db $database --set data.seed=2
TEXT
