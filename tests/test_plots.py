"""Figures show the numbers they were given, and look the same twice."""

import itertools
import json
import subprocess
import sys
from importlib.resources import files
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from dmnb import plots
from dmnb.emphasis import CCE, DM, GCE, MAE, MSE, AnchoredDM, Uniform
from dmnb.plots.naming import apart

LOSSES = {"cce": CCE(), "mae": MAE(), "mse": MSE(), "gce": GCE(0.7)}


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context():
        plots.use_style()
        yield


def record(emphasis, seed, lr=0.03, epochs=6, diverged=None):
    rng = np.random.default_rng(seed)
    accuracy, clean, noisy = rng.uniform(size=(3, epochs)).tolist()
    return SimpleNamespace(
        config={"emphasis": emphasis, "lr": lr, "seed": seed},
        epoch=list(range(1, epochs + 1)),
        diverged=diverged,
        test_accuracy=accuracy,
        p_clean=clean,
        p_noisy=noisy,
        best=max(accuracy),
        final=accuracy[-1],
    )


RECORDS = {name: [record(name, seed) for seed in range(3)] for name in ("cce", "dm", "anchored")}


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


# --- The data is the data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "method"),
    [
        ("weight", "weight"),
        ("density", "density"),
        ("log-odds", "weight_at"),
        ("log-odds density", "density_at"),
        ("objective", "objective"),
        ("normalized objective", "normalized_objective"),
    ],
)
def test_emphasis_curves_are_the_emphases(view, method):
    emphases = {**LOSSES, "dm": DM(0.5, 12), "mine": AnchoredDM(1, 4)}
    (ax,) = plots.emphasis_curves(emphases, view=view).axes
    assert len(ax.lines) == len(emphases)
    for name, emphasis in emphases.items():
        drawn = line(ax, plots.STYLE[name].label if name in plots.STYLE else name)
        x, y = drawn.get_data()
        np.testing.assert_array_equal(y, getattr(emphasis, method)(x))
        assert ax.get_ylim()[0] <= min(0, y.min()) and ax.get_ylim()[1] > y.max()


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_curves_are_the_lines(log):
    x = np.geomspace(1, 100, 50)
    lines = {"dm": (x, x**2), "cce": (x, 1 / x), "gone": (x, np.where(x < 10, x, np.nan))}
    (ax,) = plots.curves(lines, x_label="time", y_label="size", log=log, y_limits=(0.1, 50)).axes
    for name, label in (("dm", "DM"), ("cce", "CCE"), ("gone", "gone")):
        np.testing.assert_array_equal(line(ax, label).get_data(), lines[name])
    assert (ax.get_xscale() == "log", ax.get_yscale() == "log") == ("x" in log, "y" in log)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_ylim()) == ("time", "size", (0.1, 50))
    at = np.array([text.get_position() for text in ax.texts])
    assert len(at) == 3 and (at > 0).all() and (at < 1).all()


def test_figure_1b_has_losses_left_and_members_right():
    members = {f"λ={lam:g}": DM(lam, 8) for lam in (0, 0.5, 1, 2)}
    left, right = plots.figure_1b(LOSSES, members).axes
    assert [line.get_label() for line in left.lines] == ["CCE", "MAE", "MSE", "GCE"]
    assert [line.get_label() for line in right.lines] == list(members)
    assert len({line.get_color() for line in right.lines}) == 4


@pytest.mark.parametrize("emphasis", [DM(0.5, 12), CCE(), Uniform()])
def test_a_sparkline_is_the_weight_over_p(emphasis):
    drawn = ElementTree.fromstring(plots.sparkline(emphasis))
    pairs = drawn.find("polyline").get("points").split()
    x, y = np.array([[float(number) for number in pair.split(",")] for pair in pairs]).T
    w = emphasis.weight((x - 1) / 78)
    np.testing.assert_allclose((29 - y) / 27, w / w.max(), atol=0.01)
    assert "weight against p" in drawn.get("aria-label")


def test_emphasis_curves_draw_on_given_axes():
    ax = matplotlib.figure.Figure().subplots()
    ax.plot([0, 1], [0, 1])
    assert plots.emphasis_curves({"dm": DM(1, 4)}, ax=ax) is ax.figure
    assert [text.get_text() for text in ax.texts] == ["DM"]


def test_accuracy_curves_show_mean_and_seeds_in_percent():
    (ax,) = plots.accuracy_curves(RECORDS).axes
    runs = 100 * np.array([r.test_accuracy for r in RECORDS["dm"]])
    mean = line(ax, "DM")
    np.testing.assert_array_equal(mean.get_xdata(), np.arange(1, 7))
    np.testing.assert_allclose(mean.get_ydata(), runs.mean(0))
    seeds = [x for x in ax.lines if x.get_color() == mean.get_color() and x is not mean]
    np.testing.assert_allclose([x.get_ydata() for x in seeds], runs)


