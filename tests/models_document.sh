#!/bin/sh
# models_document.sh - what docs/models.md shows is what the program prints. Prints TAP; BAKEOFF names the program.
set -u

program=$(realpath "${BAKEOFF:-build/release/bakeoff}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

# One file a block: the command, then what it printed.
awk -v work="$work" '
	/^```text$/ { inside = 1; count++; next }
	/^```$/ { inside = 0 }
	inside { print > (work "/" count ".block") }' docs/models.md

for block in "$work"/*.block; do
	number=$((number + 1))
	arguments=$(sed -n '1s/^\$ bakeoff //p' "$block")
	# shellcheck disable=SC2086
	"$program" $arguments 2>&1 | sed '/./,$!d' > "$work/got"
	if [ -n "$arguments" ] && sed 1d "$block" | diff - "$work/got" > "$work/said"; then
		echo "ok $number - $arguments"
	else
		sed 's/^/# /' "$work/said"
		echo "not ok $number - $arguments"
	fi
done
[ "$number" -ge 3 ] || echo "not ok $((number + 1)) - docs/models.md has three examples at least"
echo "1..$number"
