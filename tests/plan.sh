#!/bin/sh
# plan.sh - what --dry-run says of an experiment, beside what the run then takes. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, stop: {epochs: 2}}
search: {beam: 2}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

ask() {
	"$program" query --db small.db --format tsv --sql "$1" | tail -n +2
}

planned() {
	"$program" run small.yaml --db small.db --dry-run > plan && ! [ -e small.db ] && "$program" run small.yaml --db small.db > log
}

# Trials, parameters, multiply-adds, updates and tokens are those of the run.
counted() {
	ask 'SELECT contestant, count(*), parameters, multiply_adds, updates, target_tokens FROM runs GROUP BY contestant' > runs
	awk '$1 == "lstm" || $1 == "transformer" { print $1, $2, $3, $4, $5, $6 }' plan > rows
	tr '\t' ' ' < runs | sort | cmp - rows || { cat plan runs; return 1; }
}

summed() {
	ask 'SELECT count(*), sum(updates), sum(target_tokens) FROM runs' | tr '\t' ' ' > sum
	awk '/^all trials/ { print $3, $4, $5 }' plan | cmp - sum || { cat plan sum; return 1; }
}

# Memory within a quarter (the rest is what the row says): time is another matter on a machine that others use.
remembered() {
	peak=$(ask 'SELECT max(peak_memory) / 1048576.0 FROM runs')
	awk -v peak="$peak" '/^all trials/ { for (i = 1; i <= NF; i++) if ($i == "MiB") { mib = $(i - 1); break } }
		END { exit !(mib > 0.75 * peak - 1 && mib < 1.25 * peak + 1) }' plan || { echo "$peak"; cat plan; return 1; }
}

# Two at once take the memory of both.
at_once() {
	"$program" run small.yaml --db small.db --dry-run --jobs 2 > two
	awk '/MiB/ { for (i = 1; i <= NF; i++) if ($i == "MiB") { mib[$1] = $(i - 1); break } }
		END { d = mib["all"] - 2 * (mib["lstm"] > mib["transformer"] ? mib["lstm"] : mib["transformer"]); exit !(d * d <= 4) }' two ||
		{ cat two; return 1; }
}

patient() {
	"$program" run small.yaml --db small.db --dry-run --only lstm --set 'train.stop={patience: 3}' > open &&
		grep -q 'until patience ends' open && grep -q 'are not in the sum' open
}

ok 'plan: nothing is run' planned
ok 'plan: sizes and updates are those of the run' counted
ok 'plan: the sum of all trials' summed
ok 'plan: memory is that of the run' remembered
ok 'plan: trials at once need the memory of each' at_once
ok 'plan: what only patience ends is said' patient
echo "1..$number"
