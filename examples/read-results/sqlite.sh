#!/bin/sh
# sqlite.sh DB - what contestants scored, by the sqlite3 shell alone.
set -eu

sqlite3 -readonly -csv -header "${1:-results.db}" "
	SELECT experiment, contestant, count(DISTINCT run) AS runs, round(avg(value), 3) AS BLEU
	FROM run_scores WHERE metric = 'BLEU' AND status = 'done'
	GROUP BY experiment, contestant ORDER BY 1, 2"
