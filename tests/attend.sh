#!/bin/sh
# attend.sh - bakeoff attend as its user meets it: maps as text, SVG, JSON and HTML, heads in numbers, mistakes. Prints TAP.
set -u

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

attend() {
	"$program" attend --db small.db "$@"
}

python() {
	! command -v python3 > /dev/null || python3 "$@"
}

cat > small.yaml <<'YAML'
experiment: small
data: {task: copy, symbols: 8, shortest_sentence: 2, longest_sentence: 5, train_sentences: 300, valid_sentences: 20, test_sentences: 12}
train: {batch_tokens: 128, learning_rate: 0.01, warmup: 10, stop: {epochs: 1}}
search: {beam: 1}
contestants:
  transformer: {architecture: transformer, width: 12, heads: 2, feed_forward: 16, encoder_layers: 1, decoder_layers: 2}
  feeding: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1, input_feeding: true}
  joined: {architecture: transformer, arrangement: decoder-only, width: 12, heads: 2, feed_forward: 16, decoder_layers: 1}
  deaf: {architecture: rnn, width: 12, hidden: 12, encoder_layers: 1, attention: none}
YAML

trained() {
	"$program" run small.yaml --db small.db --threads 1
}

# Words of the training text that would end an element or a string of the page.
hostile() {
	for i in 1 2 3 4; do
		echo "</script><script>alert($i)</script> \"'& <!-- s$i"
	done > train.de
	sed 's/s\([0-9]\)/t\1/' train.de > train.en
	cat > hostile.yaml <<'YAML'
experiment: hostile
data: {train: [train.de, train.en], valid: [train.de, train.en], test: [train.de, train.en], subwords: {model: words, size: 50}}
train: {stop: {epochs: 1}}
contestants: {lstm: {architecture: rnn, width: 8, hidden: 8, encoder_layers: 1}}
YAML
	"$program" run hostile.yaml --db hostile.db --threads 1 > log 2>&1 || { cat log; return 1; }
	for format in html svg json; do
		"$program" attend --db hostile.db --run 1 "$(head -n 1 train.de)" "$(head -n 1 train.en)" --format $format --out page.$format ||
			return 1
	done
	grep -qF 'alert(1)' page.html && ! grep -qF '<script>alert' page.html && ! grep -qF '<!--' page.html &&
		[ "$(grep -c '</script>' page.html)" -eq 2 ] && [ "$(grep -c '<script' page.html)" -eq 2 ] || return 1
	grep -qF '&lt;script&gt;alert(1)' page.svg && ! grep -qF '<script' page.svg || return 1
	python -c '
import json, re, xml.dom.minidom
xml.dom.minidom.parse("page.svg")
page = json.loads(re.search("<script type=.application/json. id=.data.>\n(.*)\n</script>", open("page.html").read()).group(1))
plain = json.load(open("page.json"))
assert page["kinds"] == plain["kinds"] and "</script><script>alert(1)</script>" in page["kinds"][0]["keys"]'
}

# Every number of --statistics once more, from exported maps.
recomputed() {
	printf 's1 s2 s3\ns4\ns5 s5 s2 s8 s7\n' > source
	printf 's3 s2 s1\ns4 s4\ns7 s8 s2 s5 s5\n' > target
	for run in 1 2 3; do
		attend --run $run --statistics --source source --target target --format json > statistics.json || return 1
		for i in 1 2 3; do
			attend --run $run "$(sed -n ${i}p source)" "$(sed -n ${i}p target)" --format json > map$i.json || return 1
		done
		python "$home/tests/attend_statistics.py" statistics.json map1.json map2.json map3.json || return 1
	done
	attend --run 1 --statistics --importance --format csv > table && [ "$(wc -l < table)" -eq 11 ] && grep -q '^cross,2,2,' table || return 1
	attend --run 1 --statistics --importance --format csv --kind cross --layer 2 > part && [ "$(wc -l < part)" -eq 3 ] &&
		[ "$(grep '^cross,2,2,' part)" = "$(grep '^cross,2,2,' table)" ]
}

without_end() {
	attend --run 1 's1 s2 s3' 's4 s5' --format json --end off > inner.json &&
		attend --run 1 's1 s2 s3' 's4 s5' --format json > outer.json || return 1
	! grep -qF '</s>' inner.json && ! grep -qF '"<s>"' inner.json && grep -qF '</s>' outer.json || return 1
	python -c '
import json
for map in json.load(open("inner.json"))["maps"]:
    assert all(abs(sum(row) - 1) < 1e-6 or sum(row) == 0 for row in map["weights"]), map'
}

chosen() {
	attend --run 1 's1 s2' 's1' --format json --kind encoder --head 2 > one.json && [ "$(grep -o '"layer"' one.json | wc -l)" -eq 1 ] &&
		attend --run 1 's1 s2' --kind decoder --layer 1 > map && grep -q 'decoder self-attention, layer 1, mean of 2 heads' map
}

