#!/bin/sh
# language.sh - language models as their user meets them: training, interruptions, scores, reports, text that goes on, mistakes.
# Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# A language of few sentences, so that a small model learns something of it.
awk 'BEGIN { srand(1); split("the a no", d); split("cat dog bird", n); split("sees likes eats", v);
	for (i = 0; i < 400; i++) print d[int(3 * rand()) + 1], n[int(3 * rand()) + 1], v[int(3 * rand()) + 1], d[int(3 * rand()) + 1], n[int(3 * rand()) + 1] }' > all
sed -n 1,320p all > train.txt
sed -n 321,360p all > valid.txt
sed -n 361,400p all > test.txt

cat > text.yaml <<'YAML'
experiment: text
data: {task: language-model, train: train.txt, valid: valid.txt, test: {held-out: test.txt}, subwords: {model: chars}, longest: 32}
train: {batch_tokens: 512, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, label_smoothing: 0, stop: {epochs: 3}}
search: {samples: 2, sample_tokens: 20, top_k: 5}
contestants:
  lstm: {architecture: rnn, width: 16, hidden: 24, layers: 1}
  convs2s: {architecture: cnn, width: 16, layers: 2}
  transformer: {architecture: transformer, width: 16, heads: 2, feed_forward: 24, layers: 2}
YAML

run() {
	"$program" run text.yaml --db "$@"
}

ask() {
	"$program" query --db whole.db --format tsv --sql "$1" | tail -n +2
}

run_of() {
	ask "SELECT id FROM runs WHERE contestant = '$1'"
}

whole_run() {
	run whole.db --threads 1 > log && grep -q 'held-out: bits per character' log
}

threads_run() {
	run two.db --threads 2 > log && same whole two
}

# Killed again and again, it ends with what an undisturbed run gives.
killed_run() {
	for delay in 0.05 0.1 0.15 0.2; do
		timeout -s KILL "$delay" "$program" run text.yaml --db killed.db > /dev/null 2>&1
	done
	run killed.db > log && same whole killed
}

rerun() {
	"$program" rerun "$(run_of transformer)" --db whole.db > log && grep -q 'The bits are equal' log
}

# Of characters a token is one, so that the perplexities are the same and bits are their logarithm; it learned something.
scored() {
	[ "$(ask "SELECT DISTINCT metric FROM run_scores ORDER BY 1" | tr '\n' ' ')" = 'bits_per_character character_perplexity token_accuracy token_perplexity ' ] &&
		[ "$(ask "SELECT count(*) FROM run_scores b JOIN run_scores t ON t.run = b.run AND t.metric = 'token_perplexity'
			JOIN run_scores c ON c.run = b.run AND c.metric = 'character_perplexity'
			WHERE b.metric = 'bits_per_character' AND abs(t.value - c.value) < 1e-9 AND abs(b.value - log2(t.value)) < 1e-9 AND b.value BETWEEN 0.5 AND 4")" = 3 ]
}

samples() {
	[ "$(ask "SELECT count(*) FROM run_hypotheses WHERE test_set = 'held-out' AND length(hypothesis) = 20 AND length(reference) > 10")" = 6 ] &&
		ask "SELECT DISTINCT source FROM run_hypotheses" > sources && [ "$(wc -l < sources)" -eq 2 ] &&
		while read -r line; do grep -qxF "$line" test.txt || return 1; done < sources
}

shown() {
	"$program" compare text --db whole.db > log && grep -q '│ bits_per_character' log && ! grep -q BLEU log &&
		"$program" runs --db whole.db > log && grep -q bits_per_character log &&
		"$program" watch --once --db whole.db > log 2>&1 &&
		"$program" runs --db whole.db --where 'bits_per_character < 4' --sort bits_per_character --format csv > log && [ "$(wc -l < log)" -eq 4 ]
}

reported() {
	"$program" report text --db whole.db --out report.md > log && grep -q 'How contestants go on' report.md &&
		grep -q 'By held-out bits per character' report.md
}

planned() {
	run plan.db --dry-run --set match.parameters=5000 > log && grep -q 'nothing is run' log &&
		awk '$1 == "lstm" || $1 == "convs2s" || $1 == "transformer" { n++; if ($3 < 4500 || $3 > 5500) bad = 1 } END { exit bad || n != 3 }' log
}

explained() {
	"$program" models text.yaml --explain > log && grep -q 'N = 1 text of T' log && "$program" profile text.yaml --updates 2 > log
}

subwords() {
	run sub.db --only lstm --set 'data.subwords={model: bpe, size: 40}' --set train.stop.epochs=1 > log &&
		"$program" generate --db sub.db --run 1 --prompt 'the cat' --tokens 5 --quiet > out && head -c 7 out | grep -q 'the cat'
}

# Every architecture goes on, the prompt first, the same with the same seed, and longer than it was trained for.
generated() {
	for contestant in lstm convs2s transformer; do
		id=$(run_of $contestant)
		"$program" generate --db whole.db --run "$id" --prompt 'the c' --tokens 100 --seed 5 > one 2> speed &&
			"$program" generate --db whole.db --run "$id" --prompt 'the c' --tokens 100 --seed 5 --quiet > two 2> nothing &&
			"$program" generate --db whole.db --run "$id" --prompt 'the c' --tokens 100 --seed 6 > three 2>&1 || return 1
		cmp one two && ! cmp -s one three && [ "$(wc -m < one)" -eq 106 ] && head -c 5 one | grep -qx 'the c' && [ ! -s nothing ] &&
			grep -q '^100 tokens in .* tokens/s$' speed || return 1
	done
}

