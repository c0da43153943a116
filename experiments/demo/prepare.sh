#!/bin/sh
# prepare.sh - make the demo's parallel text from Debian packages: King James -> modern English.
#
#     experiments/demo/prepare.sh FOLDER [--words N]
#
# Writes {train,valid,test}.{kjv,web}, one verse a line, and verses.{train,valid,test} with
# their references to FOLDER: the verses that both have, at most N words a side (25). Does
# nothing where FOLDER already has them. Needs `./setup.sh demo`; docs/data.md says where the
# texts come from. Exit status: 0 done, 1 failed, 2 wrong usage.
set -eu
export LC_ALL=C

MODULE=engWEB2015eb
# cksum of all pairs, with bible-kjv-text 4.38 and sword-text-web 426.0
KNOWN='2176622923 8442223'
# Both have 31,095 verses in those; fewer than this is another text or another form of output.
FEWEST=30000

# Abbreviation of `bible`, name of diatheke
BOOKS='Ge:Genesis
Exo:Exodus
Lev:Leviticus
Num:Numbers
Deu:Deuteronomy
Josh:Joshua
Jdgs:Judges
Ruth:Ruth
1Sm:I Samuel
2Sm:II Samuel
1Ki:I Kings
2Ki:II Kings
1Chr:I Chronicles
2Chr:II Chronicles
Ezra:Ezra
Neh:Nehemiah
Est:Esther
Job:Job
Psa:Psalms
Prv:Proverbs
Eccl:Ecclesiastes
SSol:Song of Solomon
Isa:Isaiah
Jer:Jeremiah
Lam:Lamentations
Eze:Ezekiel
Dan:Daniel
Hos:Hosea
Joel:Joel
Amos:Amos
Obad:Obadiah
Jonah:Jonah
Mic:Micah
Nahum:Nahum
Hab:Habakkuk
Zep:Zephaniah
Hag:Haggai
Zec:Zechariah
Mal:Malachi
Mat:Matthew
Mark:Mark
Luke:Luke
John:John
Acts:Acts
Rom:Romans
1Cor:I Corinthians
2Cor:II Corinthians
Gal:Galatians
Eph:Ephesians
Phi:Philippians
Col:Colossians
1Th:I Thessalonians
2Th:II Thessalonians
1Tim:I Timothy
2Tim:II Timothy
Titus:Titus
Phmn:Philemon
Heb:Hebrews
Jas:James
1Pet:I Peter
2Pet:II Peter
1Jn:I John
2Jn:II John
3Jn:III John
Jude:Jude
Rev:Revelation of John'


say() {
	printf 'prepare.sh: %s\n' "$*" >&2
}

fail() {
	say "$@"
	exit 1
}

usage() {
	echo 'usage: experiments/demo/prepare.sh FOLDER [--words N]' >&2
	exit 2
}

# extract - writes books, kjv and web.ABBREVIATION to $work.
extract() {
	printf '%s\n' "$BOOKS" >"$work/books"
	bible -f gen1:1-rev22:21 </dev/null >"$work/kjv" ||
		fail 'bible -f gen1:1-rev22:21 failed: is bible-kjv-text installed whole?'
	# diatheke muddles several books asked for at once, so one call for each. As OSIS a verse
	# is one line and notes are marked; as plain text words run together where a note stood.
	while IFS=: read -r abbreviation name; do
		diatheke -b $MODULE -f OSIS -o f -k "$name" </dev/null >"$work/web.$abbreviation" ||
			fail "diatheke failed at $name: is sword-text-web installed whole?"
		grep -q "^$name 1:1: \|  $name 1:1: " "$work/web.$abbreviation" ||
			fail "diatheke prints no $name from $MODULE: sword-text-web has changed," \
				"426.0 is known to work"
	done <"$work/books"
}

# check_counts KJV WEB BOTH TRAIN VALID TEST
check_counts() {
	[ "$3" -ge $FEWEST ] ||
		fail "only $3 verses are in both ($1 King James, $2 World English)," \
			"$FEWEST or more were expected: the text of a package has changed"
	if [ "$4" -eq 0 ] || [ "$5" -eq 0 ] || [ "$6" -eq 0 ]; then
		fail "no verse of at most $words words for some part" \
			"($4 train, $5 valid, $6 test): choose a larger --words"
	fi
	[ "$(cksum <"$work/both")" = "$KNOWN" ] ||
		say 'the text of bible-kjv-text or sword-text-web differs from that of 4.38 and' \
			'426.0, which published results used: expect small differences'
}

folder='' words=25
while [ $# -gt 0 ]; do
	case $1 in
	--words)
		[ -n "${2:-}" ] || usage
		words=$2
		shift
		;;
	-*) usage ;;
	*)
		[ -z "$folder" ] || usage
		folder=$1
		;;
	esac
	shift
done
[ -n "$folder" ] || usage
case $words in
'' | *[!0-9]* | 0* | ?????*) fail "--words $words: must be a number from 1 to 9999" ;;
esac
for program in bible diatheke perl; do
	command -v $program >/dev/null || fail "$program is not installed: run ./setup.sh demo"
done

here=$(dirname "$0")
packages=$(dpkg-query -W -f='${Package} ${Version} ' bible-kjv-text sword-text-web 2>/dev/null) || :
made_by="words $words, $packages, scripts $(cat "$0" "$here/align.pl" | cksum)"
files='train.kjv train.web verses.train valid.kjv valid.web verses.valid
	test.kjv test.web verses.test'

# is_made - whether an earlier run with the same texts, scripts and options left all files.
is_made() {
	[ "$(sed -n 1p "$folder/made-by" 2>/dev/null)" = "$made_by" ] || return 1
	for file in $files; do
		[ -s "$folder/$file" ] || return 1
	done
}

if is_made; then
	echo "$folder: $(sed -n 2p "$folder/made-by")"
	exit
fi
mkdir -p "$folder" 2>/dev/null || fail "cannot make the folder $folder"
work=$(mktemp -d "$folder/.prepare.XXXXXX" 2>/dev/null) || fail "cannot write to the folder $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
extract
mkdir "$work/new"
counts=$(perl "$here/align.pl" "$work" "$words" "$work/new")
# shellcheck disable=SC2086 # six numbers
set -- $counts
check_counts "$@"
summary="$4 pairs to train, $5 to validate, $6 to test, at most $words words a side,"
summary="$summary of $3 verses in both"
printf '%s\n%s\n' "$made_by" "$summary" >"$work/made-by"
# The stamp goes first and comes last, so an interrupted run is made again.
rm -f "$folder/made-by"
for file in $files; do
	mv -f "$work/new/$file" "$folder/$file"
done
mv -f "$work/made-by" "$folder/made-by"
echo "$folder: $summary"
