"""emphasis.of and emphasis.profile: the weight of losses that anyone may write."""

import math
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dmnb import DMLoss, emphasis
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import CCE, DM, GCE, LOSSES, MAE, Custom, Focal, of, profile, sample_logits

LIBRARY = [
    e for e in emphasis.examples() if isinstance(e, emphasis.LossEmphasis) and e.name != "imae"
]


def label_probability(z, y):
    return z.softmax(1).gather(1, y[:, None]).squeeze(1)


def clipped(z, y):
    """As many write it: a floor under p, which cuts the gradient of hopeless rows."""
    return -label_probability(z, y).clamp(min=1e-7).log()


def cubed(z, y):
    return (1 - label_probability(z, y)) ** 3


@pytest.mark.parametrize("e", LIBRARY, ids=str)
def test_the_library_is_found_again(e):
    found = of(e.loss, breaks=e._breaks)
    m = torch.linspace(-29, 29, 2001, dtype=torch.float64)
    assert torch.allclose(found.weight_at(m), e.weight_at(m), rtol=1e-6, atol=1e-11)
    l = e.objective(m)  # noqa: E741
    assert ((found.objective(m) - l).abs() / l.abs().clamp(min=1)).max() < 1e-8
    assert found.integral == pytest.approx(e.integral, rel=1e-9)
    assert found.bounded == e.bounded
    extreme = torch.tensor([-math.inf, -700, -80, 80, 700, math.inf], dtype=torch.float64)
    assert torch.allclose(found.weight_at(extreme), e.weight_at(extreme), atol=1e-9)
    for end, tail in enumerate(e.tails):
        assert found.tails[end].exponent == pytest.approx(tail.exponent, abs=2e-3)
        assert found.tails[end].limit == pytest.approx(tail.limit, abs=1e-9)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("num_classes", [2, 5, 1000])
def test_reductions_and_class_counts(reduction, num_classes):
    loss_fn = torch.nn.CrossEntropyLoss(reduction=reduction)
    p = torch.linspace(0, 1, 101, dtype=torch.float64)
    assert torch.allclose(of(loss_fn, num_classes=num_classes).weight(p), CCE().weight(p))


def test_a_mean_of_one_number_of_losses():
    """A loss whose value is 0 on equal logits still shows that it is a mean."""
    mean = DMLoss(DM(0.5, 12), normalization="none")
    assert of(mean).weight(0.3) == pytest.approx(DM(0.5, 12).weight(0.3))


def test_trains_as_the_loss_itself():
    z, y = torch.randn(64, 10, requires_grad=True), torch.randint(10, (64,))
    loss = DMLoss(of(cubed), normalization="none")
    expected = cubed(z, y).mean()
    assert loss(z, y).item() == pytest.approx(expected.item(), rel=1e-5)
    found, expected = (torch.autograd.grad(l, z)[0] for l in (loss(z, y), expected))  # noqa: E741
    assert torch.allclose(found, expected, atol=1e-7)


def test_of_dm_is_dm():
    e = of(DMLoss(DM(0.5, 12), normalization="none", reduction="none"))
    m = torch.linspace(-80, 80, 999, dtype=torch.float64)
    assert torch.allclose(e.weight_at(m), DM(0.5, 12).weight_at(m), rtol=1e-9)
    assert tuple(e.bounded) == (False, False)


def test_second_derivatives_vmap_and_compilation():
    loss = DMLoss(of(cubed), reduction="sum")
    z, y = torch.randn(3, 4, dtype=torch.float64, requires_grad=True), torch.tensor([0, 3, 1])
    assert torch.autograd.gradgradcheck(lambda z: loss(z, y), z)
    (g,) = torch.autograd.grad(loss(z, y), z)
    each = torch.func.vmap(torch.func.grad(lambda z, y: loss(z[None], y[None])))(z, y)
    assert torch.allclose(each, g)
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    assert torch.allclose(torch.autograd.grad(compiled(z, y), z)[0], g)


def test_clipped_loss_has_no_weight_for_hopeless_rows():
    e = of(clipped, breaks=[1e-7])
    m = torch.tensor([-50.0, -17, -16, 0, 50], dtype=torch.float64)
    expected = torch.where(m < math.log(1e-7), 0, CCE().weight_at(m))
    assert torch.allclose(e.weight_at(m), expected, atol=1e-12)
    assert e.weight(0.0) == 0 and tuple(e.bounded) == (True, True)
    assert e.objective(-math.inf) == pytest.approx(-math.log(1e-7), rel=1e-9)


