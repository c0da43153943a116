#!/bin/sh
# submit.sh - job arrays without Slurm: the script's text, and its tasks run by hand. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# Names that would do something where they are not quoted.
evil="it's \"bad\" \$(touch pwned) \`touch pwned\` \\ 50% #x; touch pwned &"
mkdir "$evil" bin scratch "scratch/$evil"
cat > "$evil/$evil.yaml" <<YAML
experiment: 'x"; touch pwned \$(touch pwned) #\\'
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 10, report_every: 5, stop: {epochs: 2}}
search: {beam: 2}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  'transformer''s \$(touch pwned)': {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML
sed 's/^experiment: .*/experiment: small/' "$evil/$evil.yaml" > small.yaml

# sbatch keeps what it was given; scontrol too.
cat > bin/sbatch <<'SH2'
#!/bin/sh
printf '%s\n' "$@" > "$BIN/given"
cp "$2" "$BIN/script"
echo "${JOB:-77};cluster"
exit "${REFUSES:-0}"
SH2
cat > bin/scontrol <<'SH2'
#!/bin/sh
echo "$@" > "$BIN/requeued"
SH2
chmod +x bin/sbatch bin/scontrol
BIN=$work/bin PATH=$work/bin:$PATH
export BIN PATH
unset TMPDIR SLURM_CPUS_PER_TASK SLURM_MEM_PER_NODE SLURM_RESTART_COUNT

# task N - runs a task of the last script here, as Slurm would.
task() {
	SLURM_ARRAY_TASK_ID=$1 SLURM_JOB_ID=77$1 TMPDIR=$work/scratch bash bin/script
}

# kept SUBMISSION N-M - the database of a task in the shared folder.
kept() {
	echo "$1"/*/trials-"$2"/results.db
}

ask() {
	"$program" query --db "$1" --format tsv --sql "$2" | tail -n 1
}

printed() {
	"$program" submit small.yaml --print --partition long --time 2-0 --memory 4G --account me --cpus 3 --pack 3 --array-limit 1 \
		--grace 90 -- --constraint=avx512 --mail-type END > script &&
		bash -n script && [ ! -e results.cluster ] || return 1
	for line in '#SBATCH --job-name="small"' '#SBATCH --array=1-2%1' '#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=3' \
		'#SBATCH --partition="long"' '#SBATCH --time="2-0"' '#SBATCH --mem="4G"' '#SBATCH --account="me"' \
		'#SBATCH --requeue --open-mode=append --signal=B:USR1@90' '#SBATCH "--constraint=avx512" "--mail-type" "END"' \
		'trials=4 pack=3 save_seconds=600' 'scratch=${TMPDIR:-/tmp}'; do
		grep -qxF -- "$line" script || { echo "missing: $line"; cat script; return 1; }
	done
	"$program" submit small.yaml --print | grep -E 'partition|time=|mem=|account=' && return 1
	"$program" submit small.yaml --print --scratch '$LOCAL_1/a b' | grep -qxF 'scratch=${LOCAL_1:?is not set on this node}'"'/a b'" &&
		"$program" submit small.yaml --print --scratch '$(touch pwned)' | grep -qxF "scratch='\$(touch pwned)'" &&
		"$program" submit small.yaml --print --scratch '$1' | grep -qxF "scratch='\$1'"
}

submitted() {
	"$program" submit small.yaml --folder shared --pack 3 > told && grep -q 'job 77, 4 trials in 2 tasks' told &&
		[ "$(cat shared/small-*/jobs)" = "$(printf '77\t3')" ] && cmp bin/script shared/small-*/script.sh && [ -d shared/small-*/log ] &&
		[ "$(sed -n '1p; 4p' shared/small-*/trials.tsv)" = "$(printf 'small\n3\tlstm\t2')" ]
}

# Tasks give what one machine gives, and leave nothing on the node.
worked() {
	"$program" run small.yaml --db whole.db --quiet > log && task 1 > log1 && task 2 > log2 || { cat log1 log2; return 1; }
	[ -z "$(find scratch -name 'bakeoff.*')" ] || return 1
	for part in 1-3 4-4; do
		facts "$(kept shared $part)"
	done > parts && facts whole.db > whole.facts && sort -u parts > parts.sorted && sort -u whole.facts | cmp - parts.sorted &&
		cmp whole.runs/lstm-s2-*/model.safetensors shared/small-*/trials-1-3/results.runs/lstm-s2-*/model.safetensors &&
		task 2 > log2 && grep -q 'ends: 0 left, 0 failed' log2
}

# out_of_time_task - a task is told that its time is over as soon as it has a checkpoint.
out_of_time_task() {
	SLURM_ARRAY_TASK_ID=1 SLURM_JOB_ID=771 TMPDIR=$work/scratch bash bin/script > log 2>&1 &
	shell=$!
	for try in $(seq 200); do
		[ -n "$(find scratch -name last.safetensors 2> /dev/null)" ] && break
		sleep 0.05
	done
	kill -USR1 $shell
	wait $shell
}

