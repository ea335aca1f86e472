"""The loss in the hands of torch: compiled, vectorised, differentiated twice, under autocast."""

import pytest
import torch
import torch.nn.functional as F
from test_loss import gradient, rows_at

from dmnb import DMLoss, dm_loss, log_odds
from dmnb.emphasis import CCE, DM, GCE, AnchoredDM, Tabulated


@pytest.mark.parametrize("wrong", [-1, -100, 6, 2**32 + 1])
def test_a_wrong_label_is_nan_where_code_is_traced(wrong):
    torch.compiler.reset()
    z, y = rows_at((-3, 0.2, 4, 1), 6)
    y[1], y[2] = wrong, -7
    dm, cce = DM(0.5, 12), CCE()

    def rows(z, y):
        return dm_loss(z, y, dm, reduction="none", ignore_index=-7)

    def mean(z):
        return dm_loss(z, y, cce, normalization="none", ignore_index=-7)

    m = torch.compile(log_odds, backend="aot_eager")(z, y)
    assert m.isnan().tolist() == [False, True, True, False]
    for value in (torch.compile(rows, backend="aot_eager")(z, y), torch.func.vmap(rows)(z, y)):
        assert value.isnan().tolist() == [False, True, False, False] and value[2] == 0
    assert torch.compile(mean, backend="aot_eager")(z).isnan()
    assert torch.func.grad(mean)(z).isnan().all(1).tolist() == [False, True, False, False]


def test_many_gradients_at_once():
    z, y = rows_at((-3, 0.2, 4), 6)
    z.requires_grad_()

    def rows(z):
        return dm_loss(z, y, DM(0.5, 12), reduction="none")

    def vector_jacobian(row):
        return torch.autograd.grad(value, z, row, retain_graph=True)[0]

    value, unit = rows(z), torch.eye(3, dtype=z.dtype)
    expected = torch.stack([vector_jacobian(row) for row in unit])
    together = torch.autograd.grad(value, z, unit, is_grads_batched=True, retain_graph=True)[0]
    torch.testing.assert_close(together, expected)
    torch.testing.assert_close(torch.func.vmap(vector_jacobian)(unit), expected)
    jacobian = torch.autograd.functional.jacobian(rows, z, vectorize=True)
    torch.testing.assert_close(jacobian, expected)


@pytest.mark.parametrize("normalization", ["none", "integral"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("emphasis", [DM(0.5, 12), AnchoredDM(1, 4), CCE(), GCE(0.7)], ids=str)
def test_gradcheck_twice(emphasis, normalization, reduction):
    z = torch.randn(6, 4, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0, 3, -100, 1, 2, 2])

    def loss(z):
        return dm_loss(z, y, emphasis, normalization=normalization, reduction=reduction)

    assert torch.autograd.gradcheck(loss, z)
    assert torch.autograd.gradgradcheck(loss, z)


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
def test_half_precision_and_autocast_compute_in_float32(normalization):
    loss = DMLoss(DM(0.5, 12), normalization=normalization)
    z, y = rows_at((-4, 0, 3, 9), 10, torch.bfloat16)
    exact = loss(z.double(), y)
    for dtype in (torch.bfloat16, torch.float16):
        out = loss(z.to(dtype), y)
        assert out.dtype == torch.float32
        torch.testing.assert_close(out.double(), exact, rtol=1e-6, atol=1e-6)
    layer = torch.nn.Linear(10, 10)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = layer(z.float())
        out = loss(logits, y)
    assert logits.dtype == torch.bfloat16 and out.dtype == torch.float32
    torch.testing.assert_close(out.double(), loss(logits.double(), y), rtol=1e-6, atol=1e-6)
    out.backward()
    assert layer.weight.grad.isfinite().all()


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
def test_compiled_in_one_graph(normalization):
    torch.compiler.reset()
    z, y = rows_at((-30, -3, 0.2, 4, 30), 6, torch.float32)
    weight = torch.rand(6)
    for emphasis in (DM(0.5, 12), DM(0.2, 3), Tabulated((0, 0.3, 1), (1, 4, 0.5))):
        loss = DMLoss(emphasis, normalization=normalization, weight=weight)
        compiled = torch.compile(loss, fullgraph=True)
        for target in (y, torch.where(y == y[0], -100, y)):
            values, gradients = [], []
            for f in (loss, compiled):
                leaf = z.clone().requires_grad_()
                values.append(f(leaf, target))
                values[-1].backward()
                gradients.append(leaf.grad)
            torch.testing.assert_close(*values)
            torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-7)


def test_compiled_for_any_number_of_classes():
    torch.compiler.reset()
    compiled = torch.compile(DMLoss(CCE(), normalization="none"), fullgraph=True)
    for classes in (3, 7, 70_001):  # the last beyond the columns that are kept
        z, y = torch.randn(4, classes), torch.randint(classes, (4,))
        z[2], y[2] = torch.nan, -100
        leaf = z.clone().requires_grad_()
        value = compiled(leaf, y)
        value.backward()
        counts = y != -100
        torch.testing.assert_close(value, F.cross_entropy(z[counts], y[counts]))
        expected = (z.softmax(1) - F.one_hot(y.clamp(min=0), classes)) / 3
        torch.testing.assert_close(leaf.grad[counts], expected[counts])
        assert (leaf.grad[2] == 0).all()


def test_a_transform_of_something_else_than_the_logits():
    z, y, e = torch.randn(3, 5), torch.tensor([0, 1, 2]), DM(0.5, 12)
    weights = torch.rand(4, 5)
    at_once = torch.vmap(lambda weight: dm_loss(z, y, e, weight=weight))(weights)
    torch.testing.assert_close(
        at_once, torch.stack([dm_loss(z, y, e, weight=weight) for weight in weights])
    )
    both = torch.vmap(lambda other: dm_loss(z, y, e) + dm_loss(other, y, e))(z.expand(2, 3, 5))
    torch.testing.assert_close(both, 2 * dm_loss(z, y, e).expand(2))


def test_functional_transforms():
    z, y = rows_at((-30, -3, 0.2, 4, 30), 6)

    def loss(z, y):
        return dm_loss(z, y, DM(0.5, 12), normalization="none")

    per_example = torch.func.vmap(torch.func.grad(loss))(z, y)
    torch.testing.assert_close(per_example, gradient(z, y, DM(0.5, 12)))
    hessian = torch.func.jacrev(torch.func.grad(lambda z: loss(z, y)))(z)
    expected = torch.autograd.functional.hessian(lambda z: loss(z, y), z)
    torch.testing.assert_close(hessian, expected)
