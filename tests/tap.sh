# tap.sh - what the tests of the program share; to be read by them. $program is its path; the working folder is new and empty.
# shellcheck shell=sh disable=SC2034

program=$(realpath "${BAKEOFF:-build/release/bakeoff}")
home=$(pwd)
work=$(mktemp -d)
failed=0
trap 'status=$?; rm -rf "$work"; [ $failed = 0 ] || status=1; exit $status' EXIT
cd "$work" || exit 1
number=0

# ok NAME COMMAND... - one test: the command succeeds.
ok() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" > "$work/said" 2>&1; then
		echo "ok $number - $name"
	else
		failed=1
		sed 's/^/# /' "$work/said"
		echo "not ok $number - $name"
	fi
}

# says STATUS TEXT COMMAND... - the command exits with the status and says the text in one line of standard error.
says() {
	status=$1
	text=$2
	shift 2
	"$@" > "$work/out" 2> "$work/err"
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -qF -- "$text" "$work/err" || [ "$(wc -l < "$work/err")" -ne 1 ]; then
		echo "exit status $got, expected $status and one line with: $text"
		cat "$work/out" "$work/err"
		return 1
	fi
}

# What a database says of losses and scores, without times.
facts() {
	"$program" query --db "$1" --format csv --sql "SELECT contestant, seed, metric, step, printf('%.17g', value)
		FROM run_curves WHERE metric IN ('train_loss', 'train_nll', 'valid_nll', 'valid_BLEU', 'gradient_norm', 'learning_rate', 'epoch',
		'target_tokens') ORDER BY 1, 2, 3, 4"
	"$program" query --db "$1" --format csv --sql "SELECT contestant, seed, test_set, metric, value FROM run_scores
		WHERE metric <> 'decode_sentences_per_second' ORDER BY 1, 2, 3, 4"
	"$program" query --db "$1" --format csv --sql "SELECT contestant, seed, test_set, sentence, hypothesis,
		printf('%.17g', log_probability) FROM run_hypotheses ORDER BY 1, 2, 3, 4"
}

# Two runs gave the same weights, losses, scores and hypotheses.
same() {
	facts "$1.db" > "$1.facts" && facts "$2.db" > "$2.facts" && [ -s "$1.facts" ] &&
		cmp "$1.facts" "$2.facts" || return 1
	for weights in "$1.runs"/*/model.safetensors; do
		cmp "$weights" "$2.runs/${weights#"$1.runs/"}" || return 1
	done
}
