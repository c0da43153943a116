/* scores.c - hypotheses and references: files of segments, every tokenizer and metric. */
#include "eval/metric.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void score(const struct metric *m, const union metric_settings *s,
                  const struct segments *hypotheses, const struct segments *references)
{
	const size_t columns = m->columns(s);
	double *rows = memory_new(hypotheses->count * columns, sizeof *rows);
	double value;
	char text[METRIC_TEXT_SIZE];

	metric_rows(m, s, hypotheses, references, 1, rows);
	value = metric_score_of_rows(m, s, rows, hypotheses->count);
	fuzz_check(isfinite(value) && value >= 0, "a score is a number, and not negative");
	fuzz_check(m->lower_is_better || value <= 100.0001, "a score is at most 100");
	metric_signature(m, s, 1, "", text);
	free(rows);
}

static void score_all(unsigned way, const struct segments *hypotheses,
                      const struct segments *references)
{
	for (const struct metric *m = metrics; m->name; m++) {
		union metric_settings s;
		unsigned tokenizer = way >> 2;

		m->defaults(&s);
		if (m == metric_find("BLEU")) {
			int count = 0;

			while (tokenizers[count].name)
				count++;
			s.bleu.tokenizer = &tokenizers[tokenizer % (unsigned)count];
			s.bleu.lowercase = way & 1;
			s.bleu.effective_order = way & 2;
		}
		score(m, &s, hypotheses, references);
	}
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in);
	struct segments hypotheses, references;
	struct error error;
	size_t part;
	const char *text = fuzz_part(&in, &part);
	bool good = segments_read(&hypotheses, fuzz_file("hypotheses", text, part), &error);

	fuzz_said(good, &error);
	if (!good)
		return;
	text = fuzz_part(&in, &part);
	good = segments_read(&references, fuzz_file("references", text, part), &error);
	fuzz_said(good, &error);
	if (good) {
		if (references.count == hypotheses.count)
			score_all(way, &hypotheses, &references);
		segments_free(&references);
	}
	segments_free(&hypotheses);
}

static const char *const seeds[] = {
	"0the cat sat on the mat .\n" PART "a cat is on the mat.\n",
	"5Der Hund, 3.5 &quot;x&quot; - \xe2\x80\x93 \xc2\xa0\n\n" PART "Die\nB\n",
	"9\xe4\xb8\xad\xe6\x96\x87\xef\xbc\x8c\xe3\x80\x82 abc\n" PART
	"\xe4\xb8\xad\xe6\x96\x87 ab\n",
	"\x0d"
	"a b c d a b c d e\r\nx" PART "d c b a e d\ny",
	"\x11"
	"\xc4\xb0"
	"I\xcc\x87 \xf0\x9f\x98\x80\n" PART "\xff\n",
	NULL,
};

const struct fuzz_target fuzz_scores = {
	"scores", "hypotheses and references, tokenizers and metrics", NULL, one, seeds, NULL,
};
