#!/bin/sh
# draw.sh - draw the pictures of architecture.md from the source, as SVG on standard output.
#
#     docs/draw.sh includes    the folders, and which include which, without what others include for them
#     docs/draw.sh flow        what becomes of an experiment file, each step with its function and header
#
# The folders are those of `LAYERS` in the Makefile. The steps of the flow are listed below; one whose header no longer declares
# its function or struct is an error. Exit status: 0 drawn, 1 not as listed, 2 wrong usage.
set -eu

cd "$(dirname "$0")/.."

# What both pictures are drawn with: box, arrow, and the page around them.
pen='
	function page(width, height) {
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">\n", width, height
		print "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
		print "<path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker></defs>"
		printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height
	}
	function text(x, y, size, color, said) {
		printf "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\" text-anchor=\"middle\">%s</text>\n", x, y, size, color, said
	}
	function box(x, y, width, height, name, below) {
		printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#eef3fb\" stroke=\"#4a6fa5\"/>\n", \
			x - width / 2, y - height / 2, width, height
		text(x, y + (below == "" ? 5 : -3), 14, "#111", name)
		if (below != "")
			text(x, y + 14, 11, "#555", below)
	}
	function arrow(x1, y1, x2, y2, dashed) {
		printf "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#555\"%s marker-end=\"url(#tip)\"/>\n", x1, y1, x2, y2, \
			dashed ? " stroke-dasharray=\"5 4\"" : ""
	}'

# "A B" for each folder A that includes a header of folder B, and "A B dashed" for one that knows B by its table of architectures.
includes() {
	layers=$(sed -n 's/^LAYERS := //p' Makefile)
	for layer in $layers; do
		echo "$layer"
		grep -rhoE '^#include "[a-z]+/' "$layer" | sed 's/.*"//; s/\/$//' | sort -u | sed "s/^/$layer /"
	done
	sed -n 's/^ARCHITECTURE(\(.*\))/models \1 dashed/p' models/architectures.def
}

draw_includes() {
	includes | awk "$pen"'
		NF == 1 { name[++n] = $1 }
		NF == 2 && $1 != $2 { direct[$1, $2] = 1 }
		NF == 3 { by_table[$2] = $1 }
		# The height of a folder: one more than that of the highest that it includes.
		function height(a,    i) {
			if (!(a in level)) {
				level[a] = 0
				for (i = 1; i <= n; i++)
					if (direct[a, name[i]] && height(name[i]) >= level[a])
						level[a] = level[name[i]] + 1
			}
			return level[a]
		}
		function reaches(a, b,    i) {
			for (i = 1; i <= n; i++)
				if (direct[a, name[i]] && (name[i] == b || reaches(name[i], b)))
					return 1
			return 0
		}
		function implied(a, b,    i) {
			for (i = 1; i <= n; i++)
				if (name[i] != b && direct[a, name[i]] && reaches(name[i], b))
					return 1
			return 0
		}
		END {
			for (i = 1; i <= n; i++) {
				l = height(name[i])
				place[name[i]] = wide[l]++
				if (l > top) top = l
				if (wide[l] > widest) widest = wide[l]
			}
			page(widest * 170 + 40, (top + 1) * 90 + 20)
			for (i = 1; i <= n; i++) {
				x[i] = (widest * 170 + 40) / 2 + (place[name[i]] - (wide[level[name[i]]] - 1) / 2) * 170
				y[i] = (top - level[name[i]]) * 90 + 50
			}
			for (i = 1; i <= n; i++)
				for (j = 1; j <= n; j++) {
					if (direct[name[i], name[j]] && !implied(name[i], name[j]))
						arrow(x[i] - 12, y[i] + 20, x[j] - 12, y[j] - 21, 0)
					if (by_table[name[j]] == name[i])
						arrow(x[i] + 12, y[i] - 20, x[j] + 12, y[j] + 21, 1)
				}
			for (i = 1; i <= n; i++)
				box(x[i], y[i], 130, 40, name[i] "/", "")
			print "</svg>"
		}'
}

