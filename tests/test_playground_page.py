"""The playground in a page: what a reader does with it."""

import json
import re
from pathlib import Path

import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")

import stage as theatre  # noqa: E402
from stage import assign, state_of, trait, violations  # noqa: E402
from test_playground import FAMILIES  # noqa: E402

import dmnb  # noqa: E402
from dmnb import emphasis  # noqa: E402
from dmnb.record import Record  # noqa: E402
from dmnb.widgets import Dynamics, Playground  # noqa: E402

chromium, stage = theatre.chromium, theatre.stage

RUNS = Path(__file__).parent.parent / "book/results/digits_lr"
STORIES = ["Memorise", "Ignore", "Underfit", "Collapse", "Imbalance", "Draw your own"]
browser = pytest.mark.browser


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def tell(page, story):
    page.locator(f".dmnb [data-story='{story}']").click()


def epoch(page):
    return int(page.get_by_role("status", name="Epoch").inner_text().split()[-1])


def figure(page, side, name):
    text = page.locator(f".dmnb [data-side={side}] [data-figure={name}]").text_content()
    return float(text.rstrip("%")) if "%" in text else None


def pictures(page):
    return page.evaluate(
        "[...document.querySelectorAll('.dmnb canvas')].map((canvas) => canvas.toDataURL())"
    )


def reach(page, least):
    """Plays fast until an epoch, then pauses."""
    page.locator(".dmnb .choice input[value=fast]").check(force=True)
    press(page, "Play")
    page.wait_for_function(
        f"Number(document.querySelector('.dmnb .epoch').textContent.split(' ')[1]) >= {least}"
    )
    press(page, "Pause")


@browser
def test_it_waits_for_its_reader(stage):
    page = stage(Playground())
    before = pictures(page)
    page.wait_for_timeout(300)
    assert epoch(page) == 0 and pictures(page) == before
    reach(page, 3)
    stopped = epoch(page)
    page.wait_for_timeout(200)
    assert epoch(page) == stopped
    press(page, "Step")
    assert epoch(page) == stopped + 1
    press(page, "Reset")
    assert epoch(page) == 0 and pictures(page) == before


@browser
def test_the_same_seed_gives_the_same_picture(stage):
    page, again = stage(Playground(seed=3)), stage(Playground(seed=3))
    for one in (page, again):
        for _ in range(4):
            press(one, "Step")
    assert pictures(page) == pictures(again)
    assert page.locator(".dmnb .figures").all_inner_texts() == (
        again.locator(".dmnb .figures").all_inner_texts()
    )
    press(again, "New seed")
    assert trait(again, "seed") != 3 and epoch(again) == 0
    for _ in range(4):
        press(again, "Step")
    assert pictures(page) != pictures(again)


@browser
def test_every_story_is_one_click_and_is_possible_in_python(stage):
    page = stage(Playground())
    told = set()
    for story in STORIES:
        tell(page, story)
        pressed = page.locator(".dmnb [data-story][aria-pressed=true]")
        assert pressed.get_attribute("data-story") == story
        told.add(page.locator(".dmnb .telling").inner_text())
        press(page, "Step")
        assert epoch(page) == 1
        Playground(**page.evaluate("models[0].state"))
    assert len(told) == len(STORIES)
    page.locator(".dmnb input[type=range][data-trait=rate]").press("ArrowLeft")
    assert page.locator(".dmnb [data-story][aria-pressed=true]").count() == 0


@browser
def test_a_reader_sees_noise_memorised_and_ignored(stage):
    page = stage(Playground())
    tell(page, "Ignore")
    reach(page, 250)
    assert figure(page, "own", "accuracy") > figure(page, "cce", "accuracy") + 10
    assert figure(page, "cce", "learnt") > 30 > 15 > figure(page, "own", "learnt")
    label = page.locator(".dmnb [data-side=own] .field").get_attribute("aria-label")
    assert re.search(r"DM: accuracy [\d.]+% on clean test data, [\d.]+% of the wrong labels", label)
    panel = page.get_by_role("slider", name="Wrong labels learnt over time")
    panel.press("End")
    assert re.search(r"Epoch \d+.*Cross-entropy [\d.]+%, DM", panel.get_attribute("aria-valuetext"))
    tell(page, "Collapse")
    assert figure(page, "own", "learnt") is None
    assert page.get_by_role("slider", name="Wrong labels learnt over time").count() == 0


@browser
def test_nothing_is_told_of_networks_that_have_not_learnt(stage):
    page = stage(Playground())
    course = page.get_by_role("slider", name="Accuracy over time")
    for _ in range(2):
        for side in ("cce", "own"):
            told = page.locator(f".dmnb [data-side={side}] dd").all_text_contents()
            assert told[:2] == ["–", "–"] and told[2].endswith("%")
        assert course.get_attribute("aria-valuetext") == (
            "Epoch 0. Cross-entropy: not trained yet. DM: not trained yet."
        )
        course.press("Home")
        assert course.get_attribute("aria-valuetext").endswith("Cross-entropy –, DM –")
        course.press("Escape")
        press(page, "Step")
        assert figure(page, "cce", "accuracy") > 50
        assert "Cross-entropy: accuracy" in course.get_attribute("aria-valuetext")
        press(page, "Reset")


