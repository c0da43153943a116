#!/bin/sh
# pack.sh - a run in one file does what the run does, and a hostile file does no harm. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 5, stop: {epochs: 2}}
search: {beam: 2, shortlist: 6}
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML
"$program" run small.yaml --db all.db > log 2>&1
printf 's1 s2 s3\ns4\n' > source

packed() {
	"$program" pack 2 --db all.db --out run.pack > told && grep -q '^run.pack: run 2, ' told && mkdir away && cp run.pack away
}

# away/ has the pack alone.
opened() {
	"$program" translate --db all.db --run 2 --nbest 2 < source > expected &&
		(cd away && "$program" translate --pack run.pack --nbest 2 < ../source) | cmp - expected &&
		(cd away && "$program" translate --db run.pack --run 1 --nbest 2 < ../source) | cmp - expected &&
		"$program" attend --db all.db --run 2 's1 s2' > expected &&
		(cd away && "$program" attend --pack run.pack 's1 s2') | cmp - expected &&
		"$program" attend --db all.db --run 2 --statistics --sentences 5 | sed s/run.2/run\ 1/ > expected &&
		(cd away && "$program" attend --pack run.pack --statistics --sentences 5) | cmp - expected &&
		"$program" score --db all.db --run 2 --metrics bleu chrf > expected &&
		(cd away && "$program" score --pack run.pack --metrics bleu chrf) | cmp - expected &&
		"$program" report --pack away/run.pack --format markdown > told && grep -q transformer told && ! grep -q lstm told
}

# What is unpacked, and packed again, is the same.
unpacked() {
	(cd away && "$program" unpack run.pack --db new.db) > told && grep -q 'run.pack: run 1 of new.db' told &&
		cmp all.runs/transformer*/model.safetensors away/new.runs/transformer*/model.safetensors &&
		cmp all.runs/transformer*/lexicon away/new.runs/transformer*/lexicon &&
		"$program" translate --db all.db --run 2 < source > expected &&
		"$program" translate --db away/new.db --run 1 < source | cmp - expected &&
		"$program" unpack away/run.pack --db all.db > told && grep -q 'has this run already' told &&
		"$program" pack 1 --db away/new.db --out again.pack > told && cmp run.pack again.pack
}

mistakes() {
	says 1 'is there already' "$program" pack 2 --db all.db --out run.pack &&
		says 1 'has no run 9' "$program" pack 9 --db all.db &&
		says 2 'give the number of one run' "$program" pack &&
		says 1 'all.db is no pack' "$program" translate --pack all.db &&
		says 2 'give --run ID or --pack FILE' "$program" translate --pack run.pack --run 1 &&
		says 2 'name one experiment, or a pack' "$program" report --pack run.pack small &&
		mv all.runs/transformer*/lexicon kept && says 1 'lexicon' "$program" translate --db all.db --run 2 < source && mv kept "$(echo all.runs/transformer*)"/lexicon &&
		says 1 'none.pack' "$program" unpack none.pack --db other.db && [ ! -e other.db ] &&
		mv all.runs gone.runs && says 1 'source.vocabulary' "$program" translate --db all.db --run 2 < source && mv gone.runs all.runs &&
		[ -z "$(find . -name '*.tmp-*')" ]
}

not_done() {
	sqlite3 all.db ".backup part.db" && sqlite3 part.db "UPDATE runs SET status = 'interrupted'" &&
		says 1 'run 2 is interrupted: only a run that is done' "$program" pack 2 --db part.db
}

# hostile SQL TEXT - a pack that was changed so is refused in one line that has the text.
hostile() {
	cp run.pack evil.pack && sqlite3 evil.pack "$1" && says 1 "$2" "$program" translate --pack evil.pack < source
}

hostile_packs() {
	hostile "UPDATE sqlar SET sz = 5 WHERE name LIKE '%safetensors'" 'is not whole, or compressed' &&
		hostile "UPDATE sqlar SET data = 'text', sz = 4" 'is not whole, or compressed' &&
		hostile "UPDATE sqlar SET name = '../model.safetensors' WHERE name = 'model.safetensors'" 'has no model.safetensors' &&
		hostile "UPDATE sqlar SET data = substr(data, 1, 5000), sz = 5000 WHERE name = 'model.safetensors'" 'model.safetensors in it' &&
		hostile "UPDATE sqlar SET data = zeroblob(5000), sz = 5000" 'source.vocabulary in it' &&
		hostile "UPDATE runs SET settings = json_set(settings, '$.model.width', 16000)" 'belongs to a model with other settings' &&
		hostile "UPDATE runs SET settings = json_set(settings, '$.data.longest', 1e15)" 'data.longest' &&
		hostile "UPDATE runs SET settings = '[]'" 'bakeoff translate' &&
		hostile "DELETE FROM runs" 'it has 0 runs' &&
		hostile "DROP TABLE sqlar; CREATE VIEW sqlar AS SELECT 1 AS name" 'is no pack' &&
		hostile "DROP TABLE sqlar; CREATE TABLE sqlar (name)" 'bakeoff translate'
}

# What else is in it stays there, and folders have names of ours.
inside() {
	cp run.pack evil.pack && mkdir box &&
		sqlite3 evil.pack "INSERT INTO sqlar VALUES ('../evil', 33188, 0, 4, x'41424344'), ('/etc/evil', 33188, 0, 4, x'41424344'),
			('x.sh', 33261, 0, 4, x'41424344'); UPDATE runs SET folder = '../../away', contestant = '../a/b'" &&
		"$program" unpack evil.pack --db box/in.db && [ "$(find box -type f -path '*runs*' | wc -l)" -eq 4 ] &&
		[ -f "$(find box/in.runs -mindepth 1 -maxdepth 1 -name '_._a_b-s1-*')/model.safetensors" ] && [ ! -e evil ] && [ ! -e box/evil ]
}

# Cut anywhere, or with bytes changed, it is an error or a translation, never a crash.
damaged() {
	size=$(wc -c < run.pack)
	for part in 1 3 5 7 9; do
		head -c $((size * part / 10)) run.pack > cut.pack
		"$program" translate --pack cut.pack < source > out 2> err
		[ $? -le 1 ] || return 1
		cp run.pack flip.pack && printf '\377\376\375' | dd of=flip.pack bs=1 seek=$((size * part / 10 + 7)) conv=notrunc 2> /dev/null
		"$program" translate --pack flip.pack < source > out 2> err
		[ $? -le 1 ] || return 1
		"$program" unpack flip.pack --db "flip$part.db" > out 2> err
		[ $? -le 1 ] || return 1
	done
}

ok 'pack: a run becomes a file' packed
ok 'pack: the file translates, attends, scores and reports as the run does' opened
ok 'pack: unpacked it is the run again' unpacked
ok 'pack: mistakes are named' mistakes
ok 'pack: damaged files are errors' damaged
if command -v sqlite3 > /dev/null; then
	ok 'pack: only what is done' not_done
	ok 'pack: hostile files are refused' hostile_packs
	ok 'pack: nothing gets out of its folder' inside
fi
echo "1..$number"
cd "$home" || exit 1
