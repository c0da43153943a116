#!/bin/sh
# sets.sh - the same updates with narrower instructions and other libraries; a section of bench.sh.
set -eu
# shellcheck source=tests/bench/common.sh
. "$home/tests/bench/common.sh"

need_raw
folder=sets updates=8
[ -z "$quick" ] || updates=1
mkdir -p "$folder"
rm -f "$folder"/*
cases='UNUSED=1 BAKEOFF_GEMM=openblas BAKEOFF_GEMM=onednn BAKEOFF_VECTOR=avx2 BAKEOFF_VECTOR=portable'
contestants='lstm convs2s transformer'

for round in $(seq "$rounds"); do
	for case in $cases; do
		for contestant in $contestants; do
			(
				export "${case?}"
				[ "$case" != BAKEOFF_VECTOR=avx2 ] || export OPENBLAS_CORETYPE=Haswell
				profiled "$(file_of tiny)" --only "$contestant" --db ours.db --updates "$updates" \
					--set 'data.valid=[multi30k/few.de, multi30k/few.en]'
			) > "$folder/now"
			awk '{ print $2 }' "$folder/now" >> "$folder/$case.$contestant"
		done
	done
done

cat <<TEXT
Target tokens a second of \`experiments/multi30k-tiny.yaml\` with what the program chooses for this processor, with one library for
all products (\`BAKEOFF_GEMM\`), and with vector kernels and oneDNN bounded (\`BAKEOFF_VECTOR\`; for AVX2 OpenBLAS, too, to its Haswell kernels).

| | lstm | ratio | convs2s | ratio | transformer | ratio |
|---|---:|---:|---:|---:|---:|---:|
TEXT
for case in $cases; do
	line="| $(echo "$case" | sed 's/UNUSED=1/as chosen/') |"
	for contestant in $contestants; do
		line="$line $(spread %.0f "$folder/$case.$contestant") | $(ratio "$folder/$case.$contestant" "$folder/UNUSED=1.$contestant") |"
	done
	echo "$line"
done
