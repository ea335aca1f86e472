"""The emphasis studio in a page: what a reader does with it."""

import io
import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")

import stage as theatre  # noqa: E402
from stage import ADDRESS, assign, trait, violations  # noqa: E402
from test_studio import BINS, POINTS, RECORD  # noqa: E402

import dmnb  # noqa: E402
from dmnb import emphasis  # noqa: E402
from dmnb.widgets import Studio  # noqa: E402

chromium, stage = theatre.chromium, theatre.stage


def drawn(page, axis, curve="own"):
    """(x, y) of a curve as drawn, in full precision."""
    panel = f"document.querySelector('.dmnb [data-axis={axis}]')"
    line = json.loads(page.evaluate(f"JSON.stringify({panel}.points[{curve!r}])"))
    return np.array(line["x"]), np.array(line["y"])


def shown(page):
    """The emphasis in the model of the page."""
    return emphasis.from_dict(trait(page, "curve"))


def handle(page, number, of):
    return page.get_by_role("slider", name=f"Point {number} of {of}")


def alert(page):
    return page.locator(".dmnb [role=alert]").inner_text()


def commit(page, name, text):
    field = page.locator(f".dmnb input[type=number][data-trait={name}]:visible")
    field.fill(text)
    field.press("Enter")


browser = pytest.mark.browser


@browser
def test_curves_are_those_of_the_package(stage):
    page = stage(Studio(overlays=["cce", "x-Focal", "x-Ramp"]))
    families = [
        emphasis.DM(0.5, 12), emphasis.DM(1.3, -2), emphasis.AnchoredDM(1, 8),
        emphasis.Normal(0.3, 9), emphasis.Exponential(3), emphasis.Beta(2, 3), emphasis.GCE(0.4),
        emphasis.CCE(), emphasis.MAE(), emphasis.MSE(), emphasis.Uniform(), POINTS,
    ]  # fmt: skip
    sampled = {"cce": emphasis.CCE(), "x-Focal": emphasis.Focal(), "x-Ramp": emphasis.Ramp()}
    for i, e in enumerate(families):
        view, against = ["density", "weight"][i % 2], ["slope", "objective"][i // 2 % 2]
        for name, value in [("view", view), ("against", against), ("curve", e.to_dict())]:
            assign(page, name, value)
        for curve, one in {"own": e, **sampled}.items():
            scale = one.integral if view == "density" else 1
            x, y = drawn(page, "p", curve)
            exact = curve in ("own", "cce")
            rtol, atol = (1e-9, 1e-12) if exact else (1e-3, 0.1)
            if curve == "x-Ramp":
                keep = np.abs(np.log(x.clip(1e-9)) - np.log1p(-x.clip(0, 1 - 1e-9))) > 1.2
                x, y = x[keep], y[keep]
            np.testing.assert_allclose(y, one.weight(x) / scale, rtol, atol, err_msg=repr(one))
            x, y = drawn(page, "m", curve)
            wanted = -one.weight_at(x) / 2 if against == "slope" else one.objective(x)
            rtol, atol = (1e-7, 1e-9) if exact else (1e-2, 0.55 if curve == "x-Ramp" else 0.01)
            np.testing.assert_allclose(y, wanted / scale, rtol, atol, err_msg=repr(one))


@browser
def test_dragging_a_point_moves_the_curve_and_the_trait(stage):
    page = stage(Studio(POINTS, view="weight"))
    box = handle(page, 3, 5).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = shown(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 30, steps=5)
    page.mouse.move(x + 20, y + 60, steps=5)
    page.mouse.up()
    after = shown(page)
    assert after.p[2] > before.p[2] and after.w[2] < before.w[2]
    assert (after.p[:2], after.w[:2]) == (before.p[:2], before.w[:2])
    grid, line = drawn(page, "p")
    np.testing.assert_allclose(line, after.weight(grid), rtol=1e-9, atol=1e-12)
    page.get_by_role("button", name="Undo").click()
    assert shown(page) == before


@browser
def test_undo_takes_back_the_drawing_alone(stage):
    page = stage(Studio(POINTS, view="weight", overlays=["cce"]))
    handle(page, 3, 5).press("ArrowUp")
    assert shown(page) != POINTS
    page.locator(".dmnb input[value=gce]").check()
    page.locator(".dmnb .choice input[value=objective]").check(force=True)
    page.get_by_role("button", name="Undo").click()
    assert shown(page) == POINTS
    assert (trait(page, "overlays"), trait(page, "against")) == (["cce", "gce"], "objective")


@browser
def test_a_point_removed_in_the_hand_is_let_go(stage):
    page = stage(Studio(POINTS, view="weight"))
    box = handle(page, 5, 5).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 10, box["y"] + 30, steps=3)
    page.keyboard.press("Delete")
    page.mouse.move(box["x"] - 300, box["y"] + 200, steps=3)
    page.mouse.up()
    left = shown(page)
    assert len(left.p) == 4
    box = handle(page, 2, 4).bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.move(box["x"] + 20, box["y"] + 40, steps=3)
    assert shown(page) == left


