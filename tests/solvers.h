/* solvers.h - answers of generated tasks, found from the words of a source alone: what generators
 * are checked against. A source that is not as it must be fails the test. */
#ifndef BAKEOFF_SOLVERS_H
#define BAKEOFF_SOLVERS_H

enum { WORDS_MOST = 512, WORDS_TEXT = 8192 };

/* A line cut into words. */
struct words {
	char text[WORDS_TEXT];
	char *word[WORDS_MOST];
	int count;
};

void words_cut(struct words *, const char *line);

/* Writes what the target must be; `answer` is empty before. */
typedef void solver(const struct words *, char answer[WORDS_TEXT]);

solver solve_copy, solve_reverse, solve_sort, solve_copy_memory, solve_adding, solve_recall;
solver solve_multi_recall, solve_parity, solve_modular, solve_list_ops, solve_string_edits;

/* The value of the expression of list-ops that begins at word *at, which moves on behind it;
 * `deepest` becomes the depth of lists below it where that is more. */
int list_value(const struct words *, int *at, int depth, int *deepest);

/* What comes of an expression of string-edits. */
struct edited {
	char text[WORDS_TEXT];
	const char *function; /* the outermost; NULL of a string */
};

/* How many functions were read, and compositions that training must not have. */
struct read_edits {
	int functions, held_out;
};

void edits_read(const struct words *, int *at, struct edited *, struct read_edits *);

#endif
