"""Grid files, and sweeps that are killed, resumed, fail and go on."""

import textwrap

import pytest

from dmnb import sweep


@pytest.fixture
def grid(tmp_path):
    """A function from the text of a grid file to its cells."""

    def read(text, **options):
        path = tmp_path / "small.grid.yaml"
        path.write_text(text)
        return sweep.read_grid(path, **options)

    return read


def test_the_example_in_the_docstring_has_the_cells_it_says(grid):
    text = textwrap.dedent(sweep.read_grid.__doc__.split("\n\n")[2])
    cells = grid(text)
    assert len(cells) == 24
    first = {"dataset": "cifar10", "model": "resnet56", "rate": 0.2, "seed": 0}
    assert cells[0] == {**first, "emphasis": "cce", "lr": 0.1}
    assert [c["beta"] for c in cells if c.get("lam") == 1] == [12, 16] * 6


def test_a_grid_is_a_product_and_other_lists_are_values(grid):
    cells = grid("parameters: {methods: [cce, dm]}\ngrid: {rate: [0, .4], lr: [1e-3, 2]}")
    assert [(c["rate"], c["lr"]) for c in cells] == [(0, 0.001), (0, 2), (0.4, 0.001), (0.4, 2)]
    assert all(c["methods"] == ["cce", "dm"] for c in cells)


def test_a_case_changes_the_parameters(grid):
    assert grid("parameters: {lr: 1}\ncases: [{lr: 2}, {}]") == [{"lr": 2}, {"lr": 1}]


def test_parameters_alone_are_one_cell(grid):
    assert grid("parameters: {rate: .4}") == [{"rate": 0.4}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "grid file must map"),
        ("- 1", "grid file must map"),
        ("{}", "empty"),
        ("grid: {}", "empty"),
        ("parameters: {}", "empty"),
        ("grid: {rate: []}", "rate must be a list of at least one"),
        ("grid: {rate: .4}", r"rate must be a list.*0\.4"),
        ("grid: [rate]", "grid must map names"),
        ("cases: []", "cases must be a list"),
        ("cases: {lr: 1}", "cases must be a list"),
        ("cases: [1]", "a case must map"),
        ("parameters: {1: 2}", "parameters must map names"),
        ("grids: {rate: [1]}", "unknown part grids.*parameters, grid, cases"),
        ("parameters: {rate: 1}\ngrid: {rate: [1]}", "rate is set twice"),
        ("grid: {rate: [1]}\ncases: [{rate: 2}]", "rate is set twice"),
        ("grid: {rate: [1]}\ncases: [{grid: {rate: [2]}}]", "rate is set twice"),
        ("cases: [{lr: 1, grid: {lr: [2]}}]", "lr is set twice"),
        ("grid:\n  rate: [1]\n  rate: [2]", "line 2: rate stands twice"),
        ("grid: {rate: [1, 1.0]}", "same cell twice.*rate"),
        ("grid: {rate: [1]}\ncases: [{}, {}]", "same cell twice"),
        ("grid: {rate: [1\nseed: 2}", "no YAML: line 2"),
        ("grid: {rate: [2026-01-01]}", "numbers, texts.*date"),
        ("grid: {rate: [.inf]}", "inf|JSON"),
        ("grid: {rate: [!!python/none x]}", "no YAML: line 1"),
    ],
)
def test_a_bad_grid_is_named(grid, text, words):
    with pytest.raises(ValueError, match=rf"small\.grid\.yaml: .*({words})"):
        grid(text)


def test_unknown_parameters_are_named(grid):
    with pytest.raises(ValueError, match="unknown parameter ratio; known: rate, seed"):
        grid("grid: {rate: [1], ratio: [2]}", known=["rate", "seed"])
    assert grid("grid: {rate: [1]}", known=["rate"]) == [{"rate": 1}]
