/* probe.h - what a probe showed, printed: for bakeoff probe. */
#ifndef BAKEOFF_CLI_PROBE_H
#define BAKEOFF_CLI_PROBE_H

#include "experiments/probe.h"

enum probe_format { PROBE_TEXT, PROBE_JSON, PROBE_MARKDOWN };

/* The format of that name; prints one line and returns false where there is none. */
bool probe_format_find(const char *word, enum probe_format *);

/* Zeroed at first, but for format and folder. */
struct probe_print {
	enum probe_format format;
	const char *folder;   /* where the curves go as SVG, or NULL */
	struct table summary; /* a row a probe */
	json_t *array;        /* of JSON */
};

/* All probes, what they ask and expect. False where it cannot be written. */
bool probe_print_list(enum probe_format);

/* What is asked, before it runs. */
void probe_print_begin(struct probe_print *, const struct probe *);
/* Table, curves, findings and verdict. */
bool probe_print(struct probe_print *, const struct probe_result *, struct error *);
/* The verdicts of all where there were several. */
bool probe_print_end(struct probe_print *);
void probe_print_free(struct probe_print *);

#endif
