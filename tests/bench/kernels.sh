#!/bin/sh
# kernels.sh - products and vector functions alone; a section of bench.sh.
set -eu

echo 'One thread; medians.'
echo
"$kernels" products "$rounds"
echo
"$kernels" vectors "$rounds"
