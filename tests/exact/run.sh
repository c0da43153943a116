#!/bin/sh
# run.sh - which builds and which kernels give the same bits. Builds by gcc and clang, -O0 and -O3, in float and double, each below
# build/exact/, train ten small models with each set of vector kernels that this processor has. What docs/exactness.md promises must hold;
# what it does not is measured. Without clang gcc alone builds; CC="ccache gcc": by ccache. OPTIMIZE has what is beside -O. Prints TAP.
# `make test-exact`.
set -u

levels='O3 O0' reals='float double' sets='avx512 avx2 portable' compilers=
cache=
case ${CC:-gcc} in ccache*) cache='ccache ' ;; esac
for compiler in gcc clang; do
	! command -v $compiler > /dev/null || compilers="$compilers $compiler"
done

# build COMPILER LEVEL REAL
build() {
	plus=$(echo "$1" | sed 's/gcc/g++/; s/clang/clang++/')
	${MAKE:-make} --no-print-directory -s -j"${JOBS:-2}" B="build/exact/$1-$2-$3" CC="$cache$1" CXX="$cache$plus" REAL="$([ "$3" = float ] || echo -DBAKEOFF_DOUBLE)" \
		OPTIMIZE="$(echo "${OPTIMIZE:--O3}" | sed "s/-O[0-9]/-$2/")" WARN=-w CWARN=-w "build/exact/$1-$2-$3/bakeoff" > /dev/null
}

programs=
for compiler in $compilers; do
	for level in $levels; do
		for real in $reals; do
			build "$compiler" "$level" "$real" || { echo "not ok 1 - exact: build by $compiler, -$level, $real"; exit 1; }
		done
		programs="$programs $compiler-$level"
	done
