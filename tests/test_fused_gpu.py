"""The Triton kernels where the interpreter cannot follow: sizes, graphs, memory, what waits."""

import pytest
import torch

pytest.importorskip("triton")

from test_fused import WAYS, Y, Z, assert_rows_close, choose, forget, poison, value_and_gradient  # noqa: F401
from test_loss import exact_gradient

from dmnb import DMLoss, _fused, dm_loss, log_odds
from dmnb._fused import launch
from dmnb.emphasis import CCE, DM, Uniform


def cuda_rows(rows, classes, dtype):
    z = 4 * torch.randn(rows, classes, device="cuda")
    return z.to(dtype), torch.randint(classes, (rows,), device="cuda")


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize(
    ("rows", "classes"),
    [
        (1, 50257),
        (300, 50257),
        (2048, 32768),
        (700, 131072),
        (5, 200_000),
        (70_001, 10),
        (64, 16384),
    ],
)
def test_large_shapes(rows, classes, dtype):
    z, y = cuda_rows(rows, classes, dtype)
    for normalization in ("integral", "batch"):
        value, g = value_and_gradient(z, y, DM(0.5, 12), normalization=normalization)
        parts = zip(z.split(1024), y.split(1024), strict=True)
        m = torch.cat([log_odds(logits.double(), labels) for logits, labels in parts])
        v = DM(0.5, 12).density_at(m)
        divisor = v.sum() if normalization == "batch" else rows
        truth = DM(0.5, 12).normalized_objective(m).sum() / divisor
        torch.testing.assert_close(value.double(), truth, rtol=5e-6, atol=1e-5)
        for part in torch.arange(rows).split(64)[:: max(rows // 640, 1)]:
            exact = exact_gradient(z[part], y[part], DM(0.5, 12)) / DM(0.5, 12).integral / divisor
            bound = 1e-5 if dtype == torch.float32 else 1e-2
            assert_rows_close(g[part] / 0.5, exact, bound)  # the upstream gradient was 0.5


@pytest.mark.gpu
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("normalization", ["integral", "batch"])
def test_replayed_from_a_graph(way, normalization, monkeypatch):
    choose(monkeypatch, way)
    loss = DMLoss(DM(0.5, 12), normalization=normalization)
    z, y = cuda_rows(100, 90, torch.float32)
    z.requires_grad_()
    torch.autograd.grad(loss(z, y), z)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        total = loss(z, y)
        (g,) = torch.autograd.grad(total, z)
    fresh, labels = cuda_rows(100, 90, torch.float32)
    z.data.copy_(fresh)
    y.copy_(labels)
    graph.replay()
    expected = loss(z, y)
    assert torch.equal(total, expected)
    assert torch.equal(g, torch.autograd.grad(expected, z)[0])


@pytest.mark.gpu
@pytest.mark.parametrize("normalization", ["integral", "batch"])
def test_compiled_by_inductor(normalization):
    torch.compiler.reset()
    loss = DMLoss(DM(0.5, 12), normalization=normalization)
    layer = torch.nn.Linear(64, 1000, device="cuda")
    x, (_, y) = torch.randn(32, 64, device="cuda"), cuda_rows(32, 1000, torch.float32)
    results = []
    for f in (
        lambda x: loss(layer(x), y),
        torch.compile(lambda x: loss(layer(x), y), fullgraph=True),
    ):
        out = f(x)
        results.append((out.detach(), torch.autograd.grad(out, layer.weight)[0]))
    torch.testing.assert_close(*results)


@pytest.mark.gpu
@pytest.mark.parametrize("classes", [1000, 32768])
def test_nothing_waits_for_the_device(classes):
    z, y = cuda_rows(2048, classes, torch.bfloat16)
    z.requires_grad_()
    losses = [DMLoss(DM(0.5, 12), normalization=n) for n in ("none", "integral", "batch")]
    for check in ("default", "error"):  # the first round compiles
        torch.cuda.set_sync_debug_mode(check)
        try:
            for loss in losses:
                torch.autograd.grad(3 * loss(z, y), z)
        finally:
            torch.cuda.set_sync_debug_mode("default")


@pytest.mark.gpu
@pytest.mark.parametrize(
    ("normalization", "inplace", "most"),
    [
        ("integral", False, 1.02),
        ("batch", False, 1.02),
        ("integral", True, 0.02),
        ("batch", True, 0.02),
    ],
)
def test_memory_is_that_of_the_gradient(normalization, inplace, most):
    z, y = cuda_rows(2048, 32768, torch.bfloat16)
    logits = z.requires_grad_().view_as(z)
    options = (DM(0.5, 12), normalization, "mean", None, -100, None, None)
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    total, _ = _fused.dm_loss(logits, y, *options, inplace=inplace)
    torch.autograd.grad(total, logits)
    extra = torch.cuda.max_memory_allocated() - before
    assert extra <= most * z.numel() * z.element_size()


@pytest.mark.gpu
def test_auto_takes_the_kernels(monkeypatch):
    calls = []
    forward = launch.forward
    monkeypatch.setattr(launch, "forward", lambda *a: calls.append(a) or forward(*a))
    dm_loss(Z, Y, CCE())
    assert len(calls) == 1
    dm_loss(Z, Y, CCE(), backend="reference")
    dm_loss(Z.double(), Y, CCE())
    assert len(calls) == 1


@pytest.mark.gpu
def test_gradients_of_float16_are_scaled_before_they_are_rounded():
    z, y = cuda_rows(4096, 32768, torch.float16)
    z.requires_grad_()
    (g,) = torch.autograd.grad(65536 * dm_loss(z, y, Uniform()), z)
    half = 65536 / len(y) / 2
    torch.testing.assert_close(g.sum(1, dtype=torch.float32), torch.zeros(len(y), device="cuda"),
                               rtol=0, atol=2e-2 * half)  # fmt: skip
    assert (g[torch.arange(len(y)), y].float() + half).abs().max() <= 1e-2 * half
