#!/bin/sh
# make.sh - runs the commands of the pages of docs/guide, and puts what they print and draw into the pages. BAKEOFF names the program.
#
#     docs/guide/make.sh            from nothing, in build/guide; what it draws goes to docs/guide/figures
#     KEEP=1 docs/guide/make.sh     what is trained in build/guide stays
#     docs/guide/make.sh PAGE...    those pages alone
#     QUICK=1 docs/guide/make.sh    trains next to nothing and changes no page: do the commands work? Prints TAP
#
# A command is a line `$ bakeoff ...` within a fence of text; what follows in the fence is what it printed. In pages it stands as a
# reader types it in the folder of the checkout; here it runs in a folder of its own that has the experiment files.
set -u

guide=$(realpath "$(dirname "$0")")
quick=${QUICK:-}
work=${WORK:-build/guide}
[ $# -gt 0 ] || set -- recurrence convolution attention verdict
failed=0 number=0

[ "${KEEP:-}" ] || rm -rf "$work"
mkdir -p "$work/bin" "$work/docs/guide" || exit 1
ln -sf "$(realpath "${BAKEOFF:-build/release/bakeoff}")" "$work/bin/bakeoff"
work=$(realpath "$work")
PATH=$work/bin:$PATH
export PATH

# Experiment files; for a quick look a few updates of a few sentences, once.
for file in "$guide"/*.yaml; do
	if [ "$quick" ]; then
		sed 's/updates: [0-9]*/updates: 2/; s/train_sentences: .*/train_sentences: 90/; s/valid_sentences: .*/valid_sentences: 5/
			s/test_sentences: .*/test_sentences: 20/; s/^seeds: .*/seeds: [1]/; /^match:/d' "$file"
	else
		cat "$file"
	fi > "$work/docs/guide/${file##*/}"
done
cd "$work" || exit 1

# What a command printed, without the progress of its trainings.
shown() {
	case $1 in
	'bakeoff run '*) ;;
	'bakeoff probe '*) sed '/^\[[0-9]*\/[0-9]*\] /d; /^ .*epoch/d; /^ .*update/d; /^$/d' "$2" ;;
	*) sed '/./,$!d' "$2" ;;
	esac | sed 's/ *$//'
}

run() {
	sh -ec "$1" > printed 2> errors < /dev/null
	status=$?
	number=$((number + 1))
	if [ "$status" -ne 0 ] || grep -q '^bakeoff' errors; then
		failed=1
		sed 's/^/# /' errors
		echo "not ok $number - $1"
	else
		echo "ok $number - $1"
	fi
}

# The page as it is to be, to new.md.
page() {
	fenced='' command=''
	: > new.md
	while IFS= read -r line; do
		case $line in
		'```text') fenced=1 ;;
		'```') fenced='' command='' ;;
		esac
		if [ "$fenced" ] && [ "${line#"\$ "}" != "$line" ]; then
			command=${line#"\$ "}
			printf '%s\n' "$line" >> new.md
			run "$command"
			shown "$command" printed >> new.md
		elif [ -z "$command" ]; then
			printf '%s\n' "$line" >> new.md
		fi
	done < "$guide/$1.md"
}

# Pictures that the page shows: FOLDER/NAME.svg of a probe is figures/FOLDER.svg.
figures() {
	sed -n 's/.*](figures\/\([a-z-]*\)\.svg).*/\1/p' "$guide/$1.md" > names
	while read -r name; do
		number=$((number + 1))
		made=$(find "$name.svg" "$name" -name '*.svg' 2> /dev/null | head -n 1)
		if [ "$made" ] && { [ -z "$quick" ] || [ -e "$guide/figures/$name.svg" ]; }; then
			echo "ok $number - figures/$name.svg"
			[ "$quick" ] || cp "$made" "$guide/figures/$name.svg"
		else
			failed=1
			echo "not ok $number - figures/$name.svg: no command of $1.md draws it, or it is not there"
		fi
	done < names
}

for page; do
	page "$page"
	figures "$page"
	[ "$quick" ] || [ "$failed" -ne 0 ] || cp new.md "$guide/$page.md"
done
echo "1..$number"
exit $failed
