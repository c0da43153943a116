# common.sh - what the sections share; to be read by them.
# shellcheck shell=sh disable=SC2154

# median - of numbers, one a line.
median() {
	sort -g | awk '{ x[NR] = $1 } END { if (NR) print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

# spread FORMAT FILE - "median (least-greatest)" of a file of numbers, "-" of none.
spread() {
	sort -g "$2" 2> /dev/null | awk -v f="$1" '{ x[NR] = $1 }
		END {
			if (!NR) { print "-"; exit }
			m = sprintf(f, (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2)
			if (NR == 1) print m; else printf "%s (" f "-" f ")\n", m, x[1], x[NR]
		}'
}

# ratio A B - median of file A over that of B, "-" where one is empty.
ratio() {
	awk -v a="$(median < "$1")" -v b="$(median < "$2")" 'BEGIN { if (a > 0 && b > 0) printf "%.2f\n", a / b; else print "-" }'
}

need_raw() {
	[ -e "$raw/train.de" ] || {
		echo "bench: no train.de in $raw; name its folder with RAW=, or see experiments/multi30k/fetch.sh" >&2
		exit 1
	}
	mkdir -p multi30k
	for name in train.de train.en val.de val.en test_2016_flickr.de test_2016_flickr.en; do
		[ -e "multi30k/$name" ] || ln -s "$raw/$name" multi30k/
	done
	for side in de en; do
		[ -e "multi30k/few.$side" ] || head -n 8 "$raw/val.$side" > "multi30k/few.$side"
	done
}

# file_of SIZE - its experiment.
file_of() {
	if [ "$1" = small ]; then echo "$home/experiments/multi30k.yaml"; else echo "$home/experiments/multi30k-$1.yaml"; fi
}

# python ENVIRONMENT ARGUMENT... - Python as the peer runs in it (PYTHON, python3), with a variable. Without OPENBLAS_CORETYPE
# and OPENBLAS_L2_SIZE: who sets them for our OpenBLAS would have PyTorch's, which is another build, run other kernels than
# those that it chooses for this processor. Where we are bounded to AVX2, it is too.
python() {
	environment=$1
	shift
	bounds=
	[ "${BAKEOFF_VECTOR:-}" != avx2 ] ||
		bounds='OPENBLAS_CORETYPE=Haswell ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 DNNL_MAX_CPU_ISA=AVX2'
	# shellcheck disable=SC2086
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $bounds "$environment" "${PYTHON:-python3}" "$@"
}

# torch ENVIRONMENT ARGUMENT... - the peer.
torch() {
	environment=$1
	shift
	python "$environment" "$peer/torch_seq2seq.py" "$@"
}

# threads_of SETTING - the environment and option of one of the peer's three settings.
threads_of() {
	case $1 in
	one) echo 'UNUSED=1 1' ;;
	blas1) echo 'OPENBLAS_NUM_THREADS=1 2' ;;
	passive) echo 'OMP_WAIT_POLICY=passive 2' ;;
	esac
}

# peer_name CONTESTANT
peer_name() {
	if [ "$1" = convs2s ]; then echo conv; else echo "$1"; fi
}

# field NAME - a number of the last line of JSON.
field() {
	tail -n 1 | sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p"
}

need_ids() {
	[ -z "$peer" ] || [ -e ids/train.de.ids ] ||
		torch UNUSED=1 prepare --raw "$raw" --data ids --vocab 8000 > prepare.log 2>&1
}

# profiled EXPERIMENT ARGUMENT... - of a profile: milliseconds, target tokens/s, GFLOP/s, % of the peak.
profiled() {
	"$program" profile "$@" --format markdown > profile.log 2>&1 || { cat profile.log >&2; exit 1; }
	awk -F'|' '/^\*\*/ { n = split($0, word, " "); for (i = 1; i < n; i++) {
				if (word[i + 1] ~ /^ms,/) ms = word[i]
				if (word[i + 1] == "target") speed = word[i]
			} }
		$2 == " total " { print ms, speed, $7 + 0, $8 + 0 }' profile.log
}