# One sequence of the source, its end, the begin and the target looks at itself.
joined() {
	attend --run 3 's1 s2' 's4' --format json > joined.json &&
		grep -qF '"keys":["s1","s2","</s>","<s>","s4"]' joined.json || return 1
	attend --run 3 's1 s2' 's4' --mask 1.2 --format json | grep -qF '"masked":["decoder:1.2"]' &&
		says 1 '--kind cross: run 3 has none; it has decoder: layer 1 with 2 heads' attend --run 3 s1 --kind cross
}

# Without cross-attention a Transformer writes the same whatever it is given; the LSTM still has the source's summary.
masked() {
	printf 's1 s2 s3\ns8 s7 s5\n' > source
	"$program" translate --db small.db --run 1 --nbest 1 < source > seeing || return 1
	"$program" translate --db small.db --run 1 --nbest 1 --mask cross < source > blind || return 1
	[ "$(sed 's/.*|||//' seeing | sort -u | wc -l)" -eq 2 ] && [ "$(sed 's/^[01]//' blind | sort -u | wc -l)" -eq 1 ] || return 1
	printf 's1 s2 s3\ns1 s2 s3\n' > same
	"$program" translate --db small.db --run 1 --mask cross --force same < source > forced && [ "$(sort -u forced | wc -l)" -eq 1 ] || return 1
	"$program" translate --db small.db --run 1 --force same < source > forced && [ "$(sort -u forced | wc -l)" -eq 2 ] || return 1
	attend --run 1 's1 s2' 's1' --mask cross:1.2,decoder --format json > masked.json &&
		grep -qF '"masked":["decoder:1.1","decoder:1.2","decoder:2.1","decoder:2.2","cross:1.2"]' masked.json
}

whole_files() {
	echo before > keep.html
	says 1 'layer' attend --run 1 s1 --format html --layer 7 --out keep.html && [ "$(cat keep.html)" = before ] &&
		says 1 'nowhere' attend --run 1 s1 --format html --out nowhere/page.html
}

long_sentence() {
	COLUMNS=30 attend --run 1 's1 s2 s3 s4 s5 s6 s7 s8 s1 s2 s3 s4 s5 s6 s7 s8 s1 s2 s3 s4 s5 s6 s7 s8 s1 s2 s3 s4 s5 s6 s7 s8' 's1 s2' \
		> map && grep -q 'columns 1 to 12 of 33' map && ! grep -q "$(printf '\033')" map
}

ok 'attend: small models are trained' trained
ok 'attend: a kind, a layer, a head' chosen
ok 'attend: JSON holds all maps; statistics are what they give' recomputed
ok 'attend: a decoder alone looks at source and target' joined
ok 'attend: --end off' without_end
ok 'attend: words that would break out of SVG, HTML or JSON' hostile
ok 'attend, translate: --mask' masked
ok 'attend: a file is whole or as it was' whole_files
ok 'attend: a long sentence comes in parts, without colours where there is no terminal' long_sentence
ok 'mistake: a layer that is not there' says 1 'it has encoder: layer 1 with 2 heads; decoder: layers 1-2 with 2 heads; cross: layers 1-2' attend --run 1 s1 --layer 3
ok 'mistake: a head that is not there' says 1 '--head 3: run 1 has 2 in layer 2 of cross' attend --run 1 s1 --head 3
ok 'mistake: a kind that the run does not have' says 1 '--kind encoder: run 2 has none; it has cross: layer 1 with 1 head' attend --run 2 s1 --kind encoder
ok 'mistake: no such kind' says 2 'encoder, decoder or cross' attend --run 1 s1 --kind self
ok 'mistake: no attention at all' says 1 'run 4 has no attention' attend --run 4 s1
ok 'mistake: a head to measure that is not there' says 1 'no such head; it has encoder' attend --run 1 --statistics --kind encoder --layer 2
ok 'mistake: no attention to measure' says 1 'run 4 has no attention' attend --run 4 --statistics
ok 'mistake: a masked head that is not there' says 1 '--mask: cross:9.1: this run has no such head' attend --run 1 s1 --mask cross:9.1
ok 'mistake: the same in translate' says 1 '--mask: self: heads are named' "$program" translate --db small.db --run 1 --mask self
ok 'mistake: no such run' says 1 'run 99' attend --run 99 s1
ok 'mistake: no sentence' says 2 'a sentence in quotes' attend --run 1
ok 'mistake: a sentence and --statistics' says 2 '--source and --target' attend --run 1 --statistics s1
ok 'mistake: a picture of a table' says 2 'box, csv' attend --run 1 --statistics --format svg
ok 'mistake: a table of a picture' says 2 'terminal, svg, json or html' attend --run 1 s1 --format csv
ok 'mistake: a test set that the run does not have' says 1 'news' attend --run 1 --statistics --test-set news
ok 'mistake: files of unequal length' says 1 'small.yaml has 9 lines, source 2' attend --run 1 --statistics --source small.yaml --target source
ok 'mistake: not UTF-8' says 1 'invalid UTF-8 at byte 2' attend --run 1 "$(printf 's\377')"
echo "1..$number"
cd "$home" || exit 1
