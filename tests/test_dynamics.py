"""The dynamics player: its traits in Python, and two runs played in a browser."""

import numpy as np
import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")

import stage as theatre  # noqa: E402
from stage import assign, state_of, trait, violations  # noqa: E402

from dmnb.record import Record  # noqa: E402
from dmnb.widgets import Dynamics, Studio  # noqa: E402

chromium, stage = theatre.chromium, theatre.stage
browser = pytest.mark.browser


def record(method, epochs=12, every=4, **changes):
    """A run that learns, its numbers telling which run and which epoch they are of."""
    epoch = list(range(1, epochs + 1))
    shift = 0.1 * len(method)
    values = {
        "config": {"emphasis": method, "lam": 0.5, "beta": 12.0, "q": 0.7, "lr": 0.01, "seed": 0},
        "noise_rate": 0.25,
        "epoch": epoch,
        "test_accuracy": [(shift + e / epochs) / 2 for e in epoch],
        "best": 0.5,
        "final": 0.5,
        "corrupted": 0.5,
        "intact": 0.5,
        "p_clean": [0.5 + 0.4 * e / epochs for e in epoch],
        "p_noisy": [0.4 - 0.3 * e / epochs for e in epoch],
        "ess": [1 - 0.9 * e / epochs for e in epoch],
        "train_loss": [1.0] * epochs,
        "histograms": [
            {"epoch": e, "clean": [30, e] + [0] * 18, "noisy": [0] * 19 + [10]}
            for e in epoch[::every]
        ],
        "diverged": None,
        "seconds": 1.0,
        "versions": {},
        "hardware": {},
    }
    return Record(**(values | changes))


RECORDS = [record("cce"), record("dm"), record("anchored", epochs=20)]


# In Python -----------------------------------------------------------------------------------


def test_starts_at_the_end_with_the_first_two():
    player = Dynamics(RECORDS)
    assert (player.left, player.right, player.epoch) == (0, 1, 20)
    text = "Dynamics(CCE, lr 0.01 | DM (λ = 0.5, β = 12), lr 0.01, epoch=20)"
    assert repr(player) == repr(Dynamics(RECORDS)) == text
    assert Dynamics(RECORDS[0]).right == 0


def test_a_run_is_told_by_its_method_and_what_that_reads():
    methods = ("mae", "gce", "exponential", "dm-authors-float64")
    labels = [run["label"] for run in Dynamics([record(m, epochs=4) for m in methods])._runs]
    assert labels == [
        "MAE, lr 0.01",
        "GCE (q = 0.7), lr 0.01",
        "exponential (β = 12), lr 0.01",
        "DM, authors’ formula in float64 (λ = 0.5, β = 12), lr 0.01",
    ]


@pytest.mark.parametrize("name, value", [("left", 3), ("right", -1), ("epoch", 0), ("epoch", 21)])
def test_refuses_by_name(name, value):
    player = Dynamics(RECORDS)
    with pytest.raises(traitlets.TraitError, match=f"{name} must be from"):
        setattr(player, name, value)


def test_refuses_what_is_no_record():
    with pytest.raises(ValueError, match="at least one"):
        Dynamics([])
    with pytest.raises(ValueError, match="a record must be a Record"):
        Dynamics([{"epoch": [1]}])


def test_records_come_as_files(tmp_path):
    paths = [r.save(tmp_path) for r in RECORDS]
    kept = state_of(Dynamics(paths))["_runs"]
    for one, r in zip(kept, RECORDS, strict=True):
        np.testing.assert_allclose(one["accuracy"], r.test_accuracy, rtol=1e-4)


def test_a_diverged_run_keeps_its_holes(tmp_path):
    lost = record("cce", ess=[1.0] * 6 + [float("nan")] * 6)
    assert Dynamics([lost])._runs[0]["ess"][6:] == [None] * 6
    assert Dynamics([lost.save(tmp_path)])._runs[0]["ess"][6:] == [None] * 6


# In a browser --------------------------------------------------------------------------------


