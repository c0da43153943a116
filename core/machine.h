/* machine.h - what this program is and what it runs on, for the run row and for people. */
#ifndef BAKEOFF_MACHINE_H
#define BAKEOFF_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#define BAKEOFF_VERSION "0.1.0"

/* Compiled in: the commit of the source ("unknown" outside a checkout; "+" appended where files had
 * changed), the compiler, and its flags. */
const char *machine_commit(void);
/* When that commit was made, 2026-01-31; where that is unknown, the day of the build. */
const char *machine_date(void);
const char *machine_compiler(void);
const char *machine_flags(void);
/* The SentencePiece that it was built with; the library itself does not say. */
const char *machine_sentencepiece(void);

/* Name of the processor and of the host; "unknown" where the system does not say. */
void machine_cpu(char *text, size_t size);
void machine_host(char *text, size_t size);

/* Whether the system lists this feature of the processor ("avx512f", "amx_bf16", "asimd"). */
bool machine_feature(const char *name);

/* Processors that this process may use. */
int machine_processors(void);

/* Time that only goes forward, in seconds from some moment on. */
double machine_seconds(void);

/* Processor time that this process may use, in processors, where the system limits it below what
 * machine_processors says; else 0. */
double machine_quota(void);

/* Memory of this machine, bytes; and what of it is free or could be made so. */
double machine_memory(void);
double machine_memory_available(void);

/* The last level of cache, of all processors together where they have several; 0: the system does
 * not say. Bytes. */
double machine_cache(void);

/* Most resident memory of this process since machine_reset_peak (where the system can: else since
 * its start), bytes. */
long machine_peak_memory(void);

/* Gives free memory back to the system. */
void machine_trim(void);
/* The same, and starts to measure anew. */
void machine_reset_peak(void);

#endif
