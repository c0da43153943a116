#!/bin/sh
# pictures.sh - draw and describe: tiny runs, their scores, pictures out and in, mistakes. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

for task in draw describe; do
	cat > $task.yaml <<YAML
experiment: $task
data: {task: $task, picture: {size: 16, tokens: patches, codebook: 64}, train_sentences: 600, valid_sentences: 20, test_sentences: 12, longest: 20}
train: {batch_tokens: 256, learning_rate: 0.01, warmup: 10, label_smoothing: 0, stop: {epochs: 3}}
search: {beam: 1, longest: {factor: 0, offset: 20}}
contestants:
  lstm: {architecture: rnn, width: 24, hidden: 24, encoder_layers: 1}
  transformer: {architecture: transformer, width: 24, heads: 2, feed_forward: 32, encoder_layers: 1, decoder_layers: 1}
YAML
done
caption='a small red circle above a blue square'

both_run() {
	"$program" run draw.yaml --db pictures.db > log && grep -q 'test: picture accuracy' log && ! grep -q 'test: BLEU' log &&
		"$program" run describe.yaml --db pictures.db > log
}

stored() {
	"$program" query --db pictures.db --format csv --sql "SELECT count(*) FROM run_scores WHERE metric = '$1' AND value BETWEEN 0 AND 100" | tail -n 1
}

accuracies_are_stored() {
	for metric in shape colour size place relation picture; do
		[ "$(stored ${metric}_accuracy)" -eq 8 ] || return 1
	done
	[ "$("$program" query --db pictures.db --format csv --sql "SELECT group_concat(DISTINCT test_set) FROM run_scores" | tail -n 1)" = '"new_combinations,test"' ]
}

# Reference pictures and captions of the database, scored by SQL: every reference of `draw` has 16 patches.
patches_are_words() {
	[ "$("$program" query --db pictures.db --format csv --sql "SELECT count(*) FROM run_hypotheses
		WHERE run = 1 AND length(reference) = 16 * 17 - 1" | tail -n 1)" -eq 24 ]
}

draws() {
	"$program" draw --run 2 --db pictures.db --out one.png "$caption" > one &&
		[ "$(head -n 16 one | grep -cE '^[.rgby]{16}$')" -eq 16 ] && grep -qE '^(as|not as) asked' one && file_is_png one.png
}

file_is_png() {
	[ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]
}

chooses() {
	"$program" draw --run 2 --db pictures.db --samples 8 --rank 4 --threads 1 "$caption" > best &&
		"$program" draw --run 2 --db pictures.db --samples 8 --rank 4 --threads 2 "$caption" > again &&
		cmp best again && grep -q 'log p(caption | picture) = -.*, the best of' best &&
		"$program" draw --run 2 --db pictures.db --samples 8 --out all.png "$caption" > all && grep -q 'as asked' all
}

# The best of eight is kept beside the search's, the same at any number of threads; a run made again, and the mean of runs, are without it.
best_of_eight() {
	"$program" runs draw --db pictures.db --format csv > before
	for threads in 1 2; do
		cp pictures.db eight.db && rm -rf eight.runs && cp -r pictures.runs eight.runs &&
			"$program" draw --run 2 --db eight.db --samples 8 --rank 4 --test --threads $threads > said.$threads || return 1
		"$program" query --db eight.db --format csv --sql "SELECT run, test_set, sentence, hypothesis, log_probability FROM hypotheses" > kept.$threads
	done
	grep -q '^test, best of 8: [0-9.]* % of 12 as asked, [0-9.]* % of the search.s$' said.1 && cmp said.1 said.2 && cmp kept.1 kept.2 &&
		"$program" runs draw --db eight.db --format csv | cmp - before && "$program" rerun 2 --db eight.db > log && grep -qx 'The bits are equal.' log
}

# Samples of the first caption are the same where it is drawn alone.
kept_is_drawn() {
	"$program" query --db eight.db --format tsv --sql "SELECT hypothesis FROM hypotheses WHERE test_set = 'test, best of 8' AND sentence = 0" | tail -n 1 |
		awk '{ for (y = 0; y < 16; y++) { for (x = 0; x < 16; x++) printf "%s", substr($(int(y / 4) * 4 + int(x / 4) + 1), y % 4 * 4 + x % 4 + 1, 1); print "" } }' > kept
	first=$("$program" query --db eight.db --format tsv --sql "SELECT source FROM hypotheses WHERE test_set = 'test' AND run = 2 AND sentence = 0" | tail -n 1)
	"$program" draw --run 2 --db eight.db --samples 8 --rank 4 "$first" > alone && head -n 16 alone | cmp - kept
}

# More samples, of which the first are the same, have a better best.
more_is_better() {
	for samples in 8 64; do
		"$program" draw --run 2 --db pictures.db --samples $samples --rank 4 "$caption" | sed -n 's/^log p.* = \(.*\), the best.*/\1/p'
	done > best.of && awk 'NR == 1 { few = $1 } END { exit !(NR == 2 && $1 > few) }' best.of
}

