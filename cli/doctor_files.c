/* doctor_files.c - libraries' versions, disk space, the results database and where it lies. */
#include "cli/doctor.h"
#include "cli/version.h"
#include "core/filesystem.h"
#include "core/process.h"
#include "core/ranks.h"
#include "results/database.h"
#include "results/schema.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

void doctor_libraries(struct findings *findings)
{
	char mpi[128], text[256];
	struct finding *f = finding_add(findings, "SQLite", "%s", sqlite3_libversion());

	if (sqlite3_libversion_number() < 3038000)
		finding_mark(f, FINDING_BROKEN, "queries need 3.38 (JSON built in); update it");
	version_libraries(text, sizeof text);
	finding_add(findings, "libraries", "%s", text);
	ranks_describe(mpi, sizeof mpi);
	finding_add(findings, "MPI", "%s",
	            *mpi ? mpi
	                 : "not built in: training uses one host (for several, install "
	                   "libopenmpi-dev and build again)");
}

/* Programs of others that a command runs, or is run by. */
static void tools(struct findings *findings)
{
	static const struct {
		const char *program, *of;
	} known[] = {
		{ "mpirun", "training over several hosts" },
		{ "sbatch", "`bakeoff submit`" },
		{ "squeue", "`bakeoff status`" },
		{ "sacct", "`bakeoff status` of jobs that are over" },
	};
	char there[128] = "", missing[256] = "";

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		char *const list = process_exists(known[i].program) ? there : missing;
		const size_t used = strlen(list);

		if (list == there)
			snprintf(list + used, sizeof there - used, "%s%s", used ? ", " : "",
			         known[i].program);
		else
			snprintf(list + used, sizeof missing - used, "%s%s (%s)", used ? ", " : "",
			         known[i].program, known[i].of);
	}
	finding_add(findings, "programs", "%s%s%s", *there ? there : "none",
	            *missing ? "; not here, and needed only for it: " : "", missing);
}

static void folder(struct findings *findings)
{
	struct statvfs disk;
	double available;
	struct finding *f;

	if (statvfs(".", &disk)) {
		finding_mark(finding_add(findings, "free disk", "unknown: %s", strerror(errno)),
		             FINDING_WARNING, "work in a folder that is there");
		return;
	}
	available = (double)disk.f_bavail * (double)disk.f_frsize;
	f = finding_add(findings, "free disk", "%.1f GiB in the working directory",
	                available / 0x1p30);
	if (available < 0x1p30)
		finding_mark(f, FINDING_WARNING,
		             "a run of 7 million weights keeps about 200 MB of checkpoints; make "
		             "room, or work elsewhere");
}

static void where(struct findings *findings, const char *path)
{
	const char *system = filesystem_network(path);
	char name[FILESYSTEM_NAME];

	filesystem_name(path, name);
	if (!system)
		finding_add(findings, "file system", "%s is on %s", path, name);
	else
		finding_mark(
			finding_add(findings, "file system", "%s is on %s", path, system),
			FINDING_WARNING,
			"SQLite's write-ahead log is not safe for several machines there; keep "
			"the database on a disk of this machine, and use `bakeoff submit` on a cluster");
}

static void database(struct findings *findings, const char *path)
{
	struct database opened = { 0 };
	struct error error;
	struct finding *f;

	if (!database_open(&opened, path, DATABASE_READ, &error)) {
		finding_mark(finding_add(findings, "database", "cannot be opened"), FINDING_BROKEN,
		             "%s", error.message);
		return;
	}
	f = finding_add(findings, "database", "%s: schema %d%s", path, opened.version,
	                opened.version < SCHEMA_VERSION ? " (older; `bakeoff run` migrates it)"
	                                                : "");
	if (!database_check(&opened, &error))
		finding_mark(f, FINDING_BROKEN, "%s", error.message);
	else
		snprintf(f->value + strlen(f->value), sizeof f->value - strlen(f->value),
		         ", whole");
	database_close(&opened);
	where(findings, path);
}

void doctor_files(struct findings *findings, const char *path)
{
	tools(findings);
	folder(findings);
	if (path)
		database(findings, path);
	else
		where(findings, ".");
}
