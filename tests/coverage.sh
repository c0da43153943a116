#!/bin/sh
# coverage.sh - which lines of the source a run of the tests went through.
#
#     tests/coverage.sh BUILD PAGES    after the tests of BUILD, which was compiled with --coverage
#
# Prints lines, those that were run and their share, of each folder and of all; writes PAGES/index.html with every file. What a
# killed process has run is not counted. Exit status: 0 written, 1 nothing was run.
set -eu

build=$1
pages=$2
layers=$(sed -n 's/^LAYERS := //p' Makefile)
mkdir -p "$pages"
filters=$(for layer in $layers; do printf ' --filter %s/' "$layer"; done)
# shellcheck disable=SC2086
gcovr --root . $filters --exclude-unreachable-branches --gcov-ignore-parse-errors -j "$(nproc)" --csv "$pages/lines.csv" --html-details "$pages/index.html" \
	"$build" > "$pages/log" 2>&1 || { tail -3 "$pages/log"; exit 1; }
awk -F, '
	NR > 1 {
		folder = substr($1, 1, index($1, "/"))
		if (!(folder in lines))
			order[++n] = folder
		lines[folder] += $2; run[folder] += $3
		lines["all"] += $2; run["all"] += $3
	}
	END {
		order[++n] = "all"
		for (i = 1; i <= n; i++)
			printf "%-14s %6d of %6d lines, %5.1f %%\n", order[i], run[order[i]], lines[order[i]], \
				lines[order[i]] ? 100 * run[order[i]] / lines[order[i]] : 0
		exit !run["all"]
	}' "$pages/lines.csv"
echo "$pages/index.html"
