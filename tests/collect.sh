#!/bin/sh
# collect.sh - what job arrays have brought: collected without doubles, and shown beside a queue. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 10}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 10, report_every: 5, stop: {epochs: 2}}
search: {beam: 2}
seeds: [1, 2]
contestants:
  lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}
  transformer: {architecture: transformer, width: 8, heads: 2, feed_forward: 8, encoder_layers: 1, decoder_layers: 1}
YAML

# A Slurm that says what these files have.
mkdir bin
for name in squeue sacct sbatch; do
	printf '#!/bin/sh\n[ ! -e "$BIN/%s.fails" ] || exit 1\n[ ! -e "$BIN/%s.out" ] || cat "$BIN/%s.out"\n' $name $name $name > bin/$name
done
echo 77 > bin/sbatch.out
chmod +x bin/*
BIN=$work/bin PATH=$work/bin:$PATH
export BIN PATH
unset TMPDIR SLURM_CPUS_PER_TASK SLURM_MEM_PER_NODE SLURM_RESTART_COUNT

task() {
	SLURM_ARRAY_TASK_ID=$1 SLURM_JOB_ID=77$1 bash results.cluster/small-*/script.sh > log 2>&1 || { cat log; return 1; }
}

# rows EXPECTED - the table, a line a trial without experiment and losses.
rows() {
	"$program" status --format tsv > table 2> err || { cat err; return 1; }
	sed 1d table | cut -f 2-8,10 > got
	printf "$1" | diff - got
}

collected() {
	"$program" submit small.yaml --pack 2 > told && task 1 && "$program" collect > told && cat told &&
		grep -qx 'results.db: 2 runs added, 0 further along there, 0 as before, from 1 tasks' told &&
		"$program" collect > told && grep -q '0 runs added, 0 further along there, 2 as before' told
}

# Of a task that is under way, and when it is done.
whole() {
	"$program" run small.yaml --db whole.db --quiet > log && cp -R results.cluster kept.cluster || return 1
	"$program" run small.yaml --db part.db --trials 3-4 --quiet > log && task 2 || return 1
	sqlite3 part.db "UPDATE runs SET status = 'interrupted', finished = NULL, updates = 3, reason = 'stopped on request'" &&
		rm part.runs/*/model.safetensors || return 1
	part=$(echo kept.cluster/small-*)/trials-3-4
	mkdir "$part" && "$program" copy part.db "$part/results.db" > told && "$program" collect kept.cluster > told && cat told &&
		grep -q '2 runs added, 0 further along there, 2 as before' told || return 1
	"$program" collect > told && cat told && grep -q '0 runs added, 2 further along there, 2 as before' told && same whole results &&
		"$program" collect kept.cluster > told && cat told && grep -q '0 runs added, 0 further along there, 4 as before' told &&
		same whole results
}

without_slurm() {
	touch bin/squeue.fails
	says 0 'no Slurm here (squeue fails with status 1)' "$program" status --format tsv || return 1
	says 0 'no Slurm here (squeue is not in PATH)' env PATH=/none "$program" status kept.cluster --format tsv
	cut -f 2-5,7,8 "$work/out" | sed "s/	[^	]*	\([0-9]*\)$/	\1/" > got
	rm bin/squeue.fails
	printf '%s\n' 'trial	contestant	seed	state	updates' '1	lstm	1	done	U' '2	transformer	1	done	U' \
		'3	lstm	2	interrupted	3' '4	transformer	2	interrupted	3' > want
	sed '2,3s/[0-9]*$/U/; 1s/	node	updates/	updates/' got | diff want -
}

# The queue and the database of each trial: none, a part, and all of it.
states() {
	cp -R results.cluster whole.cluster && rm -r results.cluster && cp -R kept.cluster results.cluster || return 1
	host=$(sqlite3 part.db 'SELECT host FROM runs LIMIT 1')
	done1=$(sqlite3 results.cluster/small-*/trials-1-2/results.db "SELECT updates FROM runs WHERE contestant = 'lstm'")
	done2=$(sqlite3 results.cluster/small-*/trials-1-2/results.db "SELECT updates FROM runs WHERE contestant = 'transformer'")
	begin="1\tlstm\t1\tdone\t77_1\tn1\t$done1\t\n2\ttransformer\t1\tdone\t77_1\tn1\t$done2\t\n"
	printf '77_1|COMPLETED|n1|None\n77_2|RUNNING|n2|None\n' > bin/squeue.out
	rows "${begin}3\tlstm\t2\trunning\t77_2\tn2\t3\t\n4\ttransformer\t2\trunning\t77_2\tn2\t3\t\n" || return 1
	printf '77_1|COMPLETED|n1|None\n77_2|PENDING||BeginTime\n' > bin/squeue.out
	rows "${begin}3\tlstm\t2\tpending\t77_2\t\t3\tBeginTime\n4\ttransformer\t2\tpending\t77_2\t\t3\tBeginTime\n" || return 1
	printf '1_1|RUNNING|n1|None\nnonsense\n' > bin/squeue.out
	printf '77_1|COMPLETED|n1|None\n77_2|TIMEOUT|n3|None\n' > bin/sacct.out
	rows "${begin}3\tlstm\t2\tstopped\t77_2\tn3\t3\tTIMEOUT\n4\ttransformer\t2\tstopped\t77_2\tn3\t3\tTIMEOUT\n" || return 1
	rm bin/sacct.out bin/squeue.out results.cluster/small-*/trials-3-4 -r
	why='no longer in the queue; submit again to go on'
	begin=$(printf "$begin" | sed "s/n1/$host/; s/\$/\\\\n/" | tr -d '\n')
	rows "${begin}3\tlstm\t2\tnot begun\t77_2\t\t\t$why\n4\ttransformer\t2\tnot begun\t77_2\t\t\t$why\n" &&
		"$program" status | grep -qx '2 done, 2 not begun'
}

