#!/bin/sh
# bench.sh [SECTION]... - measures speed and writes it to docs/performance.md; without a SECTION, all of
#
#     training    tokens/s on Multi30k, memory and time to the first step, beside PyTorch's; share of the peak
#     avx2        the same where both are bounded to AVX2
#     decoding    sentences/s greedy, beam 5 and one alone, in float32 and int8, beside PyTorch's
#     kernels     matrix products of training against the processor's peak, by AVX2 too; vector functions
#     scaling     time a token over sentence length, width, batch, vocabulary; threads
#     sets        AVX2 against AVX-512, and the libraries of matrix products
#     scores      BLEU, chrF and TER of a million segment pairs
#     database    queries on 1,000 runs of 10 metrics
#     statistics  alone: false positives of tests, simulated, to docs/statistics.md
#
# Environment: PROGRAM, KERNELS, FILL, STATISTICS: what `make bench` built. RAW: folder of train.de, train.en, val.*, test_2016_flickr.*
# (multi30k). PEER: folder of torch_seq2seq.py; without it, ours alone. PYTHON: what runs it (python3). BENCH_ROUNDS:
# measurements of each, in turn with the others (5). BENCH_SIZES: of training ("tiny small").
# POINTS: of all curves of the database (10000000; 100000000 takes minutes and 3 GB of build/bench). BENCH_QUICK=1: a few updates, to see that all works; the document
# then goes to build/bench. A section that was not run keeps its text in the document.
set -eu

home=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${PROGRAM:-$home/build/release/bakeoff}")
kernels=$(realpath "${KERNELS:-$home/build/release/tests/bench/kernels}")
fill=$(realpath "${FILL:-$home/build/release/tests/bench/fill}")
statistics=$(realpath "${STATISTICS:-$home/build/release/tests/bench/statistics}")
points=${POINTS:-10000000}
peer=${PEER:+$(realpath "$PEER")}
raw=$(realpath "${RAW:-multi30k}" 2> /dev/null || echo "${RAW:-multi30k}")
rounds=${BENCH_ROUNDS:-5}
quick=${BENCH_QUICK:-}
sizes=${BENCH_SIZES:-tiny small}
work=$home/build/bench
document=$home/docs/performance.md
sections='training avx2 decoding kernels scaling sets database scores'
export home program kernels fill statistics points peer raw rounds quick sizes work

if [ "$*" = statistics ]; then
	mkdir -p "$work"
	exec "$home/tests/bench/statistics.sh"
fi
for section; do
	case " $sections " in
	*" $section "*) ;;
	*)
		echo "bench.sh: no section '$section'; there are: $sections" >&2
		exit 2
		;;
	esac
done
mkdir -p "$work"
[ -z "$quick" ] || {
	cp "$document" "$work/performance.md"
	document=$work/performance.md
}

# heading SECTION
heading() {
	case $1 in
	training) echo '## Training' ;;
	avx2) echo '## Training with AVX2 alone' ;;
	decoding) echo '## Decoding' ;;
	kernels) echo '## Kernels against the peak' ;;
	scaling) echo '## Scaling' ;;
	sets) echo '## Instruction sets and libraries' ;;
	scores) echo '## Scores' ;;
	database) echo '## The results database' ;;
	esac
}

# machine - one line: date, commit, processor, kernels.
machine() {
	"$program" doctor > doctor.txt || { cat doctor.txt >&2; exit 1; }
	value() { sed -n "s/^[a-z]* *$1  *//p" doctor.txt | head -n 1; }
	printf '%s, commit %s, %s (%s), %s; %s; vector kernels %s; peak %s.\n' "$(date +%F)" \
		"$(git -C "$home" rev-parse --short=12 HEAD 2> /dev/null || echo unknown)" "$(value processor)" \
		"$(value processors)" "$(value memory | sed 's/,.*//')" "$(value 'products')" "$(value 'vector kernels')" "$(value peak)"
}

# old SECTION - its text in the document as it is.
old() {
	sed -n "/^<!-- begin $1 -->\$/,/^<!-- end $1 -->\$/p" "$document"
}

cd "$work"
rm -f -- *.new
# shellcheck disable=SC2048
for section in ${*:-$sections}; do
	echo "== $section" >&2
	{
		echo "<!-- begin $section -->"
		heading "$section"
		echo
		case $section in
		avx2) (export BAKEOFF_VECTOR=avx2 OPENBLAS_CORETYPE=Haswell && echo "Measured $(machine)") ;;
		*) echo "Measured $(machine)" ;;
		esac
		echo
		"$home/tests/bench/$section.sh"
		echo "<!-- end $section -->"
	} > "$section.new"
	cat "$section.new"
done

{
	cat "$home/tests/bench/head.md"
	for section in $sections; do
		[ -e "$section.new" ] || old "$section" > "$section.new"
		[ ! -s "$section.new" ] || { echo; cat "$section.new"; }
	done
} > document.new
for section in $sections; do rm -f "$section.new"; done
mv document.new "$document"
echo "written to $document" >&2