@browser
def test_what_is_told_to_a_screen_reader_are_numbers_in_their_range(stage):
    page = stage(Studio(emphasis.DM(0.33, 8.6)))
    page.locator(".dmnb [data-axis=p]").press("End")
    for one in page.locator(".dmnb [aria-valuenow]").all():
        now, low, high = (float(one.get_attribute(f"aria-value{x}")) for x in ("now", "min", "max"))
        assert low <= now <= high
    assert page.locator(".dmnb input[type=number]:not([aria-invalid=false])").count() == 0
    slider = page.locator(".dmnb input[type=range][data-trait=lam]")
    assert slider.get_attribute("aria-valuetext") == "0.33"


@browser
def test_points_stay_in_order_and_above_zero(stage):
    page = stage(Studio(POINTS, view="weight"))
    box = handle(page, 2, 5).bounding_box()
    page.mouse.move(box["x"] + 16, box["y"] + 16)
    page.mouse.down()
    page.mouse.move(box["x"] + 2000, box["y"] + 2000, steps=8)
    page.mouse.up()
    moved = shown(page)
    assert moved.p[1] < moved.p[2] == 0.5 and moved.w[1] == 0


@browser
def test_points_are_added_and_removed_by_mouse(stage):
    page = stage(Studio(POINTS, view="weight"))
    panel = page.locator(".dmnb [data-axis=p]")
    box = panel.bounding_box()
    panel.click(position={"x": box["width"] * 0.45, "y": box["height"] * 0.4})
    six = shown(page)
    assert len(six.p) == 6 and set(POINTS.p) < set(six.p)
    new = next(k for k, p in enumerate(six.p) if p not in POINTS.p)
    handle(page, new + 1, 6).dblclick()
    assert shown(page) == POINTS


@browser
def test_points_are_added_moved_and_removed_by_keyboard(stage):
    page = stage(Studio(emphasis.DM(1, 8)))
    page.get_by_role("button", name="Draw it by hand").press("Enter")
    start = shown(page)
    count = len(start.p)
    p = np.array(start.p)
    np.testing.assert_allclose(start.weight(p), emphasis.DM(1, 8).density(p), rtol=2e-3)
    first = handle(page, 1, count)
    assert first.evaluate("(element) => element === document.activeElement")
    page.keyboard.press("Tab")
    second = handle(page, 2, count)
    for key, moves in {"ArrowUp": (0, 1), "ArrowRight": (1, 0), "ArrowLeft": (-1, 0)}.items():
        before = shown(page)
        second.press(key)
        after = shown(page)
        change = (np.sign(after.p[1] - before.p[1]), np.sign(after.w[1] - before.w[1]))
        assert change == moves, key
    second.press("Home")
    assert shown(page).w[1] == 0
    second.press("Enter")
    assert len(shown(page).p) == count + 1
    assert handle(page, 3, count + 1).evaluate("(e) => e === document.activeElement")
    page.keyboard.press("Delete")
    assert len(shown(page).p) == count
    for _ in range(count):
        page.keyboard.press("Delete")
    assert len(shown(page).p) == 2
    assert "keeps two points" in alert(page)


