/* doctor.h - findings about machine, libraries and files. Internal to `bakeoff doctor`. */
#ifndef BAKEOFF_DOCTOR_H
#define BAKEOFF_DOCTOR_H

#include "core/pool.h"
#include "core/roofline.h"

enum finding_state { FINDING_FINE, FINDING_WARNING, FINDING_BROKEN };

struct finding {
	const char *name;
	enum finding_state state;
	char value[512];
	char remedy[512]; /* "" where nothing is to be done */
};

enum { MOST_FINDINGS = 64 };

struct findings {
	struct finding list[MOST_FINDINGS];
	int count;
	struct roofline roofline; /* zero until doctor_kernels */
};

/* The new finding; `format` gives its value. */
struct finding *finding_add(struct findings *, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Makes it one to act upon; `format` gives the remedy. */
void finding_mark(struct finding *, enum finding_state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void doctor_machine(struct findings *); /* program, processor, memory */
void doctor_kernels(struct findings *); /* vector kernels, matrix products, what they reach */
void doctor_libraries(struct findings *);
/* Programs, disk, the database and where it lies; NULL: no database was named. */
void doctor_files(struct findings *, const char *database);

#endif