def test_p_curves_are_the_mean_p_of_right_labels_and_of_wrong_ones():
    right, wrong = plots.p_curves(RECORDS).axes
    assert [ax.get_title(loc="left") for ax in (right, wrong)] == ["right labels", "wrong labels"]
    assert right.get_shared_y_axes().joined(right, wrong) and right.get_ylim() == (0, 1)
    for ax, field in ((right, "p_clean"), (wrong, "p_noisy")):
        for drawn, (name, group) in zip(ax.lines, RECORDS.items(), strict=True):
            mean = np.mean([getattr(r, field) for r in group], axis=0)
            np.testing.assert_allclose(drawn.get_ydata(), mean)
            assert drawn.get_color() == plots.STYLE[name].colour


def test_p_curves_name_each_method_once():
    clean = record("anchored", 0)
    clean.p_noisy = [None] * 6
    right, wrong = plots.p_curves(RECORDS | {"anchored": [clean]}).axes
    assert [text.get_text() for text in right.texts] == ["anchored DM"]
    assert sorted(text.get_text() for text in wrong.texts) == ["CCE", "DM"]


def test_p_curves_of_labels_of_one_kind_are_one_panel():
    clean = record("dm", 0)
    clean.p_noisy = [None] * 6
    (ax,) = plots.p_curves([clean]).axes
    assert (ax.get_title(loc="left"), len(ax.lines)) == ("right labels", 1)
    assert [text.get_text() for text in ax.texts] == ["DM"]
    clean.p_clean = [None] * 6
    with pytest.raises(ValueError, match="clean or of noisy"):
        plots.p_curves([clean])


def test_rate_sweep_draws_means_and_every_run():
    records = [record("gce", seed, lr) for seed, lr in enumerate((0.1, 0.1, 0.01, 0.01))]
    (ax,) = plots.rate_sweep(records).axes
    final = {lr: [100 * r.final for r in records if r.config["lr"] == lr] for lr in (0.01, 0.1)}
    x, y = line(ax, "GCE").get_data()
    np.testing.assert_array_equal(x, [0.01, 0.1])
    np.testing.assert_allclose(y, [np.mean(final[0.01]), np.mean(final[0.1])])
    (runs,) = [x for x in ax.lines if x.get_marker() == plots.STYLE["gce"].marker]
    np.testing.assert_allclose(runs.get_ydata(), [100 * r.final for r in records])
    (best,) = [x for x in ax.lines if x.get_label() == "_best"]
    assert (best.get_ydata() >= y).all()
    assert ax.get_xscale() == "log"


def test_rate_panels_share_an_axis_and_name_methods_once():
    records = [record("gce", seed, lr) for seed, lr in enumerate((0.1, 0.01))]
    panels = {"one": records, "other": records[:1]}
    left, right = plots.rate_panels(panels, y_label="precision").axes
    assert left.get_ylabel() == "precision"
    assert left.get_shared_y_axes().joined(left, right)
    assert [ax.get_title(loc="left") for ax in (left, right)] == ["one", "other"]
    assert [text.get_text() for text in left.texts + right.texts] == ["GCE"]
    np.testing.assert_array_equal(line(left, "GCE").get_xdata(), [0.01, 0.1])
    with pytest.raises(ValueError, match="panels"):
        plots.rate_panels({})


@pytest.mark.parametrize("alone", [True, False])
def test_a_run_below_the_floor_is_a_triangle_on_it(alone):
    records = [record("gce", seed, 0.1) for seed in (0, 1)]
    highest, lowest = sorted((100 * r.final for r in records), reverse=True)
    floor = (highest + lowest) / 2
    figure = plots.rate_sweep if alone else lambda r, **o: plots.rate_panels({"one": r}, **o)
    (ax,) = figure(records, floor=floor).axes
    dots, below = (x for x in ax.lines if x.get_linestyle() == "None")
    assert dots.get_ydata() == pytest.approx([highest])
    assert (below.get_marker(), *below.get_ydata()) == ("v", floor)
    assert ax.get_ylim()[0] == floor


def test_p_histograms_count_all_examples_once():
    rng = np.random.default_rng(0)
    clean, noisy = rng.beta(5, 1, 300), rng.beta(1, 5, 100)
    bars, over = plots.p_histograms(clean, noisy, DM(0.5, 12)).axes
    right, wrong = (patch.get_data().values for patch in bars.patches)
    assert right.sum() == pytest.approx(75)
    assert wrong.sum() == pytest.approx(25)
    p, weight = over.lines[0].get_data()
    np.testing.assert_array_equal(weight, DM(0.5, 12).weight(p))


