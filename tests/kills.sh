#!/bin/sh
# kills.sh - many trials under random kill -9 of the program and of its children end with the database of an undisturbed run.
# TRIALS (100), KILLS (20), SEED (1); BAKEOFF names the program. Prints TAP. `make test-kills`.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
trials=${TRIALS:-100} kills=${KILLS:-20} seed=${SEED:-1}

cat > small.yaml <<YAML
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 400, valid_sentences: 40, test_sentences: 20}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, checkpoint_every: 7, report_every: 5, stop: {epochs: 4}}
search: {beam: 2}
seeds: [$(seq -s ', ' $(((trials + 3) / 4)))]
contestants:
  lstm: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1}
  convs2s: {architecture: cnn, width: 12, encoder_layers: 2, decoder_layers: 2}
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 1}
  mixed: {width: 12, encoder: {architecture: transformer, feed_forward: 16, layers: 1}, decoder: {architecture: rnn, hidden: 12}}
YAML

# The numbers of chance: seconds until the next kill, and whether it hits the program (0) or a child.
awk -v seed="$seed" -v kills="$kills" 'BEGIN { srand(seed); for (i = 0; i < 2 * kills; i++) print 0.1 + 0.3 * rand(), int(3 * rand()) }' > chance

undisturbed() {
	"$program" run small.yaml --db whole.db --jobs 2 --quiet > log 2>&1
}

disturbed() {
	"$program" run small.yaml --db killed.db --jobs 2 --quiet > log 2>&1 &
	parent=$!
	struck=0
	while [ $struck -lt "$kills" ] && read -r pause whom; do
		sleep "$pause"
		victim=$parent
		[ "$whom" = 0 ] || victim=$(pgrep -P $parent | head -n 1)
		victim=${victim:-$parent} # where it has no child just now
		kill -KILL "$victim" 2> /dev/null && struck=$((struck + 1))
		kill -0 $parent 2> /dev/null && [ "$victim" != $parent ] && continue
		wait $parent 2> /dev/null
		"$program" run small.yaml --db killed.db --jobs 2 --quiet > log 2>&1 &
		parent=$!
	done < chance
	wait $parent 2> /dev/null
	"$program" run small.yaml --db killed.db --jobs 2 --quiet > log 2>&1 || { cat log; return 1; }
	echo "# $struck of $kills kills hit a process" >&3
	[ $struck -gt 0 ] && same whole killed &&
		[ "$("$program" query --db killed.db --format tsv --sql "SELECT count(*) FROM runs WHERE status = 'done'" | tail -n 1)" \
			= $(((trials + 3) / 4 * 4)) ]
}

exec 3>&1
ok "kills: $trials trials undisturbed" undisturbed
ok "kills: after $kills random kills, the same database and weights" disturbed
echo "1..$number"
