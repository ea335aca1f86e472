"""Record: what one run measured, to and from a small JSON file."""

import ast
import hashlib
import json
import math
import platform
import re
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from dmnb._files import atomic_write

DIGITS = 5
# Modules that draw, tell and organise: no result depends on them.
AROUND = {
    "__init__", "__main__", "_files", "_methods", "cli", "guide", "plots", "report", "sweep",
    "widgets",
}  # fmt: skip


@dataclass(kw_only=True)
class Record:
    """One run. Accuracies and probabilities are fractions in [0, 1], times are seconds.

    Lists without another word have one entry per recorded epoch (``epoch`` names them, from 1).

    config: the settings that made it, as a dict (`dmnb.experiment.Config`).
    noise_rate: measured share of training labels that differ from the true ones; None where nobody
        knows those.
    test_accuracy, best, final: per epoch, its maximum, its last entry. ``best`` is shown to tell
        how much a run lost by the end; it is chosen on test data and is never the result.
    corrupted, intact: accuracy of the final network over the whole training set, against the given
        (corrupted) labels and against the true (intact) ones. This reading of the paper's Table 9
        is the one its figures allow: at r = .4 cross-entropy has 83.0 and 64.4, with p near .9 on
        clean and .7 on noisy examples (Figure 2), and .6 x .9 + .4 x .7 = .82, while an accuracy
        on the clean examples alone would be above .9 and not 64. A network that memorises has
        corrupted near 1 and intact near 1 - r; an ideal one has 1 - r and 1. None where the
        training set is too large to go over.
    p_clean, p_noisy: mean probability of the given label where it is right, and where it is wrong.
    ess: effective sample size (sum w)^2 / (N sum w^2) of the emphasis, in (0, 1].
    train_loss: mean loss of the epoch's batches, as they were trained on.
    histograms: at most 25 dicts {epoch, clean, noisy}, counts of p in 20 equal bins of [0, 1].
    diverged: the epoch at which the loss or the logits stopped being finite; None: never.
    seconds: wall time of training and measuring. versions, hardware: what it ran on.
    """

    config: dict
    noise_rate: float | None
    epoch: list
    test_accuracy: list
    best: float
    final: float
    corrupted: float | None
    intact: float | None
    p_clean: list
    p_noisy: list
    ess: list
    train_loss: list
    histograms: list
    diverged: int | None
    seconds: float
    versions: dict
    hardware: dict

    def __getitem__(self, name: str) -> Any:
        """What is recorded under a name: record["final"] is record.final. KeyError names others."""
        return vars(self)[name]

    def to_dict(self) -> dict[str, Any]:
        """The record by its names, in full precision; a copy."""
        return asdict(self)

    def to_json(self) -> str:
        """Strict JSON on one line: 5 significant digits outside config, NaN and infinity null."""
        values = {
            name: value if name == "config" else _rounded(value)
            for name, value in self.to_dict().items()
        }
        return json.dumps(values, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """The inverse of `to_json`. Raises ValueError for bad JSON and missing or unknown keys."""
        values = json.loads(text, parse_constant=_refuse)
        if not isinstance(values, dict):
            raise ValueError(f"a record is a JSON object, got {type(values).__name__}")
        known = {field.name for field in fields(cls)}
        for word, keys in (
            ("misses", known - values.keys()),
            ("has unknown", values.keys() - known),
        ):
            if keys:
                raise ValueError(f"the record {word} {', '.join(sorted(keys))}")
        return cls(**values)

    def save(self, folder: str | Path) -> Path:
        """Write `name` into ``folder``, made where missing; the path of the file.

        The file appears whole or not at all; an earlier record of the same config is replaced.
        """
        path = Path(folder) / self.name
        atomic_write(path, f"{self.to_json()}\n".encode())
        return path

    @classmethod
    def load(cls, path: str | Path) -> "Record":
        """Read one file. Raises ValueError naming it where it is not a whole record."""
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    @property
    def name(self) -> str:
        """File name: what tells runs apart at a glance, and a hash of the whole config."""
        return file_name(self.config)


def file_name(config: dict) -> str:
    """The name a record of ``config`` is saved under: equal configs, equal names."""
    told = {name: config.get(name, "") for name in ("dataset", "noise", "emphasis", "lr", "seed")}
    dataset = Path(str(told["dataset"])).name
    told["emphasis"] = re.sub(r"[^\w-]+", "_", str(told["emphasis"])).strip("_")[:40]
    code = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:8]
    return "{0}-{noise}-{emphasis}-lr{lr}-seed{seed}-{1}.json".format(dataset, code, **told)


def versions() -> dict:
    """Versions of Python and of the packages that decide a result, and the `code` of this one."""
    packages = {name: _version(name) for name in ("dmnb", "torch", "numpy")}
    return {"python": platform.python_version(), **packages, "code": code()}


@cache
def code() -> dict[str, str]:
    """Each module of this package that can decide a result -> 8 hexadecimal digits of its code.

    Comments, docstrings and layout do not count: a rewritten sentence leaves results valid. (The
    version of the package stays the same while it is edited, and a commit changes with a sentence.)
    Nor does the Python that reads it: what counts is the syntax tree, without what is empty in it.
    The code as it is when first asked for.
    """
    sources: dict[str, str] = {}
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        module = path.relative_to(package).with_suffix("").parts[0]
        if module not in AROUND:
            sources[module] = sources.get(module, "") + _bare(path.read_text(encoding="utf-8"))
    return {name: hashlib.sha256(text.encode()).hexdigest()[:8] for name, text in sources.items()}


def _bare(source: str) -> str:
    """The syntax tree of Python code without comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = node.body[ast.get_docstring(node, clean=False) is not None :]
    return _dump(tree)


def _dump(node: Any) -> str:
    """A syntax tree as text, without fields that are empty: Pythons differ in these, and in how
    ast.dump tells them."""
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    told = ", ".join(f"{name}={_dump(value)}" for name, value in fields)
    return f"{type(node).__name__}({told})"


def hardware(device: str | torch.device) -> dict:
    """The device's type and name, and the number of CPU threads torch may use."""
    device = torch.device(device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()
    return {"device": device.type, "name": name, "threads": torch.get_num_threads()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _refuse(constant: str):
    raise ValueError(f"{constant} is not strict JSON")


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