def test_goes_on_where_the_loss_itself_fails():
    """(1-p)^0.5 has an infinite slope where p rounds to 1; w ends as (1-p)^0.5 all the same."""
    e = of(lambda z, y: (1 - label_probability(z, y)) ** 0.5)
    assert e.weight_at(80.0) == pytest.approx(math.exp(-40), rel=1e-2)
    assert e.weight(1.0) == 0
    assert e.tails.at_one.exponent == pytest.approx(0.5, abs=1e-3)


def test_kinds_pickle_and_dict():
    e = of(F.cross_entropy, num_classes=3)
    assert isinstance(e.weight(0.5), float)
    assert isinstance(e.weight(np.array([0.5])), np.ndarray)
    assert e.weight_at(torch.zeros(2, 3)).dtype == torch.float32
    assert pickle.loads(pickle.dumps(e)) == e == of(F.cross_entropy, num_classes=3)
    with pytest.raises(ValueError, match="tabulate"):
        e.to_dict()
    table = emphasis.Tabulated.of(e)
    p = torch.linspace(0, 1, 1001, dtype=torch.float64)
    assert torch.allclose(table.weight(p), e.weight(p), atol=1e-6)
    assert emphasis.from_dict(table.to_dict()) == table


class Count(torch.nn.Module):
    """0-1 loss: no gradient."""

    def forward(self, z, y):
        return (z.argmax(1) != y).float()


@pytest.mark.parametrize(
    ("loss_fn", "words"),
    [
        (LOSSES["nce"], "degrees off"),
        (LOSSES["nce+rce"], "degrees off"),
        (LOSSES["label smoothing"], "emphasis.profile"),
        (LOSSES["soft bootstrapping"], "degrees off"),
        (LOSSES["hard bootstrapping"], "degrees off"),
        (LOSSES["brier"], "degrees off"),
        (torch.nn.CrossEntropyLoss(weight=torch.arange(1.0, 11).double()), "of their classes"),
        (lambda z, y: (1 + y) * F.cross_entropy(z, y, reduction="none"), "other labels"),
        (lambda z, y: CCE().loss(z, y) * (z.softmax(1) ** 2).sum(1).detach(), "its weight is"),
        (DMLoss(DM(0.5, 12), normalization="batch"), "depend on each other"),
        (lambda z, y: label_probability(z, y), "rises with p at p = "),
        (lambda z, y: (label_probability(z, y) - 0.5) ** 2, "rises with p"),
        (Count(), "no gradient"),
        (lambda z, y: (label_probability(z, y) * 0.0 / 0.0), "not differentiable at p = "),
        (lambda z, y: (0.5 - label_probability(z, y)).sqrt(), "not differentiable at p = "),
        (lambda z, y: 1 / label_probability(z, y), "finite at p = 0"),
        (lambda z, y: F.cross_entropy(z, y, reduction="none") ** 2, "finite at p = 0"),
        (lambda z, y: -1 / (1 - label_probability(z, y)), "finite"),
        (lambda z, y: z, "must return a scalar or 8 losses"),
        (lambda z, y: 0.0, "a float"),
        (torch.nn.CrossEntropyLoss(weight=torch.ones(7).double()), "fails on float64 logits"),
        (lambda z, y: 0 * F.cross_entropy(z, y), "finite and positive"),
    ],
)  # fmt: skip
def test_what_has_no_weight_says_why(loss_fn, words):
    with pytest.raises(ValueError, match=words):
        of(loss_fn)


@pytest.mark.parametrize("options", [{"num_classes": 1}, {"num_classes": 2.5}, {"breaks": (0.0,)}])
def test_bad_options_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        of(F.cross_entropy, **options)


@pytest.mark.parametrize("e", [CCE(), GCE(0.7), Focal(2)], ids=str)
@pytest.mark.parametrize("reduce", [torch.mean, torch.sum, lambda x: x])
def test_profile_of_a_loss_of_p_alone(e, reduce):
    z, y = sample_logits(300)
    found = profile(lambda z, y: reduce(e.loss(z, y)), z, y)
    assert torch.allclose(found.p, label_probability(z, y))
    assert torch.allclose(found.weight, e.weight(found.p))
    assert found.deviation.max() < 1e-5


