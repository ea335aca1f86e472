"""Sums, multiples, products and per-class emphases: their laws, and their loss."""

import copy
import json
import math
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dmnb import DMLoss, emphasis, log_odds
from dmnb.emphasis import (
    CCE,
    DM,
    GCE,
    MAE,
    MSE,
    AdditiveMargin,
    AnchoredDM,
    Custom,
    Focal,
    Hinge,
    Poly1,
    SymmetricCE,
    TruncatedGCE,
    Uniform,
    per_class,
)  # fmt: skip

P = torch.linspace(0, 1, 201, dtype=torch.float64)
M = torch.linspace(-60, 60, 241, dtype=torch.float64)
factors = st.floats(1e-3, 1e3)
members = st.one_of(
    st.builds(DM, st.floats(0, 4), st.floats(-4, 20)),
    st.builds(AnchoredDM, st.floats(0, 4), st.floats(0.1, 20)),
    st.builds(GCE, st.floats(0, 1)),
    st.builds(Focal, st.floats(0, 5)),
    st.builds(TruncatedGCE, st.floats(0.05, 1), st.floats(0.05, 0.95)),
    st.builds(Hinge, st.floats(-5, 5)),
    st.sampled_from([CCE(), MAE(), MSE(), Uniform()]),
)
few = settings(max_examples=15)


def close(a, b, **options):
    return torch.allclose(a, b, rtol=1e-10, atol=1e-12 * float(b.abs().max()), **options)


@given(a=factors, e=members)
@few
def test_a_multiple_scales_weight_objective_and_integral(a, e):
    scaled = a * e
    assert close(scaled.weight(P), a * e.weight(P))
    assert close(scaled.objective(M), a * e.objective(M))
    assert close(scaled.density_at(M), e.density_at(M))
    assert scaled.integral == pytest.approx(a * e.integral, rel=1e-9)
    assert scaled.contrast == pytest.approx(e.contrast, rel=1e-6)
    assert scaled == e * a


@given(a=factors, b=factors, one=members, other=members)
@few
def test_a_sum_adds_weights_and_objectives(a, b, one, other):
    both = a * one + b * other
    assert close(both.weight(P), a * one.weight(P) + b * other.weight(P))
    fall = [e.objective(M) - e.objective(0.0) for e in (both, one, other)]
    assert torch.allclose(fall[0], a * fall[1] + b * fall[2], rtol=1e-8, atol=1e-9 * (a + b))
    swapped = b * other + a * one
    assert torch.allclose(swapped.weight(P), both.weight(P), rtol=1e-12)


def test_an_emphasis_that_is_there_twice_counts_twice():
    e = emphasis.Sum((CCE(), MAE(), CCE()), (1, 2, 0.5))
    assert e == 1.5 * CCE() + 2 * MAE() and e.emphases == (CCE(), MAE())
    w = 1.5 * CCE().weight(P) + 2 * MAE().weight(P)
    assert close((2 * e).weight(P), 2 * w)
    assert close((e + MAE()).weight(P), w + MAE().weight(P))
    assert close(emphasis.PerClass((e, MAE())).weight(P), (w + MAE().weight(P)) / 2)


@given(one=members, other=members)
@few
def test_a_product_multiplies_weights(one, other):
    p = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    expected = one.weight(p) * other.weight(p)
    if not expected.any():
        return
    assert close((one * other).weight(p), expected)
    assert close((other * one).weight(p), expected)


@given(e=members, other=members, m=st.floats(-30, 30))
@few
def test_the_objective_falls_at_half_the_weight(e, other, m):
    both = e + 0.5 * other
    step = 1e-3
    if any(abs(m - math.log(p / (1 - p))) < 2 * step for p in both._breaks):
        return
    slope = (both.normalized_objective(m + step) - both.normalized_objective(m - step)) / (2 * step)
    assert slope == pytest.approx(-both.density_at(m) / 2, rel=1e-3, abs=1e-6)


