#!/bin/sh
# manage.sh - the commands around runs: choosing, tagging, deleting. Prints TAP; BAKEOFF names the program.
set -u

program=$(realpath "${BAKEOFF:-build/release/bakeoff}")
home=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
number=0

# ok NAME COMMAND... - one test: the command succeeds.
ok() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" > "$work/said" 2>&1; then
		echo "ok $number - $name"
	else
		sed 's/^/# /' "$work/said"
		echo "not ok $number - $name"
	fi
}

# says STATUS TEXT COMMAND... - the command exits with the status and says the text in one line of standard error.
says() {
	status=$1
	text=$2
	shift 2
	"$@" > "$work/out" 2> "$work/err" < /dev/null
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -qF -- "$text" "$work/err" || [ "$(wc -l < "$work/err")" -ne 1 ]; then
		echo "exit status $got, expected $status and one line with: $text"
		cat "$work/out" "$work/err"
		return 1
	fi
}

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
		"$program" compare small --db all.db --where 'contestant = lstm' > table && grep -q lstm table && ! grep -q transformer table
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
	says 2 '--yes deletes 2 runs' "$program" rm 1 2 --db copy.db && chosen '1 2 3 4 ' 'id > 0' || return 1
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
	"$program" watch --db live.db --interval 1 > live.end &
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
	"$program" watch --db lost.db > lost.said && grep -q '1 lost: the process is gone' lost.said && grep -q 'lstm.* lost ' lost.said &&
		"$program" rm 1 --yes --db lost.db && "$program" watch --db lost.db | grep -qx 'Nothing is running.'
}

# A database of an older version is chosen from too, and stays as it is.
older() {
	sqlite3 old.db < "$home/tests/golden/results_v1.sql" && before=$(cksum < old.db) && db=old.db || return 1
	[ -n "$(ids 'id > 0 and not tag = keep')" ]
	status=$?
	db=all.db
	[ "$(cksum < old.db)" = "$before" ] && return $status
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
ok 'rm: neither number nor condition' says 2 'give either' "$program" rm --yes --db all.db
ok 'rm: a number that is none' says 2 'must be a whole number' "$program" rm 1x --yes --db all.db
echo "1..$number"
cd "$home" || exit 1
