# One task of the array trains some of the trials, with a database on the disk of its node, which is copied to the shared
# folder now and then and when the task ends. Started again, on whatever node, it goes on from that copy.
task=${SLURM_ARRAY_TASK_ID:?this is a task of a job array: submit it with sbatch}
first=$(((task - 1) * pack + 1))
last=$((first + pack - 1 < trials ? first + pack - 1 : trials))
kept=$shared/trials-$first-$last
run='' stopped='' signal=TERM

say() {
	echo "bakeoff: $(date '+%F %T') $(hostname), trials $first-$last: $*"
}

# The program stops at its next update with a checkpoint. When Slurm ends the job it has had a SIGTERM itself, and two of
# a kind would mean: at once.
stop() {
	stopped=$1 signal=$2
	[ -z "$run" ] || kill "-$signal" "$run" 2> /dev/null
}
trap 'stop time TERM' USR1
trap 'stop asked INT' TERM

mkdir -p "$kept" || exit 1
here=$(mktemp -d "$scratch/bakeoff.XXXXXXXX") || { say "no folder can be made in $scratch"; exit 1; }
trap 'rm -rf "$here"' EXIT
say "starts (job ${SLURM_JOB_ID:-?}, restart ${SLURM_RESTART_COUNT:-0}) in $here"
if [ -e "$kept/results.db" ]; then
	cp -Rp "$kept/." "$here/" || { say "$kept cannot be read"; exit 1; }
fi

# A number that the database has; 0 where there is none.
ask() {
	number=''
	[ ! -e "$here/results.db" ] || number=$("$program" query --db "$here/results.db" --format tsv --sql "$1" | tail -n 1)
	echo "${number:-0}"
}
progress='SELECT (SELECT coalesce(sum(updates), 0) FROM runs) + (SELECT count(*) FROM run_scores)'
before=$(ask "$progress")

cd "$directory" || exit 1
if [ -z "$stopped" ]; then
	"$program" run --db "$here/results.db" --trials "$first-$last" --plan "$plan" \
		--threads "${SLURM_CPUS_PER_TASK:-1}" ${SLURM_MEM_PER_NODE:+--memory "$SLURM_MEM_PER_NODE"} ${options[@]+"${options[@]}"} -- "$spec" &
	run=$!
	"$program" copy "$here/results.db" "$kept/results.db" --every "$save_seconds" &
	saver=$!
	[ -z "$stopped" ] || kill "-$signal" "$run"
	wait "$run"
	while kill -0 "$run" 2> /dev/null; do wait "$run"; done
	kill "$saver" 2> /dev/null
	wait "$saver" 2> /dev/null
fi

[ -e "$here/results.db" ] || { say 'nothing was run'; exit 1; }
for pause in 1 5 20 0; do
	"$program" copy "$here/results.db" "$kept/results.db" && break
	[ $pause -gt 0 ] || { trap - EXIT; say "could not be copied to $kept: it is in $here on $(hostname)"; exit 1; }
	sleep $pause
done

left=$((last - first + 1 - $(ask "SELECT count(*) FROM runs WHERE status IN ('done', 'failed')")))
failed=$(ask "SELECT count(*) FROM runs WHERE status = 'failed'")
if [ "$stopped" = time ] && [ "$left" -gt 0 ]; then
	if [ "$(ask "$progress")" -le "$before" ]; then
		say 'no update in the whole time limit: submit again with more --time'
		exit 1
	fi
	say "time is over, $left to finish: queued again"
	rm -rf "$here"
	scontrol requeue "$SLURM_JOB_ID"
	exit
fi
say "ends: $left left, $failed failed"
[ "$left" -le 0 ] && [ "$failed" -eq 0 ]
