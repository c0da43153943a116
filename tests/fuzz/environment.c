/* environment.c - environment variables that the program looks at. */
#include "cli/score.h"
#include "cli/terminal.h"
#include "core/gemm.h"
#include "core/ranks.h"
#include "core/vector.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "COLUMNS",
	                             "TERM",
	                             "COLORTERM",
	                             "NO_COLOR",
	                             "BAKEOFF_VECTOR",
	                             "BAKEOFF_GEMM",
	                             "SACREBLEU_SEED",
	                             "OMPI_COMM_WORLD_SIZE",
	                             "PMI_SIZE",
	                             "PMIX_RANK",
	                             "SLURM_STEP_NUM_TASKS",
	                             "OMPI_COMM_WORLD_RANK",
	                             "PMI_RANK" };
enum { NAMES = sizeof names / sizeof names[0] };

static void score_seed(void)
{
	char *arguments[] = { "score", "x", NULL };
	struct score_options options;
	struct error error;
	const bool good = score_options_read(&options, 2, arguments, &error);

	fuzz_said(good, &error);
	score_options_free(&options);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	struct terminal terminal;
	int ranks;

	for (int i = 0; i < NAMES; i++) {
		char *text = fuzz_text(&in);

		if (*text)
			setenv(names[i], text, 1);
		free(text);
	}
	terminal = terminal_of(stderr);
	fuzz_check(terminal.columns >= 20 && terminal.columns <= 10000, "a width");
	fuzz_check(vector_kernels() && gemm_for_processor(), "there are kernels");
	ranks = ranks_launched();
	fuzz_check(ranks >= 1, "there is one process at least");
	fuzz_check(ranks_launched_number() >= 0 && ranks_launched_number() < ranks,
	           "this is one of the processes");
	score_seed();
	for (int i = 0; i < NAMES; i++)
		unsetenv(names[i]);
}

static const char *const seeds[] = {
	"80" PART "xterm-256color" PART "truecolor" PART "1" PART "portable" PART "openblas" PART
	"7",
	"-1" PART "dumb" PART PART PART "x" PART "y" PART "-3" PART "4" PART "2" PART "1" PART
	"8" PART "3" PART "9",
	"99999999999999999999" PART PART PART PART PART PART "1e9" PART "-4" PART
	"-1" PART PART PART "-7",
	NULL,
};

const struct fuzz_target fuzz_environment = {
	"environment", "environment variables", NULL, one, seeds, NULL,
};
