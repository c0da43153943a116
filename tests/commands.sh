#!/bin/sh
# commands.sh - the program as its user meets it: runs, interruptions, mistakes. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 600, valid_sentences: 40, test_sentences: 30}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, validate_bleu: 6, stop: {epochs: 3}}
search: {beam: 2}
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 12, encoder_layers: 2, decoder_layers: 2}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
YAML

run() {
	"$program" run small.yaml --db "$@"
}

whole_run() {
	run whole.db --threads 1 > log && grep -q transformer log && [ -s whole.db ]
}

skipped_run() {
	run whole.db --threads 1 > log && [ "$(grep -c 'done already' log)" -eq 3 ]
}

threads_run() {
	run two.db --threads 2 > log && same whole two
}

# Killed at any moment again and again, it ends with what an undisturbed run gives.
killed_run() {
	for delay in 0.02 0.05 0.1 0.15 0.2 0.3 0.4 0.25 0.35 0.12 0.18; do
		timeout -s KILL "$delay" "$program" run small.yaml --db killed.db > /dev/null 2>&1
	done
	run killed.db > log && same whole killed
}

interrupted_run() {
	run stopped.db > log 2>&1 &
	child=$!
	sleep 0.3
	kill -INT $child
	wait $child
	status=$?
	if [ $status -eq 0 ]; then
		same whole stopped # it had ended before
		return
	fi
	[ $status -eq 1 ] && grep -q 'goes on from here' log && run stopped.db > log && same whole stopped
}

first_run() {
	"$program" query --db whole.db --format csv --sql 'SELECT min(id) FROM runs' | tail -n 1
}

# What follows the first line is written when its answer is there.
streamed() {
	printf 's1 s2 s3\n\ns4\n' | "$program" translate --db whole.db --run "$(first_run)" > hypotheses || return 1
	: > answers
	{
		echo 's1 s2 s3'
		for try in $(seq 100); do [ ! -s answers ] || break; sleep 0.1; done
		[ ! -s answers ] || printf '\ns4\n'
	} | "$program" translate --db whole.db --run "$(first_run)" --stream > answers &&
		cmp hypotheses answers &&
		echo s1 | says 1 '--stream: not together with --sample' "$program" translate --db whole.db --run "$(first_run)" --stream --sample
}

in_integers() {
	for weights in float32 int8; do
		printf 's1 s2 s3\ns4\n' | "$program" translate --db whole.db --run "$(first_run)" --nbest 1 --weights "$weights" > "$weights.out" || return 1
	done
	! cmp -s float32.out int8.out && [ "$(wc -l < int8.out)" -eq 2 ] && sed 's/.*||| //' float32.out int8.out |
		awk '{ x[NR] = $1 } END { for (i = 1; i <= 2; i++) if (x[i + 2] / x[i] < 0.7 || x[i + 2] / x[i] > 1.4) exit 1 }'
}

translated() {
	printf 's1 s2 s3\n\ns4\n' | "$program" translate --db whole.db --run "$(first_run)" > hypotheses &&
		[ "$(wc -l < hypotheses)" -eq 3 ]
}

nbest() {
	printf 's1 s2 s3\n' | "$program" translate --db whole.db --run "$(first_run)" --beam 4 --nbest 3 > hypotheses &&
		[ "$(grep -c '^0 ||| ' hypotheses)" -eq 3 ]
}

sampled() {
	for i in 1 2; do
		printf 's1 s2 s3\ns5 s5\n' | "$program" translate --db whole.db --run "$(first_run)" --sample --seed 3 \
			--nbest 4 > "sample$i" || return 1
	done
	cmp sample1 sample2
}

# Forced scores of a run's own n-best are the totals that the search found, best first.
forced() {
	printf 's1 s2 s3\ns1 s2 s3\n' > source
	"$program" translate --db whole.db --run "$(first_run)" --beam 4 --nbest 2 --length-penalty 0 < source > nbest || return 1
	sed -n 's/^0 ||| \(.*\) ||| .*/\1/p' nbest > target
	sed -n 's/^0 ||| .* ||| //p' nbest > total
	"$program" translate --db whole.db --run "$(first_run)" --force target < source > scores || return 1
	paste total scores | awk '{ n++; d = $1 - $2; if (d > 1e-3 || d < -1e-3) bad = 1 } END { exit bad || n != 2 }'
}

