/* help.c - bakeoff help: the table of commands as help and as manual pages. */
#include "cli/help.h"
#include "cli/commands.h"
#include "core/file.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option option_table[] = {
	{ "format", 'f', "NAME", "text, man, bash or zsh",
	  "(text): man is the source of the manual page; bash and zsh are what completes command "
	  "lines in these shells" },
	{ "out", 'o', "DIR", NULL,
	  "with --format man: every page, as DIR/man1/bakeoff-COMMAND.1 and the like" },
	{ "complete", 'c', "KIND", NULL,
	  "what an argument may be, a line each: COMMAND, QUERY, ARCHITECTURE, SETTING=VALUE, "
	  "KEY=VALUE, or of the file that follows CONTESTANT, EXPERIMENT, ID" },
	{ 0 },
};

const struct command command_help = {
	.name = "help",
	.group = GROUP_KNOW,
	.summary = "the commands, and the keys of an experiment file",
	.usage = { "[COMMAND|experiment] [--format text|man]", "--format bash|zsh",
	           "--format man --out DIR" },
	.argument = "COMMAND",
	.about = "Prints what `bakeoff COMMAND --help` does, or of `experiment` every key of an "
		 "experiment file.",
	.options = option_table,
	.example = { { "source <(bakeoff help --format bash)",
	               "completes command lines of bakeoff in this bash" },
	             { "bakeoff help experiment --format man | man -l -",
	               "the experiment file as a manual page" } },
};

static const char *const group_words[COMMAND_GROUPS] = {
	[GROUP_TRAIN] = "Train and test", [GROUP_RESULTS] = "Read results",
	[GROUP_KEEP] = "Keep runs",       [GROUP_USE] = "Use a trained run",
	[GROUP_CLUSTER] = "On a cluster", [GROUP_KNOW] = "Know what there is",
};

static const char about_program[] =
	"Trains recurrent, convolutional and attention-based sequence models on the same data with "
	"the same training loop, and keeps loss, speed, scores and hypotheses of every run in one "
	"SQLite file, for comparison side by side.";

/* "-i, --input FILE"; other spellings of a few letters only. */
static void write_option(char *text, size_t size, const struct command *c,
                         const struct command_option *o)
{
	size_t used = 0;

	for (const struct command_option *p = o + 1; p->name && !p->about; p++)
		if (strlen(p->name) <= 4 && (c->in_order || !p->name[1]))
			used += (size_t)snprintf(text + used, size - used, "-%s, ", p->name);
	used += (size_t)snprintf(text + used, size - used, "--%s", o->name);
	if (o->argument && o->argument[0] == '[')
		snprintf(text + used, size - used, "[=%s", o->argument + 1);
	else if (o->argument)
		snprintf(text + used, size - used, " %s", o->argument);
}

enum { TERM_SIZE = 80, WIDEST_TERM = 26 };

static int widest(const struct command *c)
{
	int width = 10;

	for (const struct command_option *o = c->options; o && (o->name || o->about); o++) {
		char term[TERM_SIZE];

		if (!o->name || !o->about)
			continue;
		write_option(term, sizeof term, c, o);
		if ((int)strlen(term) > width && (int)strlen(term) <= WIDEST_TERM)
			width = (int)strlen(term);
	}
	return width;
}

static void write_options(const struct page *p, const struct command *c)
{
	for (const struct command_option *o = c->options; o && (o->name || o->about); o++) {
		char term[TERM_SIZE];

		if (!o->name)
			page_part(p, o->about);
		if (!o->name || !o->about)
			continue;
		write_option(term, sizeof term, c, o);
		page_item(p, term, o->words, o->about);
	}
	if (!c->in_order || p->form == PAGE_MAN)
		page_item(p, "-h, --help", NULL, "prints this");
}

static void write_synopsis(const struct page *p, const struct command *c)
{
	for (int i = 0; i < COMMAND_USAGES && c->usage[i]; i++) {
		char line[256];

		snprintf(line, sizeof line, "bakeoff %s%s%s", c->name, *c->usage[i] ? " " : "",
		         c->usage[i]);
		page_synopsis(p, line, i == 0);
	}
}

static void write_examples(const struct page *p, const struct command *c)
{
	if (!c->example[0].line)
		return;
	page_section(p, "EXAMPLES");
	for (int i = 0; i < COMMAND_EXAMPLES && c->example[i].line; i++)
		page_example(p, c->example[i].line, c->example[i].about);
}

void help_command_page(const struct page *p, const struct command *c)
{
	struct page page = *p;
	char name[64];

	page.term = widest(c);
	snprintf(name, sizeof name, "bakeoff-%s", c->name);
	page_begin(&page, name, 1, c->summary);
	if (page.form == PAGE_MAN)
		page_section(&page, "SYNOPSIS");
	write_synopsis(&page, c);
	page_section(&page, "DESCRIPTION");
	page_paragraphs(&page, c->about);
	page_section(&page, "OPTIONS");
	write_options(&page, c);
	if (c->notes) {
		page_section(&page, "NOTES");
		page_paragraphs(&page, c->notes);
	}
	write_examples(&page, c);
	if (page.form != PAGE_MAN)
		return;
	fputs(".SH \"EXIT STATUS\"\n0: done; 1: failed; 2: wrong usage.\n"
	      ".SH \"SEE ALSO\"\n.BR bakeoff (1),\n.BR bakeoff\\-experiment (5)\n",
	      page.to);
}

void help_command_print(FILE *out, const struct command *c)
{
	help_command_page(&(struct page){ .to = out, .form = PAGE_TEXT }, c);
}

static void write_commands(const struct page *p)
{
	int group = -1;

	for (int i = 0; command_at(i); i++) {
		const struct command *c = command_at(i);

		if ((int)c->group != group)
			page_part(p, group_words[c->group]);
		group = (int)c->group;
		page_item(p, c->name, NULL, c->summary);
	}
}

