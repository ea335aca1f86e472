"""The library of weightings against the losses of their papers, and against mpmath."""

import copy
import itertools
import json
import math
import pickle

import mpmath
import pytest
import torch
import torch.nn.functional as F
from mpmath import mp
from scipy.integrate import quad

from dmnb import DMLoss, emphasis
from dmnb.emphasis import (
    AEL,
    AGCE,
    AUL,
    CCE,
    DM,
    GCE,
    IMAE,
    LOSSES,
    MAE,
    MSE,
    AdditiveMargin,
    AnchoredDM,
    Focal,
    ForwardCorrection,
    Hinge,
    Huberised,
    InverseFocal,
    JensenShannon,
    ModifiedHuber,
    PartiallyHuberised,
    Poly1,
    Power,
    Ramp,
    SelfPaced,
    Sigmoid,
    SymmetricCE,
    TaylorCE,
    Triangular,
    TruncatedGCE,
    Uniform,
)  # fmt: skip


def step(inside):
    return 1 if inside else 0


# w again, from the equations, in mpmath: p, c = 1 - p, m, and the emphasis for its parameters.
WEIGHTS = [
    (CCE(), lambda p, c, m, e: 2 * c),
    (MAE(), lambda p, c, m, e: 2 * p * c),
    (MSE(), lambda p, c, m, e: 4 * p * c**2),
    (GCE(0.7), lambda p, c, m, e: 2 * p**e.q * c),
    (Focal(), lambda p, c, m, e: 2 * c**e.gamma * (c - e.gamma * p * mp.log(p))),
    (Focal(0.5), lambda p, c, m, e: 2 * c**e.gamma * (c - e.gamma * p * mp.log(p))),
    (InverseFocal(), lambda p, c, m, e: 2 * c * (1 + p) * (1 + p + 2 * p * mp.log(p))),
    (
        InverseFocal(3.5),
        lambda p, c, m, e: 2 * c * (1 + p) ** 2.5 * (1 + p + 3.5 * p * mp.log(p)),
    ),
    (Poly1(), lambda p, c, m, e: 2 * c * (1 + p)),
    (Poly1(-1), lambda p, c, m, e: 2 * c**2),
    (Power(), lambda p, c, m, e: 6 * p * c**3),
    (Power(0.5), lambda p, c, m, e: p * mp.sqrt(c)),
    (TaylorCE(), lambda p, c, m, e: 2 * c * (1 - c**2)),
    (TaylorCE(6), lambda p, c, m, e: 2 * c * (1 - c**6)),
    (TruncatedGCE(), lambda p, c, m, e: 2 * p**e.q * c * step(p > e.k)),
    (TruncatedGCE(1, 0.1), lambda p, c, m, e: 2 * p * c * step(p > e.k)),
    (SymmetricCE(), lambda p, c, m, e: 2 * c * (e.alpha + e.beta * abs(e.A) * p)),
    (PartiallyHuberised(), lambda p, c, m, e: 2 * c * min(1, e.tau * p)),
    (PartiallyHuberised(1.5), lambda p, c, m, e: 2 * c * min(1, e.tau * p)),
    (AGCE(), lambda p, c, m, e: 2 * p * c * (e.a + p) ** (e.q - 1)),
    (AGCE(1, 2), lambda p, c, m, e: 2 * p * c * (1 + p)),
    (AUL(), lambda p, c, m, e: 2 * p * c * (e.a - p) ** (e.q - 1)),
    (AUL(5.5, 3), lambda p, c, m, e: 2 * p * c * (5.5 - p) ** 2),
    (AEL(), lambda p, c, m, e: 2 * p * c * mp.exp(-p / e.a) / e.a),
    (
        JensenShannon(),
        lambda p, c, m, e: 2 * p * c * mp.log(1 + e.pi / (1 - e.pi) / p) / -mp.log(1 - e.pi),
    ),
    (
        JensenShannon(0.1),
        lambda p, c, m, e: 2 * p * c * mp.log(1 + e.pi / (1 - e.pi) / p) / -mp.log(1 - e.pi),
    ),
    (Triangular(), lambda p, c, m, e: 8 * p * c / (1 + p) ** 2),
    (
        ForwardCorrection(),
        lambda p, c, m, e: 2 * (5 / mp.mpf(9)) * p * c / (0.4 / mp.mpf(9) + 5 / mp.mpf(9) * p),
    ),
    (SelfPaced(), lambda p, c, m, e: 2 * c * step(-mp.log(p) < e.threshold)),
    (IMAE(), lambda p, c, m, e: mp.exp(e.T * p * c)),
    (AdditiveMargin(), lambda p, c, m, e: 2 / (1 + mp.exp(m - e.delta))),
    (Huberised(), lambda p, c, m, e: 2 * min(c, e.tau)),
    (Huberised(0.9), lambda p, c, m, e: 2 * min(c, e.tau)),
    (Hinge(), lambda p, c, m, e: 2 * step(m < 1)),
    (Hinge(-2), lambda p, c, m, e: 2 * step(m < -2)),
    (Ramp(), lambda p, c, m, e: 2 * step(e.s < m < 1)),
    (ModifiedHuber(), lambda p, c, m, e: 4 * min(max(1 - m, 0), 2)),
    (Sigmoid(), lambda p, c, m, e: 4 / (1 + mp.exp(-2 * m)) / (1 + mp.exp(2 * m))),
    (Sigmoid(0.3), lambda p, c, m, e: 0.6 / (1 + mp.exp(-0.3 * m)) / (1 + mp.exp(0.3 * m))),
]
ENTRIES = [e for e, _ in WEIGHTS]
named = pytest.mark.parametrize("e", ENTRIES, ids=str)