long() {
	"$program" "$@" --only lstm --set train.stop.epochs=60 --set 'seeds=[1]' > told 2>&1 || { cat told; return 1; }
}

# A checkpoint, back into the queue, and on from there on another node.
out_of_time() {
	long submit small.yaml --folder slow && out_of_time_task || { cat log; return 1; }
	grep -q 'time is over, 1 to finish: queued again' log && [ "$(cat bin/requeued)" = 'requeue 771' ] || { cat log; return 1; }
	[ "$(ask "$(kept slow 1-1)" "SELECT status || (updates > 0) FROM runs")" = interrupted1 ] && [ -z "$(ls scratch | grep bakeoff)" ] &&
		task 1 > log2 && grep -q resumed log2 || { cat log log2; return 1; }
	long run small.yaml --db long.db && cp -Rp slow/small-*/trials-1-1/results.runs slow.runs && cp "$(kept slow 1-1)" slow.db &&
		same long slow
}

# A job that can do nothing within its time must not come back for ever.
no_progress() {
	rm -f bin/requeued
	long submit small.yaml --folder stuck && sed -i 's/^before=.*/before=1000000/' bin/script || return 1
	out_of_time_task && return 1
	grep -q 'no update in the whole time limit' log && [ ! -e bin/requeued ] || { cat log; return 1; }
}

# scancel: the script and the program both have the signal; what there is is kept, and it stays cancelled.
cancelled() {
	rm -f bin/requeued
	long submit small.yaml --folder cancelled || return 1
	SLURM_ARRAY_TASK_ID=1 SLURM_JOB_ID=771 TMPDIR=$work/scratch setsid -w sh -c 'echo $$ > group; exec bash bin/script' > log 2>&1 &
	shell=$!
	for try in $(seq 200); do
		[ -n "$(find scratch -name last.safetensors 2> /dev/null)" ] && break
		sleep 0.05
	done
	kill -s TERM -- "-$(cat group)"
	wait $shell && return 1
	[ ! -e bin/requeued ] && grep -q 'ends: 1 left, 0 failed' log &&
		[ "$(ask "$(kept cancelled 1-1)" "SELECT status || (updates > 0) FROM runs")" = interrupted1 ] || { cat log; return 1; }
}

quoted() {
	cd "$evil" && "$program" submit "$evil.yaml" --folder "$work/${evil%%\\*}" --scratch "$work/scratch/$evil" --set "train={stop: {epochs: 1}}" \
		--set "experiment=\$(touch pwned)'\"; touch pwned #" --only "transformer's \$(touch pwned)" > told && task2 > log 2>&1 && cd .. ||
		{ cat told log; return 1; }
	[ -z "$(find . -name 'pwned*')" ] && [ "$(find . -path '*trials-2-2/results.db' | wc -l)" = 1 ]
}
# shellcheck disable=SC2317
task2() {
	SLURM_ARRAY_TASK_ID=2 SLURM_JOB_ID=772 bash ../bin/script
}

refused() {
	newline=$(printf 'a\nb')
	says 1 "has a line break, which cannot be in a job script" "$program" submit small.yaml --print --set "seeds=$(printf '[1,\n2]')" &&
		says 1 '--partition' "$program" submit small.yaml --print --partition "$newline" &&
		says 1 'line break' "$program" submit small.yaml --print -- "--comment=$newline" &&
		says 1 '50%/small-' "$program" submit small.yaml --print --folder '50%' &&
		says 2 "'other.yaml' is one too many" "$program" submit small.yaml other.yaml &&
		says 2 '--array-limit, --pack' "$program" submit small.yaml -- --array=1-3 &&
		says 2 '--pack' "$program" submit small.yaml --pack 0 && says 2 'give one experiment file' "$program" submit || return 1
	REFUSES=1 says 1 'sbatch refused the job' "$program" submit small.yaml --folder refused && [ ! -e refused/small-*/jobs ] || return 1
	says 1 'sbatch is not in PATH' env PATH=/none "$program" submit small.yaml --folder refused
}

# An experiment that is no longer the one that was submitted.
changed() {
	"$program" submit small.yaml --folder changed > told && cp small.yaml kept.yaml &&
		sed -i 's/epochs: 2/epochs: 3/' small.yaml && ! task 1 > log 2>&1 && cp kept.yaml small.yaml &&
		grep -q 'has changed since it was submitted' log && [ ! -e "$(kept changed 1-1)" ]
}

ok 'submit: the script has what was asked for' printed
ok 'submit: a job array, its trials and its number' submitted
ok 'submit: tasks give the results of one machine' worked
ok 'submit: out of time, on from the checkpoint' out_of_time
ok 'submit: without progress it is not queued again' no_progress
ok 'submit: cancelled, what there is is kept' cancelled
ok 'submit: nothing in a name is a command' quoted
ok 'submit: what cannot be submitted' refused
ok 'submit: a file that has changed is not run' changed
echo "1..$number"
