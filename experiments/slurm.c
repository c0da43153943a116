/* slurm.c - the script of a job array: what it knows of the experiment, then what each task does.
 */
#include "experiments/slurm.h"

#include <ctype.h>
#include <string.h>

static const char task_script[] =
#include "experiments/slurm_task.inc"
	;

int slurm_tasks(const struct slurm_job *job)
{
	return (job->trials + job->pack - 1) / job->pack;
}

void shell_quote(FILE *out, const char *text)
{
	putc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			putc(*text, out);
	putc('\'', out);
}

void sbatch_quote(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static bool check(const char *what, const char *text, struct error *error)
{
	return !text || !strpbrk(text, "\n\r") ||
	       error_set(error, "%s '%s' has a line break, which cannot be in a job script", what,
	                 text);
}

static bool check_all(const struct slurm_job *job, struct error *error)
{
	const struct {
		const char *what, *text;
	} texts[] = {
		{ "the program", job->program },
		{ "the working directory", job->directory },
		{ "the experiment file", job->spec },
		{ "the shared folder", job->shared },
		{ "the name", job->name },
		{ "--partition", job->partition },
		{ "--time", job->time },
		{ "--memory", job->memory },
		{ "--account", job->account },
		{ "--scratch", job->scratch },
	};

	if (strpbrk(job->shared, "\\%"))
		return error_set(
			error,
			"%s: Slurm makes no log files in a folder with \\ or %% in its name; "
			"name another with --folder",
			job->shared);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!check(texts[i].what, texts[i].text, error))
			return false;
	for (int i = 0; i < job->options; i++)
		if (!check("the option", job->option[i], error))
			return false;
	for (int i = 0; i < job->extras; i++)
		if (!check("the option", job->extra[i], error))
			return false;
	return true;
}

static void directive(FILE *out, const char *option, const char *value)
{
	if (!value)
		return;
	fprintf(out, "#SBATCH %s=", option);
	sbatch_quote(out, value);
	putc('\n', out);
}

static void directives(FILE *out, const struct slurm_job *job)
{
	directive(out, "--job-name", job->name);
	fprintf(out, "#SBATCH --array=1-%d", slurm_tasks(job));
	if (job->limit)
		fprintf(out, "%%%ld", job->limit);
	fprintf(out, "\n#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=%ld\n", job->cpus);
	directive(out, "--partition", job->partition);
	directive(out, "--time", job->time);
	directive(out, "--mem", job->memory);
	directive(out, "--account", job->account);
	fprintf(out, "#SBATCH --requeue --open-mode=append --signal=B:USR1@%ld\n",
	        job->grace_seconds);
	directive(out, "--chdir", job->shared);
	fputs("#SBATCH --output=log/%A_%a.log\n", out);
	if (job->extras)
		fputs("#SBATCH", out);
	for (int i = 0; i < job->extras; i++) {
		putc(' ', out);
		sbatch_quote(out, job->extra[i]);
	}
	fputs(job->extras ? "\n\n" : "\n", out);
}

static void assign(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=", name);
	shell_quote(out, value);
	putc('\n', out);
}

/* Of "$NAME" or "$NAME/REST", the variable is the node's. */
static void assign_scratch(FILE *out, const char *scratch)
{
	size_t length = 1;

	if (!scratch) {
		fputs("scratch=${TMPDIR:-/tmp}\n", out);
		return;
	}
	while (scratch[0] == '$' &&
	       (isalnum((unsigned char)scratch[length]) || scratch[length] == '_'))
		length++;
	if (scratch[0] != '$' || length == 1 || isdigit((unsigned char)scratch[1]) ||
	    (scratch[length] && scratch[length] != '/')) {
		assign(out, "scratch", scratch);
		return;
	}
	fprintf(out, "scratch=${%.*s:?is not set on this node}", (int)length - 1, scratch + 1);
	shell_quote(out, scratch + length);
	putc('\n', out);
}

bool slurm_script(FILE *out, const struct slurm_job *job, struct error *error)
{
	if (!check_all(job, error))
		return false;
	fputs("#!/bin/bash\n", out);
	directives(out, job);
	fputs("# Written by `bakeoff submit`; docs/cluster.md says what it does.\nset -u\n", out);
	assign(out, "program", job->program);
	assign(out, "directory", job->directory);
	assign(out, "spec", job->spec);
	assign(out, "shared", job->shared);
	assign(out, "plan", job->plan);
	assign_scratch(out, job->scratch);
	fprintf(out, "trials=%d pack=%d save_seconds=%ld\noptions=(", job->trials, job->pack,
	        job->save_seconds);
	for (int i = 0; i < job->options; i++) {
		fputs(i ? " " : "", out);
		shell_quote(out, job->option[i]);
	}
	fputs(")\n\n", out);
	fputs(task_script, out);
	return !ferror(out) || error_set(error, "the script cannot be written");
}
