/* submit.c - bakeoff submit: an experiment as a job array of Slurm. */
#include "cli/commands.h"
#include "cli/options.h"
#include "core/file.h"
#include "core/process.h"
#include "experiments/run.h"
#include "experiments/shipped.h"
#include "experiments/slurm.h"
#include "experiments/slurm_queue.h"
#include "experiments/submission.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PARTITION = 256,
	TIME,
	ACCOUNT,
	MEMORY,
	CPUS,
	PACK,
	JOBS,
	LIMIT,
	FOLDER,
	SCRATCH,
	SAVE,
	GRACE,
	SET,
	ONLY,
	STALL,
	RETRY,
	PRINT,
	MOST_SETS = 64,
	MOST_OPTIONS = 2 * MOST_SETS + 16,
};

static const struct command_option option_table[] = {
	{ "partition", PARTITION, "P", NULL, "as sbatch has it" },
	{ "time", TIME, "T", NULL, "as sbatch has it" },
	{ "account", ACCOUNT, "A", NULL, "as sbatch has it" },
	{ "memory", MEMORY, "SIZE", NULL, "sbatch's --mem" },
	{ "cpus", CPUS, "N", NULL, "processors of a task (1)" },
	{ "pack", PACK, "N", NULL, "trials of a task (1), one after the other" },
	{ "jobs", JOBS, "N", NULL, "of these, so many at once" },
	{ "array-limit", LIMIT, "N", NULL, "tasks at once" },
	{ "folder", FOLDER, "DIR", NULL, "the shared folder, on every node (results.cluster)" },
	{ "scratch", SCRATCH, "DIR", NULL,
	  "a folder of the node's own disk ($TMPDIR, else /tmp); '$NAME' is expanded there" },
	{ "save", SAVE, "SECONDS", NULL, "between copies to the shared folder (600)" },
	{ "grace", GRACE, "SECONDS", NULL,
	  "from the signal to stop to the end of the time limit (120)" },
	{ "set", SET, "KEY=VALUE", NULL, "as of `bakeoff run`" },
	{ "only", ONLY, "CONTESTANT", NULL, "as of `bakeoff run`" },
	{ "stall", STALL, "SECONDS", NULL, "as of `bakeoff run`" },
	{ "retry", RETRY, NULL, NULL, "as of `bakeoff run`" },
	{ "print", PRINT, NULL, NULL, "shows the script, submits and writes nothing" },
	{ 0 },
};

const struct command command_submit = {
	.name = "submit",
	.group = GROUP_CLUSTER,
	.summary = "an experiment as a job array of Slurm",
	.usage = { "EXPERIMENT.yaml [OPTION...] [-- SBATCH_OPTION...]" },
	.argument = "EXPERIMENT.yaml",
	.about = "Submits one job array to Slurm, a task for each trial. A task that is stopped, "
		 "out of time or on a node that is lost goes on from its last copy in the shared "
		 "folder; see docs/cluster.md, and `bakeoff status`, `collect`.",
	.options = option_table,
};

struct request {
	struct slurm_job job;
	char path[PATH_MAX]; /* of a shipped experiment */
	const char *folder, *only;
	char *set[MOST_SETS];
	int sets;
	char *option[MOST_OPTIONS]; /* of bakeoff run */
	bool print;
};

static bool read_number(const char *name, long least, long most, long *value)
{
	return option_number("submit", name, optarg, least, most, value);
}

static void pass_on(struct request *r, const char *name, char *value)
{
	r->option[r->job.options++] = (char *)(size_t)name;
	if (value)
		r->option[r->job.options++] = value;
}

