"""The Triton kernels against float64: on a GPU where there is one, else through the interpreter."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F

pytest.importorskip("triton")  # the CPU's interpreter of it is set in conftest.py

from test_loss import EMPHASES, GAPS, exact_gradient, rows_at

from dmnb import DMLoss, _fused, dm_loss, log_odds
from dmnb._fused import kernels, launch
from dmnb.emphasis import CCE, DM, GCE, AnchoredDM, Custom, TruncatedGCE, Uniform, per_class

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
WAYS = {
    "one program": {},
    "many programs": {"SINGLE": 64, "PARTS": 4},
    "online": {"ON_CHIP": 64, "SINGLE": 64},
    "one pass": {"ONE_PASS": 0, "WIDE": 2},
    "one pass online": {"ONE_PASS": 0, "WIDE": 2, "ON_CHIP": 64, "SINGLE": 64},
}

# Infinite logits are part of the tests; NumPy, which interprets the kernels, warns of them.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(autouse=True)
def poison():
    """Fresh memory is NaN: what a kernel does not write shows."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.fixture(autouse=True)
def forget():
    launch.plan.cache_clear()


def choose(monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(launch if hasattr(launch, name) else _fused, name, value)
    launch.plan.cache_clear()


def on_device(*tensors):
    return tuple(None if t is None else t.to(DEVICE) for t in tensors)


def value_and_gradient(z, y, emphasis, *, backend="fused", **options):
    """Under an upstream gradient that is not 1."""
    leaf = z.detach().clone(memory_format=torch.preserve_format).requires_grad_()
    out = dm_loss(leaf, y, emphasis, backend=backend, **options)
    upstream = torch.linspace(0.5, 3, out.numel(), device=z.device).view(out.shape).to(out)
    return out.detach(), torch.autograd.grad(out, leaf, upstream)[0]


def gradient(z, y, emphasis, **options):
    leaf = z.detach().clone().requires_grad_()
    options = {"normalization": "none", "reduction": "sum", **options}
    return torch.autograd.grad(dm_loss(leaf, y, emphasis, backend="fused", **options), leaf)[0]


def assert_rows_close(g, exact, bound):
    """Every row's L1 error, relative to its L1 norm, where float32 holds the row at all."""
    error, norm = (g.double() - exact).abs().sum(1), exact.abs().sum(1)
    held = exact.abs().amax(1) > 1e-30
    assert (error <= bound * norm)[held].all(), (error / norm)[held].max()


@pytest.mark.parametrize("emphasis", EMPHASES, ids=str)
def test_gradient_is_exact(emphasis):
    for dtype, bound in ((torch.float32, 5e-6), (torch.bfloat16, 1e-2)):
        z, y = on_device(*rows_at(GAPS, 10, dtype))
        assert_rows_close(gradient(z, y, emphasis), exact_gradient(z, y, emphasis), bound)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("classes", [2, 3, 127, 1000, 4097])
def test_gradient_of_any_width(classes, dtype, monkeypatch):
    gaps = (-1, 0, 3) if dtype == torch.float16 else (-60, -3, 0, 17, 60)  # float16 ends at 6e-8
    z, y = on_device(*rows_at(gaps, classes, dtype))
    exact = exact_gradient(z, y, AnchoredDM(0.5, 4))
    bound = 5e-6 if dtype == torch.float32 else 1e-2
    assert_rows_close(gradient(z, y, AnchoredDM(0.5, 4)), exact, bound)
    choose(monkeypatch, "one pass online")
    monkeypatch.setattr(launch, "ON_CHIP", 64 if classes < 200 else 512)
    launch.plan.cache_clear()
    assert_rows_close(gradient(z, y, AnchoredDM(0.5, 4)), exact, bound)


def test_weights_and_values_over_the_whole_range():
    """Two logits, m and 0: what the table alone makes of m."""
    m = torch.cat([torch.linspace(-60, 60, 601), torch.tensor([-1e9, -1e5, -300, 300, 1e5, 1e9])])
    z, y = torch.stack([m, torch.zeros_like(m)], 1), torch.zeros(len(m), dtype=torch.int64)
    z, y = on_device(z, y)
    more = [DM(2, 100), DM(0, -3), AnchoredDM(3, 40), TruncatedGCE(), DM(0.5, 12) + 2 * GCE(0.4)]
    for emphasis in EMPHASES + more:
        for name, ours, truth in (
            ("w", gradient(z, y, emphasis)[:, 1] * 2, emphasis.weight_at(z[:, 0].double())),
            (
                "l",
                dm_loss(z, y, emphasis, normalization="none", reduction="none", backend="fused"),
                emphasis.objective(z[:, 0].double()),
            ),
        ):
            error = (ours.double() - truth).abs()
            reach = z[:, 0].abs() <= (24 if isinstance(emphasis, Custom) else 1e9)
            near_zero = 1e-30 if name == "w" else 1e-6 * emphasis.integral
            assert (error <= 5e-6 * truth.abs() + near_zero)[reach].all(), (name, emphasis)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_same_as_the_reference(normalization, reduction, way, monkeypatch):
    choose(monkeypatch, way)
    z, y = rows_at(GAPS, 90)
    y[::5] = 1
    z[y == 1] = torch.nan  # rows to ignore may hold anything
    weight = None if reduction == "sum" else torch.rand(90) + 0.1
    options = {"normalization": normalization, "reduction": reduction, "ignore_index": 1}
    (ours, g), (truth, exact) = (
        value_and_gradient(*on_device(z.to(dtype), y), DM(0.5, 12), backend=backend,
                           weight=None if weight is None else weight.to(DEVICE, dtype), **options)
        for dtype, backend in ((torch.float32, "fused"), (torch.float64, "reference"))
    )  # fmt: skip
    assert ours.dtype == g.dtype == torch.float32
    torch.testing.assert_close(ours.double(), truth, rtol=5e-6, atol=1e-5)
    assert_rows_close(g[y != 1], exact[y != 1], 5e-6)
    assert (g[y == 1] == 0).all()


@pytest.mark.parametrize("shape", [(9, 5), (5,), (3, 5, 4), (2, 5, 3, 4)], ids=str)
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_shapes_of_cross_entropy(shape, reduction):
    z, y = torch.randn(shape), torch.randint(5, shape[:1] + shape[2:] if len(shape) > 1 else ())
    (ours, g), (theirs, expected) = (
        value_and_gradient(z.to(DEVICE), y.to(DEVICE), CCE(), normalization="none",
                           reduction=reduction, backend=backend)
        for backend in ("fused", "reference")
    )  # fmt: skip
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(g, expected)
    assert g.shape == z.shape


@pytest.mark.parametrize("way", WAYS)
def test_strides(way, monkeypatch):
    choose(monkeypatch, way)
    z, y = on_device(*rows_at(GAPS, 90, torch.float32))
    expected = gradient(z, y, DM(0.5, 12))
    wide = torch.full((len(y), 200), torch.nan, device=DEVICE)
    wide[:, 7:97] = z
    for view in (wide[:, 7:97], z.T.contiguous().T):
        assert view.stride() != z.stride()
        leaf = view.detach().requires_grad_()
        total = dm_loss(
            leaf, y, DM(0.5, 12), normalization="none", reduction="sum", backend="fused"
        )
        torch.testing.assert_close(torch.autograd.grad(total, leaf)[0], expected)
    labels = torch.stack([y, y], 1)[:, 0]
    torch.testing.assert_close(gradient(z, labels.int(), DM(0.5, 12)), expected)


@pytest.mark.parametrize("way", WAYS)
def test_infinities_and_nan_as_in_cross_entropy(way, monkeypatch):
    choose(monkeypatch, way)
    inf, nan = torch.inf, torch.nan
    rows = [
        (-inf, 0.0, 1.0), (inf, 0.0, 1.0), (nan, 0.0, 1.0), (2.0, -inf, 1.0), (2.0, inf, 1.0),
        (2.0, nan, 1.0), (2.0, -inf, -inf), (-inf, -inf, -inf), (3e38, -3e38, 0.0),
    ]  # fmt: skip
    z = torch.tensor(rows).repeat(1, 30)[:, :90]
    z[:, 3::3] = -inf  # the label's logit comes once
    y = torch.zeros(len(z), dtype=torch.int64)
    z, y = on_device(z, y)
    for reduction in ("sum", "none"):
        leaf = z.clone().requires_grad_()
        theirs = F.cross_entropy(leaf, y, reduction=reduction)
        expected = torch.autograd.grad(theirs.sum(), leaf)[0]
        ours = dm_loss(leaf, y, CCE(), normalization="none", reduction=reduction, backend="fused")
        g = torch.autograd.grad(ours.sum(), leaf)[0]
        torch.testing.assert_close(ours, theirs, equal_nan=True)
        torch.testing.assert_close(g, expected, equal_nan=True)
    assert gradient(z, y, DM(0.5, 12))[[0, 3, 6, 8]].isfinite().all()
    assert gradient(z, y, DM(0.5, 12), normalization="batch").isnan().all()  # all share one sum


def test_a_wrong_label_makes_its_row_nan():
    z, y = on_device(*rows_at((-3, 0.2, 4), 6, torch.float32))
    y[1] = 6
    value = dm_loss(z, y, DM(0.5, 12), reduction="none", backend="fused")
    assert value.isnan().tolist() == [False, True, False]
    assert gradient(z, y, DM(0.5, 12)).isnan().all(1).tolist() == [False, True, False]


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
@pytest.mark.parametrize("rows", [0, 5], ids=["empty", "ignored"])
def test_nothing_to_learn_from(normalization, rows):
    y = torch.full((rows,), -100, device=DEVICE)
    for reduction in ("mean", "sum", "none"):
        z = torch.randn(rows, 4, device=DEVICE, requires_grad=True)
        options = {"normalization": normalization, "reduction": reduction}
        out = dm_loss(z, y, DM(0.5, 12), backend="fused", **options)
        if reduction == "mean" and normalization != "batch":
            assert out.isnan()
        else:
            assert (out == 0).all() and out.shape == (y.shape if reduction == "none" else ())
        out.sum().backward()
        assert (z.grad == 0).all()


@pytest.mark.parametrize("way", WAYS)
def test_same_bits_again(way, monkeypatch):
    choose(monkeypatch, way)
    z, y = on_device(4 * torch.randn(20, 90), torch.randint(90, (20,)))
    first, second = (value_and_gradient(z, y, DM(0.5, 12)) for _ in range(2))
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])


