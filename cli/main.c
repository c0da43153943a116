/* main.c - bakeoff: a table of subcommands. */
#include "cli/commands.h"
#include "core/machine.h"

#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{ "run", run_command, "train and test every contestant of an experiment file" },
	{ "runs", runs_command, "list the runs in a database" },
	{ "compare", compare_command, "contestants side by side" },
	{ "probe", probe_command, "small experiments that show why the architectures differ" },
	{ "curves", curves_command, "how contestants learn, and what a score costs" },
	{ "report", report_command, "what an experiment showed, as HTML, Markdown or LaTeX" },
	{ "query", query_command, "ask the database: a named query, or SQL" },
	{ "export", export_command, "runs as CSV or JSON lines, or for TensorBoard" },
	{ "rerun", rerun_command, "make a run again: are the bits the same?" },
	{ "watch", watch_command, "follow the runs that are running" },
	{ "merge", merge_command, "take the runs of other databases over into one" },
	{ "pack", pack_command, "put a run into one file: weights, vocabularies, results" },
	{ "unpack", unpack_command, "take the run of a pack into a database" },
	{ "import", import_command, "weights of another program's model as a run" },
	{ "tag", tag_command, "give runs names to find them by" },
	{ "note", note_command, "keep a text with a run" },
	{ "rm", rm_command, "delete runs, with their checkpoints" },
	{ "copy", copy_command, "copy a database with its runs while they go on" },
	{ "submit", submit_command, "an experiment as a job array of Slurm" },
	{ "status", status_command, "how submitted experiments go" },
	{ "collect", collect_command, "what job arrays have brought, in one database" },
	{ "translate", translate_command, "translate standard input with a trained run" },
	{ "attend", attend_command, "show what a trained run attends to in a sentence" },
	{ "draw", draw_command, "draw a caption with a trained run" },
	{ "describe", describe_command, "say what a picture shows, by a trained run" },
	{ "score", score_command, "BLEU of a file against references, as sacreBLEU" },
	{ "models", models_command, "the architectures and their settings" },
	{ "profile", profile_command, "where the time of training or decoding goes" },
	{ "doctor", doctor_command, "what this machine is, and whether all is well" },
	{ NULL, NULL, NULL },
};

static void usage(FILE *to)
{
	fputs("usage: bakeoff COMMAND [ARGUMENT...]\n\n"
	      "Trains recurrent, convolutional and attention-based sequence models on the same "
	      "data\n"
	      "and keeps what came of it in one SQLite file.\n\n",
	      to);
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-10s %s\n", c->name, c->help);
	fputs("\n`bakeoff COMMAND --help` says more. Start with `bakeoff run "
	      "experiments/toy.yaml`.\n",
	      to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("bakeoff %s (%s)\n", BAKEOFF_VERSION, machine_commit());
		return 0;
	}
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(argv[1], c->name))
			return c->run(argc - 1, argv + 1);
	fprintf(stderr, "bakeoff: no command '%s'; `bakeoff --help` lists them\n", argv[1]);
	return 2;
}