/* One option; false where its value is wrong. */
static bool read_option(struct request *r, int option)
{
	struct slurm_job *job = &r->job;
	long number;

	switch (option) {
	case PARTITION:
		job->partition = optarg;
		return true;
	case TIME:
		job->time = optarg;
		return true;
	case ACCOUNT:
		job->account = optarg;
		return true;
	case MEMORY:
		job->memory = optarg;
		return true;
	case FOLDER:
		r->folder = optarg;
		return true;
	case SCRATCH:
		job->scratch = optarg;
		return true;
	case CPUS:
		return read_number("--cpus", 1, 4096, &job->cpus);
	case LIMIT:
		return read_number("--array-limit", 1, 1000000, &job->limit);
	case SAVE:
		return read_number("--save", 1, 1000000000, &job->save_seconds);
	case GRACE:
		return read_number("--grace", 1, 65535, &job->grace_seconds);
	case PACK:
		if (!read_number("--pack", 1, 1000000, &number))
			return false;
		job->pack = (int)number;
		return true;
	case JOBS:
		pass_on(r, "--jobs", optarg);
		return read_number("--jobs", 1, 256, &number);
	case STALL:
		pass_on(r, "--stall", optarg);
		return read_number("--stall", 0, 1000000000, &number);
	case RETRY:
		pass_on(r, "--retry", NULL);
		return true;
	case ONLY:
		r->only = optarg;
		pass_on(r, "--only", optarg);
		return true;
	case SET:
		if (r->sets == MOST_SETS)
			return fprintf(stderr, "bakeoff submit: at most %d --set\n", MOST_SETS),
			       false;
		r->set[r->sets++] = optarg;
		pass_on(r, "--set", optarg);
		return true;
	default:
		r->print = true;
		return true;
	}
}

/* The array is made here. */
static bool check_extras(const struct slurm_job *job)
{
	for (int i = 0; i < job->extras; i++) {
		const char *text = job->extra[i];

		if (!strcmp(text, "-a") || !strncmp(text, "--array", 7) ||
		    (!strncmp(text, "-a", 2) && text[2] != '-')) {
			fputs("bakeoff submit: the array is made of the trials; --array-limit, "
			      "--pack "
			      "and --only shape it\n",
			      stderr);
			return false;
		}
	}
	if (!job->extras || job->extra[0][0] == '-')
		return true;
	fprintf(stderr,
	        "bakeoff submit: '%s' is one too many; options of sbatch follow behind --\n",
	        job->extra[0]);
	return false;
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct request *r)
{
	int option;

	while ((option = command_option(&command_submit, argc, argv)) > 0) {
		if (r->job.options + 2 > MOST_OPTIONS) {
			fputs("bakeoff submit: too many options\n", stderr);
			return 2;
		}
		if (!read_option(r, option))
			return 2;
	}
	if (option != COMMAND_END)
		return command_exit(option);
	if (optind >= argc) {
		fputs("bakeoff submit: give one experiment file, e.g. experiments/toy.yaml\n",
		      stderr);
		return 2;
	}
	r->job.spec = shipped_find(argv[optind], r->path);
	r->job.extra = argv + optind + 1;
	r->job.extras = argc - optind - 1;
	r->job.option = r->option;
	return check_extras(&r->job) ? -1 : 2;
}

static int fail(const struct error *error)
{
	fprintf(stderr, "bakeoff submit: %s\n", error->message);
	return 1;
}

static bool write_script(const char *path, const struct slurm_job *job, struct error *error)
{
	struct new_file file;

	if (!new_file_begin(&file, path, error))
		return false;
	if (slurm_script(file.stream, job, error))
		return new_file_commit(&file, error);
	new_file_cancel(&file);
	return false;
}

/* Hands the script to sbatch; *number is what it calls the job, the caller's. */
static bool hand_over(const char *script, char **number, struct error *error)
{
	const char *const arguments[] = { "sbatch", "--parsable", script, NULL };
	int status;

	if (!process_read(arguments, false, number, &status, error)) {
		free(*number);
		*number = NULL;
		return error_prefix(error, "submit where Slurm is, or see --print");
	}
	(*number)[strcspn(*number, ";\n")] = '\0'; /* "123;cluster" */
	if (status == 0 && **number && strspn(*number, "0123456789") == strlen(*number))
		return true;
	free(*number);
	*number = NULL;
	return error_set(
		error,
		"sbatch refused the job (its reason is above); the script is %s; where the "
		"array is too long, --pack makes it shorter",
		script);
}