def histograms(page):
    return page.evaluate("[...document.querySelectorAll('.dmnb .mirror')].map((e) => e.shares)")


def measures(page, side):
    spans = page.locator(f".dmnb .side.line-{side} .measures span").all_inner_texts()
    return dict(zip(spans[::2], spans[1::2], strict=True))


def go(page, epoch):
    field = page.get_by_role("spinbutton", name="Epoch: number")
    field.fill(str(epoch))
    field.press("Enter")


@browser
def test_each_epoch_is_the_record(stage):
    page = stage(Dynamics(RECORDS))
    for epoch in (1, 3, 4, 5, 12):
        go(page, epoch)
        assert trait(page, "epoch") == epoch
        for k, side in enumerate(("left", "right")):
            told = measures(page, side)
            run = RECORDS[k]
            accuracy = float(told["test accuracy"].rstrip("%"))
            assert accuracy == pytest.approx(100 * run.test_accuracy[epoch - 1], rel=0.01)
            wrong = float(told["mean p, wrong labels"])
            assert wrong == pytest.approx(run.p_noisy[epoch - 1], rel=0.06)
            last = [h for h in run.histograms if h["epoch"] <= epoch][-1]
            total = sum(last["clean"]) + sum(last["noisy"])
            drawn = histograms(page)[k]
            np.testing.assert_allclose(drawn["right"], np.array(last["clean"]) / total)
            np.testing.assert_allclose(drawn["wrong"], np.array(last["noisy"]) / total)
            label = page.locator(f".dmnb .side.line-{side} .mirror").get_attribute("aria-label")
            assert f"epoch {last['epoch']}" in label


@browser
def test_a_finger_that_scrolls_leaves_the_epoch(stage):
    page = stage(Dynamics(RECORDS), has_touch=True)
    go(page, 12)
    chart = page.locator(".dmnb [data-series=accuracy]")
    box = chart.bounding_box()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"]
    finger = {"pointerType": "touch", "buttons": 1, "clientX": x, "clientY": y}
    chart.dispatch_event("pointerdown", finger)
    chart.dispatch_event("pointermove", finger | {"clientX": x + 30})
    assert trait(page, "epoch") == 12
    page.touchscreen.tap(x, y)
    assert 1 < trait(page, "epoch") < 12


@browser
def test_curves_are_those_of_the_records(stage):
    page = stage(Dynamics(RECORDS, left=2, right=1))
    for series, names in {"accuracy": ["test_accuracy"], "p": ["p_clean", "p_noisy"]}.items():
        points = page.locator(f".dmnb [data-series={series}]").evaluate("(e) => e.points")
        assert len(points) == 2 * len(names)
        for side, run in (("left", RECORDS[2]), ("right", RECORDS[1])):
            for name in names:
                scale = 100 if series == "accuracy" else 1
                curve = points[f"{side}-{'accuracy' if series == 'accuracy' else name}"]
                assert curve["x"] == run.epoch
                np.testing.assert_allclose(curve["y"], scale * np.array(getattr(run, name)))


@browser
def test_runs_are_chosen(stage):
    page = stage(Dynamics(RECORDS))
    page.get_by_label("The run on the right").select_option(
        label="anchored DM (λ = 0.5, β = 12), lr 0.01"
    )
    assert trait(page, "right") == 2
    assign(page, "left", 2)
    assert page.get_by_label("The run on the left").input_value() == "2"
    points = page.locator(".dmnb [data-series=ess]").evaluate("(e) => e.points")
    assert points["left-ess"] == points["right-ess"]
    names = page.locator(".dmnb [data-series=ess] .name").all_text_contents()
    assert set(names) <= {"left", "right"}


