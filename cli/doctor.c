/* doctor.c - bakeoff doctor: what this machine is, what will be used on it, what is wrong. */
#include "cli/commands.h"
#include "cli/doctor.h"
#include "data/text.h"

#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option option_table[] = {
	{ "db", 'd', "FILE", NULL,
	  "check this results database too: schema, integrity, where it lies" },
	{ "json", 'j', NULL, NULL, "for programs" },
	{ 0 },
};

const struct command command_doctor = {
	.name = "doctor",
	.group = GROUP_KNOW,
	.summary = "what this machine is, and whether all is well",
	.usage = { "[OPTION...]" },
	.argument = "",
	.about = "Says what this machine is, which kernels and libraries will be used, and what "
		 "it reaches; warns, with remedies, of what makes runs slow or unsafe.",
	.options = option_table,
	.notes = "Exit status: 0 all is fine or worth a warning at most, 1 something is broken.",
};

static const char *const state_words[] = { "ok", "warning", "broken" };

struct finding *finding_add(struct findings *findings, const char *name, const char *format, ...)
{
	struct finding *f;
	va_list arguments;

	if (findings->count == MOST_FINDINGS)
		panic("doctor: more than %d findings", MOST_FINDINGS);
	f = &findings->list[findings->count++];
	*f = (struct finding){ .name = name };
	va_start(arguments, format);
	vsnprintf(f->value, sizeof f->value, format, arguments);
	va_end(arguments);
	return f;
}

void finding_mark(struct finding *f, enum finding_state state, const char *format, ...)
{
	va_list arguments;

	f->state = state;
	va_start(arguments, format);
	vsnprintf(f->remedy, sizeof f->remedy, format, arguments);
	va_end(arguments);
}

static int count_of(const struct findings *findings, enum finding_state state)
{
	int count = 0;

	for (int i = 0; i < findings->count; i++)
		count += findings->list[i].state == state;
	return count;
}

static void print_text(const struct findings *findings)
{
	for (int i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->list[i];

		printf("%-8s %-20s %s\n", state_words[f->state], f->name, f->value);
		if (f->remedy[0])
			printf("%-8s %-20s -> %s\n", "", "", f->remedy);
	}
	printf("\n%d broken, %d warnings\n", count_of(findings, FINDING_BROKEN),
	       count_of(findings, FINDING_WARNING));
}

/* A path need not be UTF-8, as JSON must. */
static void make_utf8(char *text)
{
	size_t bad;

	while ((bad = text_bad_byte(text, strlen(text))))
		text[bad - 1] = '?';
}

static void print_json(const struct findings *findings)
{
	const struct roofline *r = &findings->roofline;
	json_t *list = json_array(), *root;
	char *text;

	for (int i = 0; i < findings->count; i++) {
		struct finding f = findings->list[i];

		make_utf8(f.value);
		make_utf8(f.remedy);
		json_array_append_new(list,
		                      json_pack("{s:s, s:s, s:s, s:s*}", "name", f.name, "state",
		                                state_words[f.state], "value", f.value, "remedy",
		                                f.remedy[0] ? f.remedy : NULL));
	}
	root = json_pack("{s:b, s:{s:f, s:f, s:f}, s:o}", "fine",
	                 count_of(findings, FINDING_BROKEN) == 0, "measured", "peak_gflops",
	                 2e-9 * r->peak, "peak_bfloat16_gflops", 2e-9 * r->peak_bfloat16,
	                 "memory_gigabytes_per_second", 1e-9 * r->bandwidth, "findings", list);
	text = json_dumps(root, JSON_INDENT(2));
	puts(text ? text : "{}");
	free(text);
	json_decref(root);
}

int doctor_command(int argc, char **argv)
{
	static const struct findings none;
	struct findings findings = none;
	const char *database = NULL;
	bool json = false;
	int option;

	while ((option = command_option(&command_doctor, argc, argv)) > 0) {
		database = option == 'd' ? optarg : database;
		json |= option == 'j';
	}
	if (option != COMMAND_END)
		return command_exit(option);
	if (optind != argc)
		return command_wrong(&command_doctor, "'%s' is no option", argv[optind]);
	doctor_machine(&findings);
	doctor_kernels(&findings);
	doctor_libraries(&findings);
	doctor_files(&findings, database);
	(json ? print_json : print_text)(&findings);
	return count_of(&findings, FINDING_BROKEN) ? 1 : 0;
}
