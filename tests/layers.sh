#!/bin/sh
# layers.sh - check that #include lines run one way through the folders.
#
#     tests/layers.sh [FOLDER]     the root of the source, . where it is not named
#
# Prints each violation as file:line and what the folder may include. Exit status: 0 none, 1 some.
set -eu

cd "${1:-.}"
layers='core data models rnn cnn transformer train eval results experiments cli'
for layer in $layers; do
	[ ! -d "$layer" ] ||
		find "$layer" -type f \( -name '*.[ch]' -o -name '*.cc' -o -name '*.def' \)
done | sort | awk '
	# An architecture is reached through models/architectures.def alone: nobody includes it.
	BEGIN {
		may["core"] = "core"
		may["data"] = "core data"
		may["models"] = "core data models"
		may["rnn"] = "core data models rnn"
		may["cnn"] = "core data models cnn"
		may["transformer"] = "core data models transformer"
		may["train"] = "core data models eval train"
		may["eval"] = "core data models eval"
		may["results"] = "core eval results"
		may["experiments"] = "core data models train eval results experiments"
		may["cli"] = "core data models train eval results experiments cli"
	}

	function folder(path) { return substr(path, 1, index(path, "/") - 1) }

	function check(file, line, text,    quoted, name, home, target) {
		if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
			return
		quoted = text ~ /^[^"<]*"/
		sub(/^[^"<]*["<]/, "", text)
		sub(/[">].*$/, "", text)
		name = text; home = folder(file); target = folder(name)
		if (!quoted && !(target in may))
			return
		if (!(target in may))
			print file ":" line ": \"" name "\" must be named from the root: " \
				"\"folder/name.h\" of " layers
		else if (index(" " may[home] " ", " " target " ") == 0)
			print file ":" line ": " home "/ includes \"" name "\", but may include" \
				" only " may[home]
		else
			return
		violations++
	}

	{
		files++
		line = 0
		while ((getline text < $0) > 0)
			check($0, ++line, text)
		close($0)
	}

	END {
		if (!files)
			print "layers.sh: no source below this folder"
		exit violations > 0 || !files
	}' layers="$layers"
