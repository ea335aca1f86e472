"""Grid files: which cells a sweep has."""

import json
import re
from collections.abc import Collection, Mapping
from itertools import product
from pathlib import Path
from typing import Any

PARTS = ("parameters", "grid", "cases")


def read_grid(path: str | Path, *, known: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The cells of a grid file, in its order; each cell maps parameters to values of JSON's kinds.

    A grid file is YAML. Table 9 of the paper at two noise rates, each lambda with its own beta:

        parameters:                # the same in every cell
          dataset: cifar10
          model: resnet56
        grid:                      # every combination of these
          rate: [.2, .4]
          seed: [0, 1, 2]
        cases:                     # and each of those with each of these
          - {emphasis: cce, lr: .1}
          - {emphasis: dm, lam: .5, beta: 12, lr: .01}
          - {emphasis: dm, lam: 1, lr: .01, grid: {beta: [12, 16]}}

    That makes 2 x 3 x (1 + 1 + 2) = 24 cells. Each part is optional. A case may change one of the
    `parameters`, and may have a `grid` of its own, whose combinations it takes. Only a `grid` is
    multiplied out: lists elsewhere are values that are lists. Nothing else may be set twice.

    known: the parameters that exist, where there is a notebook or a Config to tell. The last name
    of a `grid` runs fastest, the cases faster still.

    Raises:
        ValueError: the file is not such YAML, has no cell, names an unknown parameter, sets one
            twice or holds the same cell twice. The message begins with the path.
        OSError: the file cannot be read.
    """
    try:
        cells = _cells(_parsed(Path(path).read_text(encoding="utf-8")))
        for cell in cells if known is not None else ():
            if unknown := [name for name in cell if name not in known]:
                raise ValueError(
                    f"unknown parameter {', '.join(unknown)}; known: {', '.join(known) or 'none'}"
                )
        for index, cell in enumerate(cells):
            if cell in cells[:index]:
                raise ValueError(f"the same cell twice: {json.dumps(cell)}")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return cells


def _cells(grid: Any) -> list[dict[str, Any]]:
    parts = _mapping(grid, "a grid file")
    if unknown := parts.keys() - set(PARTS):
        raise ValueError(
            f"unknown part {', '.join(sorted(unknown))}; a grid has {', '.join(PARTS)}"
        )
    fixed = _mapping(parts.get("parameters", {}), "parameters")
    cases = parts.get("cases", [{}])
    if not isinstance(cases, list) or not cases:
        raise ValueError(f"cases must be a list of mappings, at least one; got {cases!r}")
    if not any(parts.values()):
        raise ValueError(f"the grid is empty: give at least one of {', '.join(PARTS)}")
    expanded = [cell for case in cases for cell in _expanded(_mapping(case, "a case"))]
    return [
        fixed | _joined(chosen, case)
        for chosen in _combinations(parts.get("grid", {}), besides=fixed)
        for case in expanded
    ]


def _expanded(case: dict[str, Any]) -> list[dict[str, Any]]:
    """A case as cells: one, or the combinations of its own grid."""
    values = {name: value for name, value in case.items() if name != "grid"}
    return [values | chosen for chosen in _combinations(case.get("grid", {}), besides=values)]


def _combinations(grid: Any, *, besides: Collection[str]) -> list[dict[str, Any]]:
    grid = _mapping(grid, "grid")
    if twice := grid.keys() & set(besides):
        raise ValueError(f"{', '.join(sorted(twice))} is set twice: in grid and beside it")
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            raise ValueError(f"grid: {name} must be a list of at least one value, got {values!r}")
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _joined(chosen: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    if twice := chosen.keys() & case.keys():
        raise ValueError(f"{', '.join(sorted(twice))} is set twice: in grid and in a case")
    return chosen | case


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{what} must map names to values, got {value!r}")
    return dict(value)


def _parsed(text: str) -> Any:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "grid files need pyyaml: pip install dmnb[experiments]"
        ) from error

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [key.value for key, _ in node.value]
            if twice := [key for index, key in enumerate(keys) if key in keys[:index]]:
                raise ValueError(f"line {node.start_mark.line + 1}: {twice[0]} stands twice")
            return super().construct_mapping(node, deep)

    # YAML 1.1 takes 1e-4, without a point, for a text.
    exponent = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", exponent, list("-+.0123456789"))
    try:
        parsed = yaml.load(text, Loader)
        json.dumps(parsed, allow_nan=False)
    except yaml.MarkedYAMLError as error:
        raise ValueError(f"no YAML: line {error.problem_mark.line + 1}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {error}") from error
    except TypeError as error:
        raise ValueError(
            f"values are numbers, texts, true, false, lists, mappings: {error}"
        ) from error
    return parsed
