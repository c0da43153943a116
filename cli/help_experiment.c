/* help_experiment.c - bakeoff-experiment(5): the keys of an experiment file, from the tables that
 * read them. */
#include "cli/help.h"
#include "experiments/spec.h"

#include <string.h>

static const char about[] =
	"An experiment is one YAML file: what is learned from, how, and by which models. `bakeoff "
	"run` trains and tests all of them with every seed. A key that nobody knows is an error "
	"that names the nearest one, with file and line; `--set KEY=VALUE` overrides any.\n\n"
	"Of most keys the default is right for a first try: `experiment`, `data` and `contestants` "
	"are all that must be there.";

static const char toy[] = "experiment: toy\n"
			  "data: {task: reverse, symbols: 20, train_sentences: 6000}\n"
			  "train: {batch_tokens: 512, stop: {epochs: 6}}\n"
			  "seeds: [1, 2, 3]\n"
			  "contestants:\n"
			  "  lstm:        {architecture: rnn, width: 64}\n"
			  "  transformer: {architecture: transformer, width: 48, heads: 4}\n";

/* `other`: pairs of a key and its default where that is another than the table's; may be NULL. */
static void write_settings(const struct page *p, const struct setting *table,
                           const char *const *other)
{
	for (const struct setting *s = table; s->name; s++) {
		const char *standard = s->standard;
		char range[1024], text[2048];

		for (const char *const *o = other; o && *o; o += 2)
			if (!strcmp(o[0], s->name))
				standard = o[1];
		setting_range(s, range, sizeof range);
		snprintf(text, sizeof text, "%s (%s; %s)", s->help, standard, range);
		page_item(p, s->name, NULL, text);
	}
}

static void write_section(const struct page *p, const char *heading, const char *text,
                          const struct setting *table)
{
	page_section(p, heading);
	page_paragraphs(p, text);
	if (p->form == PAGE_TEXT)
		fputc('\n', p->to);
	write_settings(p, table, NULL);
}

static void write_example(const struct page *p)
{
	page_section(p, "EXAMPLE");
	fprintf(p->to, "%s%s%s", p->form == PAGE_MAN ? ".EX\n" : "", toy,
	        p->form == PAGE_MAN ? ".EE\n" : "");
}

static void write_architectures(const struct page *p)
{
	page_section(p, "ARCHITECTURES");
	page_paragraphs(p,
	                "What `architecture:` of a contestant may be, with the settings of each, "
	                "which stand in the contestant, for both sides or below `encoder:` and "
	                "`decoder:` for one.");
	for (int i = 0; architecture_at(i); i++) {
		const struct architecture *a = architecture_at(i);
		char heading[256];

		snprintf(heading, sizeof heading, "%s, %s", a->name, a->about);
		page_part(p, heading);
		write_settings(p, a->settings, NULL);
		write_settings(p, layer_settings_table, a->defaults);
	}
}

void help_experiment_page(const struct page *p)
{
	page_begin(p, "bakeoff-experiment", 5, "what is compared by bakeoff, on what data");
	page_section(p, "DESCRIPTION");
	page_paragraphs(p, about);
	write_example(p);
	page_section(p, "SECTIONS");
	for (const struct spec_section *s = spec_sections; s->name; s++)
		page_item(p, s->name, NULL, s->about);
	write_section(p, "DATA",
	              "Below `data:`, besides `train`, `valid` and `test`:", data_settings_table);
	write_section(p, "TRAIN",
	              "Below `train:`, and below `train:` of a contestant for that one:",
	              train_settings_table);
	write_section(p, "SEARCH",
	              "Below `search:`, and below `search:` of a contestant for that one:",
	              search_settings_table);
	write_section(p, "CONTESTANTS",
	              "Below `contestants:`, in every contestant, whatever its architecture:",
	              model_settings_table);
	write_architectures(p);
	if (p->form == PAGE_MAN)
		fputs(".SH \"SEE ALSO\"\n.BR bakeoff\\-run (1),\n.BR bakeoff\\-models (1),\n"
		      ".BR bakeoff (1)\n",
		      p->to);
}
