/* shipped.h - the experiments that come with the program, found by name. */
#ifndef BAKEOFF_SHIPPED_H
#define BAKEOFF_SHIPPED_H

#include <limits.h>

/* What opens the experiment: `name` itself where there is such a file, or where it has a folder or
 * an ending; else NAME.yaml, `path` then, in experiments/ of the working directory, of the checkout
 * that the program was built in, or of what was installed with it. Where there is none, `name`. */
const char *shipped_find(const char *name, char path[PATH_MAX]);

/* Says the name of each that is in one of these. */
void shipped_list(void say(void *context, const char *name), void *context);

#endif