@given(e=members, other=members)
@few
def test_the_density_integrates_to_one(e, other):
    both = e + other
    nodes = sorted(
        {0.0, 1e-4, 0.01, 0.99, 0.9999, 1.0, *np.linspace(0.02, 0.98, 33), *both._breaks}
    )
    nodes = torch.tensor(nodes, dtype=torch.float64)
    t, omega = (torch.from_numpy(x) for x in np.polynomial.legendre.leggauss(12))
    half, centre = nodes.diff()[:, None] / 2, (nodes[1:] + nodes[:-1])[:, None] / 2
    total = (both.density(centre + half * t) * half * omega).sum()
    assert total.item() == pytest.approx(1, rel=1e-5)


@given(mode=st.floats(0, 0.95), contrast=st.floats(1.01, 1e6), a=factors)
@few
def test_a_multiple_keeps_mode_and_contrast(mode, contrast, a):
    e = a * DM.from_mode(mode, contrast)
    assert e.mode == pytest.approx(mode, abs=1e-4)
    assert e.contrast == pytest.approx(contrast, rel=1e-6)


def test_losses_of_the_literature_are_sums():
    assert torch.allclose((CCE() + 2 * MAE()).weight(P), Poly1(2).weight(P))
    assert torch.allclose((0.1 * CCE() + 4 * MAE()).weight(P), SymmetricCE().weight(P))


def test_the_algebra_simplifies():
    assert CCE() + CCE() == 2 * CCE() == CCE() * 2
    assert 0.5 * (2 * CCE()) == CCE()
    assert 2 * (CCE() + 3 * MAE()) == 2 * CCE() + 6 * MAE()
    assert (CCE() + MAE()) + MSE() == CCE() + (MAE() + MSE())
    assert (CCE() * MAE()) * MSE() == CCE() * (MAE() * MSE())
    assert np.float64(2) * CCE() == 2 * CCE()
    assert CCE() + MAE() != CCE() + 2 * MAE()


def test_formula_and_source():
    both = 2 * CCE() + Focal(2) * MAE()
    assert both.formula.startswith(r"2 \left[2 (1-p)\right] + ")
    assert r"\gamma" in both.formula and "1708.02002" in both.source
    assert emphasis.table([both])[0]["source"] == both.source


MIXED = [2 * DM(0.5, 12) + CCE(), DM(0.5, 12) * CCE(), TruncatedGCE(0.7, 0.3) + Hinge(0.5)]
MIXED += [per_class([2 * DM(0.5, 12), DM(0.5, 12), CCE() * MAE()])]


@pytest.mark.parametrize("e", MIXED, ids=lambda e: e.name)
def test_travels_as_json_and_pickle(e):
    twins = (
        emphasis.from_dict(json.loads(json.dumps(e.to_dict()))),
        pickle.loads(pickle.dumps(e)),
        copy.deepcopy(e),
    )
    for twin in twins:
        assert twin == e and hash(twin) == hash(e)
        assert torch.equal(twin.weight(P), e.weight(P))


def gradient(loss, z, y):
    return torch.autograd.grad(loss(z, y).sum(), z)[0]


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
def test_a_sum_in_the_loss(normalization):
    """A sum of emphases is a sum of losses; with "batch" the weights are shared."""
    z, y = torch.randn(32, 5, dtype=torch.float64, requires_grad=True), torch.randint(5, (32,))
    e = 2 * GCE(0.7) + 3 * Focal(2)
    g = gradient(DMLoss(e, normalization=normalization, reduction="sum"), z, y)
    plain = gradient(lambda z, y: 2 * GCE(0.7).loss(z, y) + 3 * Focal(2).loss(z, y), z, y)
    m = log_odds(z, y).detach()
    divisor = {"none": 1, "integral": e.integral, "batch": e.weight_at(m).sum()}[normalization]
    assert torch.allclose(g, plain / divisor, rtol=1e-9, atol=1e-12)


