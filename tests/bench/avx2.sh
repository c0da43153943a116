#!/bin/sh
# avx2.sh - training by processors that have AVX2 and no more, ours and the peer's; a section of bench.sh.
set -eu

# shellcheck disable=SC2154
BAKEOFF_VECTOR=avx2 OPENBLAS_CORETYPE=Haswell FOLDER=avx2 "$home/tests/bench/training.sh"
