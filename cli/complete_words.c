/* complete_words.c - the words that an argument may be, for completion in shells. */
#include "cli/help.h"
#include "experiments/probe.h"
#include "experiments/shipped.h"
#include "experiments/spec.h"
#include "results/queries.h"
#include "results/query.h"

#include <stdlib.h>
#include <string.h>

/* A line; what is no plain text, such as names out of a stranger's database, is left out. */
static void say(FILE *out, const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return;
	fprintf(out, "%s\n", text);
}

static void commands(FILE *out, const char *file)
{
	(void)file;
	for (int i = 0; command_at(i); i++)
		say(out, command_at(i)->name);
}

static void queries(FILE *out, const char *file)
{
	(void)file;
	for (const struct named_query *q = named_queries; q->name; q++)
		say(out, q->name);
}

static void say_shipped(void *out, const char *name)
{
	say(out, name);
}

static void shipped(FILE *out, const char *file)
{
	(void)file;
	shipped_list(say_shipped, out);
}

static void probe_names(FILE *out, const char *file)
{
	(void)file;
	for (const struct probe *p = probes; p->name; p++)
		say(out, p->name);
	say(out, "all");
}

static void architectures(FILE *out, const char *file)
{
	(void)file;
	for (int i = 0; architecture_at(i); i++)
		say(out, architecture_at(i)->name);
	for (const char *const *s =
	             (const char *const[]){ "data", "train", "search", "tasks", NULL };
	     *s; s++)
		say(out, *s);
}

static void settings(FILE *out, const char *prefix, const struct setting *table)
{
	for (const struct setting *s = table; s->name; s++)
		fprintf(out, "%s%s=\n", prefix, s->name);
}

/* Of `models --explain`. */
static void model_settings(FILE *out, const char *file)
{
	(void)file;
	settings(out, "", model_settings_table);
	settings(out, "", layer_settings_table);
	for (int i = 0; architecture_at(i); i++)
		settings(out, "", architecture_at(i)->settings);
}

/* Of an experiment file. */
static void keys(FILE *out, const char *file)
{
	(void)file;
	settings(out, "data.", data_settings_table);
	settings(out, "train.", train_settings_table);
	settings(out, "search.", search_settings_table);
	say(out, "seeds=");
}

/* The first column of a query of the database. */
static void ask(FILE *out, const char *path, const char *sql)
{
	struct database database = { 0 };
	struct table table = { 0 };
	struct error error;

	if (!database_open(&database, path, DATABASE_READ, &error))
		return;
	if (query_table(&database, sql, NULL, &table, &error))
		for (size_t i = 0; i < table.row_count; i++)
			if (table_cell(&table, i, 0)->text)
				say(out, table_cell(&table, i, 0)->text);
	table_free(&table);
	database_close(&database);
}

static void experiments(FILE *out, const char *file)
{
	ask(out, file, "SELECT name FROM experiments ORDER BY 1");
}

static void runs(FILE *out, const char *file)
{
	ask(out, file, "SELECT CAST(id AS TEXT) FROM runs ORDER BY id");
}

static void contestants(FILE *out, const char *file)
{
	const size_t length = strlen(file);
	struct experiment e;
	struct error error;

	if (length < 5 || strcmp(file + length - 5, ".yaml") != 0) {
		ask(out, file, "SELECT DISTINCT contestant FROM runs ORDER BY 1");
		return;
	}
	if (!experiment_read(&e, file, NULL, 0, &error))
		return;
	for (int i = 0; i < e.contestants; i++)
		say(out, e.contestant[i].name);
	experiment_free(&e);
}

void complete_words(FILE *out, const char *kind, const char *file)
{
	static const struct {
		const char *kind;
		void (*print)(FILE *, const char *file);
	} kinds[] = {
		{ "EXPERIMENT.yaml", shipped },
		{ "COMMAND", commands },
		{ "QUERY", queries },
		{ "ARCHITECTURE", architectures },
		{ "SETTING=VALUE", model_settings },
		{ "KEY=VALUE", keys },
		{ "EXPERIMENT", experiments },
		{ "PROBE", probe_names },
		{ "ID", runs },
		{ "CONTESTANT", contestants },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (!strcmp(kind, kinds[i].kind))
			kinds[i].print(out, file ? file : "results.db");
}