attended() {
	"$program" attend --db whole.db --run "$(first_run)" 's1 s2 s3' > map && grep -q 'cross-attention' map
}

averaged() {
	run averaged.db --set train.average=2 --only transformer > log && ls averaged.runs/*/recent-1.safetensors
}

# Another experiment in the same database trains anew, and so does a new database beside old checkpoints.
separate() {
	sed 's/experiment: small/experiment: other/' small.yaml > other.yaml
	rm -rf separate.db* separate.runs
	run separate.db --only lstm > log && "$program" run other.yaml --db separate.db --only lstm > log || return 1
	[ "$("$program" query --db separate.db --format csv --sql "SELECT count(*) FROM run_summaries
		WHERE metric = 'train_loss'" | tail -n 1)" -eq 2 ] || return 1
	rm separate.db*
	run separate.db --only lstm > log
	[ "$("$program" query --db separate.db --format csv --sql "SELECT count(*) FROM run_summaries
		WHERE metric = 'train_loss'" | tail -n 1)" -eq 1 ]
}

# ASan's own address space is beyond any limit: there nothing is tested.
limited() {
	sh -c "ulimit -v 3500000; '$program' --help" > /dev/null 2>&1 || return 0
	yes 's1 s2 s3' | head -n 6 > source
	sh -c "ulimit -v 3500000; '$program' translate --db whole.db --run $(first_run) --threads 1" < source > hypotheses &&
		[ "$(wc -l < hypotheses)" -eq 6 ]
}

elsewhere() {
	mkdir -p elsewhere
	echo s1 | (cd elsewhere && "$program" translate --db ../whole.db --run 1)
}

locked() {
	run locked.db --only lstm --set train.stop.epochs=400 > /dev/null 2>&1 &
	child=$!
	sleep 0.5
	says 1 'another process is running this trial' "$program" run small.yaml --db locked.db --only lstm --quiet \
		--set train.stop.epochs=400
	status=$?
	kill -INT $child
	wait $child
	return $status
}

# stopped_after LIBRARY SECONDS - part of a long run with that library of matrix products.
stopped_after() {
	BAKEOFF_GEMM=$1 "$program" run small.yaml --db kernels.db --only lstm --set train.stop.epochs=400 > log 2>&1 &
	child=$!
	sleep "$2"
	kill -INT $child
	wait $child
	return 0
}

other_kernels() {
	"$program" doctor | grep -q oneDNN || return 0
	stopped_after openblas 0.6
	stopped_after openblas 0.4
	grep -q resumed log && ! grep -q 'it began with products by' log || { cat log; return 1; }
	stopped_after onednn 0.4
	grep -q 'it began with products by' log || { cat log; return 1; }
}

# With one update an epoch, plateau, averaging and accumulation: what resumes is exact there too.
resumed_settings() {
	set -- --only transformer --set train.schedule=plateau --set train.average=3 --set train.accumulate=2 \
		--set train.optimizer=adamw --set train.weight_decay=0.01 --set train.validate_every=3 --set train.stop='{patience: 4, epochs: 12}'
	run settings1.db "$@" > log || return 1
	for delay in 0.05 0.1 0.2 0.3 0.15; do
		timeout -s KILL "$delay" "$program" run small.yaml --db settings2.db "$@" > /dev/null 2>&1
	done
	run settings2.db "$@" > log && same settings1 settings2
}

matched() {
	"$program" run small.yaml --db plan.db --dry-run --set match.parameters=60k > plan || return 1
	awk '$1 ~ /^(lstm|convs2s|transformer)$/ { n++; if ($3 < 54000 || $3 > 66000) bad = 1 } END { exit bad || n != 3 }' plan
}

cut_checkpoint() {
	run cut.db --only lstm --set train.stop.epochs=1 > log || return 1
	"$program" query --db cut.db --format csv --sql 'SELECT folder FROM runs' | tail -n 1 > folder
	file=cut.runs/$(cat folder)/model.safetensors
	cp "$file" kept && echo s1 > line
	for size in 0 9 1000 $(($(wc -c < kept) - 1)); do
		head -c "$size" kept > "$file"
		damaged || { echo "cut to $size bytes"; return 1; }
	done
	for at in 20 $(($(wc -c < kept) - 400)); do
		{ head -c "$at" kept && printf 'XYZ' && tail -c +$((at + 4)) kept; } > "$file"
		damaged || { echo "altered at $at"; return 1; }
	done
	cp whole.runs/transformer*/model.safetensors "$file" && damaged
}

