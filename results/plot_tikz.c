/* plot_tikz.c - a plot as a TikZ picture, half a text width wide. */
#include "results/canvas.h"
#include "results/markup.h"

const char plot_tikz_preamble[] =
	"\\usepackage{tikz}\n"
	"\\usetikzlibrary{plotmarks}\n"
	"\\definecolor{look0}{HTML}{0B62A8}\\definecolor{look1}{HTML}{C2410C}\n"
	"\\definecolor{look2}{HTML}{15803D}\\definecolor{look3}{HTML}{7E22CE}\n"
	"\\definecolor{look4}{HTML}{8A6100}\\definecolor{look5}{HTML}{0E7490}\n"
	"\\definecolor{look6}{HTML}{BE185D}\\definecolor{look7}{HTML}{475569}\n"
	"\\definecolor{look9}{HTML}{949BA4}\n"
	"\\tikzset{line0/.style={},line1/.style={dashed},line2/.style={densely dotted},"
	"line3/.style={dashdotted},\n"
	"  line4/.style={loosely dashed},line5/.style={densely "
	"dashed},line6/.style={dashdotdotted},\n"
	"  line7/.style={dotted},line9/.style={}}\n";

static int number_of(int look)
{
	return look == PLOT_BACKGROUND ? 9 : look;
}

static void tikz_path(struct canvas *c, enum stroke stroke, int look, const double *x,
                      const double *y, size_t count)
{
	const int n = number_of(look);

	if (stroke == STROKE_GRID)
		fputs("\\draw[black!15,line width=.3pt]", c->out);
	else if (stroke == STROKE_AXIS)
		fputs("\\draw[black!60,line width=.4pt]", c->out);
	else if (stroke == STROKE_LINE)
		fprintf(c->out, "\\draw[look%d,line%d,line width=%s]", n, n,
		        n == 9 ? ".4pt" : ".8pt");
	else if (stroke == STROKE_WHISKER)
		fprintf(c->out, "\\draw[look%d,line width=.5pt]", n);
	else
		fprintf(c->out, "\\fill[look%d,opacity=.15]", n);
	for (size_t i = 0; i < count; i++)
		fprintf(c->out, "%s(%.1f,%.1f)%s", i ? "--" : " ", x[i], y[i],
		        i % 8 == 7 ? "\n" : "");
	fputs(stroke == STROKE_BAND ? "--cycle;\n" : ";\n", c->out);
}

static void tikz_square(struct canvas *c, double x, double y, double side, double weight)
{
	fprintf(c->out, "\\fill[look0!%.0f!white] (%.1f,%.1f) rectangle (%.1f,%.1f);\n",
	        100 * weight, x, y, x + side, y + side);
}

static void tikz_marker(struct canvas *c, int look, double x, double y)
{
	static const char *const mark[PLOT_LOOKS] = {
		"o", "square", "triangle", "diamond", "pentagon", "+", "x", "asterisk"
	};

	fprintf(c->out,
	        "\\draw[look%d,fill=white,line width=.6pt] plot[mark=%s,mark size=1.5pt] "
	        "coordinates {(%.1f,%.1f)};\n",
	        number_of(look), mark[look == PLOT_BACKGROUND ? 0 : look], x, y);
}

static void tikz_text(struct canvas *c, enum anchor anchor, bool strong, double x, double y,
                      const char *text)
{
	static const char *const names[] = { "base west", "base", "base east",
		                             "base west,rotate=50" };

	fprintf(c->out, "\\node[anchor=%s,inner sep=0pt] at (%.1f,%.1f) {\\scriptsize%s ",
	        names[anchor], x, y, strong ? "\\bfseries" : "");
	markup_latex(c->out, text);
	fputs("};\n", c->out);
}

void plot_write_tikz(FILE *out, const struct plot *plot)
{
	struct canvas canvas = { out, tikz_path, tikz_square, tikz_marker, tikz_text };

	fputs("\\begin{tikzpicture}[x=.47pt,y=-.47pt]\n", out);
	plot_draw(plot, &canvas);
	fputs("\\end{tikzpicture}", out);
}