@pytest.mark.parametrize("way", ["one program", "one pass"])
def test_backward_again(way, monkeypatch):
    """With another upstream gradient, and without spoiling the first one's result."""
    choose(monkeypatch, way)
    z, y = on_device(*rows_at(GAPS, 10, torch.float32))
    z.requires_grad_()
    total = dm_loss(z, y, DM(0.5, 12), backend="fused")
    first = torch.autograd.grad(total, z, retain_graph=True)[0]
    kept = first.clone()
    second = torch.autograd.grad(3 * total, z, retain_graph=True)[0]
    torch.testing.assert_close(second, 3 * first)
    assert torch.equal(first, kept)


@pytest.mark.parametrize("way", ["one program", "one pass"])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_second_derivatives_are_the_reference(way, reduction, monkeypatch):
    choose(monkeypatch, way)
    z, y = on_device(*rows_at((-3, 0.2, 4), 6, torch.float32))
    seconds = []
    for backend in ("fused", "reference"):
        leaf = z.clone().requires_grad_()
        out = dm_loss(leaf, y, DM(0.5, 12), reduction=reduction, backend=backend).sum()
        (g,) = torch.autograd.grad(out, leaf, create_graph=True)
        seconds.append(torch.autograd.grad((g**2).sum(), leaf)[0])
    torch.testing.assert_close(*seconds)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("normalization", ["integral", "batch"])
