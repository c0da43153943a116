#!/bin/sh
# prepare.sh - the King James text of a Debian package as text to learn a style from, whole books held out.
#
#     experiments/style/prepare.sh FOLDER
#
# Writes {train,valid,test}.txt to FOLDER: a verse a line, an empty line behind each chapter, the books in
# their order. Does nothing where FOLDER already has them. Needs `./setup.sh style`. Exit status: 0 done,
# 1 failed, 2 wrong usage.
set -eu
export LC_ALL=C

# Narrative, wisdom, prophecy and a letter in each.
VALID='Est SSol Joel Phi'
TEST='Ruth Eccl Jonah Jas'
# cksum of the three texts one behind the other, with bible-kjv-text 4.38
KNOWN='3156642649 4139033'

fail() {
	printf 'prepare.sh: %s\n' "$*" >&2
	exit 1
}

if [ $# -ne 1 ] || [ -z "$1" ]; then
	echo 'usage: experiments/style/prepare.sh FOLDER' >&2
	exit 2
fi
folder=$1
command -v bible >/dev/null || fail 'bible is not installed: run ./setup.sh style'
made_by="$(dpkg-query -W -f='${Package} ${Version} ' bible-kjv-text 2>/dev/null || :)$(cksum <"$0")"

# is_made - whether an earlier run with the same text and script left all files.
is_made() {
	[ "$(cat "$folder/made-by" 2>/dev/null)" = "$made_by" ] || return 1
	for part in train valid test; do
		[ -s "$folder/$part.txt" ] || return 1
	done
}

# split WORK - verses, as `1Sm2:3 text`, to the part that their book belongs to.
split() {
	bible -f gen1:1-rev22:21 </dev/null | iconv -f latin1 -t utf8 |
		awk -v work="$1" -v valid=" $VALID " -v test=" $TEST " '
			match($1, /[0-9]+:[0-9]+$/) {
				book = substr($1, 1, RSTART - 1)
				chapter = $1
				sub(/:.*/, "", chapter)
				part = index(valid, " " book " ") ? "valid" : index(test, " " book " ") ? "test" : "train"
				if (chapter != last && seen[part]++)
					print "" > (work "/" part ".txt")
				last = chapter
				$1 = ""
				sub(/^ +/, "")
				print > (work "/" part ".txt")
			}'
}

if is_made; then
	exit
fi
mkdir -p "$folder" 2>/dev/null || fail "cannot make the folder $folder"
work=$(mktemp -d "$folder/.prepare.XXXXXX" 2>/dev/null) || fail "cannot write to the folder $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
split "$work" || fail 'bible -f gen1:1-rev22:21 failed: is bible-kjv-text installed whole?'
for part in train valid test; do
	[ -s "$work/$part.txt" ] || fail "no verse for $part: the text of bible-kjv-text has changed"
done
[ "$(cat "$work/train.txt" "$work/valid.txt" "$work/test.txt" | cksum)" = "$KNOWN" ] ||
	printf 'prepare.sh: the text of bible-kjv-text differs from that of 4.38, which published results used\n' >&2
# The stamp goes first and comes last, so an interrupted run is made again.
rm -f "$folder/made-by"
for part in train valid test; do
	mv -f "$work/$part.txt" "$folder/$part.txt"
done
echo "$made_by" >"$folder/made-by"
echo "$folder: $(wc -l <"$folder/train.txt") lines to train, $(wc -l <"$folder/valid.txt") to validate, $(wc -l <"$folder/test.txt") to test"