def test_the_library_is_complete():
    tested = {type(e) for e in ENTRIES}
    assert set(emphasis.LIBRARY) <= tested
    assert len(emphasis.LIBRARY) >= 16
    assert all(e.formula and e.source and type(e).__doc__ for e in ENTRIES)
    assert all(e.loss_formula for e in ENTRIES if not isinstance(e, IMAE))


@pytest.fixture(scope="module")
def rows():
    """10,000 random rows, float64 numbers that float32 holds exactly."""
    generator = torch.Generator().manual_seed(5)
    z = 2.5 * torch.randn(10_000, 10, generator=generator)
    return z.double(), torch.randint(10, (10_000,), generator=generator)


def gradient(loss, z, y):
    z = z.clone().requires_grad_()
    return torch.autograd.grad(loss(z, y).sum(), z)[0]


def row_errors(found, expected):
    """L1 error of each row relative to its L1 norm; absolute where the norm is 0."""
    size = expected.abs().sum(1)
    return (found - expected).abs().sum(1) / torch.where(size > 0, size, 1)


@named
def test_gradients_are_those_of_the_paper(e, rows):
    z, y = rows
    expected = gradient(e.loss, z, y)
    loss = DMLoss(e, normalization="none", reduction="sum")
    assert row_errors(gradient(loss, z, y), expected).max() <= 1e-6
    assert (expected.abs().sum(1) - e.weight_at(log_odds(z, y))).abs().max() < 1e-6
    in_float32 = gradient(loss, z.float(), y)
    errors = row_errors(in_float32.double(), expected)
    # Beside a jump a float32 row may fall on the other side; w = 4 (1-m) has no digits at m = 1.
    beside = 0.1 if isinstance(e, ModifiedHuber) else 1e-5
    for p in e._breaks:
        errors[(log_odds(z, y) - math.log(p / (1 - p))).abs() < beside] = 0
    assert errors.max() <= 5e-6


def log_odds(z, y):
    others = z.scatter(1, y[:, None], -torch.inf)
    return z.gather(1, y[:, None]).squeeze(1) - others.logsumexp(1)


@named
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_finite_at_wide_gaps(e, dtype):
    gap = torch.tensor([-1000.0, -80, -40, 0, 40, 80, 1000], dtype=dtype)
    z = torch.cat([gap[:, None], torch.zeros(len(gap), 4, dtype=dtype)], 1).requires_grad_()
    y = torch.zeros(len(gap), dtype=torch.long)
    value = DMLoss(e, normalization="none", reduction="none")(z, y)
    (g,) = torch.autograd.grad(value.sum(), z, create_graph=True)
    assert value.isfinite().all() and g.isfinite().all()
    m = gap[1:-1].double().requires_grad_()
    first = torch.autograd.grad(e.objective(m).sum(), m, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), m, allow_unused=True)[0]
    assert second is None or second.isfinite().all()


