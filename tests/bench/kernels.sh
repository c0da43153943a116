#!/bin/sh
# kernels.sh - products and vector functions alone; a section of bench.sh.
set -eu

echo 'One thread; medians.'
echo
"$kernels" products "$rounds"
echo
if "$program" doctor | grep -q 'vector kernels .*avx512'; then
	echo 'The same bounded to AVX2 (`BAKEOFF_VECTOR=avx2`, OpenBLAS to its Haswell kernels).'
	echo
	BAKEOFF_VECTOR=avx2 OPENBLAS_CORETYPE=Haswell "$kernels" products "$rounds"
	echo
fi
"$kernels" vectors "$rounds"
