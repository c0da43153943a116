/* complete.c - completion of command lines in bash and zsh, from the table of commands. */
#include "cli/help.h"

#include <ctype.h>
#include <string.h>

/* Another spelling takes what the option before it takes. */
static const char *value_of(const struct command_option *o, const char **argument)
{
	if (o->about)
		*argument = o->argument;
	return *argument;
}

static bool is_end(const struct command_option *o)
{
	return !o || (!o->name && !o->about);
}

/* "box, csv or html" as "box csv html". */
static void write_words(FILE *out, const char *words)
{
	while (*words) {
		const size_t length = strcspn(words, " ,");

		if (strncmp(words, "or ", 3) != 0)
			fprintf(out, "%.*s%s", (int)length, words, words[length] ? " " : "");
		words += length + strspn(words + length, " ,");
	}
}

/* What is called so completed: "EXPERIMENT.yaml" of "[EXPERIMENT.yaml]". */
static void write_kind(FILE *out, const char *argument)
{
	argument += argument && *argument == '[';
	for (; argument && *argument && *argument != '['; argument++)
		if (isalpha((unsigned char)*argument) || strchr(".=", *argument))
			fputc(*argument, out);
}

/* In bash: what is asked of the program is compared as text and quoted, never evaluated; names in a
 * database may be anybody's. */
static const char bash_begin[] =
	"# bash completion of bakeoff: made by `bakeoff help --format bash`\n"
	"_bakeoff_take() {\n"
	"	local word\n"
	"	while IFS= read -r word; do\n"
	"		[[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$(printf %q \"$word\")\")\n"
	"	done\n"
	"}\n"
	"_bakeoff_ask() {\n"
	"	\"${COMP_WORDS[0]}\" help --complete \"$@\" 2>/dev/null | tr -d '\\r'\n"
	"}\n"
	"_bakeoff_kind() {\n"
	"	local file=results.db i\n"
	"	for ((i = 2; i < COMP_CWORD; i++)); do\n"
	"		case ${COMP_WORDS[i]} in\n"
	"		--db) file=${COMP_WORDS[i + 1]} ;;\n"
	"		*.yaml) [[ $1 == CONTESTANT ]] && file=${COMP_WORDS[i]} ;;\n"
	"		esac\n"
	"	done\n"
	"	case $1 in\n"
	"	FILE) compopt -o filenames; _bakeoff_take < <(compgen -f -- \"$cur\") ;;\n"
	"	DIR) compopt -o filenames; _bakeoff_take < <(compgen -d -- \"$cur\") ;;\n"
	"	EXPERIMENT.yaml)\n"
	"		compopt -o filenames\n"
	"		_bakeoff_take < <(compgen -f -X '!*.yaml' -- \"$cur\"; compgen -d -- "
	"\"$cur\"; "
	"_bakeoff_ask EXPERIMENT.yaml) ;;\n"
	"	*=VALUE) compopt -o nospace; _bakeoff_take < <(_bakeoff_ask \"$1\") ;;\n"
	"	*) _bakeoff_take < <(_bakeoff_ask \"$1\" \"$file\") ;;\n"
	"	esac\n"
	"}\n"
	"_bakeoff() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local options= kind= words=\n"
	"	COMPREPLY=()\n"
	"	if ((COMP_CWORD == 1)); then\n"
	"		_bakeoff_take < <(_bakeoff_ask COMMAND; printf '%s\\n' --help --version)\n"
	"		return\n"
	"	fi\n"
	"	case ${COMP_WORDS[1]} in\n";

static const char bash_end[] = "	esac\n"
			       "	if [[ $words ]]; then\n"
			       "		_bakeoff_take < <(printf '%s\\n' $words)\n"
			       "	elif [[ $cur == -* && ! $kind ]]; then\n"
			       "		_bakeoff_take < <(printf '%s\\n' $options)\n"
			       "	elif [[ $kind != none ]]; then\n"
			       "		_bakeoff_kind \"${kind:-$argument}\"\n"
			       "	fi\n"
			       "}\n"
			       "complete -F _bakeoff bakeoff\n";

static void write_bash_values(FILE *out, const struct command *c)
{
	const char *argument = NULL, *words = NULL;

	fputs("		case $prev in\n", out);
	for (const struct command_option *o = c->options; !is_end(o); o++) {
		if (!o->name || !value_of(o, &argument))
			continue;
		words = o->about ? o->words : words;
		fprintf(out, "		%s%s) ", o->name[1] ? "--" : "-", o->name);
		if (words) {
			fputs("words='", out);
			write_words(out, words);
			fputs("' ;;\n", out);
		} else {
			fputs("kind=", out);
			write_kind(out, argument);
			fputs(" ;;\n", out);
		}
	}
	fputs("		esac ;;\n", out);
}

