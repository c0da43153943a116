/* slurm.c - what squeue and sacct print. */
#include "experiments/slurm_queue.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	struct slurm_queue queue = { 0 };
	char *text = strndup((const char *)in.bytes, in.size);

	slurm_queue_parse(&queue, text);
	for (int i = 0; i < queue.tasks; i++) {
		const struct slurm_task *t = &queue.task[i];

		fuzz_check(t->job >= 0 && t->first >= 0 && t->first <= t->last, "numbers of tasks");
		fuzz_harmless(t->state, strlen(t->state));
		fuzz_harmless(t->node, strlen(t->node));
		fuzz_harmless(t->reason, strlen(t->reason));
		fuzz_check(slurm_queue_find(&queue, t->job, t->last) != NULL, "a task is found");
		slurm_is_active(t->state);
	}
	slurm_queue_free(&queue);
	free(text);
}

static const char *const seeds[] = {
	"7_3|RUNNING|node1|None\n7_[1-3,5%2]|PENDING||Priority\n",
	"12_4|CANCELLED by 1000|None assigned|(null)\n12|RUNNING|x|y\n",
	"8_[9-1]|X|y|z\n8_99999999999|R|n|r\n8_[1-|R\n8_1.batch|COMPLETED|n|",
	"7_3|R\x1b[31m|n\xc2\x9b|\xe2\x80\xaer\n",
	NULL,
};

const struct fuzz_target fuzz_slurm = {
	"slurm", "output of squeue and sacct", NULL, one, seeds, NULL,
};
