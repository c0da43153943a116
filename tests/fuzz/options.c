/* options.c - command lines of every command that ends by itself where there are no files. */
#include "cli/commands.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 24 };

/* `watch` waits, and `doctor` measures. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "run", run_command },
	{ "runs", runs_command },
	{ "compare", compare_command },
	{ "report", report_command },
	{ "curves", curves_command },
	{ "query", query_command },
	{ "export", export_command },
	{ "rerun", rerun_command },
	{ "merge", merge_command },
	{ "pack", pack_command },
	{ "unpack", unpack_command },
	{ "tag", tag_command },
	{ "note", note_command },
	{ "rm", rm_command },
	{ "copy", copy_command },
	{ "submit", submit_command },
	{ "status", status_command },
	{ "collect", collect_command },
	{ "translate", translate_command },
	{ "attend", attend_command },
	{ "score", score_command },
	{ "models", models_command },
	{ "profile", profile_command },
	{ "import", import_command },
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* The end of an empty file is all that standard input says. */
static void begin(void)
{
	const int nothing = open("/dev/null", O_RDONLY);

	dup2(nothing, STDIN_FILENO);
	close(nothing);
}

/* Whether all that an argument could name lies in the folder that the target works in. */
static bool is_inside(const char *argument)
{
	return !strchr(argument, '/') && !strstr(argument, "..");
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	char *argument[MOST + 1] = { 0 }, *given[MOST + 1] = { 0 };
	bool inside = true;
	int count = 0, status, command = -1;

	while (count < MOST && in.size) {
		argument[count] = given[count] = fuzz_text(&in);
		inside = is_inside(argument[count++]) && inside;
	}
	for (int i = 0; count && i < COMMANDS; i++)
		if (!strcmp(argument[0], commands[i].name))
			command = i;
	if (inside && command >= 0) {
		optind = 0; /* as in a new process */
		status = commands[command].run(count, given);
		fuzz_check(status >= 0 && status <= 2, "an exit status is 0, 1 or 2");
		fuzz_clear();
	}
	for (int i = 0; i < count; i++)
		free(argument[i]);
}

#define P PART
static const char *const seeds[] = {
	"run" P "x.yaml" P "--set" P "seeds=[1]" P "--jobs" P "2" P "--threads=3" P "--trials" P
	"3-8",
	"run" P "x.yaml" P "--dry-run" P "--only" P "a" P "--memory" P "7G" P "--retry" P "--json",
	"runs" P "--where" P "BLEU > 2" P "--sort=-BLEU" P "--limit" P "3" P "--format" P "csv" P
	"x",
	"compare" P "x" P "--baseline" P "a" P "--pairs=BLEU" P "--db" P "y.db",
	"report" P "x" P "--out" P "r.html" P "--format" P "latex" P "--baseline=a",
	"curves" P "x" P "--target" P "2.5" P "--x" P "tokens" P "--metric" P "BLEU",
	"query" P "--sql" P "SELECT 1" P "--timeout" P "1e3" P "run=3",
	"query" P "--list" P "--format=jsonl",
	"export" P "--run" P "3" P "--format" P "tensorboard",
	"rerun" P "3" P "--db" P "x.db" P "--data" P "d",
	"merge" P "a.db" P "b.db" P "c.db" P "--no-files" P "--strict",
	"pack" P "7" P "--out" P "x.pack",
	"unpack" P "x.pack" P "--db" P "results.db",
	"tag" P "7" P "keep" P "--remove",
	"note" P "7" P "a text" P "--db=x",
	"rm" P "3" P "4" P "--yes" P "--where" P "status = failed",
	"copy" P "a.db" P "b.db",
	"submit" P "x.yaml" P "--dry-run" P "--time" P "60" P "--pack" P "2",
	"status" P "--json",
	"collect" P "--db" P "x.db",
	"translate" P "--run" P "3" P "--beam" P "5" P "--nbest" P "2" P "--sample" P "7" P
	"--stream",
	"translate" P "--pack" P "x.pack" P "--mask" P "encoder.self.1.2",
	"attend" P "--run" P "1" P "a b" P "c" P "--layer" P "1" P "--head" P "2" P "--format" P
	"svg",
	"attend" P "--run" P "1" P "--statistics" P "--importance" P "--mask" P
	"decoder.cross.1.1-3",
	"score" P "--ref" P "r" P "h" P "--metric" P "bleu" P "ter" P "--tokenize" P "13a" P
	"--json",
	"score" P "r" P "-i" P "h" P "-m" P "chrf" P "--chrf-word-order" P "2" P "--paired-bs" P
	"-w" P "4" P "--confidence" P "--breakdown" P "frequency" P "--train" P "t",
	"models" P "transformer" P "--explain" P "--source" P "9" P "--set" P "heads=2",
	"models" P "data",
	"profile" P "x.yaml" P "--only" P "a" P "--decode" P "--seconds" P "1",
	"import" P "x.safetensors" P "--map" P "m.yaml" P "--experiment" P "e.yaml" P
	"--contestant" P "a" P "--vocabulary" P "v,w" P "--set" P "seeds=[1]",
	NULL,
};

const struct fuzz_target fuzz_options = {
	"options", "command lines", begin, one, seeds, NULL,
};
