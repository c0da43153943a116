/* interrupt.h - Ctrl-C, SIGTERM and SIGHUP: the first asks for a stop at the next update, the
 * second ends at once. */
#ifndef BAKEOFF_INTERRUPT_H
#define BAKEOFF_INTERRUPT_H

#include <stdbool.h>

void interrupt_catch(void);
bool interrupt_asked(void);

#endif
