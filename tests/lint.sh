#!/bin/sh
# lint.sh - what can be said of the source without running it: warnings of clang, clang-tidy (.clang-tidy), shellcheck, includes.
#
#     tests/lint.sh [FILE...]         all of the program and its scripts, where none is named
#     tests/lint.sh --since COMMIT    those that are not as they were then
#
# FLAGS has those of the compiler, JOBS how many at once. Where all are asked, clang-tidy follows paths within a function, a
# quarter of a second a file; where files are chosen, into what a function calls, which takes seconds. A file that passed is
# in build/lint/, and is asked again once anything has changed that a compiler reads of it.
#
# Says how many files are not as .clang-format has it, which is no fault. Exit status: 0 nothing found, 1 something.
set -u

passed=build/lint
jobs=${JOBS:-$(nproc)}
flags=${FLAGS:-}
bad=0

# check DEPTH FILE - what clang and clang-tidy find in it. That NAN is a float is gcc's to overlook.
check() {
	# shellcheck disable=SC2086
	key=$({ cat .clang-tidy tests/lint.sh; echo "$1 $flags"; clang -E $flags "$2"; } | sha256sum | cut -c1-32)
	[ ! -e "$passed/$key" ] || return 0
	# shellcheck disable=SC2086
	clang-tidy --quiet "$2" -- $flags -Wno-double-promotion -Xclang -analyzer-config -Xclang mode="$1" 2> /dev/null || return 1
	touch "$passed/$key"
}

say() {
	printf '%-24s %s\n' "$1" "$2"
	[ "$2" = ok ] || bad=1
}

if [ "${1:-}" = --check ]; then
	check "$2" "$3"
	exit
fi
depth=deep
if [ "${1:-}" = --since ]; then
	files=$(git diff --name-only --diff-filter=d "$2" && git ls-files --others --exclude-standard) || exit 1
elif [ $# -gt 0 ]; then
	files=$(printf '%s\n' "$@")
else
	files=$(git ls-files)
	depth=shallow
fi
# vector.c is compiled in three ways with more flags; of ranks_*.c one is; slurm_task.sh is a part of what slurm.c writes.
sources=$(printf '%s\n' "$files" | grep -E '\.c$' | grep -vE '^(tests|examples)/|core/vector.c|core/ranks_')
scripts=$(printf '%s\n' "$files" | grep -E '\.sh$|^\.ci/run$' | grep -v slurm_task.sh)

tests/layers.sh && say 'includes' ok || say 'includes' 'see above'

mkdir -p "$passed"
printf '%s\n' "$sources" | xargs -r -P "$jobs" -I '{}' "$0" --check $depth '{}' && say 'clang, clang-tidy' ok ||
	say 'clang, clang-tidy' 'see above'

# Variables of a script may be set or used by another that reads it.
printf '%s\n' "$scripts" | xargs -r -P "$jobs" -n 6 shellcheck -x -S warning -e SC2154,SC2034 && say 'shellcheck' ok || say 'shellcheck' 'see above'

if command -v clang-format > /dev/null; then
	unlike=$(for file in $sources; do clang-format "$file" | cmp -s - "$file" || echo "$file"; done | wc -l)
	echo "clang-format: $unlike of $(printf '%s\n' "$sources" | grep -c .) files would be changed"
fi
exit $bad