def test_gradient_in_the_place_of_the_logits(way, normalization, monkeypatch):
    choose(monkeypatch, way)
    z, y = on_device(*rows_at(GAPS, 90, torch.float32))
    _, expected = value_and_gradient(z, y, DM(0.5, 12), normalization=normalization)
    options = (DM(0.5, 12), normalization, "mean", None, -100, None, None)
    leaf = z.clone().requires_grad_()
    logits = 1 * leaf
    seen = []
    logits.register_hook(lambda g: seen.append(g.data_ptr()))
    total, _ = _fused.dm_loss(logits, y, *options, inplace=True)
    (0.5 * total).backward(retain_graph=True)
    torch.testing.assert_close(leaf.grad, expected)
    assert seen == [logits.data_ptr()]
    with pytest.raises(RuntimeError, match="inplace"):
        total.backward()
    with pytest.raises(ValueError, match="inplace must be False"):
        _fused.dm_loss(leaf, y, *options, inplace=True)


def test_who_needs_the_logits_is_told_that_they_are_gone():
    leaf = torch.randn(3, 5, device=DEVICE, requires_grad=True)
    logits = leaf.exp()  # keeps its result for backward
    y = torch.tensor([0, 1, 2], device=DEVICE)
    total, _ = _fused.dm_loss(logits, y, CCE(), "none", "mean", None, -100, None, inplace=True)
    with pytest.raises(RuntimeError, match="inplace"):
        total.backward()


