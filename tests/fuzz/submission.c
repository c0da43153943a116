/* submission.c - the folder that the tasks of a job array share: its list of trials and its jobs.
 */
#include "experiments/submission.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	struct submission s;
	struct submission_task *task;
	struct error error;
	size_t part;
	const char *text = fuzz_part(&in, &part);
	char **list;
	int tasks;
	bool good;

	fuzz_file("trials.tsv", text, part);
	text = fuzz_part(&in, &part);
	fuzz_file("jobs", text, part);
	good = submission_read(&s, fuzz_folder(), &error);
	fuzz_said(good, &error);
	for (int i = 0; i < s.jobs; i++)
		fuzz_check(s.job[i].number > 0 && s.job[i].pack > 0, "numbers of jobs");
	fuzz_check(!good || (s.experiment && s.trials > 0), "what was read is whole");
	submission_free(&s);
	list = submission_list(fuzz_folder(), &error);
	fuzz_said(list != NULL, &error);
	submission_free_list(list);
	task = submission_tasks(fuzz_folder(), &tasks);
	submission_free_tasks(task, tasks);
}

static const char *const seeds[] = {
	"toy\n1\tlstm\t1\n2\tlstm\t2\n" PART "12\t2\n13\t1\n",
	"toy\n1\ta\tb\t3\n" PART "x\n99999999999999\t1\n5\t-1\n5\t1",
	"\n1\t\t\n" PART,
	NULL,
};

const struct fuzz_target fuzz_submission = {
	"submission", "lists of trials and jobs of a job array", NULL, one, seeds, NULL,
};
