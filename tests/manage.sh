#!/bin/sh
# manage.sh - the commands around runs: choosing, tagging, deleting. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 15}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, report_every: 2, stop: {epochs: 2}}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML

# ids CONDITION... - the numbers of the chosen runs, in a line.
ids() {
	"$program" runs --db "${db:-all.db}" --format csv --where "$@" | sed 1d | cut -d, -f1 | tr '\n' ' '
}

# chosen EXPECTED CONDITION... - the condition chooses these runs.
chosen() {
	want=$1
	shift
	got=$(ids "$@")
	[ "$got" = "$want" ] || { echo "chose: $got, expected: $want"; return 1; }
}

trained() {
	"$program" run small.yaml --db all.db --quiet --threads 2
}

filtered() {
	chosen '1 3 ' 'contestant = lstm' && chosen '4 ' 'seed = 2 and not contestant = lstm' &&
		chosen '4 3 2 1 ' 'status = done' --sort=-id && chosen '1 ' 'train.learning_rate <= 0.01' --limit 1 &&
		"$program" compare small --db all.db --where 'contestant = lstm' > table && grep -q lstm table && ! grep -q transformer table &&
		[ "$("$program" query summaries small --db all.db --where 'seed = 2' --format csv | sed 1d | cut -d, -f1 | sort -u | tr '\n' ' ')" = '3 4 ' ] &&
		"$program" report small --db all.db --where 'contestant = lstm' --format markdown > report.md && grep -q lstm report.md && ! grep -q transformer report.md &&
		[ "$("$program" runs --db all.db --where 'seed = 7')" = 'no run is so' ]
}

tagged() {
	"$program" tag 2 keep 'best of all' --db all.db && "$program" tag 3 keep --db all.db && chosen '2 3 ' 'tag = keep' &&
		chosen '2 ' 'tag = keep and tag ~ best*' && chosen '1 4 ' 'tag != keep' &&
		"$program" tag 3 keep keep --remove --db all.db && chosen '2 ' 'tag = keep' &&
		"$program" note 2 "it's \"the\" one; really" --db all.db && chosen '2 ' 'note ~ "it?s *"' &&
		"$program" note 2 --remove --db all.db && chosen '' 'note ~ *'
}

# A copy to delete from: rows and folders go, others stay.
deleted() {
	cp all.db copy.db && cp -r all.runs copy.runs && db=copy.db || return 1
	says 2 '--yes deletes 2 runs' "$program" rm 1 2 --db copy.db < /dev/null && chosen '1 2 3 4 ' 'id > 0' || return 1
	says 1 'has no run 9' "$program" rm 1 9 --yes --db copy.db && chosen '1 2 3 4 ' 'id > 0' || return 1
	"$program" rm 1 1 --yes --db copy.db && chosen '2 3 4 ' 'id > 0' && [ "$(ls copy.runs | grep -c lstm)" -eq 1 ] || return 1
	"$program" rm --where 'contestant = transformer and seed = 2' --yes --db copy.db && chosen '2 3 ' 'id > 0' &&
		[ "$(ls copy.runs | grep -c transformer)" -eq 1 ] &&
		[ "$("$program" query --db copy.db --format csv --sql 'SELECT count(DISTINCT run) FROM points' | tail -n 1)" -eq 2 ] &&
		"$program" rm --where 'seed = 7' --yes --db copy.db && "$program" doctor --db copy.db > /dev/null || return 1
	# What was deleted is made again.
	"$program" run small.yaml --db copy.db --quiet --only lstm && [ "$(ids 'contestant = lstm' | wc -w)" -eq 2 ]
	status=$?
	db=all.db
	return $status
}

# A run that a process holds stays, and so do the others that were named.
held() {
	folder=$(ls -d all.runs/lstm-s1-*)
	flock "$folder/lock" -c "'$program' rm 1 2 --yes --db all.db" 2> err
	[ $? -eq 1 ] && grep -q 'run 1 (lstm, seed 1) is running' err && chosen '1 2 3 4 ' 'id > 0'
}

# A row cannot point the deletion elsewhere.
outside() {
	mkdir -p precious && : > precious/file && cp all.db evil.db &&
		sqlite3 evil.db "UPDATE runs SET folder = '../precious' WHERE id = 1" && "$program" rm 1 --yes --db evil.db &&
		[ -e precious/file ]
}

# Another process trains; its lines come, its end is seen. A run whose process was killed is lost.
watched() {
	"$program" run small.yaml --db live.db --quiet --only lstm --set train.stop.epochs=100000 --set 'seeds=[1]' > /dev/null 2>&1 &
	child=$!
	for try in $(seq 100); do
		"$program" watch --db live.db --once --json > live.json 2> /dev/null && grep -q '"train_loss":[0-9]' live.json && break
		sleep 0.05
	done
	grep -q '"status":"running","lost":false' live.json && "$program" watch small --db live.db --once > live
	status=$?
	kill -INT $child
	timeout 30 "$program" watch --db live.db --interval 1 > live.end &
	watcher=$!
	wait $child
	wait $watcher || status=1
	grep -q '^ *1  lstm .*▁' live && tail -n 1 live.end | grep -q '^Nothing is running' || { cat live live.end; status=1; }
	"$program" query --db live.db --format csv --sql "SELECT status FROM runs" | grep -q interrupted || status=1
	return $status
}

