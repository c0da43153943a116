/* interrupt.h - Ctrl-C, SIGTERM and SIGHUP: the first asks for a stop at the next update, the
 * second of a kind ends at once. (Slurm sends SIGTERM to a program and to the script above it, which
 * sends SIGINT.) */
#ifndef BAKEOFF_INTERRUPT_H
#define BAKEOFF_INTERRUPT_H

#include <stdbool.h>
#include <stddef.h>

void interrupt_catch(void);
bool interrupt_asked(void);

/* Told what translate() has done, has it go on until a stop is asked for. */
bool interrupt_go_on(void *context, size_t done, size_t all);

#endif