@browser
def test_it_stops_by_itself(stage):
    page = stage(Playground(size=40, hidden=[2], speed="fast"))
    press(page, "Play")
    page.wait_for_function("document.querySelector('.dmnb .play').disabled")
    assert epoch(page) >= 1000
    press(page, "Reset")
    assert page.get_by_role("button", name="Play", exact=True).is_enabled()


@browser
def test_the_line_to_copy_is_the_emphasis(stage):
    page = stage(Playground())
    for family, e in FAMILIES.items():
        for name, value in state_of(Playground(e)).items():
            assign(page, name, value)
        assert page.get_by_label("Emphasis", exact=True).input_value() == family
        namespace = {"dmnb": dmnb}
        exec(page.locator(".dmnb code").inner_text().replace("\n", ""), namespace)
        assert namespace["loss"].emphasis == e


@browser
def test_keys_do_what_the_mouse_does(stage):
    page = stage(Playground())
    page.evaluate("document.addEventListener('keydown', ({ key }) => (window.seen = key))")
    for name in ("lam", "beta", "rate"):
        slider = page.locator(f".dmnb input[type=range][data-trait={name}]")
        before = trait(page, name)
        slider.press("ArrowRight")
        assert trait(page, name) > before
    assert page.evaluate("window.seen") is None, "the notebook around must not see these keys"
    page.get_by_role("button", name="Play", exact=True).press("Space")
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    assert page.get_by_role("button", name="Play", exact=True).is_visible()
    for trait_name, words in {
        "dataset": "points",
        "classes": "classes",
        "size": "how many",
        "imbalance": "imbalance",
        "noise": "a wrong label is",
        "seed": "seed",
        "hidden": "hidden units",
        "activation": "activation",
        "lr": "learning rate",
    }.items():
        before = trait(page, trait_name)
        field = page.get_by_label(words, exact=True)
        field.press("ArrowDown")
        field.press("ArrowUp" if trait(page, trait_name) == before else "Tab")
        page.wait_for_function(
            f"JSON.stringify(models[0].state.{trait_name}) !== '{json.dumps(before)}'"
        )
        Playground(**page.evaluate("models[0].state"))


@browser
def test_a_curve_is_drawn_by_hand(stage):
    page = stage(Playground())
    tell(page, "Draw your own")
    reach(page, 5)
    assert figure(page, "own", "accuracy") == figure(page, "cce", "accuracy")
    first = page.get_by_role("slider", name="Point 1 of 5")
    before = trait(page, "drawn")
    box = first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=4)
    page.mouse.up()
    after = trait(page, "drawn")
    assert after[0][1] < before[0][1] and after[1:] == before[1:]
    assert epoch(page) == 0, "another curve is another match"
    first.press("ArrowUp")
    assert trait(page, "drawn")[0][1] > after[0][1]
    first.press("Enter")
    assert len(trait(page, "drawn")) == 6
    page.keyboard.press("Delete")
    assert len(trait(page, "drawn")) == 5
    panel = page.locator(".dmnb [data-side=own] .spread")
    box = panel.bounding_box()
    panel.click(position={"x": 0.38 * box["width"], "y": 0.5 * box["height"]})
    assert len(trait(page, "drawn")) == 6
    page.get_by_role("button", name="Remove the point").click()
    assert len(trait(page, "drawn")) == 5
    reach(page, 2)
    Playground(**page.evaluate("models[0].state"))


@browser
def test_drawing_starts_from_the_curve_at_hand(stage):
    page = stage(Playground(emphasis.GCE(0.7)))
    page.get_by_label("Emphasis", exact=True).select_option("drawn")
    e = emphasis.GCE(0.7)
    for p, w in trait(page, "drawn"):
        assert w == pytest.approx(e.density(p), rel=0.01, abs=1e-9)


@browser
def test_an_assignment_moves_the_page(stage):
    page = stage(Playground())
    press(page, "Step")
    before = pictures(page)
    assign(page, "speed", "slow")
    assert epoch(page) == 1, "another speed changes nothing that was learnt"
    assign(page, "beta", 4.0)
    assert epoch(page) == 0
    assert page.locator(".dmnb input[type=range][data-trait=beta]").input_value() == "4"
    assign(page, "dataset", "spirals")
    assert page.get_by_label("points", exact=True).input_value() == "spirals"
    assert pictures(page) != before
    assign(page, "hidden", [5, 9, 3])
    assert page.get_by_label("hidden units", exact=True).input_value() == "5, 9, 3"