@pytest.mark.parametrize("way", ["one program", "one pass"])
def test_many_gradients_at_once_are_the_reference(way, monkeypatch):
    choose(monkeypatch, way)
    z, y = on_device(*rows_at((-3, 0.2, 4), 6, torch.float32))
    z.requires_grad_()
    many = torch.tensor([1.0, -2.0], device=DEVICE)
    together = []
    for backend in ("fused", "reference"):
        total = dm_loss(z, y, DM(0.5, 12), backend=backend)
        together += torch.autograd.grad(total, z, many, is_grads_batched=True)
    torch.testing.assert_close(*together)


@pytest.mark.skipif(DEVICE != "cpu", reason="needs memory that is there only in name")
def test_rows_beyond_32_bits(tmp_path):
    """N = 2^29: of all rows but the first two the kernels only hear."""
    z, y = rows_at((-3, 0.2), 6, torch.float32)
    cells, start, steps = _fused.table.of(DM(0.5, 12), z.device)
    value, stats, g = torch.empty(()), torch.empty(5), torch.empty_like(z)
    numbers, align = launch._layout(z, g)
    constants = {"ALIGN": align, "R": 2, "BLOCK": 8}

    def rows_and_gradient(N):
        rows = torch.from_file(str(tmp_path / "rows"), shared=True, size=5 * N).view(5, N)
        kernels.forward[1,](
            z, y, None, cells, start, rows, None, value, stats, None, N, *numbers, 1, -100, 1.0,
            1e-6, MODE=0, STEPS=steps, ONLINE=False, WEIGHTED=False, WRITE=False, LAST=True,
            **constants,
        )  # fmt: skip
        kernels.backward[1, 1](
            z, y, rows, stats, torch.ones(()), g, N, *numbers, 0, -100, **constants
        )
        return rows[:, :2].clone(), g.clone()

    torch.testing.assert_close(rows_and_gradient(2**29), rows_and_gradient(2), rtol=0, atol=0)


def test_log_odds_and_weights_of_each_row():
    z, y = on_device(*rows_at(GAPS, 10, torch.float32))
    y[2] = -100
    weight = torch.rand(10, device=DEVICE)
    emphasis = DM(0.5, 12)
    _, rows = _fused.dm_loss(z, y, emphasis, "none", "mean", weight, -100, None)
    kept = y != -100
    m = log_odds(z[kept].double(), y[kept])
    torch.testing.assert_close(rows[2][kept].double(), m, rtol=1e-6, atol=1e-6)
    w = weight[y[kept]] * emphasis.density_at(m)
    torch.testing.assert_close(rows[1][kept].double(), w, rtol=5e-6, atol=0)
    assert rows[1][~kept] == 0 and rows[2][~kept].isnan() and not rows.requires_grad


@pytest.mark.parametrize(
    ("normalization", "reduction"), [("none", "mean"), ("integral", "none"), ("batch", "mean")]
)
def test_compiled_in_one_graph(normalization, reduction):
    torch.compiler.reset()
    z, y = on_device(*rows_at((-30, -3, 0.2, 4, 30), 6, torch.float32))
    y[1] = -100
    options = {"normalization": normalization, "reduction": reduction, "backend": "fused"}

    def loss(z, y, emphasis):
        return dm_loss(z, y, emphasis, **options)

    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    for emphasis in (DM(0.5, 12), DM(0.2, 3), GCE(0.7)):  # each has its own table
        results = []
        for f in (loss, compiled):
            leaf = z.clone().requires_grad_()
            out = f(leaf, y, emphasis)
            results.append((out.detach(), torch.autograd.grad(out.sum(), leaf)[0]))
        torch.testing.assert_close(*results)


SPLIT = (5, 3)  # rows of each process, the second with an ignored one
JOINT = [(n, r) for n in ("none", "integral", "batch") for r in ("mean", "sum", "none")]


def joined_batch():
    generator = torch.Generator().manual_seed(0)
    z = 4 * torch.randn(sum(SPLIT) + 2, 6, generator=generator)
    y = torch.randint(6, (len(z),), generator=generator)
    y[SPLIT[0] + 1] = -100
    return z[: sum(SPLIT)], y[: sum(SPLIT)], torch.rand(6, generator=generator)