@browser
def test_scrubbing_by_slider_chart_and_assignment(stage):
    page = stage(Dynamics(RECORDS))
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    slider.press("Home")
    assert trait(page, "epoch") == 1
    slider.press("ArrowRight")
    assert trait(page, "epoch") == 2
    chart = page.get_by_role("slider", name="test accuracy")
    chart.press("End")
    assert trait(page, "epoch") == 20
    chart.press("PageDown")
    assert trait(page, "epoch") == 10
    box = chart.bounding_box()
    chart.hover(position={"x": box["width"] * 0.9, "y": 60})
    assert trait(page, "epoch") == 10
    chart.click(position={"x": box["width"] * 0.6, "y": 60})
    assert 10 < trait(page, "epoch") < 15
    assign(page, "epoch", 7)
    assert slider.input_value() == "7"
    assert all(
        chart.get_attribute("aria-valuenow") == "7"
        for chart in page.locator(".dmnb .series .chart").all()
    )


@browser
def test_plays_to_the_end_and_pauses(stage):
    page = stage(Dynamics(RECORDS, epoch=1))
    page.get_by_role("radio", name="slow").check(force=True)
    for _ in range(5):
        page.get_by_role("button", name="Play").click()
        page.get_by_role("button", name="Pause").click()
    assert page.locator(".dmnb [role=alert]").inner_text() == ""
    still = trait(page, "epoch")
    page.wait_for_timeout(150)
    assert trait(page, "epoch") == still
    page.get_by_role("radio", name="fast").check(force=True)
    saves = page.evaluate("models[0].saves")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()
    assert trait(page, "epoch") == 20
    assert page.evaluate("models[0].saves") == saves + 1, "once, when it stops"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("models[0].state.epoch < 20")


@browser
def test_widgets_of_a_page_keep_apart(stage):
    page = stage(Dynamics(RECORDS), Studio(view="weight", record=RECORDS), Dynamics(RECORDS))
    chosen = page.locator(".dmnb .choice :checked")
    assert [radio.input_value() for radio in chosen.all()] == [
        "normal", "weight", "slope", "normal",
    ]  # fmt: skip
    ids = page.evaluate("[...document.querySelectorAll('.dmnb [id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) == 6, "one pattern for each histogram"


@browser
@pytest.mark.parametrize("motion, eased", [("reduce", "0s"), ("no-preference", "0.2s")])
def test_motion_is_eased_where_it_may(stage, motion, eased):
    page = stage(Dynamics(RECORDS, epoch=1), reduced_motion=motion)
    bar = page.locator(".dmnb .mirror .bar").first
    assert bar.evaluate("(e) => getComputedStyle(e).transitionDuration") == "0s"
    page.get_by_role("radio", name="slow").check(force=True)
    page.get_by_role("button", name="Play").click()
    assert bar.evaluate("(e) => getComputedStyle(e).transitionDuration").startswith(eased)


@browser
@pytest.mark.parametrize(
    "changes, words",
    [
        ({"epoch": 400}, "epoch must be a whole number from 1 to 20, not 400"),
        ({"epoch": None}, "Restored the default epoch = 20"),
        ({"left": -1, "right": 2.5}, "right must be a whole number from 0 to 2, not 2.5"),
        ({"_runs": "runs"}, "no recorded run"),
        ({"_runs": [{"label": "x", "epoch": [1]}]}, "no recorded run"),
    ],
)
def test_spoilt_state_is_answered_in_words(stage, changes, words):
    page = stage(Dynamics(RECORDS), changes=changes)
    assert words in page.locator(".dmnb [role=alert]").inner_text()


@browser
def test_what_can_be_read_of_spoilt_runs_is_shown(stage):
    runs = [*Dynamics(RECORDS)._runs, {"label": "broken"}]
    page = stage(Dynamics(RECORDS), changes={"_runs": runs})
    assert "1 of the recorded runs" in page.locator(".dmnb [role=alert]").inner_text()
    assert len(histograms(page)) == 2


@browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible(stage, theme, width):
    viewport = {"width": width, "height": 800}
    lost = record("gce", ess=[1.0] * 6 + [float("nan")] * 6)
    page = stage(Dynamics([*RECORDS, lost], right=3), theme=theme, viewport=viewport)
    page.locator(".dmnb .series path.line").first.wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
