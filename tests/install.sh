#!/bin/sh
# install.sh - what `make install` copies works where it lies: program, pages, shipped experiments, library. Prints TAP; BAKEOFF names the program.
# shellcheck source=tests/tap.sh
set -u
. tests/tap.sh

build=$(dirname "$program")
to=$work/root/usr
copy() {
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$home" B="$build" PREFIX="$to" REAL="$(grep -o -e '-DBAKEOFF_DOUBLE' "$build/flags")" "$@"
}
ok 'make install' copy install-files
installed=$to/bin/bakeoff

has_all() {
	for file in share/man/man1/bakeoff.1 share/man/man1/bakeoff-run.1 share/man/man5/bakeoff-experiment.5 \
		share/bash-completion/completions/bakeoff share/zsh/site-functions/_bakeoff share/doc/bakeoff/README.md \
		share/doc/bakeoff/docs/experiments.md share/bakeoff/experiments/toy.yaml lib/libbakeoff.a lib/pkgconfig/bakeoff.pc \
		include/bakeoff/models/architecture.h; do
		[ -s "$to/$file" ] || { echo "$file"; return 1; }
	done
}
ok 'everything is there' has_all

small='--set data.train_sentences=200 --set data.valid_sentences=20 --set data.test_sentences=20 --set train.stop.epochs=1 --quiet'
# shellcheck disable=SC2086
ok 'a shipped experiment runs by its name' "$installed" run toy --only lstm $small
ok 'its runs are there' sh -c "'$installed' runs toy --format csv | grep -q lstm"
ok 'shipped experiments are completed' sh -c "'$installed' help --complete EXPERIMENT.yaml | grep -qx toy"
ok 'mistake: an experiment that is none' says 2 'did you mean toy, which is shipped?' "$installed" run tey

# The example's own Makefile, with nothing but what is installed; sanitizers as in this build.
flags=$(grep -o -e '-fsanitize=[^ ]*' -e '-fno-sanitize-recover=[^ ]*' -e '--coverage' "$build/flags" | paste -sd' ' -)
cp -r "$to/share/doc/bakeoff/examples/fourth-architecture" fourth
ok 'a fourth architecture is built with the installed library' env -u MAKEFLAGS -u MAKELEVEL \
	PKG_CONFIG_PATH="$to/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
	make -s -C fourth CFLAGS="-O1 -Wall -Wextra -Werror $flags"
ok 'it is an architecture like the others' sh -c "./fourth/bakeoff models | grep -q '^gated - ' && ./fourth/bakeoff models | grep -q '^rnn - '"
ok 'its shapes and costs are explained' sh -c "./fourth/bakeoff models gated --explain | grep -q 'gated recurrence'"
learns() {
	# shellcheck disable=SC2086
	./fourth/bakeoff run fourth/gated.yaml --quiet --db fourth.db $1 &&
		./fourth/bakeoff compare gated --db fourth.db --format csv > table && cat table && grep -q '^gated,' table
}
case $flags in
*sanitize*) ok 'it is trained and compared' learns '--set train.stop.epochs=1 --set data.train_sentences=200' ;;
*) ok 'it is trained and compared' learns '' ;;
esac
ok 'the program without it says so' says 1 'gated' "$installed" rerun 1 --db fourth.db

ok 'make uninstall leaves no file' sh -c "env -u MAKEFLAGS -u MAKELEVEL make -s -C '$home' B='$build' PREFIX='$to' uninstall > /dev/null && ! find '$to' -type f | grep ."
echo "1..$number"
