#!/bin/sh
# statistics.sh - how often tests find what is there and what is not, into docs/statistics.md; a part of bench.sh.
set -eu

document=$home/docs/statistics.md
table=$work/statistics.table
"$statistics" ${quick:+20} > "$table"
awk -v table="$table" '
	/^<!-- end simulation -->$/ {
		while ((getline line < table) > 0)
			print line
		inside = 0
	}
	!inside
	/^<!-- begin simulation -->$/ { inside = 1 }
' "$document" > "$work/statistics.md"
[ -n "$quick" ] || cp "$work/statistics.md" "$document"
cat "$table"