@browser
def test_points_follow_a_finger(stage):
    page = stage(
        Studio(POINTS, view="weight"), has_touch=True, viewport={"width": 360, "height": 740}
    )
    grip = handle(page, 3, 5)
    assert grip.evaluate("(element) => getComputedStyle(element).touchAction") == "none"
    box = grip.bounding_box()
    assert min(box["width"], box["height"]) >= 32
    client = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = lambda kind, *at: client.send(  # noqa: E731
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in at]},
    )
    touch("touchStart", (x, y))
    touch("touchMove", (x + 10, y + 20))
    touch("touchMove", (x + 15, y + 40))
    touch("touchEnd")
    assert shown(page).p[2] > 0.5 and shown(page).w[2] < 3


@browser
def test_an_assignment_moves_the_curve_and_the_points(stage):
    page = stage(Studio(POINTS, view="weight"))
    other = emphasis.Tabulated((0.0, 0.3, 1.0), (1.0, 4.0, 2.0))
    assign(page, "curve", other.to_dict())
    assert page.locator(".dmnb .handle").count() == 3
    x, y = drawn(page, "p")
    np.testing.assert_allclose(y, other.weight(x), rtol=1e-9)
    assign(page, "curve", emphasis.MAE().to_dict())
    assert page.locator(".dmnb .handle:visible").count() == 0
    assert trait(page, "curve") == {"family": "mae"}


@browser
def test_families_and_their_parameters(stage):
    page = stage(Studio())
    family = page.get_by_label("Emphasis", exact=True)
    for name, names in {
        "anchored": ["lam", "beta"],
        "normal": ["mode", "beta"],
        "exponential": ["beta"],
        "beta": ["alpha", "eta"],
        "gce": ["q"],
        "uniform": [],
    }.items():
        family.select_option(name)
        sliders = page.locator(".dmnb .parameters input[type=range]:visible")
        assert [s.get_attribute("data-trait") for s in sliders.all()] == names
        assert shown(page).name == name
        for one in names:
            before = trait(page, "curve")[one]
            slider = page.locator(f".dmnb .parameters input[type=range][data-trait={one}]:visible")
            slider.press("ArrowRight")
            assert trait(page, "curve")[one] > before
            x, y = drawn(page, "p")
            np.testing.assert_allclose(y, shown(page).density(x), rtol=1e-9, atol=1e-12)


@browser
def test_mode_and_contrast_set_lambda_and_beta(stage):
    page = stage(Studio())
    commit(page, "contrast", "50")
    commit(page, "mode-of-curve", "0.5")
    wanted = emphasis.DM.from_mode(0.5, 50)
    assert shown(page).lam == pytest.approx(wanted.lam, abs=1e-3)
    assert shown(page).beta == pytest.approx(wanted.beta, abs=0.02)


@browser
def test_shares_of_the_weight(stage):
    page = stage(Studio(emphasis.MAE(), record=RECORD, overlays=["cce"]))
    page.get_by_role("slider", name="Epoch").press("Home")
    page.get_by_role("slider", name="Epoch").press("ArrowRight")
    assert trait(page, "epoch") == 6
    clean, noisy = np.array(RECORD["histograms"][1]["clean"]), BINS[::-1]
    fine = (np.arange(4000) + 0.5) / 4000
    rows = page.locator(".dmnb .share").all_inner_texts()
    for row, e in zip(rows, [emphasis.Uniform(), emphasis.MAE(), emphasis.CCE()], strict=True):
        w = e.weight(fine).reshape(20, 200).mean(1)
        share = (noisy @ w) / ((clean + noisy) @ w)
        assert float(re.search(r"([\d.]+)%", row)[1]) == pytest.approx(100 * share, rel=0.01)
    plain, weighted = page.locator(".dmnb .mirror").all()
    total = (clean + noisy).sum()
    shares = plain.evaluate("(element) => element.shares")
    np.testing.assert_allclose(shares["right"], clean / total)
    np.testing.assert_allclose(shares["wrong"], noisy / total)
    shares = weighted.evaluate("(element) => element.shares")
    assert sum(shares["right"]) + sum(shares["wrong"]) == pytest.approx(1)
    assert "50% of them have a wrong label" in plain.get_attribute("aria-label")


