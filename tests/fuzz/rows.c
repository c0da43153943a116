/* rows.c - a stranger's results.db: any value in any column of its tables. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/strange.h"

#include <string.h>

static const char *const tables[] = { "experiments", "runs",       "metrics",   "points",
	                              "scores",      "hypotheses", "summaries", "tags" };
enum { TABLES = sizeof tables / sizeof tables[0] };

static void begin(void)
{
	strange_make("strange.db");
}

static void empty(sqlite3 *handle)
{
	sqlite3_exec(handle,
	             "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;"
	             "PRAGMA ignore_check_constraints = ON; BEGIN;"
	             "DELETE FROM tags; DELETE FROM hypotheses; DELETE FROM scores;"
	             "DELETE FROM summaries; DELETE FROM points; DELETE FROM runs;"
	             "DELETE FROM experiments; DELETE FROM metrics WHERE id > 30",
	             NULL, NULL, NULL);
}

static void one(const uint8_t *bytes, size_t size)
{
	struct fuzz_input in = { bytes, size };
	const unsigned way = fuzz_byte(&in);
	sqlite3 *handle;

	fuzz_check(sqlite3_open("strange.db", &handle) == SQLITE_OK, "it opens");
	empty(handle);
	while (in.size) {
		size_t part;
		const char *row = fuzz_part(&in, &part);
		const char *letter = part ? memchr("ermpshut", *row, TABLES) : NULL;

		if (letter)
			strange_row(handle, tables[letter - "ermpshut"], row + 1, part - 1);
	}
	sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(handle);
	strange_read("strange.db", way);
}

#define V "\x1f"
#define EXPERIMENT(name) PART "ei1" V "t" name V "tcontestants: {}" V "t2026-01-01T00:00:00Z"
#define RUN(id, name, key, status, settings)                                                       \
	PART "ri" id V "i1" V "t" name V "t" key V "i" id V "t" status V "tdied" V "trnn" V        \
	     "t" settings V "i1000" V "i500" V "td1" V "tc" V "tv" V "tgcc" V "t-O3" V "tcpu" V    \
	     "tblas" V "tk" V "tavx2" V "i2" V "thost" V "t2026-01-01T00:00:00Z" V                 \
	     "t2026-01-02T00:00:00Z" V "r10" V "r2" V "r3" V "r1" V "i1000000" V "i40" V "i4000" V \
	     "i4000" V "ta-s1-" key V "ta note"
#define KEY "0123456789abcdef"
#define SETTINGS                                                                                   \
	"{\"architecture\":\"rnn\",\"model\":{\"width\":8},\"train\":{\"stop\":{\"updates\":"      \
	"40}}}"
#define CURVE(run)                                                                                 \
	PART "pi" run V "i4" V "i10" V "r9" PART "pi" run V "i4" V "i20" V "r6" PART "pi" run V    \
	     "i4" V "i30" V "r5" PART "pi" run V "i4" V "i40" V "r4.5" PART "pi" run V "i11" V     \
	     "i10" V "r1" PART "pi" run V "i11" V "i40" V "r4" PART "pi" run V "i12" V "i10" V     \
	     "r100" PART "pi" run V "i12" V "i40" V "r400"
#define SCORE(run, value)                                                                          \
	PART "si" run V "tnews" V "i16" V "r" value V "i40" V "tBLEU|nrefs:1" V "r1" V "i2" V      \
	     "i1" V "r1" PART "hi" run V "tnews" V "i0" V "tein Hund" V "ta dog" V "ta cat" V      \
	     "r-1" PART "hi" run V "tnews" V "i1" V "tzwei" V "ttwo" V "ttwo" V "r-2"
#define NASTY "\x1b]0;x\x07<script>\"'`$(id)\\input{x}\xc2\x9b\xe2\x80\xae=1+1"
#define GOOD                                                                                       \
	EXPERIMENT("x")                                                                            \
	RUN("1", "a", KEY, "done", SETTINGS)                                                       \
	CURVE("1")                                                                                 \
	SCORE("1", "20")                                                                           \
	RUN("2", "b", "fedcba9876543210", "done", SETTINGS) CURVE("2") SCORE("2", "22")
#define BAD                                                                                        \
	EXPERIMENT("x")                                                                            \
	RUN("1", NASTY, KEY, "done", SETTINGS)                                                     \
	CURVE("1")                                                                                 \
	SCORE("1", "20")                                                                           \
	RUN("2", "b", "fedcba9876543210", "failed", SETTINGS) CURVE("2") PART "ti1" V "t" NASTY
/* The first byte is what is asked for, and in which format. */
static const char *const seeds[] = {
	"A" GOOD,
	"H" GOOD,
	"P" GOOD,
	"X" GOOD,
	"@" BAD,
	"\xcc" BAD,
	"P" BAD,
	"Z" BAD,
	"\x3b" EXPERIMENT("x") RUN("1", "a", KEY, "running", "{]") CURVE("1")
		RUN("2", "b", "../../x", "gone", "[1e999]") SCORE("2", "nan"),
	"E" EXPERIMENT(NASTY) PART "ri1" PART "mi31" V "t" NASTY V "t%" V "thigher" V "t<b>" PART
				   "ui1" V "i4" V "i9" V "i1" V "r1" V "i9" V "r9" V "i3" V "r2" V
				   "r3",
	NULL,
};

const struct fuzz_target fuzz_rows = {
	"rows", "a stranger's results.db: any value in any column", begin, one, seeds, NULL,
};