@pytest.mark.parametrize(("e", "w"), WEIGHTS, ids=lambda x: str(x) if not callable(x) else "")
def test_objective_is_the_integral_of_the_weight(e, w):
    def integrand(m):
        return w(1 / (1 + mp.exp(-m)), 1 / (1 + mp.exp(m)), m, e) / 2

    breaks = [mp.log(mp.mpf(p) / (1 - mp.mpf(p))) for p in e._breaks]
    points = [-60, -31, -11.5, -4.3, -1.2, 0, 0.7, 3.3, 9, 25, 60]
    nodes = sorted({*map(mp.mpf, points), *breaks})
    with mpmath.workdps(18):
        falls = [mp.quad(integrand, [a, b]) for a, b in itertools.pairwise(nodes)]
    fall = dict(zip(nodes, [mp.mpf(0), *mp_cumulative(falls)], strict=True))
    at_zero = e.objective(0.0)
    for m in points:
        l = at_zero - float(fall[m] - fall[0])  # noqa: E741
        assert abs(e.objective(float(m)) - l) <= 1e-8 * max(1, abs(l)), m


def mp_cumulative(values):
    total = mp.mpf(0)
    for value in values:
        total += value
        yield total


@pytest.mark.parametrize("e", [e for e in ENTRIES if not isinstance(e, IMAE)], ids=str)
def test_value_is_the_loss_up_to_a_constant(e):
    m = torch.linspace(-20, 20, 4001, dtype=torch.float64)
    z = F.pad(m[:, None], (0, e.num_classes - 1 if isinstance(e, ForwardCorrection) else 1))
    z[:, 1:] -= math.log(z.shape[1] - 1)
    l = e.loss(z, torch.zeros(len(m), dtype=torch.long))  # noqa: E741
    difference = e.objective(m) - l
    assert (difference - difference[0]).abs().max() < 1e-9
    assert not e.bounded.below or abs(e.objective(math.inf)) < 1e-12


@named
def test_density_integrates_to_one(e):
    breaks = [1e-3, *e._breaks, 0.999]
    assert quad(e.density, 0, 1, points=breaks, limit=400)[0] == pytest.approx(1, rel=1e-6)


@named
def test_mode_and_contrast(e):
    p = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    w = e.weight(p)
    beside = [e.weight(min(max(e.mode + d, 0.0), 1.0)) for d in (-1e-9, 0, 1e-9)]
    assert max(beside) >= w.max() * (1 - 1e-7)
    expected = w.max().item() / w[-1].item() if w[-1] > 0 else math.inf
    assert e.contrast == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("special", "known"),
    [
        (Focal(0), CCE()), (InverseFocal(0), CCE()), (Poly1(0), CCE()), (Power(1), MAE()),
        (Power(2), MSE()), (TaylorCE(1), MAE()), (TaylorCE(1000), CCE()), (IMAE(5.0), DM(1, 5)),
        (Sigmoid(1), MAE()), (AdditiveMargin(0), CCE()), (SymmetricCE(1, 0), CCE()),
        (SymmetricCE(0, 1, -1.0), MAE()), (JensenShannon(1e-9), CCE()), (AGCE(0.3, 1), MAE()),
        (JensenShannon(1 - 1e-15), MAE()), (AUL(2, 1), MAE()), (AUL(1 + 1e-12, 2), 0.5 * MSE()),
        (AGCE(1e-12, 0.7), GCE(0.7)), (TruncatedGCE(0.7, 1e-12), GCE(0.7)),
        (PartiallyHuberised(1e12), CCE()), (Huberised(1 - 1e-12), CCE()),
        (ForwardCorrection(1e-12), CCE()),
    ],
    ids=str,
)  # fmt: skip
def test_special_cases(special, known):
    p = torch.linspace(0.01, 1, 500, dtype=torch.float64)
    slack = 0.15 if special == JensenShannon(1 - 1e-15) else 1e-4  # it goes as 1 / log(1-pi)
    assert torch.allclose(special.weight(p), known.weight(p), rtol=slack, atol=1e-9)


