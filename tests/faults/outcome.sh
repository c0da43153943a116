# outcome.sh - what must be the same in the end, whatever came between; to be read.
# shellcheck shell=sh disable=SC2154

outcome() {
	"$program" query --db x.db --format csv --sql "SELECT contestant, seed, metric, step, printf('%.17g', value)
		FROM run_curves WHERE metric IN ('train_loss', 'train_nll', 'valid_nll', 'gradient_norm', 'learning_rate', 'epoch',
		'target_tokens') ORDER BY 1, 2, 3, 4"
	"$program" query --db x.db --format csv --sql "SELECT contestant, seed, test_set, sentence, hypothesis,
		printf('%.17g', log_probability) FROM run_hypotheses ORDER BY 1, 2, 3, 4"
	"$program" query --db x.db --format csv --sql "SELECT contestant, test_set, metric, value FROM run_scores
		WHERE metric <> 'decode_sentences_per_second' ORDER BY 1, 2, 3"
	cksum x.runs/*/model.safetensors
	for made in page.html said.txt; do
		[ ! -e $made ] || cksum $made
	done
}
