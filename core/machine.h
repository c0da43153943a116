/* machine.h - what this program is and what it runs on, for the run row and for people. */
#ifndef BAKEOFF_MACHINE_H
#define BAKEOFF_MACHINE_H

#include <stddef.h>

#define BAKEOFF_VERSION "0.1.0"

/* Compiled in: the commit of the source ("unknown" outside a checkout; "+" appended where files had
 * changed), the compiler, and its flags. */
const char *machine_commit(void);
const char *machine_compiler(void);
const char *machine_flags(void);

/* Name of the processor and of the host; "unknown" where the system does not say. */
void machine_cpu(char *text, size_t size);
void machine_host(char *text, size_t size);

/* Processors that this process may use. */
int machine_processors(void);

/* Time that only goes forward, in seconds from some moment on. */
double machine_seconds(void);

/* Memory of this machine, bytes. */
double machine_memory(void);

/* Most resident memory of this process since machine_reset_peak (where the system can: else since its start), bytes. */
long machine_peak_memory(void);

/* Gives free memory back and starts to measure anew. */
void machine_reset_peak(void);

#endif