CLASSES = [2 * DM(0.5, 12), DM(0.5, 12), CCE(), 0.3 * CCE() + GCE(0.7), AdditiveMargin(2.0)]


@pytest.fixture
def batch():
    z = 2 * torch.randn(40, 5, dtype=torch.float64)
    return z.requires_grad_(), torch.arange(40) % 5


@pytest.mark.parametrize("normalization", ["none", "integral", "batch"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_row_has_the_emphasis_of_its_label(batch, normalization, reduction, weighted):
    z, y = batch
    e = per_class(CLASSES)
    weight = torch.arange(1.0, 6).double() if weighted else None
    c = torch.ones(40).double() if weight is None else weight[y]
    loss = DMLoss(e, normalization=normalization, reduction=reduction, weight=weight)
    rows = [DMLoss(part, normalization="none", reduction="none")(z, y) for part in CLASSES]
    l = c * torch.stack(rows).gather(0, y[None])[0]  # noqa: E741
    w = c * torch.stack([part.weight_at(log_odds(z, y)) for part in CLASSES]).gather(0, y[None])[0]
    divisor = {"none": 1, "integral": e.integral, "batch": w.sum().detach()}[normalization]
    expected = l / divisor if reduction == "none" else l.sum() / divisor
    if reduction == "mean" and normalization != "batch":
        expected = expected / c.sum()
    assert torch.allclose(loss(z, y), expected, rtol=1e-9)
    g = gradient(loss, z, y)
    assert torch.allclose(g, gradient(lambda z, y: expected, z, y), rtol=1e-9, atol=1e-12)


def test_per_class_multiples_are_class_weights(batch):
    """DM with class weighting for imbalance: the same as DMLoss(weight=...)."""
    z, y = batch
    n = torch.tensor([0.5, 1, 2, 3, 4], dtype=torch.float64)
    by_class = DMLoss(per_class([a * DM(0.5, 12) for a in n.tolist()]), normalization="none")
    by_weight = DMLoss(DM(0.5, 12), normalization="none", weight=n)
    assert torch.allclose(by_class(z, y) * 40, by_weight(z, y) * n[y].sum())
    assert len(by_class.emphasis._bases) == 1  # one table for all the classes


def test_per_class_keeps_relative_weight_when_normalized(batch):
    z, y = batch
    loss = DMLoss(per_class([4 * CCE()] + 4 * [CCE()]), reduction="none")
    plain = torch.nn.functional.cross_entropy(z, y, reduction="none")
    assert torch.allclose(loss(z, y) / plain, torch.where(y == 0, 4.0, 1.0).double() / (8 / 5))


def test_per_class_margins_are_ldam(batch):
    z, y = batch
    margins = torch.tensor([0.0, 0.5, 1, 1.5, 2], dtype=torch.float64)
    loss = DMLoss(per_class(map(AdditiveMargin, margins.tolist())), normalization="none")
    label = torch.nn.functional.one_hot(y, 5)
    expected = torch.nn.functional.cross_entropy(z - margins * label, y)
    assert loss(z, y).item() == pytest.approx(expected.item(), rel=1e-10)


def test_per_class_ignores_rows_and_names_wrong_labels(batch):
    z, y = batch
    loss = DMLoss(per_class(CLASSES), normalization="none", reduction="sum")
    ignored = y.clone()
    ignored[::2] = -100
    assert torch.allclose(loss(z, ignored), loss(z[1::2], y[1::2]))
    assert (gradient(loss, z, ignored)[::2] == 0).all()
    with pytest.raises(ValueError, match="got 7"):
        loss(z, torch.full_like(y, 7))
    with pytest.raises(ValueError, match="has 5 classes, the logits have 4"):
        loss(z[:, :4], y.clamp(max=3))


def test_per_class_in_higher_shapes():
    z, y = torch.randn(4, 5, 3, requires_grad=True), torch.randint(5, (4, 3))
    loss = DMLoss(per_class(CLASSES), reduction="none")
    flat = loss(z.movedim(1, 2).reshape(-1, 5), y.reshape(-1))
    assert torch.allclose(loss(z, y).reshape(-1), flat)


def test_per_class_second_derivatives(batch):
    z, y = batch
    loss = DMLoss(per_class(CLASSES), reduction="none")
    small = z[:5].detach().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, y[:5]), small)
    assert torch.autograd.gradgradcheck(lambda z: loss(z, y[:5]), small)


