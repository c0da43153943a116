#!/bin/sh
# setup.sh - make sure that what bakeoff needs is installed.
#
#     ./setup.sh [build|test|demo|style|bench|mpi|fuzz|lint|coverage|deb]...    (build, where nothing is named)
#
# Silent, and without network, when all is there. Installs missing Debian packages as root or by
# sudo without a password; prints the command to run where it may not. Exit status: 0 all there,
# 1 something is missing, 2 wrong usage.

# Lists of packages are split into words on purpose; -f keeps them from being file patterns.
# shellcheck disable=SC2046,SC2086
set -euf

# One word a package; a|b is met by either, and a is installed.
BUILD='gcc g++ make pkg-config|pkgconf libopenblas-dev libgsl-dev libsqlite3-dev libyaml-dev
	libsentencepiece-dev libutf8proc-dev libjansson-dev libxxhash-dev libpng-dev'
# oneDNN has kernels for newer processors of this kind; elsewhere OpenBLAS multiplies alone.
[ "$(uname -m)" != x86_64 ] || BUILD="$BUILD libdnnl-dev"
TEST='libcmocka-dev'
MPI='openmpi-bin libopenmpi-dev'
FUZZ='clang libclang-rt-dev|libclang-rt-14-dev lld'
LINT='clang clang-tidy shellcheck'
COVERAGE='gcovr'
DEB='dpkg-dev debhelper lintian libopenmpi-dev'
DEMO='bible-kjv bible-kjv-text diatheke sword-text-web'
STYLE='bible-kjv bible-kjv-text'

# pkg-config module, oldest version that will do (utf8proc 2.8.0 calls itself 2.6.0 there)
BUILD_MODULES='openblas:0.3.20 gsl:2.7 sqlite3:3.38 yaml-0.1:0.2.5 sentencepiece:0.1.97
	libutf8proc:2.6 jansson:2.13 libxxhash:0.8.1 libpng:1.6.0'
TEST_MODULES='cmocka:0'

say() {
	printf 'setup.sh: %s\n' "$*" >&2
}

fail() {
	say "$@"
	exit 1
}

# missing_packages NAME... - prints those that dpkg does not have installed.
missing_packages() {
	dpkg-query -W -f='${Package} ${db:Status-Status}\n' $(printf '%s ' "$@" | tr '|' ' ') \
		2>/dev/null |
		awk -v wanted="$*" '
			$2 == "installed" { there[$1] = 1 }
			END {
				n = split(wanted, word, " ")
				for (i = 1; i <= n; i++) {
					k = split(word[i], either, "|")
					found = 0
					for (j = 1; j <= k; j++)
						found += either[j] in there
					if (!found)
						printf "%s%s", separator, either[1]
					if (!found)
						separator = " "
				}
			}'
}

# install NAME... - by apt-get, or says what to run and fails.
install() {
	command="apt-get update && apt-get install -y --no-install-recommends $*"
	command -v apt-get >/dev/null || fail "install these packages, then run again: $*"
	as_root='env'
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
			as_root='sudo -n'
		else
			fail "missing $*: run as root: $command"
		fi
	fi
	say "installing $*"
	lock='-o DPkg::Lock::Timeout=300'
	# A stale list often still serves, so a failed update is no reason to stop.
	$as_root apt-get -q $lock update >&2 ||
		say 'apt-get update failed, trying with the lists as they are'
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q $lock install -y --no-install-recommends "$@" >&2 ||
		fail "apt-get could not install $*: see its lines above, then run: $command"
}

# requirements MODULE:VERSION... - prints them as pkg-config reads them, one a line.
requirements() {
	printf '%s\n' "$@" | sed 's/:0$//; s/:/ >= /'
}

check_modules() {
	command -v pkg-config >/dev/null ||
		fail "pkg-config is missing; needed libraries: $(requirements "$@" | paste -sd, -)"
	if pkg-config --exists "$(requirements "$@")"; then
		return
	fi
	bad=0
	for pair; do
		name=${pair%:*} version=${pair#*:}
		if ! pkg-config --exists "$name"; then
			say "library $name is missing: pkg-config finds no $name.pc" \
				"(PKG_CONFIG_PATH adds folders)"
			bad=1
		elif [ "$version" != 0 ] && ! pkg-config --exists "$name >= $version"; then
			say "library $name is $(pkg-config --modversion "$name")," \
				"needed is $version or newer"
			bad=1
		fi
	done
	[ $bad -eq 0 ] || [ $have_dpkg -eq 1 ] ||
		say "no dpkg on this system; install $(requirements "$@" | paste -sd, -)"
	[ $bad -eq 0 ] || exit 1
}

packages=$BUILD modules=$BUILD_MODULES programs='gcc g++ make'
for what; do
	case $what in
	build | bench) ;;
	test) packages="$packages $TEST" modules="$modules $TEST_MODULES" ;;
	mpi) packages="$packages $MPI" programs="$programs mpirun" ;;
	fuzz) packages="$packages $FUZZ" programs="$programs clang ld.lld" ;;
	lint) packages="$packages $LINT" programs="$programs clang clang-tidy shellcheck" ;;
	coverage) packages="$packages $COVERAGE" programs="$programs gcovr" ;;
	deb) packages="$packages $DEB" programs="$programs dpkg-buildpackage dh lintian" ;;
	demo) packages="$packages $DEMO" programs="$programs bible diatheke" ;;
	style) packages="$packages $STYLE" programs="$programs bible" ;;
	*)
		say "unknown word '$what': usage: ./setup.sh [build|test|demo|style|bench|mpi|fuzz|lint|coverage|deb]..."
		exit 2
		;;
	esac
done

have_dpkg=0
if command -v dpkg-query >/dev/null; then
	have_dpkg=1
	missing=$(missing_packages $packages)
	[ -z "$missing" ] || install $missing
else
	for program in $programs; do
		command -v "$program" >/dev/null ||
			fail "program $program is missing, and there is no dpkg to install it by;" \
				"bakeoff is built and tested with these packages of Debian 12:" \
				"$(printf '%s ' $packages | tr '|' '/')"
	done
fi
check_modules $modules