def test_reverse_cross_entropy_is_mae_times_the_size_of_log_zero():
    """Not half of it, as the rebuttal of 1905.11233 prints: its own MAE is 1 - p."""
    p = torch.linspace(0, 1, 101, dtype=torch.float64)
    reverse = SymmetricCE(alpha=0, beta=1, A=-6).weight(p)
    assert torch.allclose(reverse, 6 * MAE().weight(p))
    assert not torch.allclose(reverse, 3 * MAE().weight(p))


@pytest.mark.parametrize(
    ("e", "at_zero", "at_one", "bounded"),
    [
        (DM(0.5, 12), (1, 0, 1), (1, 0, 1), (False, False)),
        (AnchoredDM(0.5, 12), (0, 0.5, 12), (0, 1, 12), (True, True)),
        (Uniform(), (1, 0, 1), (1, 0, 1), (False, False)),
        (CCE(), (2, 0, 2), (0, 1, 2), (True, False)),
        (MSE(), (0, 1, 4), (0, 2, 4), (True, True)),
        (GCE(0.25), (0, 0.25, 2), (0, 1, 2), (True, True)),
        (Focal(0.5), (2, 0, 2), (0, 1.5, 3), (True, False)),
        (Power(20), (0, 1, 40), (0, 20, 40), (True, True)),
        (SymmetricCE(), (0.2, 0, 0.2), (0, 1, 8.2), (True, False)),
        (TruncatedGCE(), (0, math.inf, 0), (0, 1, 2), (True, True)),
        (TruncatedGCE(0.7, 1e-6), (0, math.inf, 0), (0, 1, 2), (True, True)),
        (Hinge(), (2, 0, 2), (0, math.inf, 0), (True, False)),
        (Sigmoid(0.3), (0, 0.3, 0.6), (0, 0.3, 0.6), (True, True)),
        (emphasis.Custom(lambda p: 3 * p**2 * (1 - p)), (0, 2, 3), (0, 1, 3), (True, True)),
        (emphasis.Custom(lambda p: 1 + p), (1, 0, 1), (2, 0, 2), (False, False)),
    ],
    ids=str,
)
def test_tails_and_bounds(e, at_zero, at_one, bounded):
    for tail, expected in zip(e.tails, (at_zero, at_one), strict=True):
        found = (tail.limit, tail.exponent, tail.coefficient)
        assert found == pytest.approx(expected, rel=5e-3, abs=1e-9)
        assert tail.slope == -tail.limit / 2
    assert tuple(e.bounded) == bounded
    far, further = (e.objective(m) for m in (-2000.0, -3000.0))
    assert (further - far) / 1000 == pytest.approx(-e.tails.at_zero.slope, abs=1e-9)
    assert (e.objective(4e8) - e.objective(2e8)) / 2e8 == pytest.approx(e.tails.at_one.slope)
    assert math.isfinite(e.objective(-math.inf)) is bounded[1]
    assert math.isfinite(e.objective(math.inf)) is bounded[0]


def test_a_logarithm_in_the_tail():
    """Jensen-Shannon's weight vanishes as p log(1/p)."""
    tail = JensenShannon().tails.at_zero
    assert tail.limit == 0
    assert tail.exponent == pytest.approx(1, abs=1e-3)
    assert tail.logarithm == pytest.approx(1, abs=0.02)
    assert tail.coefficient == pytest.approx(2 / math.log(2), rel=0.02)


@named
def test_travels_as_json_and_pickle(e):
    twins = (
        emphasis.from_dict(json.loads(json.dumps(e.to_dict()))),
        pickle.loads(pickle.dumps(e)),
        copy.deepcopy(e),
    )
    for twin in twins:
        assert twin == e and hash(twin) == hash(e)
        assert twin.objective(1.5) == e.objective(1.5)