@pytest.mark.parametrize("normalization", ["integral", "batch"])
def test_per_class_compiled_and_mapped(batch, normalization):
    z, y = batch
    loss = DMLoss(per_class(CLASSES), normalization=normalization, reduction="sum")
    g = gradient(loss, z, y)
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    assert torch.allclose(gradient(compiled, z, y), g)
    each = torch.func.vmap(torch.func.grad(lambda z, y: loss(z[None], y[None])))(z.detach(), y)
    alone = (
        [gradient(loss, z, y)[i] for i in (0, 1)]
        if normalization == "integral"
        else [gradient(lambda z, y, i=i: loss(z[i : i + 1], y[i : i + 1]), z, y)[i] for i in (0, 1)]
    )
    assert torch.allclose(each[:2], torch.stack(alone))


def test_without_labels_per_class_is_the_mean():
    e = per_class([CCE(), 3 * MAE()])
    assert torch.allclose(e.weight(P), (CCE().weight(P) + 3 * MAE().weight(P)) / 2)
    assert e.integral == pytest.approx((CCE().integral + 3 * MAE().integral) / 2)
    assert tuple(e.bounded) == (True, False)


def test_per_class_of_a_map():
    e = per_class({3: CCE()}, num_classes=5, default=MAE())
    assert e.emphases == (MAE(), MAE(), MAE(), CCE(), MAE())
    assert per_class({0: CCE(), 1: MAE()}) == per_class([CCE(), MAE()])


def test_algebra_goes_class_by_class():
    e = per_class([CCE(), MAE()])
    assert 2 * e == per_class([2 * CCE(), 2 * MAE()])
    assert e + MSE() == per_class([CCE() + MSE(), MAE() + MSE()])
    assert MSE() * e == per_class([MSE() * CCE(), MSE() * MAE()])
    assert e + e == 2 * e


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: 0 * CCE(), "factor"), (lambda: -1 * CCE(), "factor"),
        (lambda: math.inf * CCE(), "factor"), (lambda: CCE() * math.nan, "factor"),
        (lambda: Hinge(-2) * TruncatedGCE(0.7, 0.5), "positive"),
        (lambda: emphasis.Sum((CCE(),), (1, 2)), "coefficients"),
        (lambda: emphasis.Sum((), ()), "emphases"),
        (lambda: emphasis.Product((CCE(),)), "2 or more"),
        (lambda: emphasis.Sum(("cce",), (1,)), "'cce'"),
        (lambda: per_class([CCE()]), "2 or more"), (lambda: per_class([]), "2 or more"),
        (lambda: per_class({2: CCE()}), "class 0 has no emphasis"),
        (lambda: per_class({5: CCE()}, num_classes=3, default=CCE()), r"in \[0, 3\), got 5"),
        (lambda: per_class({-1: CCE()}, num_classes=3, default=CCE()), "got -1"),
        (lambda: per_class([CCE(), per_class([CCE(), MAE()])]), "not per class"),
        (lambda: per_class([CCE(), MAE()]) + per_class([CCE()] * 3), "classes"),
        (lambda: (CCE() + Custom(lambda p: 1 + p)).to_dict(), "tabulate"),
        (lambda: emphasis.from_dict({"family": "sum", "emphases": [{"family": "x"}]}), "'x'"),
    ],
)  # fmt: skip
def test_bad_algebra_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("make", [lambda: CCE() + 1, lambda: "a" * CCE(), lambda: CCE() - MAE()])
def test_what_is_no_algebra(make):
    with pytest.raises(TypeError):
        make()