def test_p_histograms_take_counts():
    (ax,) = plots.p_histograms([0, 1, 5], [3, 1, 0], counts=True).axes
    right, wrong = (patch.get_data() for patch in ax.patches)
    np.testing.assert_allclose(right.values, [0, 10, 50])
    np.testing.assert_allclose(wrong.values, [30, 10, 0])
    np.testing.assert_allclose(right.edges, [0, 1 / 3, 2 / 3, 1])


def test_seeds_that_diverge_between_two_measurements():
    records = [record("dm", 0, epochs=3, diverged=6), record("dm", 1, epochs=3, diverged=5)]
    for one, epochs in zip(records, ([2, 4, 6], [2, 4, 5]), strict=True):
        one.epoch = epochs
    for seeds in (records, records[::-1]):
        mean = plots.accuracy_curves({"dm": seeds}).axes[0].lines[-1]
        assert list(mean.get_xdata()) == seeds[0].epoch
        assert mean.get_ydata()[-1] == pytest.approx(50 * sum(one.final for one in records))


def test_a_diverged_seed_keeps_its_last_accuracy_and_ends_the_mean_of_p():
    records = [record("dm", 0), record("dm", 1, epochs=4, diverged=4)]
    records[1].p_clean[3] = None
    whole, short = (np.array(r.test_accuracy) for r in records)
    mean = line(plots.accuracy_curves(records).axes[0], "DM").get_ydata()
    np.testing.assert_allclose(mean[:4], 50 * (whole[:4] + short))
    np.testing.assert_allclose(mean[4:], 50 * (whole[4:] + short[-1]))
    p = plots.p_curves(records).axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(np.isfinite(p), [True, True, True, False, False, False])


def test_records_are_grouped_by_method():
    flat = [r for group in RECORDS.values() for r in group]
    assert plots.by_method(flat) == RECORDS
    assert plots.svg(plots.accuracy_curves(flat)) == plots.svg(plots.accuracy_curves(RECORDS))


# --- What cannot be drawn -----------------------------------------------------------------------


@pytest.mark.parametrize("draw", [plots.accuracy_curves, plots.p_curves, plots.rate_sweep])
@pytest.mark.parametrize("empty", [[], {}, {"dm": []}])
def test_no_records_is_an_error(draw, empty):
    with pytest.raises(ValueError, match="records"):
        draw(empty)


def test_no_emphases_no_examples_or_no_such_view_is_an_error():
    with pytest.raises(ValueError, match="emphases"):
        plots.emphasis_curves({})
    with pytest.raises(ValueError, match="clean and noisy"):
        plots.p_histograms([], [])
    with pytest.raises(ValueError, match="clean and noisy"):
        plots.p_histograms([1, 2], [1, 2, 3], counts=True)
    with pytest.raises(ValueError, match="lines"):
        plots.curves({}, x_label="x", y_label="y")
    with pytest.raises(ValueError, match="'z'"):
        plots.curves({"dm": ([1], [1])}, x_label="x", y_label="y", log="z")
    with pytest.raises(ValueError, match="'sideways'"):
        plots.emphasis_curves(LOSSES, view="sideways")


def test_seeds_of_unequal_epochs_are_an_error():
    with pytest.raises(ValueError, match="'dm'"):
        plots.accuracy_curves([record("dm", 0), record("dm", 1, epochs=4)])


# --- Names beside curves ------------------------------------------------------------------------


def test_names_keep_clear_of_each_other_and_stay_inside():
    members = {"λ=0, β=2": DM(0, 2), "λ=½, β=12": DM(0.5, 12), "λ=1, β=16": DM(1, 16)}
    figure = plots.figure_1b(LOSSES, members)
    plots.svg(figure)
    for ax in figure.axes:
        boxes = [text.get_window_extent() for text in ax.texts]
        assert len(boxes) == len(ax.lines)
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_end_names_move_apart_and_no_farther():
    y = apart(np.array([0.1, 0.11, 0.5, 0.9, 0.9, 0.9]), 0.07)
    np.testing.assert_allclose(y, [0.07, 0.14, 0.5, 0.83, 0.9, 0.97])
    np.testing.assert_allclose(apart(np.array([0.98, 0.99, 1]), 0.07), [0.86, 0.93, 1])


def place_of(name, ax):
    (text,) = [text for text in ax.texts if text.get_text() == name]
    return ax.transLimits.inverted().transform(text.get_position())