# All that opens these weights says in one line which file is at fault.
damaged() {
	says 1 "$file: " "$program" translate --db cut.db --run 1 < line && says 1 "$file: " "$program" attend --db cut.db --run 1 s1 &&
		says 1 "$file: " "$program" report small --db cut.db --out cut.html && [ ! -e cut.html ]
}

other_vocabulary() {
	folder=$(ls -d whole.runs/lstm*)
	"$program" run small.yaml --db vocabulary.db --only lstm --set data.symbols=9 --set train.stop.epochs=1 > log || return 1
	cp "$folder/source.vocabulary" keep
	cp vocabulary.runs/lstm*/source.vocabulary "$folder/source.vocabulary"
	echo s1 > line
	says 1 'vocabulary' "$program" translate --db whole.db --run 1 < line && : > "$folder/source.vocabulary" &&
		says 1 'cut short: delete the run and run its experiment again' "$program" translate --db whole.db --run 1 < line
	status=$?
	cp keep "$folder/source.vocabulary"
	return $status
}

unwritable() {
	if [ "$(id -u)" -eq 0 ]; then # root may write everywhere but here
		says 1 '/proc' "$program" run small.yaml --db /proc/none.db
	else
		mkdir -p closed && chmod 555 closed
		says 1 'closed' "$program" run small.yaml --db closed/none.db
	fi
}

newer_schema() {
	cp whole.db newer.db
	"$program" query --db newer.db --list > /dev/null
	printf '\377' | dd of=newer.db bs=1 seek=60 conv=notrunc 2> /dev/null
	rm -f newer.db-wal newer.db-shm
	says 1 'newer' "$program" runs --db newer.db
}

parallel() {
	printf 'a b\nc d\ne f\n' > $1.de
	printf 'A B\nC D\nE F\n' > $1.en
}

cat > text.yaml <<'YAML'
experiment: text
data: {train: [train.de, train.en], valid: [valid.de, valid.en], test: [valid.de, valid.en], subwords: {model: words, size: 50}}
train: {stop: {epochs: 1}}
contestants: {lstm: {architecture: rnn, width: 8, hidden: 8}}
YAML
parallel train
parallel valid

text_run() {
	"$program" run text.yaml --db text.db
}

unequal() {
	printf 'A B\n' > train.en
	says 1 'train.de has 3 lines, train.en 1' text_run
	status=$?
	parallel train
	return $status
}

bad_utf8() {
	printf 'A B\nC \377\nE F\n' > valid.en
	says 1 'valid.en:2: invalid UTF-8 at byte 3' text_run
	status=$?
	parallel valid
	return $status
}

empty_file() {
	: > train.de
	says 1 'train.de' text_run
	status=$?
	parallel train
	return $status
}

too_long() {
	says 1 'train.de:1' "$program" run text.yaml --db long.db --set data.longest=2 --set data.bad_lines=error
}

scored() {
	printf 'The cat sat on the mat.\n' > hyp
	printf 'The cat sat on a mat.\n' > ref
	"$program" score --ref ref hyp > score && grep -q '48.89' score
}

