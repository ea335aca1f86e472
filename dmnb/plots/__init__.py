"""Arrays, emphases and records -> matplotlib figures, in one visual language.

    from dmnb import plots
    plots.use_style()
    plots.emphasis_curves({"dm": DM(0.5, 12), "cce": CCE()})

Every function returns a Figure that holds no title: the caption belongs to the page. A method
keeps one colour, dash and marker everywhere (STYLE), what is no method has no method's colour
(looks), and curves carry their name beside them.
Probabilities, shares and accuracies come in as fractions in [0, 1].
"""

from dmnb.plots.lines import curves, emphasis_curves, figure_1b, p_histograms, sparkline
from dmnb.plots.runs import accuracy_curves, by_method, p_curves, rate_panels, rate_sweep
from dmnb.plots.style import INK, PALETTE, STYLE, Look, looks, svg, use_style

__all__ = [
    "INK",
    "PALETTE",
    "STYLE",
    "Look",
    "accuracy_curves",
    "by_method",
    "curves",
    "emphasis_curves",
    "figure_1b",
    "looks",
    "p_curves",
    "p_histograms",
    "rate_panels",
    "rate_sweep",
    "sparkline",
    "svg",
    "use_style",
]
