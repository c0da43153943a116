#!/bin/sh
# help.sh - help, manual pages and completions, all of the table of commands. Prints TAP; BAKEOFF names the program.
# shellcheck source=tests/tap.sh
set -u
. tests/tap.sh

commands=$("$program" help --complete COMMAND)

has_help() {
	for c in $commands; do
		"$program" "$c" --help > text && grep -q "^usage: bakeoff $c" text || { echo "$c"; return 1; }
		if awk 'length > 100' text | grep .; then return 1; fi
	done
	"$program" run small.yaml -h > text && "$program" help run | cmp - text
}
ok 'every command prints its help, in lines of at most 100 columns' has_help

is_listed() {
	"$program" --help > text
	for c in $commands; do
		grep -q "^  $c " text || { echo "$c"; return 1; }
	done
}
ok 'every command is in the overview' is_listed

"$program" help --format man --out man || exit 1
there_are_pages() {
	for c in $commands; do
		[ -s "man/man1/bakeoff-$c.1" ] || return 1
		grep -qF ".BR bakeoff\\-$c (1)" man/man1/bakeoff.1 || return 1
	done
	[ -s man/man5/bakeoff-experiment.5 ] && "$program" help run --format man | cmp - man/man1/bakeoff-run.1
}
ok 'every command has a manual page' there_are_pages

# What a page says is what the help says, but for line breaks and headings.
words() {
	tr -s ' \n' '\n' | sed "s/[^A-Za-z]//g" | sort -u
}
same_words() {
	for c in run score query; do
		groff -man -Tascii -P-c -rHY=0 "man/man1/bakeoff-$c.1" | sed 's/.\x08//g' | words > page
		"$program" "$c" --help | words > text
		missing=$(comm -23 text page)
		[ "$(printf '%s' "$missing" | wc -w)" -le 1 ] || { echo "$c: $missing"; return 1; } # usage:
	done
}
clean() {
	for page in man/man?/*; do
		"$@" "$page" > lint 2>&1
		if [ -s lint ]; then
			cat lint
			return 1
		fi
	done
}
skip() {
	number=$((number + 1))
	echo "$2"
	echo "not ok $number # SKIP $1"
}
if command -v groff > /dev/null; then
	ok 'pages are without warnings of groff' clean groff -ww -man -Tutf8 -z
	ok 'a page says all that the help says' same_words
else
	skip 'pages are without warnings of groff' 'groff is not installed'
fi
if command -v mandoc > /dev/null; then
	ok 'pages are without warnings of mandoc' clean mandoc -Tlint -W warning
else
	skip 'pages are without warnings of mandoc' 'mandoc is not installed'
fi

# In the page of experiment files is every key, of every table.
has_keys() {
	"$program" help experiment > text
	for key in $("$program" help --complete KEY=VALUE | sed 's/^[a-z]*\.//; s/=$//') \
		$("$program" help --complete SETTING=VALUE | sed 's/=$//') experiment contestants grid tune include; do
		grep -q "^  $key\( \|$\)" text || { echo "$key"; return 1; }
	done
}
ok 'bakeoff-experiment has every key' has_keys

cat > small.yaml <<-'END'
	experiment: small
	data: {task: copy, train_sentences: 20, valid_sentences: 5, test_sentences: 5}
	train: {stop: {updates: 1}}
	contestants: {lstm: {architecture: rnn}, big one: {architecture: transformer}}
END
"$program" help --format bash > completion.bash
"$program" help --format zsh > completion.zsh
mkdir bin && ln -s "$program" bin/bakeoff
cat > complete.bash <<-'END'
	source ./completion.bash
	PATH=$PWD/bin:$PATH
	compopt() { :; }
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_bakeoff
	printf '%s\n' "${COMPREPLY[@]}"
END
# completes WANTED WORD... - bash offers WANTED (words, in order) for the command line, the last word of which is unfinished
completes() {
	wanted=$1
	shift
	got=$(bash complete.bash "$@" | paste -sd' ' -)
	[ "$got" = "$wanted" ] || { echo "got $got"; return 1; }
}
ok 'bash: the completion is sound' bash -n completion.bash
ok 'bash: commands' completes 'run rerun runs report rm' bakeoff r
ok 'bash: options' completes '--dry-run' bakeoff run --dr
ok 'bash: words of an option' completes 'markdown' bakeoff runs --format mark
ok 'bash: contestants of the file' completes 'big\ one' bakeoff run small.yaml --only b
ok 'bash: keys' completes 'train.stop.epochs=' bakeoff run small.yaml --set train.stop.e
ok 'bash: experiment files' completes 'small.yaml' bakeoff profile sm
ok 'bash: architectures' completes 'transformer' bakeoff models trans
ok 'bash: queries' completes 'curves' bakeoff query cu

# Names in a database may be anybody's: they are offered quoted, and never run.
"$program" run small.yaml --quiet --only lstm --set 'experiment="sm$(touch ran)"' > log 2>&1 || sed 's/^/# /' log
ok 'bash: a name out of a database is not run' completes 'sm\$\(touch\ ran\)' bakeoff compare sm
ok 'bash: nor left behind' [ ! -e ran ]

# zsh in a pseudo-terminal is asked what it would insert.
zsh_completes() {
	wanted=$1 line=$2
	for _ in 1 2 3; do # what is typed before it edits the line is not completed
		asked_of_zsh && grep -qF -- "$wanted" said.zsh && return
	done
	cat said.zsh
	return 1
}
asked_of_zsh() {
	zsh -f -c '
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1=; fpath=(. \$fpath); PATH=$PWD/bin:\$PATH; autoload -U compinit; compinit -u -D; source ./completion.zsh"
		zpty -w z "zstyle \":completion:*\" list-prompt \"\"; LISTMAX=10000; print READ\Y"
		zpty -r -m z got "*READY*"
		sleep 0.3
		zpty -w -n z "$1"$'"'"'\t'"'"'" #END"$'"'"'\n'"'"'
		zpty -r -m z got "*END*"
		print -r -- "$got"
		zpty -d z' zsh "$line" > said.zsh 2>&1
}
if command -v zsh > /dev/null; then
	ok 'zsh: the completion is sound' zsh -n completion.zsh
	ok 'zsh: options' zsh_completes 'bakeoff run --dry-run' ': ; bakeoff run --dr'
	ok 'zsh: contestants of the file' zsh_completes 'big\ one' 'bakeoff run small.yaml --only bi'
else
	skip 'zsh: the completion is sound' 'zsh is not installed'
fi

ok 'the version names program, kernels and libraries' sh -c "'$program' --version > text && grep -q '^bakeoff [0-9]' text &&
	grep -q '^vector kernels: ' text && grep -q '^matrix products' text && grep -q '^SQLite .* SentencePiece' text && grep -q '^MPI: ' text"
ok 'an option that is nearly one' says 2 'perhaps --quiet' "$program" run small.yaml --quite
ok 'an option that lacks its value' says 2 '--set lacks its value' "$program" run small.yaml --set
ok 'an option that takes no value' says 2 '--quiet takes no value' "$program" run small.yaml --quiet=3
ok 'help: of no command' says 2 "no command 'nosuch'" "$program" help nosuch
ok 'help: no such format' says 2 'must be text, man, bash or zsh' "$program" help --format pdf
ok 'help: a folder that cannot be' says 1 'cannot make this folder' "$program" help --format man --out small.yaml/x
echo "1..$number"
