"""Emphasis families against their formulas, closed forms and quadrature."""

import copy
import dataclasses
import json
import math
import pickle
import sys

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator

from dmnb import DMLoss, dm_loss, emphasis
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


def test_any_numpy_array_will_do(recwarn):
    e, p = DM(0.5, 12), np.linspace(0, 1, 5)
    p.flags.writeable = False
    np.testing.assert_array_equal(e.weight(p[::-1]), e.weight(p)[::-1])
    assert e.variance(p[::-1]) == pytest.approx(e.variance(p))
    assert not recwarn


def test_a_function_that_works_in_place_changes_nothing_else():
    before, p = MAE().objective(-1e7), torch.linspace(0, 1, 5, dtype=torch.float64)
    weight = Custom(lambda p: 1 - p.clamp_(0.1, 0.9)).weight(p)
    torch.testing.assert_close(weight, 1 - torch.linspace(0, 1, 5).double().clamp(0.1, 0.9))
    assert p[0] == 0 and MAE().objective(-1e7) == before


@pytest.mark.parametrize("value", [True, "a", None])
def test_a_parameter_is_a_number(value):
    with pytest.raises(ValueError, match="lam must be a number"):
        DM(value, 12)
    with pytest.raises(ValueError, match="mode must be a number"):
        DM.from_mode(value, 8)


@named
def test_kind_shape_and_dtype_come_back(e):
    for p in (0.25, np.full((2, 3), 0.25), torch.full((2, 3), 0.25), torch.tensor(0.25).double()):
        for method in (e.weight, e.density, e.weight_at, e.density_at, e.objective):
            out = method(p)
            assert isinstance(out, type(p))
            assert isinstance(p, float) or (out.shape == p.shape and out.dtype == p.dtype)
            assert float(np.max(np.asarray(out))) == pytest.approx(method(0.25), rel=1e-6)


@named
def test_weight_at_is_finite_far_out(e):
    m = torch.tensor([-torch.inf, -1e30, -90, 90, 1e30, torch.inf])
    assert e.weight_at(m).isfinite().all()


def test_weight_at_keeps_what_float32_probabilities_lose():
    m = torch.tensor(40.0)
    assert m.sigmoid() == 1
    assert MSE().weight_at(m).item() == pytest.approx(4 * math.exp(-80), rel=1e-6)


@named
def test_equal_hash_pickle_copy(e):
    if isinstance(e, Custom):
        return
    for twin in (pickle.loads(pickle.dumps(e)), copy.deepcopy(e), emphasis.from_dict(e.to_dict())):
        assert twin == e and hash(twin) == hash(e)
        assert twin.objective(1.3) == e.objective(1.3)


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


def test_parameters_are_plain_numbers():
    beta = torch.tensor(12.0)
    e = DM(np.float32(0.5), beta)
    beta.fill_(1)
    assert e == DM(0.5, 12) and hash(e) == hash(DM(0.5, 12))
    assert e.weight(0.3) == DM(0.5, 12).weight(0.3)
    assert json.loads(json.dumps(e.to_dict())) == DM(0.5, 12).to_dict()


@pytest.mark.parametrize(
    "fn", [lambda p: (p < 0.5).float(), lambda p: p < 0.5, lambda p: (p < 0.5).int()]
)
def test_a_function_may_answer_in_any_dtype(fn):
    e = Custom(fn)
    assert e.integral == pytest.approx(0.5, abs=0.01)
    assert e.weight(torch.tensor([0.25, 0.75], dtype=torch.float64)).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("scalar", "of_tensors"),
    [
        (lambda p: 1.0, torch.ones_like),
        (lambda p: 2, lambda p: torch.full_like(p, 2)),
        (lambda p: math.exp(-p), lambda p: torch.exp(-p)),
        (lambda p: max(0, 1 - p), lambda p: (1 - p).clamp(min=0)),
        (lambda p: 1.0 if p < 0.3 else 0.5, lambda p: torch.where(p < 0.3, 1.0, 0.5)),
        (lambda p: np.where(p < 0.3, 1.0, 0.5), lambda p: torch.where(p < 0.3, 1.0, 0.5)),
    ],
)
def test_a_function_of_numbers_is_one_of_tensors(scalar, of_tensors):
    e, same = Custom(scalar), Custom(of_tensors)
    m = torch.linspace(-20, 20, 60, dtype=torch.float64).view(3, 20)
    for method in ("weight_at", "density_at", "objective"):
        torch.testing.assert_close(getattr(e, method)(m), getattr(same, method)(m))
    assert e.weight(0.25) == pytest.approx(same.weight(0.25))
    assert e.weight(np.array([[0.25, 0.5]])).shape == (1, 2)
    for normalization in ("none", "integral", "batch"):
        gradients = []
        for custom in (e, same):
            z = torch.linspace(-3, 4, 24).view(6, 4).requires_grad_()
            loss = DMLoss(custom, normalization=normalization)
            loss(z, torch.tensor([0, 1, 2, 3, 0, 1])).backward()
            gradients.append(z.grad)
        torch.testing.assert_close(*gradients)


