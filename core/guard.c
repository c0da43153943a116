/* guard.c - what libraries call when memory is out. */
#include "core/guard.h"
#include "core/error.h"

#include <gsl/gsl_errno.h>
#include <jansson.h>
#include <stdlib.h>

static void *json_memory(size_t bytes)
{
	void *memory = malloc(bytes ? bytes : 1);

	if (!memory)
		memory_die(bytes);
	return memory;
}

static void die(void)
{
	memory_die(0);
}

static void on_gsl_error(const char *reason, const char *file, int line, int number)
{
	if (number == GSL_ENOMEM)
		memory_die(0);
	panic("GSL: %s (%s:%d)", reason, file, line);
}

void guard_memory(void)
{
	json_set_alloc_funcs(json_memory, free);
	gsl_set_error_handler(on_gsl_error);
	guard_new(die);
}
