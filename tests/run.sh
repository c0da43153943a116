#!/bin/sh
# run.sh - run cmocka test programs and count what passed.
#
#     tests/run.sh PROGRAM...                 closes with `N passed, N failed, N skipped`
#     tests/run.sh --tally FILE PROGRAM...    appends the counts to FILE instead of closing
#     tests/run.sh --jobs N PROGRAM...        runs up to N at once; before --tally, if both
#     tests/run.sh --sum FILE                 closes for all that FILE has counted
#
# A program that crashes, runs past TEST_TIMEOUT seconds (300), stops before its last test,
# leaves with a bad status or prints no test counts as one more failed test. Exit status: 0 all
# passed or skipped, 1 a test failed or there was none, 2 wrong usage.
set -eu

usage() {
	echo 'usage: tests/run.sh [--jobs N] [--tally FILE] PROGRAM... | tests/run.sh --sum FILE' >&2
	exit 2
}

# sum FILE - prints the closing line; fails where a test failed, or none passed and none was skipped.
sum() {
	awk '{ passed += $1; failed += $2; skipped += $3 }
		END {
			printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
			exit failed > 0 || passed + skipped == 0
		}' "$1"
}

# report LOG STATUS NAME SECONDS TALLY - prints one line for a program, the output of its failed
# tests, and what skipped tests gave as their reason; appends the counts to TALLY.
report() {
	awk -v status="$2" -v name="$3" -v seconds="$4" -v limit="$timeout" -v tally="$5" '
		# A test prints before its line; cmocka explains a failure by "# ..." after it.
		function count() { held = last = ""; explained = 0 }
		/^1\.\.[0-9]+$/ { planned += substr($0, 4); next }
		/^ok [0-9]+ - / { passed++; count(); next }
		/^not ok [0-9]+ # SKIP / {
			skipped++
			skips = skips "    skipped: " substr($0, index($0, "SKIP ") + 5) \
				(last == "" ? "" : ": " last) "\n"
			count(); next
		}
		/^not ok [0-9]+ - / {
			failed++
			detail = detail held "    " $0 "\n"
			count(); explained = 1; next
		}
		/^# (not )?ok - / { next }
		explained && /^# / { detail = detail "    " $0 "\n"; next }
		{ held = held "    " $0 "\n"; last = $0 }
		function why() {
			if (status == 124 || status == 137 && seconds >= limit)
				return "ran past " limit " s"
			if (status > 128)
				return "crashed by signal " status - 128
			if (passed + failed + skipped == 0)
				return "printed no test (exit status " status ")"
			if (passed + failed + skipped < planned)
				return "stopped after " passed + failed + skipped " of " planned \
					" tests (exit status " status ")"
			if (status != 0 && failed == 0)
				return "left with exit status " status
			return ""
		}
		END {
			reason = why()
			if (reason != "" || failed)
				detail = detail held
			if (reason != "")
				detail = detail "    " reason "\n"
			failed += reason != ""
			printf "%s: %d passed, %d failed, %d skipped (%d s)\n%s", name, passed,
				failed, skipped, seconds, detail skips
			print passed + 0, failed + 0, skipped + 0 >> tally
		}' "$1"
}

[ $# -gt 0 ] || usage
tally= jobs=1
if [ "$1" = --jobs ]; then
	[ $# -ge 3 ] || usage
	jobs=$2
	case $jobs in
	'' | *[!0-9]* | 0*) usage ;;
	esac
	shift 2
fi
case $1 in
--sum)
	[ $# -eq 2 ] || usage
	[ -f "$2" ] || { echo "tests/run.sh: $2: no such tally" >&2; exit 1; }
	sum "$2"
	exit
	;;
--tally)
	[ $# -ge 3 ] || usage
	tally=$2
	shift 2
	;;
-*) usage ;;
esac

timeout=${TEST_TIMEOUT:-300}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
: >"$work/tally"

# run PROGRAM - runs it and reports.
run() {
	program=$1
	case $program in
	*/*) ;;
	*) program=./$program ;;
	esac
	start=$(date +%s) status=0
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$timeout" "$program" \
		>"$work/log" 2>&1 </dev/null || status=$?
	report "$work/log" "$status" "${program#./}" "$(($(date +%s) - start))" "$work/tally"
}

if [ "$jobs" -gt 1 ] && [ $# -gt 1 ]; then
	printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" "$0" --tally "$work/tally" || true
	lost=$(($# - $(wc -l <"$work/tally")))
	if [ "$lost" -gt 0 ]; then
		echo "tests/run.sh: $lost of $# programs were not reported"
		echo "0 $lost 0" >>"$work/tally"
	fi
else
	for program; do
		run "$program"
	done
fi
if [ -n "$tally" ]; then
	cat "$work/tally" >>"$tally"
	sum "$work/tally" >/dev/null
else
	sum "$work/tally"
fi
