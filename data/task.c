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

int task_number(const struct task *t)
{
	return (int)(t - task);
}
