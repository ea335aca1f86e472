"""Emphasis families against their formulas, closed forms and quadrature."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator

from dmnb.emphasis import (
    CCE,
    DM,
    GCE,
    MAE,
    MSE,
    AnchoredDM,
    Beta,
    Custom,
    Exponential,
    Normal,
    Tabulated,
    Uniform,
)  # fmt: skip

POINTS = ((0.0, 0.2, 0.5, 1.0), (0.5, 3.0, 1.0, 0.25))
FORMULAS = [
    (DM(0.5, 12), lambda p: math.exp(12 * math.sqrt(p) * (1 - p))),
    (DM(0, 2), lambda p: math.exp(2 * (1 - p))),
    (DM(2, -3), lambda p: math.exp(-3 * p**2 * (1 - p))),
    (AnchoredDM(0.5, 12), lambda p: math.expm1(12 * math.sqrt(p) * (1 - p))),
    (Normal(0.3, 5), lambda p: math.exp(-5 * p * (p - 0.6))),
    (Normal(1.4, 2), lambda p: math.exp(-2 * p * (p - 2.8))),
    (Exponential(-1.5), lambda p: math.exp(-1.5 * (1 - p))),
    (Beta(1.5, 3), lambda p: math.sqrt(p) * (1 - p) ** 2),
    (CCE(), lambda p: 2 * (1 - p)),
    (MAE(), lambda p: 2 * p * (1 - p)),
    (MSE(), lambda p: 4 * p * (1 - p) ** 2),
    (GCE(0.7), lambda p: 2 * p**0.7 * (1 - p)),
    (GCE(0.0), lambda p: 2 * (1 - p)),
    (Uniform(), lambda p: 1.0),
    (Tabulated(*POINTS), lambda p: float(PchipInterpolator(*POINTS)(p))),
    (Custom(lambda p: 1 + p**2), lambda p: 1 + p**2),
]
FAMILIES = [e for e, _ in FORMULAS]
named = pytest.mark.parametrize("e", FAMILIES, ids=str)


@pytest.mark.parametrize(("e", "w"), FORMULAS, ids=lambda x: str(x) if not callable(x) else "")
def test_weight_is_the_formula(e, w):
    for p in (0.0, 1e-9, 0.1, 1 / 3, 0.5, 0.9, 1.0):
        assert e.weight(p) == pytest.approx(w(p), rel=1e-12)
        m = math.log(p / (1 - p)) if 0 < p < 1 else math.copysign(math.inf, p - 0.5)
        assert e.weight_at(m) == pytest.approx(w(p), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("e", "w"), FORMULAS, ids=lambda x: str(x) if not callable(x) else "")
def test_density_variance_and_mode(e, w):
    breaks = [0.01, 0.2, 0.5]
    z = quad(w, 0, 1, points=breaks, epsabs=0, epsrel=1e-12, limit=500)[0]
    square = quad(lambda p: (w(p) - z) ** 2, 0, 1, points=breaks, epsrel=1e-11, limit=500)[0]
    assert e.integral == pytest.approx(z, rel=1e-9)
    assert e.density(0.37) == pytest.approx(w(0.37) / z, rel=1e-9)
    assert e.density_at(-3.0) == pytest.approx(e.weight_at(-3.0) / z, rel=1e-9)
    assert e.variance() == pytest.approx(square, rel=1e-7, abs=1e-12)
    grid = np.linspace(0, 1, 10001)
    values = e.weight(grid)
    if values.max() == values.min():
        assert math.isnan(e.mode) and e.contrast == 1
        return
    assert e.weight(e.mode) >= values.max() * (1 - 1e-12)
    at_one = w(1.0)
    expected = values.max() / at_one if at_one else math.inf
    assert e.contrast == pytest.approx(expected, rel=1e-6)


def test_density_at_a_contrast_that_overflows_float32():
    p = torch.linspace(0, 1, 200_001, dtype=torch.float64)
    for e in (DM(0.5, 200), AnchoredDM(0.5, 200), DM(0, 200), Exponential(200), Normal(0.5, 200)):
        density = e.density(p)
        assert density.isfinite().all()
        assert torch.trapezoid(density, p).item() == pytest.approx(1, rel=1e-6)
        assert e.density(p.float()).isfinite().all()


@pytest.mark.parametrize(
    ("e", "mode"),
    [
        (DM(0.5, 12), 1 / 3), (DM(0, 3), 0.0), (DM(0, -3), 1.0), (DM(2, -3), 0.0), (DM(1, 8), 0.5),
        (AnchoredDM(2, 8), 2 / 3), (Normal(0.3, 5), 0.3), (Normal(-1, 5), 0.0), (Normal(2, 5), 1.0),
        (Normal(0.3, -5), 1.0), (Normal(0.7, -5), 0.0), (Exponential(2), 0.0),
        (Exponential(-2), 1.0), (Beta(2, 3), 1 / 3), (Beta(1, 2), 0.0), (CCE(), 0.0), (MAE(), 0.5),
        (MSE(), 1 / 3), (GCE(0.7), 0.7 / 1.7),
    ],
    ids=str,
)  # fmt: skip
def test_modes_of_the_paper(e, mode):
    assert e.mode == pytest.approx(mode, abs=1e-12)


@pytest.mark.parametrize("e", [DM(1, 0), Exponential(0), Normal(0.5, 0), Uniform(), Beta(1, 1)])
def test_a_constant_weight_has_no_mode(e):
    assert math.isnan(e.mode) and e.contrast == 1


def test_generic_mode_of_a_free_curve():
    assert Custom(lambda p: torch.exp(-((p - 0.1234567) ** 2) * 40)).mode == pytest.approx(
        0.1234567, abs=1e-6
    )


@given(mode=st.floats(0, 0.99), contrast=st.floats(1.001, 1e6))
@settings(max_examples=30, deadline=None)
def test_from_mode_round_trip(mode, contrast):
    e = DM.from_mode(mode, contrast)
    assert e.mode == pytest.approx(mode, abs=1e-12)
    assert e.contrast == pytest.approx(contrast, rel=1e-9)


@given(lam=st.floats(0, 8), beta=st.floats(-20, 60), m=st.floats(-50, 50), step=st.just(1e-3))
@settings(max_examples=40, deadline=None)
def test_objective_falls_at_half_the_weight(lam, beta, m, step):
    e = DM(lam, beta)
    slope = (e.normalized_objective(m + step) - e.normalized_objective(m - step)) / (2 * step)
    assert slope == pytest.approx(-e.density_at(m) / 2, rel=2e-4, abs=1e-6)


def closed_forms():
    def gce(q):
        return lambda m: -mpmath.expm1(-q * mpmath.log1p(mpmath.exp(-m))) / q

    return [
        (CCE(), lambda m: mpmath.log1p(mpmath.exp(-m))),
        (MAE(), lambda m: 1 / (1 + mpmath.exp(m))),
        (MSE(), lambda m: 1 / (1 + mpmath.exp(m)) ** 2),
        (GCE(0.7), gce(mpmath.mpf("0.7"))),
        (GCE(0.01), gce(mpmath.mpf("0.01"))),
        (Uniform(), lambda m: -m / 2),
    ]


LOG_ODDS = (-60.0, -31.4, -7.1, -1.0, -0.3, 0.0, 0.2, 3.0, 8.8, 20.0, 60.0)


@pytest.mark.parametrize(
    ("e", "l"), closed_forms(), ids=lambda x: str(x) if not callable(x) else ""
)
def test_objective_equals_the_closed_form(e, l):  # noqa: E741
    for m in LOG_ODDS:
        exact = float(l(mpmath.mpf(m)))
        assert e.objective(m) == pytest.approx(exact, rel=1e-10, abs=1e-12)
        assert e.normalized_objective(m) * e.integral == pytest.approx(exact, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    "e",
    [DM(0.5, 12), DM(4, 24), DM(0.05, 5), DM(0, -2), AnchoredDM(0.5, 12), Beta(1.5, 1.2)],
    ids=str,
)
def test_objective_equals_quadrature(e):
    def w(s):
        p, c = 1 / (1 + mpmath.exp(-s)), 1 / (1 + mpmath.exp(s))
        if isinstance(e, Beta):
            return p ** (e.alpha - 1) * c ** (e.eta - 1)
        return (mpmath.expm1 if isinstance(e, AnchoredDM) else mpmath.exp)(e.beta * p**e.lam * c)

    for m in LOG_ODDS:
        if e.contrast == math.inf:
            steps = [m, *(m + 2.0**k for k in range(11)), mpmath.inf]
            exact = float(mpmath.quad(w, steps)) / 2
        else:
            exact = -float(mpmath.quad(w, list(mpmath.linspace(0, m, 25)))) / 2 if m else 0.0
        assert e.objective(m) == pytest.approx(exact, rel=1e-8, abs=1e-8)


def test_objective_at_infinity():
    assert CCE().objective(-math.inf) == math.inf and CCE().objective(math.inf) == 0
    assert MAE().objective(-math.inf) == pytest.approx(1) and MAE().objective(math.inf) == 0
    assert DM(0.5, 12).objective(math.inf) == -math.inf
    assert math.isnan(DM(0.5, 12).objective(math.nan))


def test_objective_differentiates_to_any_order():
    m = torch.linspace(-20, 20, 41, dtype=torch.float64, requires_grad=True)
    e = DM(0.5, 12)
    assert torch.autograd.gradcheck(e.objective, m)
    assert torch.autograd.gradgradcheck(e.objective, m)


@named
def test_weight_at_is_finite_far_out(e):
    m = torch.tensor([-torch.inf, -1e30, -90, 90, 1e30, torch.inf])
    assert e.weight_at(m).isfinite().all()


def test_weight_at_keeps_what_float32_probabilities_lose():
    m = torch.tensor(40.0)
    assert m.sigmoid() == 1
    assert MSE().weight_at(m).item() == pytest.approx(4 * math.exp(-80), rel=1e-6)


def test_families_meet():
    p = torch.linspace(0, 1, 101, dtype=torch.float64)
    for a, b in (
        (DM(0, 3), Exponential(3)), (DM(1, 5), Normal(0.5, 5)), (GCE(1), MAE()), (GCE(0), CCE()),
        (DM(2, 0), Uniform()),
    ):  # fmt: skip
        torch.testing.assert_close(a.weight(p), b.weight(p), rtol=1e-12, atol=1e-12)
    for a, b, scale in ((CCE(), Beta(1, 2), 2), (MAE(), Beta(2, 2), 2), (MSE(), Beta(2, 3), 4)):
        torch.testing.assert_close(a.weight(p), scale * b.weight(p), rtol=1e-12, atol=1e-12)
    anchored = AnchoredDM(0.5, 12).weight(p)
    torch.testing.assert_close(anchored, DM(0.5, 12).weight(p) - 1, rtol=1e-12, atol=1e-12)


def test_tabulated_ends_in_its_last_point():
    e = Tabulated((0.1, 0.2, 0.5, 0.55, 0.9), (3, 0.01, 2, 2, 0))
    assert e.weight(1.0) == e.weight(0.9) == 0 and e.contrast == math.inf
    assert e.objective(math.inf) == 0


def test_variance_over_data():
    p = torch.tensor([0.1, 0.4, 0.9])
    w = DM(1, 4).weight(p.double()).numpy()
    assert DM(1, 4).variance(p) == pytest.approx(w.var(), rel=1e-6)
