"""The loss against float64, against losses written plainly, and in every place it must work."""

import copy
import math
import pickle

import pytest
import torch
import torch.nn.functional as F

from dmnb import DMLoss, dm_loss, log_odds
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import (
    CCE,
    DM,
    GCE,
    MAE,
    MSE,
    AdditiveMargin,
    AnchoredDM,
    Beta,
    Custom,
    Normal,
    Tabulated,
    Uniform,
)

EMPHASES = [
    DM(0.5, 12), DM(0, 3), DM(2, 16), AnchoredDM(0.5, 12), Normal(0.4, 6), Beta(1.5, 2.5), CCE(),
    MAE(), MSE(), GCE(0.7), Uniform(), Tabulated((0, 0.3, 1), (1, 4, 0.5)), Custom(lambda p: 1 + p),
]  # fmt: skip
GAPS = (-60, -30, -17, -5, -1, 0, 0.5, 3, 11, 17, 19, 22, 40, 60)


def rows_at(gaps, classes, dtype=torch.float64):
    """Random logits whose rows have the given log-odds of label y, and y."""
    generator = torch.Generator().manual_seed(classes)
    z = torch.randn(len(gaps), classes, generator=generator, dtype=torch.float64)
    y = torch.randint(classes, (len(gaps),), generator=generator)
    others = z.scatter(1, y[:, None], -torch.inf).logsumexp(1)
    z = z.scatter(1, y[:, None], (others + torch.tensor(gaps, dtype=torch.float64))[:, None])
    return z.to(dtype), y


def exact_gradient(z, y, emphasis):
    """-w/2 at the label and (w/2) q_j elsewhere, from float64 formulas of their own."""
    z = z.double()
    others = z.scatter(1, y[:, None], -torch.inf)
    m = z.gather(1, y[:, None]).squeeze(1) - others.logsumexp(1)
    half = emphasis.weight_at(m)[:, None] / 2
    return (half * others.softmax(1)).scatter(1, y[:, None], -half)


def gradient(z, y, emphasis, **options):
    z = z.detach().clone().requires_grad_()
    dm_loss(z, y, emphasis, **{"normalization": "none", "reduction": "sum", **options}).backward()
    return z.grad


@pytest.mark.parametrize("classes", [2, 10, 1000])
@pytest.mark.parametrize("emphasis", EMPHASES, ids=str)
def test_gradient_is_exact(emphasis, classes):
    for dtype, bound in ((torch.float32, 5e-6), (torch.float64, 1e-12), (torch.bfloat16, 1e-2)):
        z, y = rows_at(GAPS, classes, dtype)
        exact = exact_gradient(z, y, emphasis)
        error = (gradient(z, y, emphasis).double() - exact).abs().sum(1) / exact.abs().sum(1)
        held = exact.abs().amax(1) > 1e-30  # float32 ends at 1e-38
        assert error[held].max() <= bound, (dtype, error)


@pytest.mark.parametrize("classes", [2, 10])
@pytest.mark.parametrize("emphasis", EMPHASES, ids=str)
def test_gradient_in_float16(emphasis, classes):
    z, y = rows_at(GAPS, classes, torch.float16)
    exact, g = exact_gradient(z, y, emphasis), gradient(z, y, emphasis).double()
    large = exact.abs().sum(1) >= 1e-3
    error = (g - exact).abs().sum(1) / exact.abs().sum(1)
    assert error[large].max() <= 1e-2 and not g.isnan().any()


@pytest.mark.parametrize("emphasis", EMPHASES, ids=str)
def test_l1_norm_is_the_weight_and_stays_finite(emphasis):
    z, y = rows_at((-90, -60, -8, 0, 8, 60, 90), 10)
    norm = gradient(z, y, emphasis).abs().sum(1)
    torch.testing.assert_close(norm, emphasis.weight_at(log_odds(z, y)), rtol=1e-12, atol=0)
    assert gradient(z.float(), y, emphasis).isfinite().all()


@pytest.mark.parametrize(
    ("emphasis", "plain"),
    [
        (CCE(), lambda p: -p.log()),
        (MAE(), lambda p: 1 - p),
        (MSE(), lambda p: (1 - p) ** 2),
        (GCE(0.7), lambda p: (1 - p**0.7) / 0.7),
    ],
    ids=["CCE", "MAE", "MSE", "GCE"],
)
def test_plain_losses_in_value_and_gradient(emphasis, plain):
    z = torch.randn(64, 7, dtype=torch.float64, requires_grad=True)
    y = torch.randint(7, (64,))
    ours = dm_loss(z, y, emphasis, normalization="none")
    theirs = plain(z.softmax(1).gather(1, y[:, None])).mean()
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=0)
    torch.testing.assert_close(*(torch.autograd.grad(x, z)[0] for x in (ours, theirs)))


