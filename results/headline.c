/* headline.c - the score that ranks runs. */
#include "results/headline.h"

#include <stdio.h>
#include <string.h>

bool headline_is(const char *metric)
{
	char quoted[128];

	snprintf(quoted, sizeof quoted, "'%s'", metric);
	return strstr(HEADLINE_METRICS, quoted) != NULL;
}