def one_process(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    z, y, weight = joined_batch()
    rows = slice(0, SPLIT[0]) if rank == 0 else slice(SPLIT[0], None)
    results = []
    for normalization, reduction in JOINT:
        options = {"normalization": normalization, "reduction": reduction, "weight": weight}
        leaf = z[rows].clone().requires_grad_()
        group = dist.group.WORLD
        out = dm_loss(leaf, y[rows], DM(0.5, 12), process_group=group, backend="fused", **options)
        results.append((out.detach(), torch.autograd.grad(out.sum(), leaf)[0]))
    torch.save(results, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_available() or DEVICE != "cpu", reason="gloo, on the CPU")
def test_two_processes_descend_the_joined_batch(tmp_path):
    multiprocessing.spawn(one_process, args=(str(tmp_path),), nprocs=2)
    halves = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1)]
    z, y, weight = joined_batch()
    for (normalization, reduction), *parts in zip(JOINT, *halves, strict=True):
        leaf = z.double().requires_grad_()
        options = {"normalization": normalization, "reduction": reduction}
        out = dm_loss(leaf, y, DM(0.5, 12), weight=weight.double(), **options)
        expected = torch.autograd.grad(out.sum(), leaf)[0]
        values, gradients = zip(*parts, strict=True)
        value = torch.cat(values) if reduction == "none" else sum(values)
        averaged = 1 if reduction == "none" and normalization != "batch" else 2
        torch.testing.assert_close(value.double() / averaged, out.detach(), rtol=5e-6, atol=1e-6)
        g = torch.cat(gradients).double() / averaged  # as DistributedDataParallel does
        torch.testing.assert_close(g, expected, rtol=1e-5, atol=1e-7)


Z, Y = torch.randn(4, 5, device=DEVICE), torch.tensor([0, 1, 2, 3], device=DEVICE)
JUMP = Custom(lambda p: 1 + (p > 0.3).double())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda **k: dm_loss(Z.double(), Y, CCE(), **k), "float32, bfloat16 or float16"),
        (lambda **k: dm_loss(Z, Y, per_class([CCE()] * 4 + [Uniform()]), **k), "all classes"),
        (lambda **k: dm_loss(Z, Y, JUMP, **k), "smooth but at its breaks"),
        (
            lambda **k: torch.func.vmap(lambda z, y: dm_loss(z, y, CCE(), **k))(Z, Y).sum(),
            "torch.func",
        ),
    ],
)
def test_what_the_kernels_cannot_do(call, words):
    with pytest.raises(RuntimeError, match=f"backend 'fused' needs .*{words}"):
        call(backend="fused")
    torch.testing.assert_close(call(backend="auto"), call(backend="reference"))


def test_bad_class_weights_are_named():
    with pytest.raises(ValueError, match=r"weight must have shape \(5,\), got \(4,\)"):
        dm_loss(Z, Y, CCE(), weight=torch.ones(4), backend="fused")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("import sys; sys.modules['triton'] = None", "backend 'fused' needs Triton"),
        ("", "needs logits on a CUDA device, got cpu"),
    ],
)
def test_without_triton_or_a_gpu(before, words):
    code = f"""{before}
import torch, dmnb
z, y, e = torch.randn(3, 4), torch.tensor([0, 1, 2]), dmnb.emphasis.CCE()
assert dmnb.dm_loss(z, y, e).isfinite() and "dmnb._fused" not in __import__("sys").modules
try:
    dmnb.DMLoss(e, backend="fused")(z, y)
except RuntimeError as error:
    print(error)
"""
    environment = os.environ | {"TRITON_INTERPRET": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert words in done.stdout, done.stderr


def test_kernels_compile_for_a_gpu_that_is_not_there(tmp_path):
    """Logits of 1000 classes move 16 bytes at a time, though 1000 is no multiple of 16."""
    environment = os.environ | {"TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path)}
    script = Path(__file__).with_name("ahead.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    ptx = json.loads(done.stdout)
    wide = {name for name, text in ptx.items() if "ld.global.v4" in text}
    assert wide >= {name for name in ptx if "pass" in name or "many" in name} | {"backward"}


def test_another_default_device_changes_nothing():
    expected = dm_loss(Z, Y, DM(0.5, 12.5), backend="fused")
    _fused.table._of.cache_clear()
    with torch.device("meta"):
        assert torch.equal(dm_loss(Z, Y, DM(0.5, 12.5), backend="fused"), expected)


def test_module_keeps_its_backend():
    loss = DMLoss(DM(0.5, 12), backend="fused").to(DEVICE)
    assert copy.deepcopy(loss).backend == "fused"
    torch.testing.assert_close(loss(Z, Y), DMLoss(DM(0.5, 12), backend="reference")(Z, Y))