@browser
def test_nonsense_is_answered_in_words(stage):
    nonsense = {
        "lam": "wide", "rate": 7, "dataset": "rings", "hidden": [0], "drawn": [[0, "x"]],
        "seed": 1.5, "lr": None, "family": "constructor",
    }  # fmt: skip
    page = stage(Playground(), changes=nonsense)
    words = page.locator(".dmnb [role=alert]").inner_text()
    for part in ["λ must be a number from 0 to 4, not wide", "no dataset “rings”", "Restored"]:
        assert part in words
    fresh = state_of(Playground())
    for name in set(nonsense) - {"lr"}:
        assert trait(page, name) == fresh[name]
    press(page, "Step")
    assert epoch(page) == 1
    assign(page, "beta", 1e9)
    assert "β must be a number from −4 to 24" in page.locator(".dmnb [role=alert]").inner_text()
    assert trait(page, "beta") == 16
    field = page.locator(".dmnb input[type=number][data-trait=rate]")
    field.fill("3")
    field.press("Enter")
    assert "fraction of wrong labels" in page.locator(".dmnb [role=alert]").inner_text()
    assert trait(page, "rate") == 0.4


@browser
def test_the_picture_follows_the_theme(stage):
    page = stage(Playground(), theme="light")
    press(page, "Step")
    light = pictures(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        "(old) => document.querySelector('.dmnb canvas').toDataURL() !== old", arg=light[0]
    )
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_function(
        "(old) => document.querySelector('.dmnb canvas').toDataURL() === old", arg=light[0]
    )


@browser
def test_the_picture_follows_the_theme_where_nothing_moves(stage):
    page = stage(Playground(), theme="light")
    page.add_style_tag(content="* { transition: none !important; }")
    page.wait_for_timeout(1000)  # until it is drawn finely
    light = pictures(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        "(old) => document.querySelector('.dmnb canvas').toDataURL() !== old", arg=light[0]
    )


@browser
def test_out_of_sight_it_rests(stage):
    page = stage(Playground())
    press(page, "Play")
    page.wait_for_function("document.querySelector('.dmnb .epoch').textContent !== 'epoch 0'")
    page.evaluate("document.querySelector('main').style.paddingTop = '6000px'; scrollTo(0, 0)")
    page.wait_for_timeout(300)
    before = epoch(page)
    page.wait_for_timeout(500)
    assert epoch(page) == before
    page.locator(".dmnb .epoch").scroll_into_view_if_needed()
    page.wait_for_function(
        "(old) => document.querySelector('.dmnb .epoch').textContent !== old",
        arg=f"epoch {before}",
    )


@browser
def test_less_motion_for_those_who_asked(stage):
    page = stage(Playground(speed="slow"), reduced_motion="reduce")
    assert epoch(page) == 0
    press(page, "Play")
    moves = page.evaluate(
        """() => new Promise((done) => {
          let [moves, frames, last] = [0, 0, ''];
          const look = () => {
            const text = document.querySelector('.dmnb .epoch').textContent;
            moves += text !== last;
            last = text;
            frames += 1;
            frames < 60 ? requestAnimationFrame(look) : done(moves / frames);
          };
          look();
        })"""
    )
    assert moves < 0.25, "the picture changes now and then, not with every frame"


@browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anyone(stage, theme):
    page = stage(Playground(), theme=theme)
    assert violations(page) == []
    tell(page, "Draw your own")
    press(page, "Play")
    assert violations(page) == []
    assign(page, "rate", 9)
    assert violations(page) == []


@browser
def test_it_fits_a_phone_and_answers_a_finger(stage):
    page = stage(
        Playground(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    for story in STORIES:
        page.locator(f".dmnb [data-story='{story}']").tap()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert trait(page, "dataset") in ("blobs", "spirals")
    page.get_by_role("button", name="Step", exact=True).tap()
    assert epoch(page) == 1
    boxes = [button.bounding_box() for button in page.locator(".dmnb button:visible").all()]
    assert min(box["height"] for box in boxes) >= 32
    assert violations(page) == []


@browser
def test_other_widgets_leave_it_its_looks(stage):
    look = """() => ['.play', '.side', 'text.name'].map((part) => {
        const one = document.querySelector(`.dmnb.playground ${part}`);
        const { borderTopWidth, backgroundColor, fontWeight, fill } = getComputedStyle(one);
        return [borderTopWidth, backgroundColor, fontWeight, fill];
    })"""
    runs = [Record.load(path) for path in sorted(RUNS.glob("*seed0*.json"))[:2]]
    alone = stage(Playground()).evaluate(look)
    assert stage(Playground(), Dynamics(runs)).evaluate(look) == alone


@browser
def test_two_playgrounds_do_not_disturb_each_other_and_can_be_removed(stage):
    page = stage(Playground(), Playground(emphasis.MAE(), dataset="moons", classes=2))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids)) > 1
    second = page.locator(".dmnb").nth(1)
    second.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.dmnb .epoch')[1].textContent !== 'epoch 0'")
    assert page.locator(".dmnb .epoch").nth(0).inner_text() == "epoch 0"
    page.evaluate("endings[1]()")
    stopped = second.locator(".epoch").inner_text()
    page.wait_for_timeout(200)
    assert second.locator(".epoch").inner_text() == stopped
    assign(page, "seed", 5, index=1)
    assert second.locator(".epoch").inner_text() == stopped