@pytest.mark.parametrize("e", emphasis.examples(), ids=str)
def test_under_vmap(e):
    z, y = torch.randn(6, 4), torch.randint(4, (6,))
    loss = DMLoss(e, reduction="sum")
    each = torch.func.vmap(torch.func.grad(lambda z, y: loss(z[None], y[None])))(z, y)
    assert torch.allclose(each, gradient(loss, z, y), atol=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Focal(-1), "gamma"), (lambda: Focal(math.nan), "gamma"),
        (lambda: InverseFocal(3.7), "gamma"), (lambda: Poly1(-1.1), "epsilon"),
        (lambda: Power(0), "k"), (lambda: TaylorCE(0), "t "), (lambda: TaylorCE(1.5), "t "),
        (lambda: TruncatedGCE(0, 0.5), "q"), (lambda: TruncatedGCE(0.7, 1), "k"),
        (lambda: SymmetricCE(-1), "alpha"), (lambda: SymmetricCE(A=4), "A"),
        (lambda: SymmetricCE(0, 0), "positive"), (lambda: PartiallyHuberised(1), "tau"),
        (lambda: AGCE(0), "a"), (lambda: AGCE(1, 0), "q"), (lambda: AUL(1), "a"),
        (lambda: AEL(0), "a"), (lambda: JensenShannon(1), "pi"),
        (lambda: ForwardCorrection(0.9, 10), "rate"),
        (lambda: ForwardCorrection(0.4, 1), "num_classes"),
        (lambda: SelfPaced(0), "threshold"), (lambda: IMAE(3000), "T"),
        (lambda: AdditiveMargin(-1), "delta"), (lambda: Huberised(1), "tau"),
        (lambda: Hinge(11), "margin"), (lambda: Ramp(1), "s "), (lambda: Sigmoid(0), "k"),
    ],
)  # fmt: skip
def test_bad_parameters_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_table_has_a_row_for_every_family():
    rows = emphasis.table()
    assert len(rows) == len(emphasis.examples()) >= 26
    assert {row["family"] for row in rows} >= {family.name for family in emphasis.LIBRARY}
    keys = "name family formula loss_formula parameters mode contrast at_zero at_one bounded source"
    assert all(set(row) == set(keys.split()) for row in rows)
    one = emphasis.table([Focal(2)])[0]
    assert one["name"] == "Focal(gamma=2)" and one["parameters"] == {"gamma": 2}
    assert eval(one["name"], vars(emphasis)) == Focal(2)


def test_losses_that_turn_the_gradient():
    z, y = torch.randn(50, 7, dtype=torch.float64), torch.randint(7, (50,))
    smooth = LOSSES["label smoothing"](z, y, epsilon=0.2)
    assert torch.allclose(smooth, F.cross_entropy(z, y, label_smoothing=0.2, reduction="none"))
    shares = torch.stack([LOSSES["nce"](z, torch.full_like(y, k)) for k in range(7)])
    assert torch.allclose(shares.sum(0), torch.ones(50, dtype=torch.float64))
    both = LOSSES["nce+rce"](z, y, alpha=2, beta=3, log_zero=-5)
    assert torch.allclose(both, 2 * LOSSES["nce"](z, y) + 15 * MAE().loss(z, y))
    for name in ("soft bootstrapping", "hard bootstrapping"):
        assert torch.allclose(LOSSES[name](z, y, beta=1), CCE().loss(z, y))
    entropy = torch.distributions.Categorical(logits=z).entropy()
    assert torch.allclose(LOSSES["soft bootstrapping"](z, y, beta=0), entropy)
    assert torch.allclose(LOSSES["hard bootstrapping"](z, y, beta=0), -z.log_softmax(1).amax(1))
    label = F.one_hot(y, 7)
    assert torch.allclose(LOSSES["brier"](z, y), ((z.softmax(1) - label) ** 2).sum(1))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("nce+rce", {"alpha": -1}), ("nce+rce", {"beta": -1}), ("nce+rce", {"log_zero": 4}),
        ("label smoothing", {"epsilon": 1}), ("soft bootstrapping", {"beta": 2}),
        ("hard bootstrapping", {"beta": -1}),
    ],
)  # fmt: skip
def test_bad_options_are_named(name, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        LOSSES[name](torch.zeros(2, 3), torch.tensor([0, 1]), **options)
