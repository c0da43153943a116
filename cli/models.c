/* models.c - bakeoff models: every architecture with its settings. */
#include "cli/commands.h"
#include "cli/explain.h"
#include "data/generated.h"
#include "data/task.h"
#include "eval/settings.h"
#include "models/architecture.h"
#include "train/settings.h"

#include <stdio.h>
#include <string.h>

/* `other`: pairs of a key and its default where that is another than the table's; may be NULL. */
static void print_settings(const struct setting *table, const char *const *other)
{
	for (const struct setting *s = table; s->name; s++) {
		const char *standard = s->standard;
		char range[256];

		for (const char *const *o = other; o && *o; o += 2)
			if (!strcmp(o[0], s->name))
				standard = o[1];
		setting_range(s, range, sizeof range);
		printf("  %-19s default %-10s %s\n  %-19s %s\n", s->name, standard, s->help, "",
		       range);
	}
}

/* What an experiment file can say beside its contestants. */
static const struct {
	const char *name, *about;
	const struct setting *settings;
} sections[] = {
	{ "data", "what is learned from; also train, valid, test: files", data_settings_table },
	{ "train", "how it is learned; a contestant's own train: overrides it",
	  train_settings_table },
	{ "search", "how tests are decoded; a contestant's own search: overrides it",
	  search_settings_table },
	{ NULL, NULL, NULL },
};

static void print_section(int i)
{
	printf("%s: - %s\n", sections[i].name, sections[i].about);
	print_settings(sections[i].settings, NULL);
	putchar('\n');
}

/* What fits on a line beside another; a picture does not. */
static void print_line(const struct line *line)
{
	enum { MOST = 60 };

	printf(line->bytes > MOST ? "%.*s..." : "%.*s", MOST, line->text);
}

/* A sentence of a generated task, short enough for one line. */
static void print_example(struct data_settings *data)
{
	struct generated made;
	const struct text *side = made.set[GENERATED_TRAIN].side;
	struct error error;

	data->shortest_generated = data->longest_generated = 5;
	data->train_sentences = data->valid_sentences = data->test_sentences = 1;
	data->blanks = data->pairs = 4;
	if (!generated_make(&made, data, &error))
		panic("%s", error.message);
	printf("  %-19s ", "");
	if (side[SIDE_SOURCE].lines) {
		print_line(&side[SIDE_SOURCE].line[0]);
		fputs(" -> ", stdout);
	}
	print_line(&side[SIDE_TARGET].line[0]);
	putchar('\n');
	generated_free(&made);
}

static void print_tasks(void)
{
	puts("tasks - what data.task may be");
	for (int i = 0; task_at(i); i++) {
		struct data_settings data;

		settings_default(data_settings_table, &data);
		data.task = i;
		printf("  %-19s %s\n", task_at(i)->name, task_at(i)->about);
		if (task_at(i)->generator)
			print_example(&data);
	}
}

static int find_section(const char *name)
{
	for (int i = 0; sections[i].name; i++)
		if (!strcmp(sections[i].name, name))
			return i;
	return -1;
}

static void print_architecture(const struct architecture *a)
{
	printf("%s - %s\n", a->name, a->about);
	print_settings(a->settings, NULL);
	print_settings(layer_settings_table, a->defaults);
	putchar('\n');
}

static const struct command_option option_table[] = {
	{ "explain", 'e', NULL, NULL,
	  "what happens to one sentence pair on its way through a model, operation by operation, "
	  "and what that costs: the columns of table 1 of \"Attention Is All You Need\", read from "
	  "the graph of a forward pass" },
	{ .about = "With --explain" },
	{ "set", 's', "SETTING=VALUE", NULL, "a setting, as in an experiment file (repeatable)" },
	{ "source", 'a', "N", NULL, "tokens of the source, the end included (20)" },
	{ "target", 'b', "N", NULL, "tokens of the target (20)" },
	{ "vocabulary", 'v', "N", NULL,
	  "entries of each vocabulary (8000, or the file's data.subwords.size)" },
	{ "format", 'f', "NAME", "box, markdown or json", "(box)" },
	{ 0 },
};

const struct command command_models = {
	.name = "models",
	.group = GROUP_KNOW,
	.summary = "the architectures and their settings",
	.usage = { "[ARCHITECTURE|data|train|search|tasks]", "--explain ARCHITECTURE [OPTION...]",
		   "--explain EXPERIMENT.yaml [CONTESTANT] [OPTION...]" },
	.argument = "ARCHITECTURE",
	.about = "Prints each architecture with its settings, their defaults, ranges and meaning, "
		 "or the keys of that section of an experiment file; tasks: what data.task may be, "
		 "with an example of each that needs no file.",
	.options = option_table,
	.example = { { "bakeoff models transformer --explain --set heads=8",
		       "its layers, parameters, multiply-adds and paths" } },
};

/* Whether --explain is among the options; -1: the exit status is *status. */
static int asks_to_explain(int argc, char **argv, int *status)
{
	bool asks = false;
	int option;

	while ((option = command_option(&command_models, argc, argv)) > 0)
		asks |= option == 'e';
	*status = command_exit(option);
	return option == COMMAND_END ? asks : -1;
}

int models_command(int argc, char **argv)
{
	const struct architecture *one = NULL;
	int status;
	const int explain = asks_to_explain(argc, argv, &status);

	if (explain < 0)
		return status;
	if (explain)
		return explain_command(argc, argv);
	if (argc == 2 && !strcmp(argv[1], "tasks")) {
		print_tasks();
		return 0;
	}
	if (argc == 2 && find_section(argv[1]) >= 0) {
		print_section(find_section(argv[1]));
		return 0;
	}
	if (argc > 2 || (argc == 2 && !(one = architecture_find(argv[1])))) {
		fprintf(stderr,
		        "bakeoff models: no architecture '%s'; `bakeoff models` lists them\n",
		        argv[argc - 1]);
		return 2;
	}
	if (!one) {
		puts("every contestant - what the harness owns, whatever the architecture");
		print_settings(model_settings_table, NULL);
		putchar('\n');
	}
	for (int i = 0; architecture_at(i); i++)
		if (!one || one == architecture_at(i))
			print_architecture(architecture_at(i));
	return 0;
}