void complete_bash(FILE *out)
{
	fputs(bash_begin, out);
	for (int i = 0; command_at(i); i++) {
		const struct command *c = command_at(i);

		fprintf(out, "	%s)\n		local argument=", c->name);
		write_kind(out, c->argument ? *c->argument ? c->argument : "none" : "FILE");
		fprintf(out, "\n		options='");
		for (const struct command_option *o = c->options; !is_end(o); o++)
			if (o->name && o->about)
				fprintf(out, "--%s ", o->name);
		fprintf(out, "--help'\n");
		write_bash_values(out, c);
	}
	fputs(bash_end, out);
}

static const char zsh_begin[] =
	"#compdef bakeoff\n"
	"# zsh completion of bakeoff: made by `bakeoff help --format zsh`\n"
	"_bakeoff_ask() {\n"
	"	local -a found\n"
	"	found=(\"${(@f)$(_call_program bakeoff bakeoff help --complete ${(q)@} "
	"2>/dev/null)}\")\n"
	"	found=(${found:#})\n"
	"	compadd -a found\n"
	"}\n"
	"_bakeoff_kind() {\n"
	"	local file=results.db i\n"
	"	for ((i = 2; i < CURRENT; i++)); do\n"
	"		case $words[i] in\n"
	"		--db) file=$words[i+1] ;;\n"
	"		*.yaml) [[ $1 == CONTESTANT ]] && file=$words[i] ;;\n"
	"		esac\n"
	"	done\n"
	"	case $1 in\n"
	"	FILE) _files ;;\n"
	"	DIR) _files -/ ;;\n"
	"	EXPERIMENT.yaml) _files -g '*.yaml'; _bakeoff_ask $1 ;;\n"
	"	*=VALUE) local -a found; found=(${(f)\"$(bakeoff help --complete $1 "
	"2>/dev/null)\"}); "
	"compadd -S '' -a found ;;\n"
	"	*) _bakeoff_ask $1 $file ;;\n"
	"	esac\n"
	"}\n"
	"_bakeoff() {\n"
	"	if ((CURRENT == 2)); then\n"
	"		local -a commands\n"
	"		commands=(\n";

static const char zsh_middle[] = "		)\n"
				 "		_describe command commands\n"
				 "		return\n"
				 "	fi\n"
				 "	local command=$words[2]\n"
				 "	words=(\"${(@)words[2,-1]}\")\n"
				 "	((CURRENT--))\n"
				 "	case $command in\n";

static const char zsh_end[] = "	esac\n"
			      "}\n"
			      "if [[ $funcstack[1] == _bakeoff ]]; then\n"
			      "	_bakeoff \"$@\"\n"
			      "else\n"
			      "	compdef _bakeoff bakeoff\n"
			      "fi\n";

/* A description up to its first stop, without what means something to zsh. */
static void write_description(FILE *out, const char *text)
{
	for (int i = 0; text[i] && i < 70 && !strchr(";:", text[i]); i++)
		if (!strchr("[]'`\"\\$()", text[i]))
			fputc(text[i], out);
}

static void write_zsh_option(FILE *out, const struct command_option *o)
{
	fprintf(out, "			'*--%s", o->name);
	if (o->argument && o->argument[0] == '[')
		fputc('=', out);
	fputc('[', out);
	write_description(out, o->words && strchr("(:", o->about[0]) ? o->name : o->about);
	fputc(']', out);
	if (o->argument) {
		fputs(o->argument[0] == '[' ? "::" : ":", out);
		write_kind(out, o->argument);
	}
	if (o->words) {
		fputs(":(", out);
		write_words(out, o->words);
		fputc(')', out);
	} else if (o->argument) {
		fputs(": _bakeoff_kind ", out); /* the space: without words of _arguments */
		write_kind(out, o->argument);
	}
	fputs("' \\\n", out);
}

void complete_zsh(FILE *out)
{
	fputs(zsh_begin, out);
	for (int i = 0; command_at(i); i++) {
		fprintf(out, "			'%s:", command_at(i)->name);
		write_description(out, command_at(i)->summary);
		fputs("'\n", out);
	}
	fputs(zsh_middle, out);
	for (int i = 0; command_at(i); i++) {
		const struct command *c = command_at(i);

		fprintf(out, "	%s)\n		_arguments \\\n", c->name);
		for (const struct command_option *o = c->options; !is_end(o); o++)
			if (o->name && o->about)
				write_zsh_option(out, o);
		fputs("			'(- *)--help[prints help]' \\\n			'*: : "
		      "_bakeoff_kind ",
		      out);
		write_kind(out, c->argument ? *c->argument ? c->argument : "none" : "FILE");
		fputs("' ;;\n", out);
	}
	fputs(zsh_end, out);
}