def test_profile_of_label_smoothing():
    """Its gradient is softmax(z) - q: the weight and the angle are known."""
    z, y = sample_logits(400, 5, generator=torch.Generator().manual_seed(0))
    found = profile(LOSSES["label smoothing"], z, y)
    g = z.softmax(1) - (0.9 * F.one_hot(y, 5) + 0.02)
    cross_entropy = z.softmax(1) - F.one_hot(y, 5)
    angle = torch.rad2deg(torch.acos(F.cosine_similarity(g, cross_entropy).clamp(-1, 1)))
    assert torch.allclose(found.weight, g.abs().sum(1))
    assert torch.allclose(found.deviation, angle, atol=1e-4)
    assert found.deviation[found.p > 0.97].min() > 90  # fitted rows are pushed back


@pytest.mark.parametrize("name", LOSSES)
def test_losses_turn_the_gradient(name):
    z, y = sample_logits(200)
    found = profile(LOSSES[name], z, y)
    assert found.deviation.max() > 1
    z = z.requires_grad_()
    (g,) = torch.autograd.grad(LOSSES[name](z, y).sum(), z)
    assert torch.allclose(found.weight, g.abs().sum(1))


def test_two_classes_leave_no_room_to_turn():
    z, y = sample_logits(100, 2)
    found = profile(LOSSES["nce"], z, y)
    assert found.deviation.nan_to_num().max() < 1e-3 or found.deviation.min() > 179.99


def test_profile_of_the_authors_formula():
    """In float64 its 1e-8 alone takes the weight of a fitted row, by 2c / (2c + 1e-8)."""
    z = torch.tensor([[22.0] + 9 * [0.0]])
    found = profile(AuthorsDMLoss(0.5, 12), z.double(), torch.tensor([0]))
    c = 9 * math.exp(-22)
    assert found.weight.item() == pytest.approx(2 * c / (2 * c + 1e-8), rel=1e-5)
    assert found.deviation.item() < 1e-3


def test_profile_kinds_and_zero_weight():
    z, y = sample_logits(20, 4)
    arrays = profile(CCE().loss, z.numpy(), y.numpy())
    assert all(isinstance(x, np.ndarray) and x.shape == (20,) for x in arrays)
    assert profile(CCE().loss, z.float(), y).weight.dtype == torch.float32
    hinge = profile(emphasis.Hinge().loss, z, y)
    assert hinge.deviation[hinge.weight == 0].isnan().all()
    assert (hinge.weight == 0).any() and not hinge.deviation[hinge.weight > 0].isnan().any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda z, y: profile(MAE().loss, z[0], y), "logits"),
        (lambda z, y: profile(MAE().loss, z.long(), y), "logits"),
        (lambda z, y: profile(MAE().loss, z, y[:3]), "target"),
        (lambda z, y: profile(Count(), z, y), "no gradient"),
        (lambda z, y: profile(lambda z, y: (z.softmax(1)[:, 0] - 1).sqrt(), z, y), "p = "),
        (lambda z, y: profile(MAE().loss, z, y + 10), "fails on"),
        (lambda z, y: sample_logits(0), "count"),
        (lambda z, y: sample_logits(2, 1), "num_classes"),
        (lambda z, y: sample_logits(2, 3, spread=-1), "spread"),
    ],
)
def test_bad_profiles_are_named(call, words):
    z, y = sample_logits(5, 4)
    with pytest.raises(ValueError, match=words):
        call(z, y)


def test_sampled_logits():
    z, y = sample_logits(1000, 6, generator=torch.Generator().manual_seed(3))
    again = sample_logits(1000, 6, generator=torch.Generator().manual_seed(3))
    assert torch.equal(z, again[0]) and torch.equal(y, again[1])
    p = label_probability(z, y)
    assert torch.allclose(p, (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)
    assert set(y.tolist()) == set(range(6))


def test_custom_and_of_agree():
    custom = Custom(lambda p: 6 * p * (1 - p) ** 3)
    assert of(cubed).weight(0.2) == pytest.approx(custom.weight(0.2))
