"""What importing costs, and which module may import which: downwards only, as the table says."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "dmnb"

OPTIONAL = ["IPython", "anywidget", "datasets", "gensim", "ipywidgets", "matplotlib", "nbformat"]
OPTIONAL += ["papermill", "pandas", "pyarrow", "ray", "rich", "scipy", "sklearn"]
OPTIONAL += ["torchvision", "triton"]

# Each module with those of ours, or the names in them, that it may import.
# A new file needs a row here, and a reason.
LEAVES = {"emphasis", "noise", "models", "record", "data", "features", "retrieval"}
BELOW = {
    **{leaf: set() for leaf in LEAVES},
    "_files": set(),
    "_methods": set(),
    "record": {"_files"},
    "features": {"_files"},
    "_fused": {"emphasis", "_rows"},
    "_rows": {"emphasis"},
    "loss": {"emphasis", "_rows", "_fused"},
    "authors": {"emphasis", "_rows"},
    # losses are passed in; log-odds are measured, DMLosses joined
    "train": {"_files", "record", "loss"},
    "report": {"_files", "_methods", "record", "plots"},
    "plots": {"_methods"},
    "widgets": {"_methods", "emphasis"},
}
BELOW["experiment"] = LEAVES | {"loss", "authors", "train"}
BELOW["guide"] = BELOW["experiment"] | {"experiment"}
BELOW["sweep"] = BELOW["guide"] | {"_files"}
BELOW["cli"] = BELOW["sweep"] | {"guide", "sweep", "plots", "report"}
BELOW["__main__"] = {"cli"}

FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The name in the table of a file: its own, or its folder's directly under the package."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path, tree: ast.AST):
    """Absolute dotted names of everything that a file imports, at any depth."""
    folder = ["dmnb", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) + 1 - node.level] if node.level else []
            stem = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_dmnb_loads_no_optional_package():
    loaded = run("import sys, dmnb; print(*(name.split('.')[0] for name in sys.modules))").split()
    assert set(loaded) & set(OPTIONAL) == set()


def test_the_loss_needs_torch_and_numpy_alone():
    """None in sys.modules makes an import fail, wherever in a function it stands."""
    print_gradient = """
import sys
sys.modules.update(dict.fromkeys({optional!r}))
import torch, dmnb
logits = torch.zeros(3, 4, requires_grad=True)
loss = dmnb.DMLoss(dmnb.emphasis.DM(0.5, 12), normalization="none", reduction="none")
loss(logits, torch.tensor([0, 1, 2])).sum().backward()
expected = dmnb.emphasis.DM(0.5, 12).weight(torch.tensor(0.25))
print(torch.allclose(logits.grad.abs().sum(1), expected))
"""
    assert run(print_gradient.format(optional=OPTIONAL)).strip() == "True"


def test_the_command_needs_nothing_that_windows_has_not():
    assert run("import sys; sys.modules['fcntl'] = None; import dmnb.cli; print(1)") == "1\n"


def test_the_package_module_re_exports_and_finds_its_modules():
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    others = [node for node in tree.body if not isinstance(node, allowed)]
    assert [node.name for node in others] == ["__getattr__"]
    code = "import dmnb; print(dmnb.data.NAMES[0], dmnb.guide.suggest(0), hasattr(dmnb, 'date'))"
    assert run(code).split() == ["digits", "Suggestion(lam=0.5,", "beta=12.0)", "False"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    module = module_of(path)
    names = list(imports(path, ast.parse(path.read_text())))
    assert [name for name in names if name.split(".")[0] in {"book", "tests"}] == []
    if module == "__init__":
        return
    assert module in BELOW, f"give {module} a place in the table"
    ours = {name.removeprefix("dmnb.") for name in names if name.startswith("dmnb.")}
    allowed = BELOW[module] | {module, "__version__"}
    assert [name for name in ours if not {name, name.split(".")[0]} & allowed] == []