def test_no_name_stands_where_all_curves_are_one():
    x = np.linspace(0, 10, 101)
    lines = {f"falls {k}": (x, np.maximum(k - x, 0)) for k in (3, 4, 5)}
    (ax,) = plots.curves(lines, x_label="x", y_label="y").axes
    assert all(place_of(name, ax)[0] < 5.5 for name in lines)


def test_few_points_have_markers_and_many_have_none():
    lines = {"dm": (range(12), range(12)), "cce": (range(13), range(13)), "free": ([0], [1])}
    (ax,) = plots.curves(lines, x_label="x", y_label="y").axes
    found = [drawn.get_marker() for drawn in ax.lines]
    assert found[:2] == ["o", "None"]
    assert found[2] not in {look.marker for look in plots.STYLE.values()} | {"None"}
    assert ax.get_xlim()[0] < 0 and ax.get_xlim()[1] > 12  # no marker is cut


def test_ticks_are_whole_where_every_x_is():
    def ticks(x):
        return plots.curves({"dm": (x, x)}, x_label="x", y_label="y").axes[0].get_xticks()

    epochs, shares = np.arange(1, 9), np.linspace(1, 8.5, 16)
    assert (ticks(epochs) % 1 == 0).all()
    assert (ticks(epochs / 8) % 1 != 0).any() and (ticks(shares / 4) % 1 != 0).any()
    short = {"dm": [record("dm", 0, epochs=3)]}
    for draw in (plots.accuracy_curves, plots.p_curves):
        assert (draw(short).axes[0].get_xticks() % 1 == 0).all()


# --- Looks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["dm", "DM, class weights", "DM 1/8", "dm:float64"], "dm"),
        (["anchored .5/6", "anchored DM 1/8", "anchored"], "anchored"),
        (["CCE, 10:1", "CCE"], "cce"),
        (["GCE .7", "gce", "GCE .3"], "gce"),
        (["dm-authors", "dm-authors-float64", "DM, authors’ formula, λ = 1"], "dm-authors"),
        ([f"MAE {k}" for k in range(6)], "mae"),
    ],
)
def test_members_of_a_family_share_its_colour_and_nothing_else(names, key):
    looks = plots.looks([*names, "other"])
    assert {looks[name].colour for name in names} == {plots.STYLE[key].colour}
    assert len({looks[name].dash for name in names}) == len(names)
    assert len({looks[name].marker for name in names}) == len(names)
    own = key if key in names else names[0]
    assert looks[own][1:] == plots.STYLE[key][1:]


@pytest.mark.parametrize("draw", [plots.accuracy_curves, plots.rate_sweep])
def test_members_of_a_family_are_told_apart_in_figures_of_records(draw):
    records = [record("dm", 0, lr) for lr in (0.01, 0.1)]
    (ax,) = draw({"dm": records, "DM, again": records}).axes
    own, again = line(ax, "DM"), line(ax, "DM, again")
    assert own.get_color() == again.get_color()
    assert own.get_linestyle() != again.get_linestyle()
    pieces = [drawn for drawn in ax.lines if drawn.get_label() == "_piece"]
    assert {p.get_linestyle() for p in pieces} == {own.get_linestyle(), again.get_linestyle()}
    assert all(x.get_label() != "_piece" for x in draw({"dm": records}).axes[0].lines)


# --- The same drawing is the same file ----------------------------------------------------------


def test_svg_is_deterministic_and_bare():
    first, second = (plots.svg(plots.figure_1b(LOSSES, {"dm": DM(0.5, 12)})) for _ in range(2))
    assert first == second
    assert "<dc:date>" not in first
    assert "Matplotlib" not in first
    assert "<text" not in first  # outlines: no font of the reader's takes part
    assert "fill: #ffffff" not in first


def test_ipython_shows_svg():
    core = pytest.importorskip("IPython.core.interactiveshell")
    shell = core.InteractiveShell.instance()
    try:
        plots.use_style()
        figure = plots.emphasis_curves(LOSSES)
        shown, _ = shell.display_formatter.format(figure)
        assert "image/png" not in shown
        assert shown["image/svg+xml"] == plots.svg(figure)
    finally:
        core.InteractiveShell.clear_instance()


def test_plots_load_no_pyplot_and_no_training_code():
    code = "import sys, json, dmnb.plots; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", code], text=True))
    unwanted = {"dmnb.train", "dmnb.experiment", "dmnb.widgets", "matplotlib.pyplot", "IPython"}
    assert not unwanted & set(loaded)
    assert (files("dmnb") / "dmnb.mplstyle").is_file()
