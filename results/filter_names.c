/* filter_names.c - what a name in a condition stands for: columns, metrics, settings. */
#include "results/filter_parts.h"

#include "core/setting.h"
#include "results/best_of.h"
#include "results/statement.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct filter_column filter_columns[] = {
	{ "id", FILTER_NUMBER, "r.id" },
	{ "run", FILTER_NUMBER, "r.id" },
	{ "experiment", FILTER_TEXT, "e.name" },
	{ "contestant", FILTER_TEXT, "r.contestant" },
	{ "architecture", FILTER_TEXT, "r.architecture" },
	{ "seed", FILTER_NUMBER, "r.seed" },
	{ "status", FILTER_STATUS, "r.status" },
	{ "reason", FILTER_TEXT, "r.reason" },
	{ "tag", FILTER_TAG, NULL },
	{ "note", FILTER_TEXT, "r.note" },
	{ "parameters", FILTER_NUMBER, "r.parameters" },
	{ "updates", FILTER_NUMBER, "r.updates" },
	{ "train_seconds", FILTER_NUMBER, "r.train_seconds" },
	{ "peak_memory", FILTER_NUMBER, "r.peak_memory" },
	{ "host", FILTER_TEXT, "r.host" },
	{ "started", FILTER_DATE, "r.started" },
	{ "ended", FILTER_DATE, "r.finished" },
	{ "finished", FILTER_DATE, "r.finished" },
	{ NULL, FILTER_NUMBER, NULL },
};

/* Where the JSON of settings has what is said of a contestant. */
static const char *const sections[] = { "settings", "model",   "train",   "search",
	                                "data",     "encoder", "decoder", NULL };

static bool find_column(const char *name, struct filter_name *found)
{
	for (const struct filter_column *c = filter_columns; c->name; c++)
		if (!strcasecmp(c->name, name)) {
			found->kind = c->kind;
			found->sql = c->sql;
			return true;
		}
	return false;
}

static bool metric_id(struct database *database, const char *name, size_t length, long *id,
                      bool *there, struct error *error)
{
	char *text = memory_new(length + 1, 1);
	bool good;

	memcpy(text, name, length);
	good = statement_integer(database->handle, database->path, error, id, there,
	                         "SELECT id FROM metrics WHERE name = ?1 COLLATE NOCASE"
	                         " ORDER BY name = ?1 DESC",
	                         "t", text);
	free(text);
	return good;
}

/* "BLEU", or "BLEU.news" where no metric has that name. */
static bool find_metric(struct database *database, const char *name, struct filter_name *found,
                        bool *there, struct error *error)
{
	const char *dot = strchr(name, '.');

	found->kind = FILTER_NUMBER;
	if (!metric_id(database, name, strlen(name), &found->metric, there, error))
		return false;
	if (*there || !dot)
		return true;
	found->test_set = dot + 1;
	return metric_id(database, name, (size_t)(dot - name), &found->metric, there, error);
}

/* "train.warmup" becomes $."train"."warmup". False where it is no such name. */
static bool make_path(char *path, size_t size, const char *name)
{
	size_t used = (size_t)snprintf(path, size, "$");

	while (*name && used + 8 < size) {
		size_t length = strcspn(name, ".");

		if (!length || used + length + 8 >= size)
			return false;
		for (size_t i = 0; i < length; i++)
			if (!isalnum((unsigned char)name[i]) && !strchr("_- +", name[i]))
				return false;
		used += (size_t)snprintf(path + used, size - used, ".\"%.*s\"", (int)length, name);
		name += length;
		if (*name == '.' && !*++name)
			return false;
	}
	return !*name;
}

static bool is_section(const char *name)
{
	for (const char *const *s = sections; *s; s++) {
		size_t length = strlen(*s);

		if (!strncmp(name, *s, length) && name[length] == '.')
			return true;
	}
	return false;
}

static bool try_path(struct database *database, const char *name, struct filter_name *found,
                     bool *there, struct error *error)
{
	long one;

	*there = false;
	return !make_path(found->path, sizeof found->path, name) ||
	       statement_integer(database->handle, database->path, error, &one, there,
	                         "SELECT 1 FROM runs WHERE json_type(settings, ?1) IS NOT NULL"
	                         " LIMIT 1",
	                         "t", found->path);
}

/* "train.warmup", "settings.train.warmup", "settings.heads": as some run has it. */
static bool find_setting(struct database *database, const char *name, struct filter_name *found,
                         bool *there, struct error *error)
{
	found->kind = FILTER_SETTING;
	if (!try_path(database, name, found, there, error))
		return false;
	return *there || strncmp(name, "settings.", 9) ||
	       try_path(database, name + 9, found, there, error);
}

static bool unknown(const char *name, struct error *error)
{
	const char *candidate[sizeof filter_columns / sizeof *filter_columns];
	const char *near;
	size_t count = 0;

	for (const struct filter_column *c = filter_columns; c->name; c++)
		candidate[count++] = c->name;
	candidate[count] = NULL;
	near = nearest_word(name, candidate);
	if (near)
		return error_set(error, "%.60s is no column, metric or setting; did you mean %s?",
		                 name, near);
	return error_set(error,
	                 "%.60s is no column, metric or setting; `bakeoff query metrics` lists the "
	                 "metrics, `bakeoff runs --help` the columns",
	                 name);
}

bool filter_find(struct database *database, const char *name, struct filter_name *found,
                 struct error *error)
{
	bool there = false;

	*found = (struct filter_name){ .kind = FILTER_NUMBER };
	if (find_column(name, found))
		return true;
	if (is_section(name)) {
		if (!find_setting(database, name, found, &there, error))
			return false;
		return there ||
		       error_set(error,
		                 "no run has the setting %.60s; `bakeoff query --sql "
		                 "\"SELECT DISTINCT setting FROM run_settings\"` lists them",
		                 name);
	}
	if (!find_metric(database, name, found, &there, error))
		return false;
	return there || unknown(name, error);
}

/* The mean over test sets that the run was tested by, else the best point, else the last. */
static void put_metric(struct filter *f, const struct filter_name *name)
{
	filter_append(f, name->test_set ? "(SELECT s.value" : "coalesce((SELECT avg(s.value)");
	filter_append(f, " FROM scores s WHERE s.run = r.id AND s.metric = ");
	filter_integer(f, name->metric);
	if (name->test_set) {
		filter_append(f, " AND s.test_set = ");
		filter_text(f, name->test_set);
		filter_append(f, ")");
		return;
	}
	filter_append(f, " AND NOT " IS_BEST_OF("s.test_set"));
	filter_append(f, "), (SELECT coalesce(s.best, s.last) FROM summaries s WHERE s.run = r.id"
	                 " AND s.metric = ");
	filter_integer(f, name->metric);
	filter_append(f, "))");
}

void filter_put(struct filter *f, const struct filter_name *name)
{
	if (name->sql) {
		filter_append(f, name->sql);
	} else if (name->kind == FILTER_SETTING) {
		filter_append(f, "json_extract(r.settings, ");
		filter_text(f, name->path);
		filter_append(f, ")");
	} else {
		put_metric(f, name);
	}
}