/* Two jobs must not work on the same trials. Where Slurm cannot be asked, sbatch will say so. */
static bool is_free(const char *shared, struct error *error)
{
	struct submission s;
	struct slurm_queue queue;
	struct error ignored;
	long active = 0;

	if (!submission_read(&s, shared, &ignored))
		return true; /* it is the first */
	if (slurm_queue_read(&queue, NULL, 0, &ignored)) {
		for (int i = 0; i < queue.tasks; i++)
			for (int j = 0; j < s.jobs; j++)
				if (queue.task[i].job == s.job[j].number &&
				    slurm_is_active(queue.task[i].state))
					active = s.job[j].number;
		slurm_queue_free(&queue);
	}
	submission_free(&s);
	return !active ||
	       error_set(
		       error,
		       "job %ld of this experiment is still in the queue; wait for it, or scancel "
		       "%ld and submit again",
		       active, active);
}

static int submit(const struct request *r, const struct experiment *e)
{
	const struct slurm_job *job = &r->job;
	char script[SUBMISSION_PATH_SIZE + 16], *number;
	struct error error;

	snprintf(script, sizeof script, "%s/script.sh", job->shared);
	if (!is_free(job->shared, &error) || !submission_make(job->shared, e, r->only, &error) ||
	    !write_script(script, job, &error) || !hand_over(script, &number, &error))
		return fail(&error);
	if (!submission_add_job(job->shared, number, job->pack, &error))
		fprintf(stderr, "bakeoff submit: %s\n", error.message);
	printf("%s: job %s, %d trials in %d tasks, in %s\n"
	       "`bakeoff status` says how it goes, `bakeoff collect` brings the results home%s.\n",
	       e->name, number, job->trials, slurm_tasks(job), job->shared,
	       strcmp(r->folder, SUBMISSION_FOLDER) ? "; name the folder to both" : "");
	free(number);
	return 0;
}

/* The paths of the job; `directory` and `program` have room for SUBMISSION_PATH_SIZE. */
static bool find_paths(struct request *r, const struct experiment *e, const char *key, char *shared,
                       char *directory, char *program, struct error *error)
{
	const ssize_t length = readlink("/proc/self/exe", program, SUBMISSION_PATH_SIZE - 1);

	if (length < 0 || !getcwd(directory, SUBMISSION_PATH_SIZE))
		return error_set(error, "this program or the working directory cannot be found: %s",
		                 strerror(errno));
	program[length] = '\0';
	r->job.program = program;
	r->job.directory = directory;
	r->job.shared = shared;
	return submission_path(r->folder, directory, e->name, key, shared, error);
}

int submit_command(int argc, char **argv)
{
	struct request r = {
		.job = { .pack = 1, .cpus = 1, .grace_seconds = 120, .save_seconds = 600 },
		.folder = SUBMISSION_FOLDER
	};
	char shared[SUBMISSION_PATH_SIZE], directory[SUBMISSION_PATH_SIZE],
		program[SUBMISSION_PATH_SIZE], key[17];
	struct experiment e;
	struct error error;
	int status = read_options(argc, argv, &r);

	if (status >= 0)
		return status;
	if (!option_experiment("submit", r.job.spec, r.set, r.sets, r.only, &e))
		return 2;
	run_plan_key(&e, r.only, key);
	r.job.plan = key;
	r.job.name = e.name;
	r.job.trials = run_trials(&e, r.only);
	if (!find_paths(&r, &e, key, shared, directory, program, &error))
		status = fail(&error);
	else if (r.print)
		status = slurm_script(stdout, &r.job, &error) ? 0 : fail(&error);
	else
		status = submit(&r, &e);
	experiment_free(&e);
	return status;
}