lost() {
	"$program" run small.yaml --db lost.db --quiet --only lstm --set train.stop.epochs=100000 --set 'seeds=[1]' > /dev/null 2>&1 &
	child=$!
	for try in $(seq 100); do
		"$program" runs --db lost.db 2> /dev/null | grep -q running && break
		sleep 0.05
	done
	kill -KILL $child
	wait $child 2> /dev/null
	timeout 30 "$program" watch --db lost.db > lost.said && grep -q '1 lost: the process is gone' lost.said && grep -q 'lstm.* lost ' lost.said &&
		"$program" rm 1 --yes --db lost.db && timeout 30 "$program" watch --db lost.db | grep -qx 'Nothing is running.'
}

# A database of an older version is chosen from too, and stays as it is.
older() {
	sqlite3 old.db < "$home/tests/golden/results_v1.sql" && before=$(cksum < old.db) && db=old.db || return 1
	[ -n "$(ids 'id > 0 and not tag = keep')" ] && "$program" compare golden --db old.db --where 'seed = 1' > table &&
		"$program" report golden --db old.db --where 'seed = 1' > table
	status=$?
	db=all.db
	[ "$(cksum < old.db)" = "$before" ] && return $status
}

# count SQL - one number of the database.
count() {
	"$program" query --db all.db --format csv --sql "$1" | tail -n 1
}

tables() {
	"$program" export small --db all.db && "$program" export --run 2 --db all.db --out one > /dev/null || return 1
	for table in runs points scores hypotheses; do
		[ "$(wc -l < export/$table.csv)" -eq $((1 + $(count "SELECT count(*) FROM $table"))) ] || { wc -l export/*; return 1; }
		[ "$(head -n 1 export/$table.csv)" = "$(head -n 1 one/$table.csv)" ] || return 1
	done
	"$program" export small --db all.db --format jsonl > /dev/null && [ "$(wc -l < export/runs.jsonl)" -eq 4 ] &&
		head -n 1 export/scores.jsonl | grep -q '^{"run": *1, .*"metric": *"BLEU"' || return 1
	[ "$(wc -l < one/runs.csv)" -eq 2 ] && grep -q '^2,small,transformer,1,done,' one/runs.csv &&
		"$program" export --where 'seed = 2' --db all.db --out two > /dev/null && [ "$(wc -l < two/runs.csv)" -eq 3 ]
}

# Each record's checksums hold, steps do not fall, and the curve is the database's in 32 bits.
events() {
	"$program" export small --db all.db --format tensorboard --out board > /dev/null &&
		[ "$(find board -name 'events.out.tfevents.*' | wc -l)" -eq 4 ] || return 1
	"$program" query --db all.db --format csv --sql "SELECT step, value FROM run_curves WHERE run = 1 AND metric = 'train_loss'" > curve.csv
	! command -v python3 > /dev/null || python3 - board/small/run1*/events* curve.csv <<'PYTHON'
import csv, struct, sys
def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
def fields(data):
    at, found = 0, {}
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            assert key & 7 == 5
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        found[key >> 3] = value
    assert at == len(data)
    return found
data, at, events = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    size, check = struct.unpack_from("<QI", data, at)
    assert check == masked(data[at:at + 8])
    record = data[at + 12:at + 12 + size]
    assert struct.unpack_from("<I", data, at + 12 + size)[0] == masked(record)
    events.append(fields(record))
    at += 16 + size
assert events[0][3] == b"brain.Event:2"
points = [(e.get(2, 0), fields(fields(e[5])[1]), e[1]) for e in events[1:]]
assert all(a[0] <= b[0] and a[2] <= b[2] for a, b in zip(points, points[1:]))
curve = [(step, value[2]) for step, value, _ in points if value[1] == b"train_loss"]
rows = list(csv.reader(open(sys.argv[2])))[1:]
assert curve == [(int(s), struct.unpack("<f", struct.pack("<f", float(v)))[0]) for s, v in rows] and curve
assert any(value[1] == b"test/test/BLEU" for _, value, _ in points)
PYTHON
}

again_equal() {
	"$program" rerun 2 --db all.db --threads 1 > said.again && grep -qx 'The bits are equal.' said.again && ! [ -e all-rerun2.db ] && ! [ -e all-rerun2.runs ] &&
		[ "$(grep -c '^[a-z]*  *equal' said.again)" -eq 4 ] || { cat said.again; return 1; }
}

# One bit of one point and a hypothesis are others: said, with the first place, and the second run is kept for a look.
again_other() {
	cp all.db bit.db && cp -r all.runs bit.runs && sqlite3 bit.db "UPDATE points SET value = value * (1 + 2.3e-16) WHERE run = 1 AND step = 4
			AND metric = (SELECT id FROM metrics WHERE name = 'train_nll');
		UPDATE hypotheses SET hypothesis = 'other' WHERE run = 1 AND sentence = 3; UPDATE runs SET compiler = 'pcc' WHERE id = 1" || return 1
	"$program" rerun 1 --db bit.db --quiet > said.again
	[ $? -eq 1 ] && grep -q '^curves  *1 of [0-9]* differ, first update 4, train_nll: [0-9.]*, was [0-9.]*$' said.again &&
		grep -q '^hypotheses  *1 of 15 differ, first test, sentence 3, hypothesis: .* was "other"$' said.again &&
		grep -q 'compiler: .*, was pcc' said.again && grep -q '^weights  *equal$' said.again && grep -qx 'The bits are not equal.' said.again &&
		[ -e bit-rerun1.db ] || { cat said.again; return 1; }
	"$program" rerun 1 --db bit.db --quiet | grep -q 'had it already'
}

# Texts: where they were, elsewhere, changed, gone.
again_texts() {
	mkdir -p texts moved && for part in train valid test; do
		for side in de en; do
			awk -v n=$side -v part=$part 'BEGIN { for (i = 0; i < (part == "train" ? 60 : 6); i++) print n i % 7, n i % 5, n i % 3 }' > texts/$part.$side
		done
	done
	cat > texts.yaml <<'YAML'
experiment: texts
data: {train: [texts/train.de, texts/train.en], valid: [texts/valid.de, texts/valid.en], subwords: {model: words, size: 30},
  test: {b: [texts/test.de, texts/test.en], a: [texts/valid.de, texts/valid.en]}}
train: {batch_tokens: 64, warmup: 4, stop: {updates: 6}}
contestants: {lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}}
YAML
	"$program" run texts.yaml --db texts.db --quiet > /dev/null || return 1
	(cd moved && "$program" rerun 1 --db ../texts.db --quiet > ../said.again) || { cat said.again; return 1; }
	cp texts/* moved/ && echo 'de1 de2' >> moved/test.de && echo 'en1' >> moved/test.en || return 1
	says 1 'the text of b has changed since run 1' "$program" rerun 1 --db texts.db --quiet --data moved || return 1
	rm texts/train.en
	says 1 'texts/train.en cannot be read' "$program" rerun 1 --db texts.db --quiet || return 1
	cp moved/train.en texts/ && rm texts.runs/lstm*/data.json &&
		says 1 'name their folder with --data' "$program" rerun 1 --db texts.db --quiet
}