in_queue() {
	printf '77_1|COMPLETED|n1|None\n77_2|PENDING||Priority\n' > bin/squeue.out
	says 1 'job 77 of this experiment is still in the queue' "$program" submit small.yaml --pack 2 || return 1
	printf '77_2|COMPLETED|n1|None\n' > bin/squeue.out
	"$program" submit small.yaml --pack 1 > told && [ "$(cat results.cluster/small-*/jobs | wc -l)" -eq 2 ]
}

# Folders that a stranger may have filled.
spoilt() {
	says 1 'no-such-folder: No such file' "$program" status no-such-folder && says 1 'has no submitted experiment' "$program" collect bin &&
		says 2 'at most one folder' "$program" collect a b && says 2 'must be box' "$program" status --format x || return 1
	mkdir -p bad/one/trials-1-1 bad/one/trials-2-1 bad/one/trials-1-99999999999 && echo nothing > bad/one/trials-1-1/results.db || return 1
	for text in '' 'small' 'small\n1\tlstm' 'small\n2\tlstm\t1' 'small\n1\tlstm\tx' 'small\n1\tlstm\t1\n\n'; do
		printf "$text" > bad/one/trials.tsv
		says 1 'is no list of trials' "$program" status bad --format csv || return 1
	done
	printf 'small\n1\tlstm\t1\n' > bad/one/trials.tsv
	printf '77\nx\t1\n-1\t1\n5\t0\n99999999999999999999\t1\n77\t1' > bad/one/jobs
	says 1 'is not an SQLite database' "$program" status bad --format csv && grep -q 'small,1,lstm,1,not begun' "$work/out" &&
		says 1 'nothing of it is taken' "$program" collect bad --db bad.db
}

ok 'collect: what is there, again without doubles' collected
ok 'collect: a part, then the whole, is that of one machine' whole
ok 'status: without Slurm, the databases alone' without_slurm
ok 'status: the queue and the databases together' states
ok 'submit: not while it is in the queue' in_queue
ok 'collect, status: folders of any content' spoilt
echo "1..$number"