@browser
def test_the_python_line_and_the_json_are_the_curve(stage):
    page = stage(Studio(POINTS), permissions=["clipboard-read", "clipboard-write"])
    copied = "navigator.clipboard.readText()"
    page.get_by_role("button", name="Copy the Python line").click()
    page.get_by_text("Copied", exact=True).first.wait_for()
    namespace = {"dmnb": dmnb}
    exec(page.evaluate(copied), namespace)
    assert namespace["loss"].emphasis == POINTS
    page.get_by_role("button", name="Copy as JSON").click()
    page.wait_for_function(f"{copied}.then((text) => text.startsWith('{{'))")
    assert emphasis.from_dict(json.loads(page.evaluate(copied))) == POINTS


@browser
def test_pictures_are_files(stage):
    page = stage(Studio(overlays=["cce", "gce"]))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as SVG").click()
    assert download.value.suggested_filename == "emphasis.svg"
    text = Path(download.value.path()).read_text()
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    colours = {path.get("stroke") for path in root.iter(f"{space}path")} - {"none"}
    assert {"#116c9a", "#b34922", "#36a16f"} <= colours
    assert "oklab" not in text and "var(" not in text and "class=" not in text
    assert "mode 0.333" in root.find(f"{space}title").text
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PNG").click()
    image = pytest.importorskip("PIL.Image").open(
        io.BytesIO(Path(download.value.path()).read_bytes())
    )
    assert image.width > 1000
    assert len(image.convert("RGB").getcolors(1 << 20)) > 20


@browser
def test_a_curve_is_shared_by_its_address(stage):
    page = stage(Studio())
    assert page.url == ADDRESS
    assign(page, "curve", {"family": "dm", "lam": 0.5, "beta": 12})
    page.get_by_role("button", name="Draw it by hand").click()
    handle(page, 2, len(shown(page).p)).press("ArrowUp")
    page.locator(".dmnb .overlay input[value=mae]").check()
    page.locator(".dmnb .choice input[value=objective]").check(force=True)
    page.wait_for_function("location.hash.includes('objective')")
    wanted = {name: trait(page, name) for name in ("curve", "view", "against", "overlays")}
    friend = stage(Studio(emphasis.MSE()), hash=page.url[len(ADDRESS) :])
    assert {name: trait(friend, name) for name in wanted} == wanted
    friend.get_by_role("button", name="Reset").click()
    assert shown(friend) == emphasis.MSE()


@browser
def test_several_studios_share_an_address(stage):
    page = stage(
        Studio(), Studio(emphasis.MAE()), Studio(emphasis.CCE(), address="noise"), hash="#top"
    )
    page.locator(".dmnb select").nth(0).select_option("mse")
    page.locator(".dmnb select").nth(1).select_option("uniform")
    page.locator(".dmnb select").nth(2).select_option("gce")
    page.wait_for_function("location.hash.split('&').length === 4")
    parts = page.evaluate("location.hash").removeprefix("#").split("&")
    assert parts[0] == "top"
    assert {part.split("~")[0] for part in parts[1:]} == {
        "studio=mse",
        "studio-2=uniform",
        "noise=gce:0.7",
    }
    page.reload()
    page.wait_for_function("window.ready")
    families = [trait(page, "curve", k)["family"] for k in range(3)]
    assert families == ["mse", "uniform", "gce"]


SPOILT = {
    "dm:0.5:99999": "β must be small enough",
    "dm:-1:2": "λ must be finite and at least 0, not −1",
    "dm:": "λ must be finite and at least 0, not NaN",
    "gibberish": "There is no family “gibberish”",
    "constructor:1:2": "There is no family “constructor”",
    "tabulated:0,1:NaN,1": "two points or more",
    "tabulated:0,x,1:1,1,1": "two points or more",
    "tabulated:1,0:1,1": "must increase",
    "": "There is no family “”",
    "%": "There is no family “%”",
    "<img src=x onerror=alert(1)>": "There is no family",
    "mae~nothing~slope": "There is no view “nothing”",
    "mae~density~slope~sce": "There is no comparison “sce”",
    "mae~density~slope~~7": "There is no run 7",
    "mae~density~slope~~0~late": "There is no epoch NaN",
}