ok 'a small experiment' trained
ok 'runs, compare: conditions, order and limit' filtered
ok 'runs: a mistake in a condition is shown by its column' says 1 'column 8, near "x": a number' "$program" runs --db all.db --where 'seed = x'
ok 'runs: a mistake in what to sort by' says 1 '--sort: tga is no column, metric or setting; did you mean tag?' "$program" runs --db all.db --sort tga
ok 'tag, note: given, found and taken away' tagged
ok 'tag: no such run' says 1 'no run 99' "$program" tag 99 keep --db all.db
ok 'tag: no comma' says 1 'no commas' "$program" tag 1 'a, b' --db all.db
ok 'tag: no name' says 2 'give a run' "$program" tag 1 --db all.db
ok 'note: no database is made' says 1 'no database none.db' "$program" note 1 text --db none.db
ok 'rm: rows and files go, or nothing does' deleted
ok 'rm: a run that is running is refused' held
! command -v sqlite3 > /dev/null || ok 'rm: a folder elsewhere is left alone' outside
ok 'watch: a run of another process, to its end' watched
ok 'watch: a run whose process is gone is lost, and can be deleted' lost
! command -v sqlite3 > /dev/null || ok 'runs: conditions on a database of an older version' older
ok 'watch: no database' says 1 'no database none.db' "$program" watch --db none.db
ok 'watch: no such experiment' says 1 'no experiment none' "$program" watch none --db all.db
ok 'export: tables have every row' tables
ok 'export: events of TensorBoard' events
ok 'export: no such run' says 1 'no run 99' "$program" export --run 99 --db all.db
ok 'export: no such format' says 2 'csv, jsonl or tensorboard' "$program" export small --db all.db --format xml
ok 'export: a file in the place of the folder' says 1 'cannot make this folder' "$program" export small --db all.db --out small.yaml
ok 'rerun: the same bits' again_equal
! command -v sqlite3 > /dev/null || ok 'rerun: what differs is named' again_other
ok 'rerun: texts are found, or what is wrong with them is said' again_texts
ok 'rerun: no such run' says 1 'no run 99' "$program" rerun 99 --db all.db
ok 'rerun, export, watch: an option that is none, in one line with its remedy' sh -c "for c in rerun export watch rm tag runs report; do
	'$program' \$c --bogus 2>&1 | grep -q \"^bakeoff \$c: --bogus is unknown; \" || exit 1; done"
ok 'rerun: no number' says 2 'the number of one run' "$program" rerun --db all.db
ok 'rm: neither number nor condition' says 2 'give either' "$program" rm --yes --db all.db
ok 'rm: a number that is none' says 2 'must be a whole number' "$program" rm 1x --yes --db all.db
echo "1..$number"
cd "$home" || exit 1
