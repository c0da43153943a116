/* profile.c - record spans. */
#include "core/profile.h"
#include "core/error.h"
#include "core/machine.h"

#include <stdlib.h>

void profile_init(struct profile *profile)
{
	*profile = (struct profile){ .open = -1 };
}

void profile_free(struct profile *profile)
{
	free(profile->span);
	profile_init(profile);
}

void profile_reset(struct profile *profile)
{
	profile->spans = 0;
	profile->open = -1;
}

void profile_begin(struct profile *profile, const char *operation, const char *detail,
                   bool backward)
{
	if (profile->spans == profile->capacity) {
		profile->capacity = profile->capacity ? 2 * profile->capacity : 1024;
		profile->span =
			memory_resize(profile->span, profile->capacity, sizeof *profile->span);
	}
	profile->span[profile->spans] = (struct profile_span){ .operation = operation,
		                                               .detail = detail,
		                                               .backward = backward,
		                                               .parent = profile->open };
	profile->open = (int)profile->spans++;
	profile->span[profile->open].start = machine_seconds();
}

void profile_count(struct profile *profile, double multiply_adds, double bytes)
{
	if (profile->open < 0)
		return;
	profile->span[profile->open].multiply_adds += multiply_adds;
	profile->span[profile->open].bytes += bytes;
}

void profile_end(struct profile *profile)
{
	struct profile_span *span = &profile->span[profile->open];

	span->end = machine_seconds();
	profile->open = span->parent;
	if (span->parent >= 0)
		profile->span[span->parent].inside += span->end - span->start;
}