# box COLUMN,ROW|NAME|HEADER (empty: a file of the user), arrow FROM|TO|FUNCTION|HEADER
flow='
box 0,0|FILE.yaml|
box 1,0|struct experiment|experiments/spec.h
box 2,0|struct model|models/model.h
box 3,0|model.safetensors|
box 0,1|texts, or a generator|
box 1,1|struct dataset|data/dataset.h
box 2,1|struct batch|data/batch.h
box 3,1|struct loss|core/ops.h
box 1,2|struct nbest|eval/search.h
box 2,2|struct score|results/database.h
box 3,2|results.db|
box 2,3|struct document|results/document.h
box 3,3|struct table|results/table.h
arrow 0,0|1,0|experiment_read|experiments/spec.h
arrow 1,0|2,0|model_open|models/model.h
arrow 2,0|3,0|checkpoint_save|train/checkpoint.h
arrow 0,1|1,1|dataset_open|data/dataset.h
arrow 1,0|1,1|experiment_data|experiments/run.h
arrow 1,1|2,1|batch_fill|data/batch.h
arrow 2,1|3,1|model_loss|models/model.h
arrow 3,1|2,0|update|train/update.h
arrow 1,1|1,2|translate|eval/translate.h
arrow 1,2|2,2|metric_rows|eval/metric.h
arrow 2,2|3,2|database_score|results/database.h
arrow 3,1|3,2|database_point|results/database.h
arrow 3,2|2,3|report_make|results/report.h
arrow 3,2|3,3|query_table|results/query.h
'

draw_flow() {
	echo "$flow" | awk -F'|' "$pen"'
		# Whether a header has the name as a whole word, before a bracket or a brace.
		function declares(header, name,    line, found) {
			while ((getline line < header) > 0)
				if (line ~ "(^|[^a-z_])" name "(\\(| \\{)")
					found = 1
			close(header)
			if (!found) {
				print "draw.sh: " header " does not declare " name > "/dev/stderr"
				bad = 1
			}
		}
		function column(at) { return 110 + 290 * at }
		function row(at,    part) { split(at, part, ","); return 50 + 115 * part[2] }
		{ kind = $1; sub(/ .*/, "", kind); sub(/^[a-z]+ /, "", $1) }
		kind == "box" {
			if ($3 != "")
				declares($3, $2)
			place[++boxes] = $1; name[boxes] = $2; header[boxes] = $3
		}
		kind == "arrow" { declares($4, $3); from[++arrows] = $1; to[arrows] = $2; function_[arrows] = $3; of[arrows] = $4 }
		END {
			if (bad)
				exit 1
			page(1110, 440)
			for (i = 1; i <= arrows; i++) {
				x1 = column(from[i]); y1 = row(from[i]); x2 = column(to[i]); y2 = row(to[i])
				across = (x2 > x1) - (x2 < x1); down = (y2 > y1) - (y2 < y1)
				arrow(x1 + 85 * across, y1 + 24 * down, x2 - 86 * across, y2 - 25 * down, 0)
				slant = across && down
				x = (x1 + x2) / 2 + (slant ? -62 : across ? 0 : 62)
				y = (y1 + y2) / 2 + (slant ? 14 * (across < 0 && down < 0) - 8 : across ? -6 : 4)
				text(x, y, 12, "#111", function_[i])
				text(x, y + (across && !down ? 19 : 13), 10, "#777", of[i])
			}
			for (i = 1; i <= boxes; i++)
				box(column(place[i]), row(place[i]), 168, 46, name[i], header[i])
			print "</svg>"
		}'
}

case ${1:-} in
includes) draw_includes ;;
flow) draw_flow ;;
*)
	echo 'usage: docs/draw.sh includes|flow' >&2
	exit 2
	;;
esac
