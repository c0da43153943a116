/* task.c - the table of tasks. */
#include "data/task.h"

#include <string.h>

static const struct task task[] = {
#define TASK(name, about, objective, generator) { name, about, objective, generator },
#include "data/tasks.def"
#undef TASK
};

enum { TASKS = sizeof task / sizeof task[0] };

const struct task *task_at(int i)
{
	return i >= 0 && i < TASKS ? &task[i] : NULL;
}

const struct task *task_of(const struct data_settings *settings)
{
	return task_at(settings->task);
}

const struct task *task_find(const char *name)
{
	for (int i = 0; i < TASKS; i++)
		if (!strcmp(task[i].name, name))
			return &task[i];
	return NULL;
}

bool task_is_joint(const struct data_settings *settings)
{
	const struct generator *generator = task_of(settings)->generator;

	return generator ? generator->joint
	                 : settings->joint || task_of(settings)->objective == OBJECTIVE_CONTINUE;
}

/* Whether "|key|" is in the list, which starts and ends with '|'. */
static bool is_in(const char *list, const char *key)
{
	const size_t length = strlen(key);

	for (; list && length && list[1]; list = strchr(list + 1, '|'))
		if (!strncmp(list + 1, key, length) && list[1 + length] == '|')
			return true;
	return false;
}

bool task_reads(const struct task *t, const char *key)
{
	const struct generator *generator = t->generator;

	if (is_in("|task|longest|", key))
		return true;
	if (is_in("|subwords.model|subwords.size|subwords.joint|lowercase|bad_lines|", key))
		return !generator;
	if (is_in("|train_sentences|valid_sentences|test_sentences|seed|", key))
		return generator != NULL;
	if (is_in("|shortest_sentence|longest_sentence|", key))
		return generator && generator->lengths;
	if (is_in("|longer_sentence|", key))
		return generator && generator->lengths && !generator->has;
	return generator && is_in(generator->keys, key);
}

int task_number(const struct task *t)
{
	return (int)(t - task);
}
