/* export.c - runs as tables in files. */
#include "results/export_parts.h"

#include "core/file.h"
#include "results/query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const format_words[] = { "csv", "jsonl", "tensorboard" };

/* The chosen runs come in their order, and what belongs to one in the order of its key. */
#define CHOSEN                                                                                     \
	" FROM temp.chosen c CROSS JOIN main.runs r ON r.id = c.run"                               \
	" CROSS JOIN main.experiments e ON e.id = r.experiment"
#define OF_RUN "r.id AS run, e.name AS experiment, r.contestant, r.seed, "

static const struct {
	const char *name, *sql;
} tables[] = {
	{ "runs",
	  "SELECT " OF_RUN
	  "r.status, r.reason, r.key, r.architecture, r.parameters, r.multiply_adds, r.updates,"
	  " r.source_tokens, r.target_tokens, r.train_seconds, r.valid_seconds, r.decode_seconds,"
	  " r.io_seconds, r.peak_memory, r.started, r.finished, r.data_hash, r.source_commit,"
	  " r.program_version, r.compiler, r.compiler_flags, r.cpu, r.blas, r.blas_kernel,"
	  " r.vector_kernels, r.threads, r.host, r.folder, r.note,"
	  " (SELECT group_concat(t.name, ', ') FROM main.tags t WHERE t.run = r.id) AS tags, "
	  "r.settings" CHOSEN " ORDER BY c.place" },
	{ "points",
	  "SELECT " OF_RUN "m.name AS metric, m.unit, x.step, x.value" CHOSEN
	  " CROSS JOIN main.points x ON x.run = r.id CROSS JOIN main.metrics m ON m.id = x.metric"
	  " ORDER BY c.place, x.metric, x.step" },
	{ "scores",
	  "SELECT " OF_RUN "x.test_set, m.name AS metric, m.unit, m.direction, x.value, x.step,"
	  " x.signature, x.seconds, x.sentences, x.beam, x.length_penalty" CHOSEN
	  " CROSS JOIN main.scores x ON x.run = r.id CROSS JOIN main.metrics m ON m.id = x.metric"
	  " ORDER BY c.place, x.test_set, x.metric" },
	{ "hypotheses",
	  "SELECT " OF_RUN "x.test_set, x.sentence, x.source, x.reference, x.hypothesis,"
	  " x.log_probability, x.seconds" CHOSEN " CROSS JOIN main.hypotheses x ON x.run = r.id"
	  " ORDER BY c.place, x.test_set, x.sentence" },
};

bool export_format_find(const char *word, enum export_format *format, struct error *error)
{
	for (int i = EXPORT_CSV; i <= EXPORT_TENSORBOARD; i++)
		if (!strcmp(word, format_words[i])) {
			*format = (enum export_format)i;
			return true;
		}
	return error_set(error, "--format %.40s: must be " EXPORT_FORMATS, word);
}

bool export_folder(const char *path, struct error *error)
{
	struct stat about;

	if (mkdir(path, 0777) == 0 ||
	    (errno == EEXIST && !stat(path, &about) && S_ISDIR(about.st_mode)))
		return true;
	return error_set(error, "%s: cannot make this folder: %s; name another with --out", path,
	                 strerror(errno));
}

static bool export_table(struct database *database, const char *folder, const char *name,
                         const char *ending, const char *sql, enum table_format format,
                         struct error *error)
{
	char path[EXPORT_PATH_SIZE];
	struct new_file file;

	snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
	if (!new_file_begin(&file, path, error))
		return false;
	if (query_print(file.stream, database, sql, NULL, format, error))
		return new_file_commit(&file, error);
	new_file_cancel(&file);
	return false;
}

bool export_chosen(struct database *database, enum export_format format, const char *folder,
                   struct error *error)
{
	const enum table_format table = format == EXPORT_CSV ? TABLE_CSV : TABLE_JSONL;
	bool good = export_folder(folder, error);

	if (format == EXPORT_TENSORBOARD)
		return good && export_events(database, folder, error);
	for (size_t i = 0; good && i < sizeof tables / sizeof *tables; i++)
		good = export_table(database, folder, tables[i].name, format_words[format],
		                    tables[i].sql, table, error);
	return good;
}