done
programs=${programs# }
first=${programs%% *}
BAKEOFF=build/exact/gcc-O3-float/bakeoff
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

# Each family as it is, and with what else it has: operations, normalisations, scores, positions; dropout, smoothing, clipping, shards.
cat > small.yaml <<'YAML'
experiment: exact
data: {task: reverse, symbols: 12, shortest_sentence: 2, longest_sentence: 9, train_sentences: 400, valid_sentences: 30, test_sentences: 20}
train: {batch_tokens: 192, micro_batch_tokens: 64, shards: 4, learning_rate: 0.005, warmup: 8, clip: 1, label_smoothing: 0.1, report_every: 1, validate_every: 10, stop: {updates: 20}}
search: {beam: 3}
seeds: [1]
contestants:
  lstm: {architecture: rnn, width: 16, hidden: 20, encoder_layers: 2}
  gru: {architecture: rnn, width: 16, hidden: 18, cell: gru, layers: 2, norm: pre, attention: general, variational_dropout: true}
  peephole: {architecture: rnn, width: 16, hidden: 20, cell: peephole-lstm, input_feeding: true, norm: post, feed_forward: 24, activation: gelu}
  convs2s: {architecture: cnn, width: 16, encoder_layers: 2, decoder_layers: 2}
  dynamic: {architecture: cnn, width: 16, layers: 2, convolution: dynamic, convolution_heads: 2, weight_dropout: 0.1, attention: additive, attend_embeddings: false}
  tcn: {architecture: cnn, width: 16, layers: 2, convolution: tcn, dilation: 1/2, norm: pre, norm_function: rms, feed_forward: 24, activation: swiglu}
  transformer: {architecture: transformer, width: 16, heads: 2, feed_forward: 32, encoder_layers: 2, decoder_layers: 2}
  relative: {architecture: transformer, width: 16, heads: 4, key_heads: 2, layers: 2, positions: relative, norm: post, activation: gelu-tanh, attention_dropout: 0.1}
  rotary: {architecture: transformer, width: 16, heads: 2, layers: 2, positions: rotary, norm_function: rms, activation: swish, feed_forward: 24}
  mixed: {width: 16, encoder: {architecture: transformer, layers: 1, feed_forward: 24}, decoder: {architecture: rnn, hidden: 20, cell: layer-norm-lstm}}
YAML

# has PROGRAM SET - this processor can run it.
has() {
	BAKEOFF_VECTOR=$2 "$home/build/exact/$1-float/bakeoff" doctor 2>&1 | grep -q "vector kernels *$2\>"
}

# train NAME PROGRAM REAL SET THREADS [OPTION...] - NAME.training: points and weights; NAME.search: hypotheses and log probabilities.
train() {
	into=$1 bakeoff=$home/build/exact/$2-$3/bakeoff vector=$4 threads=$5
	shift 5
	[ ! -e "$into.db" ] || return 0
	BAKEOFF_VECTOR=$vector "$bakeoff" run small.yaml --db "$into.db" --threads "$threads" --quiet "$@" > "$into.log" 2>&1 || { cat "$into.log"; return 1; }
	"$bakeoff" query --db "$into.db" --format tsv --sql "SELECT contestant, metric, step, printf('%.17g', value) FROM run_curves
		WHERE metric IN ('train_loss', 'gradient_norm', 'valid_nll') ORDER BY 1, 2, 3" | tail -n +2 > "$into.training"
	(cd "$into.runs" && cksum -- */model.safetensors) >> "$into.training"
	"$bakeoff" query --db "$into.db" --format tsv --sql "SELECT contestant, sentence, hypothesis, printf('%.17g', log_probability)
		FROM run_hypotheses ORDER BY 1, 2, 3" | tail -n +2 > "$into.search"
	rm -rf "$into.runs"
	[ "$(wc -l < "$into.training")" -ge 430 ] && [ "$(wc -l < "$into.search")" -ge 200 ]
}

# equal ONE OTHER KIND - the same bits.
equal() {
	cmp "$1.$3" "$2.$3" && return
	diff "$1.$3" "$2.$3" | head -n 4
	return 1
}

# by_threads REAL SET
by_threads() {
	train "$1.$2.$first" "$first" "$1" "$2" 2 || return 1
	for count in 1 4; do
		train "$1.$2.$count" "$first" "$1" "$2" $count && equal "$1.$2.$first" "$1.$2.$count" training && equal "$1.$2.$first" "$1.$2.$count" search || return 1
	done
}

# by_programs REAL SET NAME [OPTION...]
by_programs() {
	real=$1 set=$2 as=$3
	shift 3
	for of in $programs; do
		train "$real.$set.$as$of" "$of" "$real" "$set" 2 "$@" && equal "$real.$set.$as$first" "$real.$set.$as$of" training &&
			equal "$real.$set.$as$first" "$real.$set.$as$of" search || return 1
	done
}

# by_sets REAL - with one library's products the kernels of training have the same bits in all sets, those of searching in all but portable.
by_sets() {
	for set in $sets; do
		BAKEOFF_GEMM=openblas train "$1.$set.openblas" "$first" "$1" "$set" 2 && equal "$1.${sets%% *}.openblas" "$1.$set.openblas" training || return 1
		[ "$set" = portable ] || equal "$1.${sets%% *}.openblas" "$1.$set.openblas" search || return 1
	done
}

# apart ONE OTHER KIND MOST - the greatest relative difference of a number is at most MOST.
apart() {
	grep -v safetensors "$1.$3" > one && grep -v safetensors "$2.$3" > other
	[ "$(wc -l < one)" -eq "$(wc -l < other)" ] && paste one other | awk -F'\t' -v most="$4" -v what="$1 and $2, $3" '
		{ off = ($8 - $4) / $4; off = off < 0 ? -off : off; if (off > worst) worst = off; same += $8 == $4 }
		$3 != $7 && $2 ~ /^[0-9]+$/ { other++ }
		END { printf "# %s: %d of %d numbers the same, worst relative difference %.1e, %d hypotheses differ\n", what, same, NR, worst, other
			exit !(worst <= most) }' >&3
}

# Not promised: products of other sets are made by other libraries.
by_products() {
	one=${sets%% *}
	for set in $sets; do
		[ "$set" = "$one" ] || { apart "$1.$one.$first" "$1.$set.$first" training "$2" && apart "$1.$one.$first" "$1.$set.$first" search "$2"; } || return 1
	done
	[ "$set" = "$one" ] || apart "$1.$one.openblas" "$1.$set.openblas" search "$2"
}

exec 3>&1
for set in $sets; do
	has "$first" "$set" || sets=$(echo "$sets" | sed "s/$set *//")
done
[ -n "$sets" ] || { echo 'not ok 1 - exact: no vector kernels'; exit 1; }
echo "# programs: $programs; kernels: $sets"
for real in $reals; do
	for set in $sets; do
		ok "exact: $real, $set: 1, 2 and 4 threads" by_threads "$real" "$set"
		ok "exact: $real, $set: $programs" by_programs "$real" "$set" ''
	done
	ok "exact: $real: $sets with the same products" by_sets "$real"
done
ok "exact: float, ${sets%% *}: bfloat16, $programs" by_programs float "${sets%% *}" bfloat16. --set train.precision=bfloat16
ok "exact: float, ${sets%% *}: search with int8, $programs" by_programs float "${sets%% *}" int8. --set search.weights=int8
ok 'exact: float: sets with products of their own are near' by_products float 1e-3
ok 'exact: double: sets with products of their own are near' by_products double 1e-9
echo "1..$number"
