#!/bin/sh
# documents.sh - what documents say of the source is there: links, names in files, pictures drawn from it. Prints TAP.
set -u

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

# ok NAME COMMAND... - one test: the command succeeds, and prints nothing.
ok() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" > "$work/said" 2>&1 && [ ! -s "$work/said" ]; then
		echo "ok $number - $name"
	else
		sed 's/^/# /' "$work/said"
		echo "not ok $number - $name"
	fi
}

# links DOCUMENT... - the files that it links to are there.
links() {
	for document; do
		folder=$(dirname "$document")
		grep -o ']([^)#: ]*[)#]' "$document" | sed 's/^](//; s/.$//' | sort -u | while read -r path; do
			[ -z "$path" ] || [ -e "$folder/$path" ] || echo "$document: no $path"
		done
	done
}

# names DOCUMENT... - of `name` in [file](file), or of [file](file), the file has the name as a word.
names() {
	tick=$(printf '\140')
	quoted="${tick}[A-Za-z_]+${tick}"
	for document; do
		# shellcheck disable=SC2094
		tr '\n' ' ' < "$document" | grep -oE "($quoted and )?$quoted (in|of) \[[^]]*\]\([^)]*\)" | while read -r line; do
			path=$(dirname "$document")/$(echo "$line" | sed 's/.*(//; s/)$//')
			for word in $(echo "$line" | grep -oE "$quoted" | tr -d "$tick"); do
				grep -qw -- "$word" "$path" || echo "$document: no $word in $path"
			done
		done
	done
}

# folders DOCUMENT - each folder of the tree is named in it.
folders() {
	git ls-files 2> /dev/null | sed -n 's|/.*|/|p' | sort -u | while read -r folder; do
		grep -qF "\`$folder\`" "$1" || echo "$1: nothing of $folder"
	done
}

# picture NAME - it is what the source gives.
picture() {
	docs/draw.sh "$1" > "$work/$1.svg" && cmp "$work/$1.svg" "docs/$1.svg" || echo 'make pictures-of-source'
}

ok 'documents link to files that are there' links ./*.md docs/*.md examples/*/*.md
ok 'what documents name in a file is there' names CONTRIBUTING.md docs/architecture.md
ok 'each folder is in the table of folders' folders docs/architecture.md
ok 'the picture of includes is up to date' picture includes
ok 'the picture of what becomes of an experiment file is up to date' picture flow
echo "1..$number"