shown_beside() {
	[ "$("$program" query --db eight.db --format csv --sql "SELECT count(*) FROM run_hypotheses b JOIN run_hypotheses s USING (run, sentence, source)
		WHERE b.test_set = s.test_set || ', best of 8'" | tail -n 1)" -eq 24 ] &&
		[ "$("$program" query --db eight.db --format csv --sql "SELECT count(*) FROM run_scores WHERE metric = 'picture_accuracy'
			AND test_set LIKE '%, best of 8' AND signature LIKE 'samples:8|temperature:1|seed:1|ranked:transformer-%'" | tail -n 1)" -eq 2 ] &&
		"$program" report draw --db eight.db --out eight.html && [ "$(grep -o '>transformer, best of 8<' eight.html | wc -l)" -eq 4 ] &&
		! grep -q '>lstm, best of 8<' eight.html &&
		"$program" draw --run 2 --db eight.db --samples 16 --rank 4 --test > log && "$program" report draw --db eight.db --out eight.md &&
		[ "$(grep -oE '^\| transformer, best of [0-9]+' eight.md | tail -n 2 | grep -oE '[0-9]+' | tr '\n' ' ')" = '8 16 ' ]
}

describes() {
	"$program" describe --run 4 --db pictures.db one.png > said && grep -q '^a' said &&
		"$program" describe --run 4 --db pictures.db one.png one.png > two && [ "$(grep -c '^one.png: a' two)" -eq 2 ]
}

reports() {
	"$program" report draw --db pictures.db --out draw.html && grep -q 'img src="data:image/png;base64,iVBOR' draw.html &&
		"$program" report describe --db pictures.db --out describe.html && grep -q 'img src="data:image/png;base64,iVBOR' describe.html &&
		"$program" report draw --db pictures.db --out draw.md && grep -q 'Pictures' draw.md && ! grep -q '>1e-09</text>' draw.html
}

# Captions that say what was asked are right though the codebook's picture is coarse: as they are scored.
marks_as_scored() {
	cp pictures.db right.db && sqlite3 right.db "UPDATE hypotheses SET hypothesis = reference WHERE run > 2" &&
		"$program" report describe --db right.db --out right.html && [ "$(grep -c '<u>a ' right.html)" -eq 0 ] && grep -q '<u>a ' describe.html
}

ok 'pictures: both tasks train' both_run
ok 'pictures: accuracies of both test sets are stored' accuracies_are_stored
ok 'pictures: a reference is as many words as a picture has patches' patches_are_words
ok 'pictures: a caption is drawn, and written as a PNG' draws
ok 'pictures: the best of eight is the same at any number of threads' chooses
ok 'pictures: the best of eight of each test caption is kept' best_of_eight
ok 'pictures: which is the one that draw shows' kept_is_drawn
ok 'pictures: the best of more is better' more_is_better
ok 'pictures: and shown beside the picture of the search' shown_beside
ok 'pictures: what was drawn is described' describes
# What counts of pictures is whether they are right, in every command.
ranked() {
	"$program" runs --db pictures.db --format csv > log && [ "$(grep -c 'picture_accuracy' log)" -eq 4 ] && ! grep -q BLEU log &&
		"$program" compare draw --db pictures.db > log && grep -q '│ picture_accuracy' log && [ "$(wc -L < log)" -le 100 ] &&
		[ "$(grep -cx 'test\|new_combinations' log)" -eq 2 ] && ! grep -q 'BLEU apart\|by .* BLEU' log
}

ok 'pictures: reports show them' reports
ok 'pictures: a right caption is marked as right' marks_as_scored
ok 'pictures: ranked by what is right' ranked
ok 'pictures: a caption outside of the grammar' says 2 "'purple' where small, large, red, green, blue or yellow should stand" \
	"$program" draw --run 2 --db pictures.db 'a purple circle in the middle'
ok 'pictures: a run of the other task' says 1 'run 4 has learned the task describe; this needs a run of draw' \
	"$program" draw --run 4 --db pictures.db "$caption"
ok 'pictures: ranked by a run that draws' says 1 'run 2 has learned the task draw; this needs a run of describe' "$program" draw --run 2 --db pictures.db --samples 2 --rank 2 "$caption"
ok 'pictures: to rank one picture' says 2 'give --samples too' "$program" draw --run 2 --db pictures.db --rank 4 "$caption"
ok 'pictures: a test of one picture each' says 2 'give --samples and --rank too' "$program" draw --run 2 --db pictures.db --samples 8 --test
ok 'pictures: a test with a caption' says 2 'and none beside' "$program" draw --run 2 --db pictures.db --samples 8 --rank 4 --test "$caption"
ok 'pictures: a test in no database' says 1 'no database none.db' "$program" draw --run 2 --db none.db --samples 8 --rank 4 --test
echo nothing > bad.png
ok 'pictures: a file that is no PNG' says 1 'bad.png: cannot be read as a PNG' "$program" describe --run 4 --db pictures.db bad.png
head -c 60 one.png > cut.png
ok 'pictures: a PNG that is cut short' says 1 'cut.png: cannot be read as a PNG' "$program" describe --run 4 --db pictures.db cut.png
ok 'pictures: eight pictures are not square' says 1 'must be square' "$program" describe --run 4 --db pictures.db all.png
ok 'pictures: a sentence that is too short' says 2 'may have 16 tokens and its end: make it 17 or more' \
	"$program" run draw.yaml --db short.db --set data.longest=12
echo "1..$number"