# Sample 1 is what it is alone; a prompt of several lines; from a pipe.
generated_more() {
	id=$(run_of lstm)
	"$program" generate --db whole.db --run "$id" --tokens 30 --quiet > one &&
		"$program" generate --db whole.db --run "$id" --tokens 30 --samples 3 --quiet > three && [ "$(grep -c '^---$' three)" -eq 2 ] &&
		[ "$(head -n "$(wc -l < one)" three)" = "$(cat one)" ] &&
		printf 'the cat sees a dog\nno b\n' | "$program" generate --db whole.db --run "$id" --prompt - --tokens 10 --top-k 1 --quiet > pipe &&
		"$program" generate --db whole.db --run "$id" --prompt 'the cat sees a dog
no b' --tokens 10 --temperature 0.01 --quiet > given && cmp pipe given && head -n 1 pipe | grep -qx 'the cat sees a dog' &&
		"$program" generate --db whole.db --run "$id" --prompt 'the Å' --tokens 3 2>&1 > /dev/null | grep -q "1 of the prompt's tokens are unknown"
}

packed() {
	"$program" pack "$(run_of transformer)" --db whole.db --out run.bakeoff > log &&
		"$program" generate --pack run.bakeoff --prompt 'a dog' --tokens 10 --quiet > one &&
		"$program" generate --db whole.db --run "$(run_of transformer)" --prompt 'a dog' --tokens 10 --quiet > two && cmp one two
}

attended() {
	"$program" attend --db whole.db --run "$(run_of transformer)" 'a dog' > log && [ -s log ]
}

toy() {
	sed 's/^data:.*/data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 60, valid_sentences: 4, test_sentences: 3}/' text.yaml > toy.yaml
	"$program" run toy.yaml --db toy.db --only convs2s --quiet > log
}

refused() {
	says 1 'language model, which has nothing to translate' "$program" translate --db whole.db --run 1 &&
		says 1 'give one text' "$program" attend --db whole.db --run "$(run_of transformer)" 'a' 'b' &&
		says 1 'give it one text to look at' "$program" attend --db whole.db --run "$(run_of transformer)" --statistics &&
		says 1 'has learned the task language-model' "$program" score --db whole.db --run 1 &&
		says 1 'is of translations' "$program" profile text.yaml --decode &&
		says 1 'nothing is searched from a source' "$program" profile text.yaml --only lstm --set search.shortlist=5 &&
		toy && says 1 'none of task: language-model' "$program" generate --db toy.db --run 1 &&
		says 2 'top_p = 2: must be' "$program" generate --db whole.db --run 1 --top-p 2 &&
		says 2 '--tokens' "$program" generate --db whole.db --run 1 --tokens 0 &&
		says 2 "write the text as --prompt 'TEXT'" "$program" generate --db whole.db --run 1 'In the' &&
		says 1 'invalid UTF-8 at byte 2' "$program" generate --db whole.db --run 1 --prompt "$(printf 'a\377')"
}

# Sampling from one token is greedy search, in translation too.
sampled() {
	printf 's1 s2 s3\ns4\n' > source
	"$program" translate --db toy.db --run 1 --beam 1 < source > greedy && "$program" translate --db toy.db --run 1 --sample --top-k 1 < source > one &&
		"$program" translate --db toy.db --run 1 --sample --top-p 0.001 < source > few && cmp greedy one && cmp greedy few
}

# wrong TEXT KEY=VALUE - a mistake in the file is told in a line.
wrong() {
	says 2 "$1" "$program" run text.yaml --db wrong.db --set "$2"
}

mistakes() {
	wrong 'must be one file' 'data.train=[train.txt, valid.txt]' &&
		wrong 'there is no such file' 'data.test.held-out=none.txt' &&
		wrong 'task: language-model needs a text, as in valid: valid.txt' 'data.valid=null' &&
		wrong 'has no source to encode' contestants.lstm.arrangement=encoder-decoder &&
		wrong 'is about an encoder, and task: language-model has none' contestants.lstm.encoder_layers=2 &&
		wrong 'is about the steps of a source' contestants.transformer.prefix=bidirectional &&
		wrong 'one stack of layers' 'contestants.lstm.encoder={layers: 2}' &&
		wrong 'is about translations' train.validate_bleu=5 &&
		says 2 'has a source' "$program" run toy.yaml --db wrong.db --set contestants.lstm.arrangement=decoder-only --set contestants.lstm.prefix=none
}

ok 'a run of three architectures' whole_run
ok 'two threads give the same bits' threads_run
ok 'killed and resumed it gives the same bits' killed_run
ok 'made again it gives the same bits' rerun
ok 'scores of a text' scored
ok 'samples are kept beside what follows' samples
ok 'compare, runs and watch show bits per character' shown
ok 'the report shows how contestants go on' reported
ok 'a plan, sizes matched' planned
ok 'explained and profiled' explained
ok 'subwords' subwords
ok 'generate: a text goes on' generated
ok 'generate: samples, prompts' generated_more
ok 'generate: from a pack' packed
ok 'attend: one text' attended
ok 'what it cannot do is said' refused
ok 'translate: samples from one token are greedy' sampled
ok 'mistakes in the file' mistakes
echo "1..$number"