# The operations' shares are all of the time, in a table and in the trace; each contestant has its total.
profiled() {
	"$program" profile small.yaml --db profile.db --updates 4 --threads 2 --format csv --trace trace.json > profile || return 1
	! [ -e profile.db ] || return 1
	awk -F, 'NR == 1 { next }
		$2 == "total" { total[$1] = $5; n++; next }
		{ sum[$1] += $5; seen[$2 " " $3] = 1 }
		END {
			for (c in total)
				if (sum[c] < 0.99 * total[c] || sum[c] > 1.01 * total[c])
					bad = 1
			for (i = split("linear forward,linear backward,optimizer ,validation ,checkpoint ,waiting ", want, ","); i > 0; i--)
				if (!(want[i] in seen)) { print "no row", want[i]; bad = 1 }
			exit bad || n != 3
		}' profile || { cat profile; return 1; }
	if command -v python3 > /dev/null; then
		python3 - trace.json <<'PYTHON'
import json, sys
events = json.load(open(sys.argv[1]))["traceEvents"]
spans = [e for e in events if e["ph"] == "X"]
assert {e["pid"] for e in spans} == {1, 2, 3} and {e["tid"] for e in spans} == {1, 2}
assert all(e["dur"] >= 0 and e["ts"] >= 0 for e in spans)
assert any(e["args"].get("parameter") and e["args"]["multiply_adds"] > 0 for e in spans)
# On one worker's track spans follow one another or nest.
track = sorted((e["ts"], -e["dur"]) for e in spans if e["pid"] == 1 and e["tid"] == 1)
ends = []
for start, dur in track:
    while ends and ends[-1] <= start + 0.002:
        ends.pop()
    assert not ends or start - dur <= ends[-1] + 0.002, (start, dur, ends)
    ends.append(start - dur)
PYTHON
	else
		grep -q '"traceEvents"' trace.json && tail -n 1 trace.json | grep -q '^]}$'
	fi
}

profiled_decoding() {
	"$program" profile small.yaml --db profile.db --updates 2 --decode --alone --threads 2 --sentences 10 --format json > profile.json &&
		grep -q '"linear"' profile.json && grep -q '"search"' profile.json &&
		"$program" profile small.yaml --db profile.db --only lstm --decode --weights "$(ls whole.runs/lstm*/model.safetensors)" > profile &&
		says 1 'other settings' "$program" profile small.yaml --db profile.db --only convs2s --weights "$(ls whole.runs/lstm*/model.safetensors)"
}

examined() {
	"$program" doctor > findings && grep -qE '^(ok|warning)  *vector kernels' findings || { cat findings; return 1; }
	! grep -q 'vector kernels  *avx' findings || BAKEOFF_VECTOR=avx2 "$program" doctor | grep -q 'peak .*(avx2,' || return 1
	"$program" doctor --db whole.db --json > findings.json || { cat findings.json; return 1; }
	grep -q '"name": "database"' findings.json || return 1
	! command -v python3 > /dev/null ||
		python3 -c 'import json; d = json.load(open("findings.json")); assert d["fine"] and d["measured"]["peak_gflops"] > 0'
}

# A path that is not UTF-8 comes out with its bad bytes replaced.
examined_bytes() {
	"$program" doctor --db "$(printf 'no\377\303.db')" --json > findings.json
	grep -qF 'no??.db' findings.json && [ "$(grep -c '"name"' findings.json)" -eq "$(grep -c '"state"' findings.json)" ]
}

# Garbage over the second half of a database: doctor says that it is broken, and exits with 1.
examined_damage() {
	cp whole.db damaged.db
	size=$(wc -c < damaged.db)
	yes garbage | head -c $((size / 2)) | dd of=damaged.db bs=4096 seek=$((size / 8192)) conv=notrunc 2> /dev/null
	"$program" doctor --db damaged.db > findings
	[ $? -eq 1 ] && grep -q '^broken  *database' findings || { cat findings; return 1; }
}

