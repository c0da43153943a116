/* output.c - standard output, or a file that is whole or not there at all. */
#include "cli/output.h"
#include "results/escape.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

bool output_begin(struct output *out, const char *path, struct error *error)
{
	*out = (struct output){ .stream = stdout, .named = path != NULL };
	if (!path)
		return true;
	if (!new_file_begin(&out->file, path, error))
		return false;
	out->stream = out->file.stream;
	return true;
}

bool output_end(struct output *out, bool good, struct error *error)
{
	if (!out->named)
		return good && output_flush(error);
	if (good)
		return new_file_commit(&out->file, error);
	new_file_cancel(&out->file);
	return false;
}

bool output_flush(struct error *error)
{
	return (!fflush(stdout) && !ferror(stdout)) ||
	       error_set(error, "standard output cannot be written");
}

void output_name(FILE *out, const char *name)
{
	escape_write(out, TABLE_BOX, name, strlen(name));
}

void output_text(FILE *out, const char *text)
{
	if (isatty(fileno(out)))
		output_name(out, text);
	else
		fputs(text, out);
}

size_t output_json_flags(FILE *out)
{
	return isatty(fileno(out)) ? JSON_ENSURE_ASCII : 0;
}
