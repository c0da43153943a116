/* table_test.c - what tables print is what was meant, in every format. */
#include "results/escape.h"
#include "results/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct attack {
	const char *text;
	size_t length;
	const char *shown[TABLE_LATEX + 1]; /* by enum table_format */
};

#define ATTACK(text, ...)                                                                          \
	{                                                                                          \
		text, sizeof text - 1,                                                             \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static void every_format_escapes_what_would_break_it(void **state)
{
	static const struct attack attacks[] = {
		ATTACK("plain", "plain", "plain", "plain", "\"plain\"", "plain", "plain"),
		ATTACK("", "", "\"\"", "", "\"\"", "", ""),
		ATTACK("a,b", "a,b", "\"a,b\"", "a,b", "\"a,b\"", "a,b", "a,b"),
		ATTACK("say \"hi\"", "say \"hi\"", "\"say \"\"hi\"\"\"", "say \"hi\"",
		       "\"say \\\"hi\\\"\"", "say \"hi\"", "say {\\char34}hi{\\char34}"),
		ATTACK("a\nb\r\tc", "a␊b␍␉c", "\"a\nb\r\tc\"", "a\\nb\\r\\tc",
		       "\"a\\nb\\u000d\\tc\"", "a b  c", "a b  c"),
		ATTACK("\033[2J\a", "␛[2J␇", "\033[2J\a", "\033[2J\a", "\"\\u001b[2J\\u0007\"",
		       "␛\\[2J␇", "␛{[}2J␇"),
		ATTACK("\xc2\x9b"
		       "31m",
		       "\uFFFD31m",
		       "\xc2\x9b"
		       "31m",
		       "\xc2\x9b"
		       "31m",
		       "\"\\u009b31m\"", "\uFFFD31m", "\uFFFD31m"),
		ATTACK("\x7f", "␡", "\x7f", "\x7f", "\"\\u007f\"", "␡", "␡"),
		ATTACK("a\xff\xc3", "a\uFFFD\uFFFD", "a\xff\xc3", "a\xff\xc3", "\"a\uFFFD\uFFFD\"",
		       "a\uFFFD\uFFFD", "a\uFFFD\uFFFD"),
		ATTACK("x\0y", "x␀y", "x\0y", "x\0y", "\"x\\u0000y\"", "x␀y", "x␀y"),
		ATTACK("\xe2\x80\xae"
		       "abc",
		       "\uFFFD"
		       "abc",
		       "\xe2\x80\xae"
		       "abc",
		       "\xe2\x80\xae"
		       "abc",
		       "\"\\u202eabc\"",
		       "\uFFFD"
		       "abc",
		       "\uFFFD"
		       "abc"),
		ATTACK("a|b*c_d`", "a|b*c_d`", "a|b*c_d`", "a|b*c_d`", "\"a|b*c_d`\"",
		       "a\\|b\\*c\\_d\\`", "a\\textbar{}b{*}c\\_d{`}"),
		ATTACK("<b>&amp;", "<b>&amp;", "<b>&amp;", "<b>&amp;", "\"<b>&amp;\"",
		       "\\<b\\>\\&amp;", "\\textless{}b\\textgreater{}\\&amp;"),
		ATTACK("\\input{/x}", "\\input{/x}", "\\input{/x}", "\\\\input{/x}",
		       "\"\\\\input{/x}\"", "\\\\input{/x}", "\\textbackslash{}input\\{/x\\}"),
		ATTACK("50% $x^2~#1&", "50% $x^2~#1&", "50% $x^2~#1&", "50% $x^2~#1&",
		       "\"50% $x^2~#1&\"", "50% \\$x^2\\~\\#1\\&",
		       "50\\% \\$x\\textasciicircum{}2\\textasciitilde{}\\#1\\&"),
		ATTACK("[10pt]--", "[10pt]--", "[10pt]--", "[10pt]--", "\"[10pt]--\"",
		       "\\[10pt\\]--", "{[}10pt{]}-{}-"),
		ATTACK(" x ", " x ", "\" x \"", " x ", "\" x \"", " x ", " x "),
	};

	(void)state;
	for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
		for (int format = TABLE_BOX; format <= TABLE_LATEX; format++) {
			char *text = escape_text((enum table_format)format, attacks[i].text,
			                         attacks[i].length);

			if (strcmp(text, attacks[i].shown[format]))
				fail_msg("attack %zu, format %d: %s", i, format, text);
			free(text);
		}
}

static char *printed(struct table *table, enum table_format format)
{
	struct error error;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(table_print(out, table, format, &error));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void make_table(struct table *table)
{
	struct cell *row;

	table_add_column(table, "name", -1, false);
	table_add_column(table, "BLEU", 2, true);
	table_add_column(table, "n", -1, false);
	row = table_add_row(table);
	cell_text(&row[0], "日本語", strlen("日本語"));
	cell_mean(&row[1], 38.125, 0.25);
	row[1].best = true;
	cell_integer(&row[2], -12);
	row = table_add_row(table);
	cell_text(&row[0], "e\xcc\x81", 3);
	cell_real(&row[1], 0.1);
	row = table_add_row(table);
	cell_text(&row[0], "-", 1);
	cell_real(&row[1], (double)NAN);
}

static void every_format_prints_the_same_table(void **state)
{
	static const char *const expected[] = {
		[TABLE_BOX] = "┌────────┬───────────────┬─────┐\n"
			      "│ name   │          BLEU │   n │\n"
			      "├────────┼───────────────┼─────┤\n"
			      "│ 日本語 │ 38.12 ± 0.25* │ -12 │\n"
			      "│ e\xcc\x81      │         0.10  │     │\n"
			      "│ -      │               │     │\n"
			      "└────────┴───────────────┴─────┘\n",
		[TABLE_CSV] = "name,BLEU,BLEU "
			      "deviation,n\n日本語,38.125,0.25,-12\ne\xcc\x81,0.1,,\n-,,,\n",
		[TABLE_TSV] = "name\tBLEU\tBLEU deviation\tn\n日本語\t38.125\t0.25\t-12\n"
			      "e\xcc\x81\t0.1\t\t\n-\t\t\t\n",
		[TABLE_JSON] = "[\n {\"name\": \"日本語\", \"BLEU\": 38.125, \"BLEU deviation\": "
			       "0.25, \"n\": -12},"
			       "\n {\"name\": \"e\xcc\x81\", \"BLEU\": 0.1, \"BLEU deviation\": "
			       "null, \"n\": null},"
			       "\n {\"name\": \"-\", \"BLEU\": null, \"BLEU deviation\": null, "
			       "\"n\": null}\n]\n",
		[TABLE_MARKDOWN] = "| name | BLEU | n |\n| :--- | ---: | ---: |\n"
				   "| 日本語 | **38.12 ± 0.25** | -12 |\n| e\xcc\x81 | 0.10 |  "
				   "|\n| - |  |  |\n",
		[TABLE_LATEX] = "% needs \\usepackage{booktabs}\n\\begin{tabular}{lrr}\n\\toprule\n"
				"name & BLEU & n \\\\\n\\midrule\n"
				"日本語 & \\textbf{38.12 $\\pm$ 0.25} & $-$12 \\\\\ne\xcc\x81 & "
				"0.10 &  \\\\\n"
				"- &  &  \\\\\n\\bottomrule\n\\end{tabular}\n",
	};
	struct table table = { 0 };

	(void)state;
	make_table(&table);
	for (int format = TABLE_BOX; format <= TABLE_LATEX; format++) {
		char *text = printed(&table, (enum table_format)format);

		assert_string_equal(text, expected[format]);
		free(text);
	}
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_escapes_what_would_break_it),
		cmocka_unit_test(every_format_prints_the_same_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
