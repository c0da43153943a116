#!/bin/sh
# import.sh - weights of a PyTorch model as a run that every command opens. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

golden=$home/tests/golden/import
maps=$home/experiments/import

# A vocabulary of the letters a to h.
for _ in 1 2 3 4 5 6 7 8; do
	echo 'a b c d e f g h'
done > text
cat > words.yaml <<'YAML'
experiment: words
data: {train: [text, text], valid: [text, text], test: {test: [text, text]}, subwords: {model: words, size: 12, joint: true}, longest: 16}
train: {batch_tokens: 64, stop: {updates: 2}}
contestants:
  transformer: {architecture: transformer, tied: all, width: 8, heads: 2, feed_forward: 12, layers: 1}
YAML
"$program" run words.yaml --db it.db > log 2>&1
vocabulary=$(echo it.runs/data/vocabulary-*.model)

import() {
	"$program" import "$golden/transformer.safetensors" --map "$maps/torch_seq2seq-transformer.yaml" \
		--experiment "$golden/models.yaml" --contestant transformer --vocabulary "$vocabulary" --db it.db "$@"
}

cut -f 1 "$golden/transformer.tsv" > source
cut -f 2 "$golden/transformer.tsv" > target
cut -f 3 "$golden/transformer.tsv" > wanted

imported() {
	import > told && grep -q 'transformer.safetensors: run 2 of it.db$' told &&
		"$program" translate --db it.db --run 2 --force target < source > got &&
		paste got wanted | awk '{ d = $1 - $2 } d * d > 1e-8 { exit 1 } END { exit NR < 5 }'
}

listed() {
	"$program" query --db it.db --format csv --sql "SELECT status, substr(note, 1, 13), parameters > 0, updates FROM runs WHERE id = 2" > rows &&
		grep -qx 'done,imported from,1,0' rows && "$program" runs --db it.db > log && "$program" compare golden --db it.db > log &&
		"$program" report golden --db it.db --out report.html > log && "$program" curves golden --db it.db > log 2>&1
}

used() {
	"$program" attend --db it.db --run 2 'a b c' > map && [ -s map ] &&
		"$program" pack 2 --db it.db --out it.pack > log &&
		"$program" translate --pack it.pack --force target < source > again && cmp got again &&
		"$program" unpack it.pack --db other.db > log && "$program" translate --db other.db --run 1 < source > log
}

once() {
	import > told && grep -q 'run 2 of it.db, which has it already$' told
}

# Other texts are other settings, and another run; the test set is the training text of words.yaml.
with_texts() {
	import --set 'data.train=[text, text]' --set 'data.valid=[text, text]' --set 'data.test={all: [text, text]}' "$@"
}

count() {
	"$program" query --db it.db --format csv --sql "SELECT count(*) FROM $1" | grep -qx "$2"
}

tested() {
	with_texts > told && grep -q 'run 3 of it.db$' told && count 'hypotheses WHERE run = 3' 0 &&
		with_texts --test > told && grep -q 'run 3 of it.db, which has it already' told && count 'hypotheses WHERE run = 3' 8 &&
		count "run_scores WHERE run = 3 AND metric = 'token_perplexity'" 1 && "$program" score --db it.db --run 3 > scored && grep -q BLEU scored &&
		rm -r it.db it.runs/*-s1-* && with_texts --test > told && grep -q 'run 1 of it.db$' told && count 'hypotheses WHERE run = 1' 8
}

cut_short() {
	head -c 900 "$golden/transformer.safetensors" > short.safetensors
	says 1 'short.safetensors: ' "$program" import short.safetensors --map "$maps/torch_seq2seq-transformer.yaml" \
		--experiment "$golden/models.yaml" --contestant transformer --vocabulary "$vocabulary" --db none.db && [ ! -e none.db ]
}

ok 'log probabilities are those of PyTorch' imported
ok 'the run is listed, compared and reported' listed
ok 'attend, pack and unpack take it' used
ok 'the same weights are one run' once
ok 'test sets that are not there are named' says 1 'data.train = none: there is neither' import --test
ok 'rerun says that it was imported' says 1 'run 2 was not trained here' "$program" rerun 2 --db it.db
ok 'weights that are cut short are refused' cut_short
ok 'settings of another model are named' says 1 'encoder.0.self_attn.in_proj_weight [48][16] cannot be made of enc.0.qkv.weight [24][8]' \
	import --set contestants.transformer.width=16
ok 'layers too many are named' says 1 'encoder.2.self_attn.in_proj_weight is made of enc.2.qkv.weight, which is not in the file' \
	import --set contestants.transformer.layers=3
ok 'layers too few are named' says 1 'enc.1.qkv.weight is left over: it belongs into our encoder.1.self_attn.in_proj_weight' \
	import --set contestants.transformer.layers=1
ok 'no such contestant' says 1 'has no contestant nobody' import --contestant nobody
ok 'no such vocabulary' says 1 'none.model: cannot be opened' import --vocabulary none.model
ok 'no vocabulary' says 1 'is neither a vocabulary' import --vocabulary "$vocabulary,$golden/transformer.safetensors"
ok 'matched widths' says 1 'match: ' import --set match.parameters=1000
ok 'nothing named' says 2 'give one file of weights' "$program" import
ok 'test sets are translated and scored where that is asked' tested
echo "1..$number"