@pytest.mark.parametrize("shape", [(9, 5), (5,), (3, 5, 4), (2, 5, 3, 4)], ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_cce_is_cross_entropy(shape, reduction, weighted):
    z = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    y = torch.randint(5, shape[:1] + shape[2:] if len(shape) > 1 else ())
    if y.numel() > 2:
        y.view(-1)[1] = -100
    weight = torch.rand(5, dtype=torch.float64) if weighted else None
    ours = dm_loss(z, y, CCE(), normalization="none", reduction=reduction, weight=weight)
    theirs = F.cross_entropy(z, y, reduction=reduction, weight=weight)
    torch.testing.assert_close(ours, theirs)
    upstream = torch.rand_like(ours)
    torch.testing.assert_close(*(torch.autograd.grad(x, z, upstream)[0] for x in (ours, theirs)))


def test_integral_divides_value_and_gradient():
    z, y = rows_at((-3, 0.2, 4), 6)
    for emphasis, integral in ((MAE(), 1 / 3), (MSE(), 1 / 3), (GCE(0.5), 2 / (1.5 * 2.5))):
        none, whole = (dm_loss(z, y, emphasis, normalization=n) for n in ("none", "integral"))
        torch.testing.assert_close(whole * integral, none)
        g = gradient(z, y, emphasis, normalization="integral")
        torch.testing.assert_close(g * integral, gradient(z, y, emphasis))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_batch_shares_one_unit_of_weight(reduction):
    z, y = rows_at((-3, 0.2, 4, 9), 6)
    y[1] = -100
    weight = torch.rand(6, dtype=torch.float64) + 0.1
    e = DM(0.5, 12)
    kept = y != -100
    v = weight[y[kept]] * e.weight_at(log_odds(z[kept], y[kept]))
    options = {"normalization": "batch", "reduction": reduction, "weight": weight}
    leaf = z.clone().requires_grad_()
    out = dm_loss(leaf, y, e, **options)
    out.sum().backward()
    torch.testing.assert_close(leaf.grad.abs().sum(1)[kept], v / v.sum())
    assert (leaf.grad[~kept] == 0).all()
    value = (weight[y[kept]] * e.objective(log_odds(z[kept], y[kept]))).sum() / v.sum()
    torch.testing.assert_close(out.sum(), value)
    assert out.shape == (y.shape if reduction == "none" else ())


def test_batch_floor_stops_the_blow_up():
    z, y = rows_at((60, 60, 60), 4)
    e = AnchoredDM(0.5, 12)
    norm = gradient(z, y, e, normalization="batch").abs().sum(1)
    torch.testing.assert_close(norm, e.weight_at(log_odds(z, y)) / 3e-6)


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
@pytest.mark.parametrize("rows", ["empty", "ignored"])
def test_nothing_to_learn_from(normalization, rows):
    model = torch.nn.Linear(3, 4)
    x = torch.randn(0 if rows == "empty" else 5, 3)
    y = torch.full((len(x),), -100)
    for reduction in ("mean", "sum", "none"):
        model.zero_grad()
        out = dm_loss(model(x), y, DM(0.5, 12), normalization=normalization, reduction=reduction)
        if reduction == "none":
            assert out.shape == y.shape and (out == 0).all()
        elif reduction == "mean" and normalization != "batch":
            assert out.isnan()
        else:
            assert out == 0
        out.sum().backward()
        assert all((p.grad == 0).all() for p in model.parameters())


def test_ignored_rows_may_hold_anything():
    z, y = rows_at((-3, 0.2, 4), 6)
    clean = gradient(z[:2], y[:2], DM(0.5, 12), reduction="mean")
    z[2], y[2] = torch.nan, -1
    g = gradient(z, y, DM(0.5, 12), reduction="mean", ignore_index=-1)
    torch.testing.assert_close(g[:2], clean)
    assert (g[2] == 0).all()


INF, NAN = torch.inf, torch.nan
EXTREME = [  # z_y first; in the first five no overflow may pass for a fit
    (INF, 0.0, 1.0), (INF, -INF, -INF), (0.0, INF, 1.0), (-INF, -INF, -INF), (NAN, 0.0, 1.0),
    (-INF, 0.0, 1.0), (2.0, -INF, 1.0), (2.0, -INF, -INF), (-1e30, -INF, -INF), (3e38, -3e38, 0.0),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("emphasis", [CCE(), Uniform(), Tabulated((0, 1), (1, 4))], ids=str)
def test_extreme_logits_behave_as_in_cross_entropy(emphasis, dtype):
    torch.compiler.reset()
    z, y = torch.tensor(EXTREME, dtype=dtype), torch.zeros(len(EXTREME), dtype=torch.int64)

    def loss(z):
        return dm_loss(z, y, emphasis, normalization="none", reduction="none")

    results = [(loss(z), torch.func.grad(lambda z: loss(z).sum())(z))]
    for f in (loss, torch.compile(loss), lambda z: F.cross_entropy(z, y, reduction="none")):
        leaf = z.clone().requires_grad_()
        value = f(leaf)
        results.append((value.detach(), torch.autograd.grad(value.sum(), leaf)[0]))
    *ours, theirs = results
    for value, g in ours:
        assert torch.equal(value.isnan(), theirs[0].isnan())
        assert torch.equal(g.isnan(), theirs[1].isnan())
        if emphasis == CCE():
            top = torch.finfo(torch.float32).max  # what stands for inf in float64 is finite
            torch.testing.assert_close(
                value.clamp(max=top), theirs[0].clamp(max=top), equal_nan=True
            )
            torch.testing.assert_close(g, theirs[1], equal_nan=True)


@pytest.mark.parametrize("emphasis", EMPHASES, ids=str)
def test_the_weight_of_nan_is_nan(emphasis):
    assert emphasis.weight_at(torch.tensor(NAN)).isnan()


def test_a_row_with_one_class_left_has_nothing_to_learn():
    z = torch.tensor([[0.5, -torch.inf, -torch.inf], [0.0, 1.0, -torch.inf]])
    y = torch.tensor([0, 1])
    leaf = z.clone().requires_grad_()
    plain = F.cross_entropy(leaf, y, reduction="sum")
    plain.backward()

    def loss(z):
        return dm_loss(z, y, CCE(), normalization="none", reduction="sum")

    torch.testing.assert_close(loss(z), plain)
    torch.testing.assert_close(gradient(z, y, CCE()), leaf.grad)
    torch.testing.assert_close(torch.func.grad(loss)(z), leaf.grad)
    assert torch.equal(gradient(z, y, DM(0.5, 12))[0], torch.tensor([-0.5, 0, 0]))  # w(1) = 1


@pytest.mark.parametrize("normalization", ["none", "integral"])
def test_parts_of_a_batch_add_up(normalization):
    z, y = rows_at((-3, 0.2, 4, 9, -30), 6)
    weight = torch.rand(6, dtype=torch.float64)
    whole = gradient(
        z, y, DM(0.5, 12), normalization=normalization, reduction="mean", weight=weight
    )
    options = {"normalization": normalization, "weight": weight}
    parts = [gradient(z[k], y[k], DM(0.5, 12), **options) for k in (slice(2), slice(2, None))]
    torch.testing.assert_close(torch.cat(parts) / weight[y].sum(), whole)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"weight": [1.0] * 5}, r"weight must be a \(C,\) tensor"),
        ({"ignore_index": 1.5}, "ignore_index must be a label"),
        ({"ignore_index": None}, "ignore_index must be a label"),
    ],
)
def test_wrong_kinds_are_named_at_once(options, words):
    with pytest.raises(ValueError, match=words):
        DMLoss(DM(0.5, 12), **options)
    with pytest.raises(ValueError, match=words):
        dm_loss(torch.zeros(2, 5), torch.zeros(2, dtype=torch.long), DM(0.5, 12), **options)