def test_a_function_of_numbers_has_no_second_derivative():
    z = torch.linspace(-3, 4, 12).view(3, 4).requires_grad_()
    loss = DMLoss(Custom(lambda p: math.exp(-p)))(z, torch.tensor([0, 1, 2]))
    with pytest.raises(RuntimeError, match="no second derivatives"):
        torch.autograd.grad(loss, z, create_graph=True)[0].square().sum().backward()


def test_without_scipy_a_table_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.interpolate", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install scipy, or .dmnb\[experiments\]"):
        Tabulated((0, 1), (1, 2))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DM(-0.5, 1), "lam .*-0.5"), (lambda: DM(math.nan, 1), "lam"),
        (lambda: DM(0, math.inf), "beta"), (lambda: DM(0, 1e4), "beta .*10000"),
        (lambda: DM(0, "3"), "beta must be a number.*'3'"), (lambda: DM(None, 1), "lam .*None"),
        (lambda: DM(torch.ones(2), 1), "lam must be a number"),
        (lambda: DM(1, torch.nn.Parameter(torch.ones(()))), "beta .*not one to be learnt"),
        (lambda: AnchoredDM(1, 0), "beta .*> 0"), (lambda: AnchoredDM(1, -2), "-2"),
        (lambda: DM.from_mode(1.0, 3), "mode"), (lambda: DM.from_mode(0.5, 0.5), "contrast"),
        (lambda: Beta(0.5, 2), "alpha .*0.5"), (lambda: Beta(2, 0.5), "eta"),
        (lambda: GCE(1.5), "q .*1.5"), (lambda: GCE(-0.1), "q"),
        (lambda: Normal(math.nan, 1), "mode"), (lambda: Exponential(1e4), "beta"),
        (lambda: Tabulated((0, 0.5, 0.4), (1, 1, 1)), "increasing"),
        (lambda: Tabulated((0, 1), (1, -1)), ">= 0"), (lambda: Tabulated((0,), (1,)), "two"),
        (lambda: Tabulated((0, 1), (0, 0)), "zero"),
        (lambda: Tabulated((0, 1.5), (1, 1)), "p must"),
        (lambda: Tabulated((0, 1), (1, 1, 1)), "as many"),
        (lambda: Custom(lambda p: p - 0.5), r"w\(0.0\) = -0.5"),
        (lambda: Custom(lambda p: 1 / p), r"w\(0.0\) = inf"),
        (lambda: Custom(3), r"fn must be a function w\(p\), got 3"),
        (lambda: Custom(lambda p: -1.0), r"w\(0.0\) = -1"),
        (lambda: Custom(lambda p: "x"), "fn must be a function of p.*'x'"),
        (lambda: Custom(lambda p: math.log(p)), "a number.*math domain error"),
        (lambda: Custom(lambda: 1.0), "takes 0 positional arguments"),
        (lambda: Custom(lambda p: p / p), "nan"), (lambda: Custom(lambda p: p.sum()), "shape"),
        (lambda: emphasis.from_dict({"family": "x"}), "'x'"),
        (lambda: emphasis.from_dict({"family": "dm", "lamb": 1}), "lamb"),
        (lambda: DM(1, 1).weight(1.5), "1.5"), (lambda: DM(1, 1).density(-0.5), "-0.5"),
        (lambda: DM(1, 1).variance(torch.tensor([])), "empty"),
        (lambda: Custom(lambda p: p).to_dict(), "Tabulated"),
    ],
)  # fmt: skip
def test_bad_input_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("e", [*emphasis.examples(), Custom(lambda p: 1 + p)], ids=str)
def test_another_default_device_changes_nothing(e):
    """Tensors are made on the CPU, or where those that come in are."""

    def answers(e):
        p, w = np.linspace(0, 1, 5), e.weight(0.3)
        numbers = e.mode, e.contrast, e.tails, e.variance(), e.variance(p), e.objective(1.5)
        return w, *numbers, e.density(p).tolist()

    expected = answers(e)
    made = (1 + torch.arange(4) % 3, torch.linspace(-3, 3, 12).view(4, 3))
    with torch.device("meta"):  # a tensor that strays there has no values
        twin = copy.copy(e)
        assert repr(answers(twin)) == repr(expected)
        if not isinstance(e, emphasis.PerClass):
            dm_loss(made[1], made[0] - 1, twin).item()
        z, y = emphasis.sample_logits(3)
        profile = emphasis.profile(torch.nn.functional.cross_entropy, z, y)
        assert profile.p.device == torch.device("cpu")


def test_a_normal_is_replaced_as_any_dataclass():
    assert dataclasses.replace(Normal(1.4, 4), beta=5) == Normal(1.4, 5)
    assert dataclasses.replace(Normal(1.4, 4), psi=0.2) == Normal(mode=0.2, beta=4)
