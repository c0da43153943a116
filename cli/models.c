/* models.c - bakeoff models: every architecture with its settings. */
#include "cli/commands.h"
#include "models/architecture.h"

#include <stdio.h>
#include <string.h>

static void print_settings(const struct setting *table)
{
	for (const struct setting *s = table; s->name; s++) {
		char range[256];

		setting_range(s, range, sizeof range);
		printf("  %-16s default %-9s %s\n  %-16s %s\n", s->name, s->standard, s->help, "",
		       range);
	}
	putchar('\n');
}

static void print_architecture(const struct architecture *a)
{
	printf("%s - %s\n", a->name, a->about);
	print_settings(a->settings);
}

int models_command(int argc, char **argv)
{
	const struct architecture *one = NULL;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		puts("usage: bakeoff models [ARCHITECTURE]\n\n"
		     "Prints each architecture with its settings, their defaults, ranges and "
		     "meaning.");
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
		print_settings(model_settings_table);
	}
	for (int i = 0; architecture_at(i); i++)
		if (!one || one == architecture_at(i))
			print_architecture(architecture_at(i));
	return 0;
}