void help_overview_print(FILE *out)
{
	const struct page page = { out, PAGE_TEXT, 10 };

	page_synopsis(&page, "bakeoff COMMAND [ARGUMENT...]", true);
	fputc('\n', out);
	page_paragraphs(&page, about_program);
	write_commands(&page);
	fputs("\n`bakeoff COMMAND --help` says more; --version names program and libraries.\n"
	      "Start with `bakeoff run experiments/toy.yaml`.\n",
	      out);
}

static void write_environment(const struct page *p)
{
	page_section(p, "ENVIRONMENT");
	page_item(p, "BAKEOFF_VECTOR", NULL,
	          "portable, avx2 or avx512: the widest set of vector kernels that is used; oneDNN "
	          "and, for avx2, the measured peak are bounded with it, OpenBLAS is by "
	          "OPENBLAS_CORETYPE");
	page_item(p, "BAKEOFF_GEMM", NULL,
	          "openblas or onednn: the library of matrix products, where both are there");
	page_item(p, "SACREBLEU_SEED", NULL, "the seed of tests of `bakeoff score`");
	page_item(p, "NO_COLOR", NULL, "no colours in the terminal");
	page_item(p, "TMPDIR", NULL, "where temporary files go (/tmp)");
}

void help_overview_page(const struct page *p)
{
	page_begin(p, "bakeoff", 1,
	           "compare recurrent, convolutional and attention-based sequence models");
	page_section(p, "SYNOPSIS");
	page_synopsis(p, "bakeoff COMMAND [ARGUMENT...]", true);
	page_synopsis(p, "bakeoff --version", false);
	page_section(p, "DESCRIPTION");
	page_paragraphs(p, about_program);
	page_section(p, "COMMANDS");
	write_commands(p);
	write_environment(p);
	page_section(p, "FILES");
	page_item(p, "results.db", NULL,
	          "the database of the working directory, where --db names no other");
	page_item(p, "results.runs/", NULL,
	          "beside it, a folder a run: checkpoints, weights, vocabularies");
	fputs(".SH \"EXIT STATUS\"\n0: done; 1: failed; 2: wrong usage.\n.SH \"SEE ALSO\"\n",
	      p->to);
	for (int i = 0; command_at(i); i++)
		fprintf(p->to, ".BR bakeoff\\-%s (1),\n", command_at(i)->name);
	fputs(".BR bakeoff\\-experiment (5)\n", p->to);
}

/* One page as a file of the folder. */
static bool write_page(const char *folder, int section, const char *name, const struct command *c,
                       struct error *error)
{
	struct new_file file;
	struct page page = { .form = PAGE_MAN };
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/man%d", folder, section);
	if (mkdir(path, 0777) && errno != EEXIST)
		return error_set(error, "%s: cannot make this folder: %s", path, strerror(errno));
	snprintf(path, sizeof path, "%s/man%d/%s%s.%d", folder, section, name, c ? c->name : "",
	         section);
	if (!new_file_begin(&file, path, error))
		return false;
	page.to = file.stream;
	if (c)
		help_command_page(&page, c);
	else if (section == 5)
		help_experiment_page(&page);
	else
		help_overview_page(&page);
	return new_file_commit(&file, error);
}

static bool write_pages(const char *folder, struct error *error)
{
	if (mkdir(folder, 0777) && errno != EEXIST)
		return error_set(error, "%s: cannot make this folder: %s", folder, strerror(errno));
	for (int i = 0; command_at(i); i++)
		if (!write_page(folder, 1, "bakeoff-", command_at(i), error))
			return false;
	return write_page(folder, 1, "bakeoff", NULL, error) &&
	       write_page(folder, 5, "bakeoff-experiment", NULL, error);
}

/* One page to standard output. */
static int print_page(enum page_form form, const char *name)
{
	const struct page page = { stdout, form, 20 };
	const struct command *c = name ? command_find(name) : NULL;

	if (c)
		help_command_page(&page, c);
	else if (name && !strcmp(name, "experiment"))
		help_experiment_page(&page);
	else if (name)
		return command_wrong(&command_help, "there is no command '%s'", name);
	else if (form == PAGE_MAN)
		help_overview_page(&page);
	else
		help_overview_print(stdout);
	return 0;
}

static int print(const char *format, const char *folder, const char *name)
{
	struct error error;

	if (folder && strcmp(format, "man") != 0)
		return command_wrong(&command_help, "--out goes with --format man");
	if (folder && !write_pages(folder, &error)) {
		fprintf(stderr, "bakeoff help: %s\n", error.message);
		return 1;
	}
	if (folder)
		return 0;
	if (!strcmp(format, "bash"))
		complete_bash(stdout);
	else if (!strcmp(format, "zsh"))
		complete_zsh(stdout);
	else if (!strcmp(format, "man") || !strcmp(format, "text"))
		return print_page(*format == 'm' ? PAGE_MAN : PAGE_TEXT, name);
	else
		return command_wrong(&command_help, "--format %s: must be text, man, bash or zsh",
		                     format);
	return 0;
}

int help_command(int argc, char **argv)
{
	const char *format = "text", *folder = NULL, *kind = NULL;
	int option;

	while ((option = command_option(&command_help, argc, argv)) > 0) {
		if (option == 'f')
			format = optarg;
		else if (option == 'o')
			folder = optarg;
		else
			kind = optarg;
	}
	if (option != COMMAND_END)
		return command_exit(option);
	if (argc - optind > 1)
		return command_wrong(&command_help, "give at most one command");
	if (!kind)
		return print(format, folder, argv[optind]);
	complete_words(stdout, kind, argv[optind]);
	return 0;
}