def test_module_travels():
    z, y = rows_at((-3, 0.2, 4), 6)
    loss = DMLoss(DM(0.5, 12), normalization="batch", weight=torch.rand(6))
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert torch.equal(twin(z, y), loss(z, y))
    assert "weight" in loss.state_dict() and "DM(lam=0.5, beta=12)" in repr(loss)
    assert loss.double().weight.dtype == torch.float64


def test_what_is_set_later_is_used_and_checked():
    z, y = rows_at((-3, 0.2, 4), 6)
    loss = DMLoss(CCE())
    loss.emphasis = DM(0.5, 12)
    assert torch.equal(loss(z, y), dm_loss(z, y, DM(0.5, 12)))
    for name, value in (("reduction", "avg"), ("normalization", "Batch"), ("emphasis", "dm")):
        changed = copy.deepcopy(loss)
        setattr(changed, name, value)
        with pytest.raises(ValueError, match=f"{name} .*'{value}'"):
            changed(z, y)


def test_log_odds_of_any_shape():
    z, y = rows_at(GAPS, 10)
    torch.testing.assert_close(log_odds(z, y), torch.tensor(GAPS, dtype=torch.float64))
    assert log_odds(z.bfloat16(), y).dtype == torch.float32
    image = torch.randn(2, 5, 3, 4)
    target = torch.randint(5, (2, 3, 4))
    p = image.softmax(1).gather(1, target[:, None]).squeeze(1)
    torch.testing.assert_close(log_odds(image, target), p.logit(), rtol=1e-4, atol=1e-5)


