#!/bin/sh
# explain.sh - models --explain as its user meets it. Prints TAP; BAKEOFF names the program.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

explain() {
	"$program" models --explain "$@"
}

# prints TEXT ARGUMENT... - the explanation has that text.
prints() {
	text=$1
	shift
	explain "$@" > "$work/out" && grep -qF -- "$text" "$work/out"
}

# refuses TEXT ARGUMENT... - one line of standard error says the text, and the status is 2.
refuses() {
	text=$1
	shift
	says 2 "$text" explain "$@"
}

ok 'every architecture explains itself' sh -c "for a in rnn cnn transformer; do '$program' models \$a --explain --vocabulary 50 ||
	exit 1; done"
ok 'layers that are alike are one' prints 'encoder 1-4, each' transformer --set layers=4 --vocabulary 50
ok 'a setting of one side' prints 'decoder 1-5, each' transformer --set decoder.layers=5 --vocabulary 50
ok 'mixed architectures' prints 'lstm' transformer --set decoder.architecture=rnn --vocabulary 50
ok 'lengths' prints 'S = 3 tokens to one of T = 512' transformer --source 3 --target 512 --vocabulary 50
ok 'one token' explain rnn --source 1 --target 1 --vocabulary 50
ok 'the contestants of a file' prints 'convs2s' "$home/experiments/toy.yaml"
ok 'one contestant of a file' prints '"model": "lstm"' "$home/experiments/toy.yaml" lstm --format json
ok 'json is one value' sh -c "'$program' models --explain cnn --vocabulary 50 --format json | python3 -m json.tool"
ok 'markdown' prints '| encoder 1-3, each | self-attention |' transformer --format markdown --vocabulary 50
ok 'no such architecture' refuses "no architecture 'tranformer'" tranformer
ok 'no such contestant' refuses 'lstmm: no such contestant; ' "$home/experiments/toy.yaml" lstmm
ok 'no such setting' refuses 'did you mean heads?' transformer --set headz=3
ok 'settings that do not fit' refuses 'heads = 3: must divide width = 64' transformer --set width=64 --set heads=3
ok 'too long a sentence' refuses 'must be a whole number from 1 to 512' transformer --source 513
ok 'a format of one table' refuses 'box, markdown or json' transformer --format csv
echo "1..$number"
