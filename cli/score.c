/* score.c - `bakeoff score`: what texts are worth by their references, in sacreBLEU's words. */
#include "cli/score.h"

#include "cli/commands.h"

#include <stdio.h>

const struct command command_score = {
	.name = "score",
	.group = GROUP_USE,
	.summary = "BLEU of a file against references, as sacreBLEU",
	.usage = { "--ref FILE [--ref FILE...] HYP...", "REF... -i HYP...", "REF < HYP",
	           "--run ID [--run ID...]" },
	.about = "Scores hypotheses, one a line (- is standard input), or those of runs, as "
		 "sacreBLEU " SACREBLEU_VERSION " does and with its options.",
	.options = score_option_table,
	.example = { { "bakeoff score --ref test.en --metrics bleu chrf --confidence out.en",
	               "two scores with intervals" },
	             { "bakeoff score --run 3 --run 4 --paired-bs",
	               "is the second run better than the first?" } },
	.in_order = true,
};

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
	if (!score_texts_read(job, error) || !print(job, error))
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
	int option, status;

	option = score_options_read(&job.options, argc, argv, &error);
	if (option == COMMAND_END)
		status = run(&job, &error);
	else if (option == COMMAND_BAD)
		status = command_wrong(&command_score, "%s", error.message);
	else
		status = command_exit(option);
	if (status == 1)
		fprintf(stderr, "bakeoff score: %s\n", error.message);
	score_texts_free(&job);
	score_options_free(&job.options);
	return status;
}
