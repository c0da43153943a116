#!/bin/bash
# run.sh - one fuzz target after the other, a line each: executions, edges of the program that inputs
# have reached, inputs kept, seconds.
#
#     tests/fuzz/run.sh PROGRAM FOLDER SECONDS [TARGET...]
#
# FOLDER/corpus/TARGET keeps inputs for the next time, FOLDER/found what broke a target. Exit status: 0
# none broke, 1 one did, 2 wrong usage.
set -u

if [ $# -lt 3 ] || [ ! -x "$1" ]; then
	sed -n '5s/^# *//p' "$0" >&2
	exit 2
fi
program=$(realpath "$1") folder=$2 seconds=$3
shift 3
mkdir -p "$folder/found" "$folder/corpus" || exit 1
folder=$(realpath "$folder")
all=$(unset FUZZ_TARGET; "$program" | cut -f 1)
memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/bakeoff-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
# What the program prints is not of interest; -close_fd_mask leaves libFuzzer's own lines. One
# allocation of 1 GiB is a length that nobody has checked.
options="-max_total_time=$seconds -timeout=20 -rss_limit_mb=4096 -malloc_limit_mb=1024 -max_len=65536
	-close_fd_mask=3 -print_final_stats=1 -use_value_profile=1"
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=0:$(printf '%s' "${ASAN_OPTIONS:-}")"
export UBSAN_OPTIONS="print_stacktrace=1" OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
broken=0

# fuzz TARGET - runs it and prints its line.
fuzz() {
	corpus=$folder/corpus/$1 log=$work/$1.log
	mkdir -p "$corpus" "$work/$1"
	# shellcheck disable=SC2086
	FUZZ_TARGET=$1 FUZZ_FOLDER=$work/$1 FUZZ_SEEDS=$corpus \
		"$program" $options -artifact_prefix="$folder/found/$1-" "$corpus" >"$log" 2>&1
	status=$?
	awk -v name="$1" -v status=$status '
		/stat::number_of_executed_units:/ { executions = $2 }
		/ cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
		/stat::peak_rss_mb:/ { memory = $2 }
		/Done [0-9]+ runs in/ { seconds = $5 }
		END {
			printf "%-12s %9d executions %6d edges %5d MB %5s s%s\n", name, executions, edges,
				memory, seconds, status ? ": BROKEN" : ""
		}' "$log"
	rm -rf "${work:?}/$1"
	[ $status -ne 0 ] || return 0
	broken=1
	grep -E 'ERROR|runtime error|SUMMARY|internal error|^ *#[0-9]+ .* in (fuzz|[a-z_]*)|Test unit written' "$log" | head -14
}

for target in ${*:-$all}; do
	if ! grep -qxF "$target" <<<"$all"; then
		echo "tests/fuzz/run.sh: no target $target; there are" $all >&2
		exit 2
	fi
	fuzz "$target"
done
exit $broken
