/* trace.c - spans as Trace Event Format. */
#include "results/trace.h"
#include "results/escape.h"

#include <math.h>
#include <string.h>

bool trace_begin(struct trace *trace, const char *path, struct error *error)
{
	*trace = (struct trace){ 0 };
	if (!new_file_begin(&trace->file, path, error))
		return false;
	fputs("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [", trace->file.stream);
	return true;
}

static void next_event(struct trace *trace)
{
	fputs(trace->any ? ",\n" : "\n", trace->file.stream);
	trace->any = true;
}

static void write_string(struct trace *trace, const char *text)
{
	escape_write(trace->file.stream, TABLE_JSON, text, strlen(text));
}

static void write_name(struct trace *trace, const char *kind, int thread, const char *name)
{
	next_event(trace);
	fprintf(trace->file.stream,
	        "{\"ph\": \"M\", \"name\": \"%s\", \"pid\": %d, \"tid\": %d, \"args\": {\"name\": ",
	        kind, trace->processes, thread);
	write_string(trace, name);
	fputs("}}", trace->file.stream);
}

static const char *category(enum profile_direction direction)
{
	switch (direction) {
	case PROFILE_FORWARD:
		return "forward";
	case PROFILE_BACKWARD:
		return "backward";
	case PROFILE_OTHER:
		break;
	}
	return "other";
}

static void write_span(struct trace *trace, int thread, const struct profile_span *span)
{
	FILE *stream = trace->file.stream;

	next_event(trace);
	fputs("{\"ph\": \"X\", \"name\": ", stream);
	write_string(trace, span->operation);
	fprintf(stream,
	        ", \"cat\": \"%s\", \"pid\": %d, \"tid\": %d, \"ts\": %.3f, \"dur\": %.3f, "
	        "\"args\": {\"multiply_adds\": %.0f, \"bytes\": %.0f",
	        category(span->direction), trace->processes, thread,
	        1e6 * (span->start - trace->start), 1e6 * (span->end - span->start),
	        span->multiply_adds, span->bytes);
	if (span->detail) {
		fputs(", \"parameter\": ", stream);
		write_string(trace, span->detail);
	}
	fputs("}}", stream);
}

/* Gaps come after the spans that they precede. */
static double earliest(const struct profile *profile, int workers)
{
	double start = INFINITY;

	for (int i = 0; i < workers; i++)
		for (size_t k = 0; k < profile[i].spans; k++)
			start = fmin(start, profile[i].span[k].start);
	return start;
}

void trace_add(struct trace *trace, const char *process, const struct profile *profile, int workers)
{
	if (!trace->processes++)
		trace->start = earliest(profile, workers);
	write_name(trace, "process_name", 0, process);
	for (int i = 0; i < workers; i++) {
		char name[32];

		snprintf(name, sizeof name, "worker %d", i + 1);
		write_name(trace, "thread_name", i + 1, name);
		for (size_t k = 0; k < profile[i].spans; k++)
			write_span(trace, i + 1, &profile[i].span[k]);
	}
}

bool trace_commit(struct trace *trace, struct error *error)
{
	fputs("\n]}\n", trace->file.stream);
	return new_file_commit(&trace->file, error);
}

void trace_cancel(struct trace *trace)
{
	new_file_cancel(&trace->file);
}
