/* plot_svg.c - a plot as SVG. Colours and dashes are in the style sheet, so that they follow light
 * and dark; dashes and markers tell series apart without colour. */
#include "results/canvas.h"
#include "results/markup.h"

#include <stdlib.h>

const char plot_css[] =
	":root{--ink:#1c2024;--soft:#5b636d;--rule:#d5d9de;--faint:#7d858f;--paper:#fff;"
	"--c0:#0b62a8;--c1:#c2410c;--c2:#15803d;--c3:#7e22ce;--c4:#8a6100;--c5:#0e7490;--c6:#"
	"be185d;"
	"--c7:#475569}\n"
	"@media screen and "
	"(prefers-color-scheme:dark){:root{--ink:#e4e7eb;--soft:#a0a8b2;--rule:#363c44;--faint:#"
        "78818d;"
	"--paper:#15181c;--c0:#6cb2f5;--c1:#fb8c5a;--c2:#5ccb86;--c3:#c79bf7;--c4:#e3b341;--c5:#"
	"4fc3d9;"
	"--c6:#f27ab0;--c7:#a3b1c6}}\n"
	"svg.plot{font:13px system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;"
	"font-variant-numeric:tabular-nums}\n"
	".plot text{fill:var(--ink)}.plot .b{font-weight:600}.plot .n{fill:var(--soft)}\n"
	".plot .g{stroke:var(--rule);stroke-width:1}.plot .a{stroke:var(--soft);stroke-width:1}\n"
	".plot .l{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}\n"
	".plot .q{fill:var(--c0)}.plot .w{stroke:var(--c);stroke-width:1.2}.plot "
	".f{fill:var(--c);opacity:.15}\n"
	".plot .m{fill:var(--paper);stroke:var(--c);stroke-width:1.6}\n"
	".s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}"
	".s5{--c:var(--c5)}.s6{--c:var(--c6)}.s7{--c:var(--c7)}.s9{--c:var(--faint)}\n"
	".plot .s9.l{stroke-width:.8}.s1.l{stroke-dasharray:8 3}.s2.l{stroke-dasharray:3 3}"
	".s3.l{stroke-dasharray:9 3 2 3}.s4.l{stroke-dasharray:14 4}.s5.l{stroke-dasharray:5 2}"
	".s6.l{stroke-dasharray:9 3 2 3 2 3}.s7.l{stroke-dasharray:1.5 4}\n";

static int class_of(int look)
{
	return look == PLOT_BACKGROUND ? 9 : look;
}

static void svg_path(struct canvas *c, enum stroke stroke, int look, const double *x,
                     const double *y, size_t count)
{
	static const char kind[] = { 'g', 'a', 'l', 'w', 'f' };

	if (stroke <= STROKE_AXIS)
		fprintf(c->out, "<path class=\"%c\" d=\"", kind[stroke]);
	else
		fprintf(c->out, "<path class=\"s%d %c\" d=\"", class_of(look), kind[stroke]);
	for (size_t i = 0; i < count; i++)
		fprintf(c->out, "%s%.1f %.1f", i == 0 ? "M" : i == 1 ? "L" : " ", x[i], y[i]);
	fprintf(c->out, "%s\"/>\n", stroke == STROKE_BAND ? "Z" : "");
}

static void svg_square(struct canvas *c, double x, double y, double side, double weight)
{
	fprintf(c->out,
	        "<path class=\"q\" opacity=\"%.2f\" d=\"M%.1f %.1fh%.1fv%.1fh-%.1fz\">"
	        "<title>%.2f</title></path>\n",
	        weight, x, y, side, side, side, weight);
}

static void svg_marker(struct canvas *c, int look, double x, double y)
{
	static const char *const shape[PLOT_LOOKS] = {
		"M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
		"M-3.2-3.2h6.4v6.4h-6.4z",
		"M0-4.2L4 3H-4z",
		"M0-4.6L4.2 0L0 4.6L-4.2 0z",
		"M0 4.2L4-3H-4z",
		"M-4 0H4M0-4V4",
		"M-3.4-3.4L3.4 3.4M-3.4 3.4L3.4-3.4",
		"M-2-4H2L4-1V2L2 4H-2L-4 2V-1z",
	};

	fprintf(c->out, "<path class=\"s%d m\" transform=\"translate(%.1f %.1f)\" d=\"%s\"/>\n",
	        class_of(look), x, y, shape[look == PLOT_BACKGROUND ? 0 : look]);
}

static void svg_text(struct canvas *c, enum anchor anchor, bool strong, double x, double y,
                     const char *text)
{
	static const char *const names[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"",
		                             "" };

	if (anchor == ANCHOR_TURNED)
		fprintf(c->out, "<text transform=\"rotate(-50 %.1f %.1f)\" x=\"%.1f\" y=\"%.1f\">",
		        x, y, x, y);
	else
		fprintf(c->out, "<text%s x=\"%.1f\" y=\"%.1f\"%s>", strong ? " class=\"b\"" : "", x,
		        y, names[anchor]);
	markup_html(c->out, text);
	fputs("</text>\n", c->out);
}

void plot_write_svg(FILE *out, const struct plot *plot, const char *id)
{
	struct canvas canvas = { out, svg_path, svg_square, svg_marker, svg_text };
	char *description = plot_describe(plot);
	const char *name = id ? id : "plot";

	fprintf(out, "<svg class=\"plot\" viewBox=\"0 0 %d %.0f\" role=\"img\"", PLOT_WIDTH,
	        plot_height(plot));
	if (!id)
		fputs(" xmlns=\"http://www.w3.org/2000/svg\"", out);
	fprintf(out, " aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">", name, name, name);
	markup_html(out, plot->title);
	fprintf(out, "</title>\n<desc id=\"%s-d\">", name);
	markup_html(out, description);
	fputs("</desc>\n", out);
	if (!id)
		fprintf(out,
		        "<style>%s</style>\n<path d=\"M0 0H%dV%.0fH0z\" "
		        "style=\"fill:var(--paper)\"/>\n",
		        plot_css, PLOT_WIDTH, plot_height(plot));
	plot_draw(plot, &canvas);
	fputs("</svg>\n", out);
	free(description);
}
