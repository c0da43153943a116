#!/bin/sh
# lint.sh - what can be said of the source without running it: warnings of clang, clang-tidy (.clang-tidy), shellcheck, includes.
#
#     tests/lint.sh [FILE.c...]    all of the program, where none is named; FLAGS has those of the compiler, JOBS how many at once
#
# Says how many files are not as .clang-format has it, which is no fault. Exit status: 0 nothing found, 1 something.
set -u

jobs=${JOBS:-$(nproc)}
bad=0
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(git ls-files '*.c' | grep -vE '^(tests|examples)/|core/vector.c|core/ranks_')

say() {
	printf '%-24s %s\n' "$1" "$2"
	[ "$2" = ok ] || bad=1
}

tests/layers.sh && say 'includes' ok || say 'includes' 'see above'

# That NAN is a float is gcc's to overlook. slurm_task.sh is a part of what slurm.c writes.
# shellcheck disable=SC2086
printf '%s\n' "$@" | xargs -P "$jobs" -n 8 clang -fsyntax-only -Werror $FLAGS -Wno-double-promotion && say 'warnings of clang' ok ||
	say 'warnings of clang' 'see above'

# shellcheck disable=SC2086
printf '%s\n' "$@" | xargs -P "$jobs" -I '{}' clang-tidy --quiet '{}' -- $FLAGS 2> /dev/null && say 'clang-tidy' ok ||
	say 'clang-tidy' 'see above'

git ls-files | grep -E '\.sh$|^\.ci/run$' | grep -v slurm_task.sh | xargs shellcheck -x -S warning && say 'shellcheck' ok || say 'shellcheck' 'see above'

if command -v clang-format > /dev/null; then
	unlike=$(for file; do clang-format "$file" | cmp -s - "$file" || echo "$file"; done | wc -l)
	echo "clang-format: $unlike of $# files would be changed"
fi
exit $bad
