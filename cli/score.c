/* score.c - `bakeoff score`: what texts are worth by their references, in sacreBLEU's words. */
#include "cli/score.h"

#include "cli/commands.h"

#include <stdio.h>

static const char usage[] =
	"usage: bakeoff score --ref FILE [--ref FILE...] HYP...\n"
	"       bakeoff score REF... -i HYP...\n"
	"       bakeoff score REF < HYP\n"
	"       bakeoff score --run ID [--run ID...]\n"
	"Scores hypotheses, one a line (- is standard input), or those of runs, as "
	"sacreBLEU\n" SACREBLEU_VERSION " does and with its options:\n"
	"  --ref FILE                references, line by line with HYP; one for each set\n"
	"  -i, --input HYP...        hypotheses; what is not behind it is a reference\n"
	"  --run ID                  the hypotheses of a run, with their references\n"
	"  --test-set NAME           of the runs, where they have several\n"
	"  --db FILE                 the database of the runs (results.db)\n"
	"  --pack FILE               the hypotheses of the run of a pack (`bakeoff pack`)\n"
	"  -m, --metrics NAME...     bleu (the default), chrf, ter; chrf++ is chrf with words\n"
	"  -sl, --sentence-level     a score for each line, BLEU with effective order\n"
	"  -f, --format NAME         text (the default), json, latex (of several systems)\n"
	"  --json                    -f json\n"
	"  -b, --score-only          the score alone\n"
	"  -w, --width N             decimals of the score, 0 to 12 (2 by default)\n"
	"BLEU:\n"
	"  -tok, --tokenize NAME     13a (the default), intl, zh, char or none\n"
	"  -lc, --lowercase          case does not count\n"
	"  -s, --smooth-method NAME  none, floor, add-k or exp (the default)\n"
	"  -sv, --smooth-value X     of floor (0.1 by default) or add-k (1 by default)\n"
	"chrF:\n"
	"  -cc, --chrf-char-order N  longest n-grams of characters (6 by default)\n"
	"  -cw, --chrf-word-order N  longest n-grams of words (0 by default; 2 is chrF++)\n"
	"  --chrf-beta N             how much more recall counts (2 by default)\n"
	"  --chrf-whitespace         white space counts\n"
	"  --chrf-lowercase          case does not count\n"
	"  --chrf-eps-smoothing      all orders count\n"
	"TER:\n"
	"  --ter-case-sensitive      case counts\n"
	"  --ter-normalized          punctuation is set apart\n"
	"  --ter-no-punct            punctuation does not count\n"
	"  --ter-asian-support       these two of Asian characters too\n"
	"Tests of several systems against the first, and an interval of one:\n"
	"  -pbs, --paired-bs         paired bootstrap resampling\n"
	"  -pbsn, --paired-bs-n N    resamples (1000 by default)\n"
	"  -par, --paired-ar         approximate randomization\n"
	"  -parn, --paired-ar-n N    trials (10000 by default)\n"
	"  -ci, --confidence         the middle 95 % of bootstrap resamples\n"
	"  -cin, --confidence-n N    resamples (1000 by default)\n"
	"  --seed N                  of what is drawn (12345, or what SACREBLEU_SEED says)\n"
	"Where words are right (and the scores of segments of a kind):\n"
	"  --breakdown NAME          length of the reference, frequency of its words in the\n"
	"                            training text, source-frequency of the rarest word of the\n"
	"                            source, position in the sentence\n"
	"  --train FILE              training text of the side whose words are counted\n"
	"  --source FILE             what was translated (runs have it)\n"
	"  -h, --help                prints this\n";

static bool print(struct score_job *job, struct error *error)
{
	if (job->options.breakdown != BREAKDOWNS)
		return score_print_breakdown(job, error);
	if (job->options.sentence_level)
		score_print_sentences(job);
	else if (job->system_count == 1)
		score_print_corpus(job);
	else
		return score_print_systems(job, error);
	return true;
}

static int run(struct score_job *job, struct error *error)
{
	if (job->options.help)
		fputs(usage, stdout);
	else if (!score_texts_read(job, error) || !print(job, error))
		return 1;
	if (fflush(stdout) || ferror(stdout)) {
		error_set(error, "standard output cannot be written");
		return 1;
	}
	return 0;
}

int score_command(int argc, char **argv)
{
	struct score_job job = { 0 };
	struct error error;
	int status = 2;

	if (score_options_read(&job.options, argc, argv, &error))
		status = run(&job, &error);
	if (status == 1)
		fprintf(stderr, "bakeoff score: %s\n", error.message);
	if (status == 2)
		fprintf(stderr, "bakeoff score: %s; `bakeoff score --help` says more\n",
		        error.message);
	score_texts_free(&job);
	score_options_free(&job.options);
	return status;
}