@browser
def test_a_slip_of_the_finger_costs_nothing(stage):
    page = stage(Studio(emphasis.Normal(0.4, 8)))
    for text in ["", "1e400"]:
        commit(page, "beta", text)
        assert "β must be a" in alert(page) and shown(page) == emphasis.Normal(0.4, 8)
    commit(page, "beta", "6")
    assert alert(page) == "" and shown(page) == emphasis.Normal(0.4, 6)


@browser
def test_plain_keys_stay_in_the_widget(stage):
    page = stage(Studio())
    page.evaluate("window.keys = []; document.addEventListener('keydown', (e) => keys.push(e.key))")
    page.locator(".dmnb select:visible").first.focus()
    for key in ["m", "x", "ArrowDown", "Control+s"]:
        page.keyboard.press(key)
    assert page.evaluate("keys") == ["Control", "s"]


@browser
def test_a_spoilt_address_is_answered_in_words(stage):
    page = stage(Studio(emphasis.MSE(), record=RECORD), hash="#studio=nonsense:1")
    assert "There is no family “nonsense”" in alert(page)
    for text, words in SPOILT.items():
        page.evaluate(f"location.hash = {json.dumps('studio=' + text)}")
        page.locator(".dmnb [role=alert]", has_text=words).wait_for()
        assert "Restored the default" in alert(page)
        assert np.isfinite(drawn(page, "p")[1]).all()
        page.get_by_role("button", name="Reset").click()
        assert alert(page) == "" and shown(page) == emphasis.MSE()


@browser
@pytest.mark.parametrize(
    "changes, words",
    [
        ({"curve": {"family": "tabulated", "p": [0, None], "w": [1, 1]}}, "two points"),
        ({"curve": None, "view": 3}, "There is no view"),
        ({"overlays": "cce"}, "There is no comparison"),
        ({"_library": {"m": [1]}, "overlays": ["x-Focal"]}, "There is no comparison"),
        ({"_runs": [{"label": "x", "histograms": [{"epoch": 1}]}]}, "cannot be read"),
        ({"_runs": "x"}, "cannot be read"),
        ({"epoch": "soon"}, "There is no epoch"),
    ],
)
def test_spoilt_state_is_answered_in_words(stage, changes, words):
    page = stage(Studio(record=RECORD), changes=changes)
    assert words in alert(page)
    x, y = drawn(page, "p")
    np.testing.assert_allclose(y, emphasis.DM(0.5, 12).density(x), rtol=1e-9)


@browser
def test_nonsense_in_fields_is_answered_in_words(stage):
    page = stage(Studio())
    for name, text, words in [
        ("lam", "-3", "λ must be finite and at least 0, not −3"),
        ("beta", "1e400", "β must be"),
        ("mode-of-curve", "2", "mode must be a number from 0"),
        ("contrast", "0.5", "contrast must be a number of at least 1"),
    ]:
        commit(page, name, text)
        assert words in alert(page)
        assert shown(page) == emphasis.DM(0.5, 12)
        commit(page, "lam", "0.75")
        assert alert(page) == ""
        commit(page, "lam", "0.5")


@browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible(stage, theme, width):
    viewport = {"width": width, "height": 800}
    page = stage(Studio(record=RECORD), theme=theme, viewport=viewport, has_touch=width < 500)
    assert violations(page) == []
    page.get_by_text("More losses").click()
    page.locator(".dmnb .library input").first.check()
    page.get_by_role("button", name="Draw it by hand").click()
    assign(page, "epoch", "x")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@browser
def test_everything_is_left_behind_when_the_widget_goes(stage):
    page = stage(Studio(), Studio())
    page.evaluate("endings[0]()")
    assign(page, "curve", {"family": "cce"})
    x, y = drawn(page, "p")
    np.testing.assert_allclose(y, emphasis.DM(0.5, 12).density(x), rtol=1e-9)


def test_nan_is_no_state():
    with pytest.raises(traitlets.TraitError, match="curve"):
        Studio().curve = {"family": "dm", "lam": math.nan, "beta": 1}