rm -f missing.de
ok 'run: a small experiment trains, tests and is kept' whole_run
ok 'run: what is done is skipped' skipped_run
ok 'run: two threads give the bits of one' threads_run
ok 'run: killed at ten moments, it ends with the bits of an undisturbed run' killed_run
ok 'run: Ctrl-C keeps everything and the same command goes on' interrupted_run
ok 'run: averaged checkpoints' averaged
ok 'run: --dry-run plans and keeps no runs' sh -c "'$program' run small.yaml --db plan.db --dry-run | grep -q transformer && ! [ -e plan.db ]"
ok 'run: match brings contestants to one size' matched
ok 'run: plateau, averaging, accumulation, patience: killed, the same bits' resumed_settings
ok 'run: resumed with another library of matrix products, it says so' other_kernels
ok 'run: experiments and databases do not share trials' separate
ok 'run: two processes do not share a trial' locked
ok 'translate: from another folder' elsewhere
ok 'translate: where address space is limited' limited
ok 'translate: one line out for each line in' translated
ok 'translate: a stream is answered line by line, as all lines at once are' streamed
ok 'translate: n-best' nbest
ok 'translate: sampling is a function of the seed' sampled
ok 'translate: weights of 8 bits move scores a little' in_integers
ok 'mistake: weights of 4 bits' says 2 'must be float32, bfloat16 or int8' "$program" translate --run 1 --weights int4
ok 'mistake: a shortlist of a run without a lexicon' says 1 'the run has learned no lexicon' "$program" translate --db whole.db --run 1 --shortlist 5
ok 'translate: forced scores' forced
ok 'attend: a map in the terminal' attended
ok 'compare, runs, query' sh -c "'$program' compare small --db whole.db && '$program' runs --db whole.db && '$program' query --db whole.db --list"
ok 'curves: power laws, and what a score costs' sh -c "'$program' curves small --db whole.db --target 2 | grep -q 'reached by'"
ok 'mistake: a cost that is none' says 2 'multiply-adds' "$program" curves small --db whole.db --x hours
ok 'mistake: a baseline that is none' says 1 'lstm, convs2s, transformer' "$program" compare small --db whole.db --baseline gru
ok 'models: every architecture with its settings' sh -c "'$program' models | grep -q feed_forward"
ok 'models: the keys of train' sh -c "'$program' models train | grep -q stop.patience"
ok 'score: BLEU as sacreBLEU has it' scored
ok 'profile: operations add up to the whole, in the table and in the trace' profiled
ok 'profile: decoding' profiled_decoding
ok 'mistake: a misspelt key names the nearest' says 2 'learning_rate' "$program" run small.yaml --db no.db --set train.learning_rat=1
ok 'mistake: a size that cannot be matched' says 1 'match.parameters' "$program" run small.yaml --db no.db --set match.parameters=100
ok 'mistake: more weights than memory' says 1 'GiB' "$program" run small.yaml --db no.db --dry-run --set contestants.lstm.hidden=65536 --set contestants.lstm.width=65536
ok 'mistake: a value out of range' says 2 'kernel' "$program" run small.yaml --db no.db --set contestants.convs2s.kernel=4
ok 'mistake: no such file' says 2 'none.yaml' "$program" run none.yaml --db no.db
ok 'mistake: no such data file' says 2 'missing.de' "$program" run text.yaml --db no.db --set 'data.train=[missing.de, train.en]'
ok 'mistake: an empty data file' empty_file
ok 'mistake: unequal line counts, both named' unequal
ok 'mistake: invalid UTF-8 by file, line and byte' bad_utf8
ok 'mistake: a sentence longer than the limit' too_long
ok 'mistake: weights cut short, damaged or of another model' cut_checkpoint
ok 'mistake: a vocabulary that does not fit the checkpoint' other_vocabulary
ok 'mistake: a database of a newer schema' newer_schema
ok 'mistake: a folder that cannot be written' unwritable
ok 'doctor: nothing is broken here' examined
ok 'doctor: a path that is not UTF-8' examined_bytes
ok 'doctor: a damaged database' examined_damage
ok 'profile: --only that is not there' says 2 'transformer' "$program" profile small.yaml --db no.db --only gru
ok 'mistake: no such run' says 1 'run 999' "$program" translate --db whole.db --run 999
ok 'mistake: an unknown command' says 2 'frobnicate' "$program" frobnicate
ok 'mistake: an unknown option' says 2 'frobnicate' "$program" run small.yaml --frobnicate
echo "1..$number"
cd "$home" || exit 1
