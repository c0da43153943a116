/* fixtures_torch.c - runs a folder of reference values of PyTorch, case by case. */
#include "tests/fixtures_torch.h"
#include "core/error.h"
#include "tests/fixture_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fixture_kind *find_kind(const char *name)
{
	const struct fixture_kind *const tables[] = { fixture_kinds_layers, fixture_kinds_attention,
		                                      fixture_kinds_recurrent,
		                                      fixture_kinds_models, fixture_kinds_train };

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct fixture_kind *k = tables[i]; k->name; k++)
			if (!strcmp(k->name, name))
				return k;
	return NULL;
}

static void run_case(const char *folder, const char *file, const char *kind_name, double tolerance,
                     bool quiet, struct tally *tally)
{
	const struct fixture_kind *kind = find_kind(kind_name);
	struct fixture f = { .inputs = 0 };
	struct error error;
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	if (!safetensors_read(&f.file, path, &error)) {
		printf("failed %s: %s\n", file, error.message);
		tally->failed++;
		return;
	}
	tape_init(&f.tape);
	if (kind)
		kind->run(&f);
	if (!kind || f.missing[0]) {
		printf("not implemented %s (%s)\n", file, kind ? f.missing : kind_name);
		tally->missing++;
	} else if (f.worst <= tolerance) {
		if (!quiet)
			printf("passed %s\n", file);
		tally->passed++;
	} else {
		printf("failed %s by %.3g in %s, %.3g allowed\n", file, f.worst, f.where,
		       tolerance);
		tally->failed++;
	}
	parameters_free(&f.parameters);
	free(f.gradient);
	tape_free(&f.tape);
	safetensors_free(&f.file);
}

bool fixtures_torch(const char *folder, bool quiet, struct tally *tally)
{
	char path[4096], line[1024], file[512], group[64], kind[64];
	double single, full;
	FILE *index;

	snprintf(path, sizeof path, "%s/index.tsv", folder);
	index = fopen(path, "r");
	if (!index)
		return false;
	while (fgets(line, sizeof line, index)) {
		if (sscanf(line, "%511[^\t]\t%63[^\t]\t%63[^\t]\t%lf\t%lf", file, group, kind,
		           &single, &full) != 5)
			continue;
		run_case(folder, file, kind, sizeof(real) == sizeof(double) ? full : single, quiet,
		         tally);
	}
	fclose(index);
	return true;
}