Z, Y = torch.randn(4, 5), torch.tensor([0, 1, 2, 3])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dm_loss(Z, Y + 3, CCE()), r"target must lie in \[0, 5\), got [56]"),
        (lambda: dm_loss(Z, Y - 1, CCE()), "got -1"),
        (lambda: dm_loss(Z, Y + 3, CCE(), weight=torch.ones(5)), "target must lie"),
        (lambda: log_odds(Z, Y + 3), "target must lie"),
        (lambda: dm_loss(Z[:, :1], Y * 0, CCE()), "at least 2 classes, got 1"),
        (lambda: dm_loss(Z, Y[:3], CCE()), r"shape \(4,\)"),
        (lambda: dm_loss(Z, Y.float(), CCE()), "class indices .*not probabilities"),
        (lambda: dm_loss(Z, Y.tolist(), CCE()), "target must be a tensor, got list"),
        (lambda: dm_loss(Z.numpy(), Y, CCE()), "logits must be a tensor, got ndarray"),
        (lambda: dm_loss(Z.long(), Y, CCE()), "floating"),
        (lambda: dm_loss(Z, Y, CCE(), normalization="sum"), "normalization .*'sum'"),
        (lambda: dm_loss(Z, Y, CCE(), reduction="average"), "reduction .*'average'"),
        (lambda: DMLoss(CCE(), backend="cuda"), "backend .*'cuda'"),
        (lambda: DMLoss(12), "emphasis .*12"),
        (lambda: dm_loss(Z, Y, CCE(), weight=torch.ones(4)), r"weight must have shape \(5,\)"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_authors_formula_without_rounding_keeps_its_safeguard():
    """w c / (c + 5e-9), c = 1 - p: half the weight of a margin of log(2e8) times w."""
    m = torch.tensor([-5.0, 0.0, 12.0, 17.0, 19.0, 22.0, 26.0])
    z, y = rows_at(m.tolist(), 10, torch.float32)
    leaf = z.clone().requires_grad_()
    loss = AuthorsDMLoss(1, 8, dtype=torch.float64)(leaf, y)
    loss.backward()
    assert loss.dtype == leaf.grad.dtype == torch.float32
    w = DM(1, 8).weight_at(log_odds(z.double(), y))
    kept = (0.5 * AdditiveMargin(math.log(2e8))).weight_at(log_odds(z.double(), y))
    expected = w / w.sum() * kept
    torch.testing.assert_close(leaf.grad.double().abs().sum(1), expected, rtol=1e-5, atol=1e-12)


def test_authors_formula():
    z, y = rows_at((-5, -1, 0, 2, 8), 10)
    leaf = z.clone().requires_grad_()
    AuthorsDMLoss(0.5, 12)(leaf, y).backward()
    exact = gradient(z, y, DM(0.5, 12), normalization="batch")
    torch.testing.assert_close(leaf.grad, exact, rtol=1e-4, atol=1e-9)

    def kept(gap):
        z = torch.zeros(1, 10)
        z[0, 3] = gap
        leaf = z.requires_grad_()
        AuthorsDMLoss(0, 0)(leaf, torch.tensor([3])).backward()
        return leaf.grad.abs().sum().item()

    assert kept(10) == pytest.approx(1, rel=1e-2)
    assert kept(19) > 2 and kept(40) < 1e-6
    (g,) = torch.autograd.grad(AuthorsDMLoss(1, 8)(leaf, y), leaf, create_graph=True)
    with pytest.raises(RuntimeError):
        torch.autograd.grad((g**2).sum(), leaf)
