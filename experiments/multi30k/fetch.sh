#!/bin/sh
# fetch.sh - get Multi30k task 1 (English and German captions of pictures) from its home.
#
#     experiments/multi30k/fetch.sh FOLDER [--from DIR]
#
# Writes train, val and test_2016_flickr, each as .de and .en, to FOLDER. Takes them by wget or
# curl, or from DIR, where they lie as NAME.gz or NAME. Each file is checked by SHA-256. Does
# nothing where FOLDER already has them. docs/data.md says what the licence allows. Exit status:
# 0 done, 1 failed, 2 wrong usage.
set -eu

HOME_URL=https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d/data/task1/raw

# SHA-256 of NAME.gz as its home has it, of NAME, and NAME
FILES='9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8 4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16 test_2016_flickr.de
611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9 399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182 test_2016_flickr.en
726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6 2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72 train.de
d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f 460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6 train.en
f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a 660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660 val.de
14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28 1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227 val.en'

fail() {
	printf 'fetch.sh: %s\n' "$*" >&2
	exit 1
}

usage() {
	echo 'usage: experiments/multi30k/fetch.sh FOLDER [--from DIR]' >&2
	exit 2
}

# is FILE SHA256 - whether FILE is there with that checksum.
is() {
	[ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

all_there() {
	while read -r _ plain name; do
		is "$folder/$name" "$plain" || return 1
	done <<-END
		$FILES
	END
}

# download NAME.gz
download() {
	if command -v wget >/dev/null; then
		wget -q --timeout=30 --tries=3 -O "$work/$1" "$HOME_URL/$1"
	elif command -v curl >/dev/null; then
		curl -fsSL --connect-timeout 30 --retry 2 -o "$work/$1" "$HOME_URL/$1"
	else
		fail 'neither wget nor curl is installed: install one, or use --from DIR'
	fi || fail "cannot fetch $HOME_URL/$1: is there a network? Files from elsewhere: --from DIR"
}

# unpack GZ SHA256 NAME - checks GZ and writes $work/NAME.
unpack() {
	is "$1" "$2" ||
		fail "$1 is not the file that results are published for: its SHA-256 is" \
			"$(sha256sum <"$1" | cut -c1-64), not $2"
	gzip -dc "$1" >"$work/$3" || fail "cannot unpack $1"
}

# take PACKED PLAIN NAME - puts NAME, with checksum PLAIN, into $work.
take() {
	if [ -z "$from" ]; then
		download "$3.gz"
		unpack "$work/$3.gz" "$1" "$3"
	elif [ -f "$from/$3.gz" ]; then
		unpack "$from/$3.gz" "$1" "$3"
	elif [ -f "$from/$3" ]; then
		cp "$from/$3" "$work/$3" || fail "cannot copy $from/$3 to $folder"
	else
		fail "$from has neither $3.gz nor $3"
	fi
	is "$work/$3" "$2" ||
		fail "${from:-$HOME_URL}/$3 is not the file that results are published for:" \
			"its SHA-256 is $(sha256sum <"$work/$3" | cut -c1-64), not $2"
}

folder='' from=''
while [ $# -gt 0 ]; do
	case $1 in
	--from)
		[ -n "${2:-}" ] || usage
		from=$2
		shift
		;;
	-*) usage ;;
	*)
		[ -z "$folder" ] || usage
		folder=$1
		;;
	esac
	shift
done
[ -n "$folder" ] || usage
[ -z "$from" ] || [ -d "$from" ] || fail "--from $from: no such folder"

summary="$folder: Multi30k, 29000 pairs to train, 1014 to validate, 1000 to test"
if all_there; then
	echo "$summary"
	exit
fi
mkdir -p "$folder" 2>/dev/null || fail "cannot make the folder $folder"
work=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) || fail "cannot write to the folder $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
while read -r packed plain name; do
	take "$packed" "$plain" "$name"
done <<END
$FILES
END
# All six are right before the first is put in place.
while read -r _ _ name; do
	mv -f "$work/$name" "$folder/$name"
done <<END
$FILES
END
echo "$summary"
