/* rm.c - `bakeoff rm`: deletes runs with their files. */
#include "cli/commands.h"
#include "cli/manage.h"
#include "cli/output.h"
#include "cli/view.h"

#include "experiments/run_files.h"
#include "results/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command_option option_table[] = {
	{ "yes", 'f', NULL, NULL, "does not ask" },
	{ "db", 'd', "FILE", NULL, "the database (results.db)" },
	VIEW_WHERE,
	{ 0 },
};

const struct command command_rm = {
	.name = "rm",
	.group = GROUP_KEEP,
	.summary = "delete runs, with their checkpoints",
	.usage = { "ID... [OPTION...]", "--where COND [OPTION...]" },
	.argument = "ID",
	.about = "Deletes runs: curves, scores and hypotheses, and the checkpoints beside the "
		 "database. Asks first; refuses all where one of them is running or is not there.",
	.options = option_table,
	.notes = VIEW_WHERE_NAMES,
};

/* The runs that are to go, in the order of their numbers. */
struct victims {
	struct run_record *run; /* [runs] */
	size_t runs;
	double bytes; /* of their files */
};

static void free_victims(struct victims *v)
{
	for (size_t i = 0; i < v->runs; i++)
		run_record_free(&v->run[i]);
	free(v->run);
}

static bool add(struct victims *v, struct database *database, long id, struct error *error)
{
	char folder[RUN_PATH_SIZE];
	struct run_record *run;

	for (size_t i = 0; i < v->runs; i++)
		if (v->run[i].id == id)
			return true;
	v->run = memory_resize(v->run, v->runs + 1, sizeof *v->run);
	run = &v->run[v->runs];
	if (!database_run_read(database, id, run, error))
		return false;
	v->runs++;
	if (!run_folder(database->path, run, folder))
		return true;
	if (run_hold(folder, NULL) == RUN_HELD)
		return error_set(error,
		                 "run %ld (%s, seed %ld) is running: stop it, or wait for it", id,
		                 run->contestant, run->seed);
	v->bytes += run_files_size(folder);
	return true;
}

static bool collect(struct victims *v, struct database *database, const struct manage *m,
                    const long *given, struct error *error)
{
	const struct selection selection = { .where = m->where };
	long *chosen = NULL;
	size_t count = (size_t)m->name_count;
	bool good = true;

	if (m->where)
		good = selection_choose(database, &selection, error) &&
		       selection_runs(database, &chosen, &count, error);
	for (size_t i = 0; good && i < count; i++)
		good = add(v, database, m->where ? chosen[i] : given[i], error);
	free(chosen);
	return good;
}

/* Whether the user wants it; a line on standard error where nobody can be asked. */
static bool confirmed(const struct victims *v, const struct manage *m, int *status)
{
	char answer[16] = "";

	*status = 0;
	if (m->flag)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "bakeoff rm: nobody can be asked here; --yes deletes %zu run%s\n",
		        v->runs, v->runs == 1 ? "" : "s");
		*status = 2;
		return false;
	}
	for (size_t i = 0; i < v->runs; i++) {
		printf("run %ld: ", v->run[i].id);
		output_name(stdout, v->run[i].contestant);
		printf(", seed %ld, %s\n", v->run[i].seed, run_status_word(v->run[i].status));
	}
	printf("Delete %zu %s and %.1f MB of files? [y/N] ", v->runs, v->runs == 1 ? "run" : "runs",
	       v->bytes / 1e6);
	fflush(stdout);
	if (fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y'))
		return true;
	puts("Nothing is deleted.");
	*status = 1;
	return false;
}

/* Goes on after a run that could not be deleted whole: each such run has its line. */
static int delete_all(struct database *database, const struct victims *v)
{
	size_t deleted = 0;

	for (size_t i = 0; i < v->runs; i++) {
		struct error error;

		if (run_delete(database, &v->run[i], &error))
			deleted++;
		else
			fprintf(stderr, "bakeoff rm: %s\n", error.message);
	}
	printf("%zu %s deleted, %.1f MB\n", deleted, deleted == 1 ? "run" : "runs", v->bytes / 1e6);
	return deleted == v->runs ? 0 : 1;
}

static int remove_runs(const struct manage *m, const long *given)
{
	struct victims victims = { 0 };
	struct database database;
	struct error error;
	int status = 1;

	if (!manage_open("rm", m, &database))
		return 1;
	if (!collect(&victims, &database, m, given, &error)) {
		fprintf(stderr, "bakeoff rm: %s\n", error.message);
	} else if (!victims.runs) {
		puts("No run is chosen; nothing is deleted.");
		status = 0;
	} else if (confirmed(&victims, m, &status)) {
		status = delete_all(&database, &victims);
	}
	free_victims(&victims);
	database_close(&database);
	return status;
}

int rm_command(int argc, char **argv)
{
	struct manage m;
	long *given;
	bool good = true;
	int status = manage_read(&m, &command_rm, argc, argv);

	if (status >= 0)
		return status;
	if (!m.name_count == !m.where)
		return command_wrong(&command_rm, "give either numbers of runs or --where");
	given = memory_new((size_t)m.name_count + 1, sizeof *given);
	for (int i = 0; good && i < m.name_count; i++)
		good = manage_run("rm", m.names[i], &given[i]);
	status = good ? remove_runs(&m, given) : 2;
	free(given);
	return status;
}
