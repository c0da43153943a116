#!/bin/sh
# guide.sh - every command of docs/guide works with the options shown, and draws the figures; experiments of one's own in probes.
# Prints TAP; BAKEOFF names the program.
set -u

# A character of a curve is one, of several bytes.
LC_ALL=C.UTF-8
export LC_ALL

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

probe_of_all() {
	"$program" probe all --file x.yaml
}

# One test of all commands, since they go on from each other.
commands() {
	(cd "$home" && QUICK=1 WORK=$work/guide BAKEOFF=$program docs/guide/make.sh) > said.commands
	status=$?
	grep -v '^ok' said.commands
	[ "$status" -eq 0 ] && [ "$(grep -c '^ok' said.commands)" -ge 35 ]
}

# Fields of 5, 13 and 16 steps: beyond them 0, and nothing that is not measured is claimed.
fields() {
	cd "$work/guide" || return 1
	"$program" probe influence --file docs/guide/field.yaml --db guide.db --bin 1 > field.said || return 1
	grep -q '^  plain, untrained    [^0]\{5\}0\{31\}$' field.said && grep -q '^  wide, untrained     [^0]\{13\}0\{23\}$' field.said &&
		grep -q '^  dilated, untrained  [^0]\{16\}0\{20\}$' field.said && ! grep -q 'holds\|decided' field.said || { cat field.said; return 1; }
}

ok "the commands of the guide work, and draw its figures" commands
ok "receptive fields are what the guide says of them" fields
ok "an experiment of one's own is for one probe" says 2 "--file is for one probe" probe_of_all
echo "1..$number"
