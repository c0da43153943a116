/* output.c - standard output, or a file that is whole or not there at all. */
#include "cli/output.h"

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
		return good && ((!fflush(stdout) && !ferror(stdout)) ||
		                error_set(error, "standard output cannot be written"));
	if (good)
		return new_file_commit(&out->file, error);
	new_file_cancel(&out->file);
	return false;
}
